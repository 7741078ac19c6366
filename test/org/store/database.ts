import { Decimal } from 'decimal.js';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

import { RecordError } from '../record-error.ts';
import { fromNumberKey, toNumberKey } from './number-keys.ts';

export type SqlValue = string | bigint | number | null;
export type SqlRow = readonly SqlValue[];

/** SQLite with integers read as bigint, rows as arrays, cached statements and transactions that nest. */
export type Database = {
  readonly all: (sql: string, params?: readonly SqlValue[]) => SqlRow[];
  readonly run: (sql: string, params?: readonly SqlValue[]) => void;
  readonly transaction: <T>(work: () => T) => T;
  /** A transaction, or a savepoint in the one under way, that stays open until the caller ends it. */
  readonly begin: () => OpenTransaction;
  /** A point of the transaction under way to which it can be rolled back, any number of times. */
  readonly savepoint: () => { readonly rollback: () => void };
  readonly isInTransaction: () => boolean;
  readonly defineFunction: (name: string, body: (...args: SqlValue[]) => SqlValue) => void;
  readonly close: () => void;
};

export type OpenTransaction = { readonly commit: () => void; readonly rollback: () => void };

const STATEMENT_CACHE = 2000;

/** As long as a real org waits for a lock. */
const LOCK_WAIT_MS = 10_000;
const SQLITE_BUSY = 5;

/** Opens the org's file, or memory where none is given. */
export function openDatabase(file: string | undefined): Database {
  const sqlite = new DatabaseSync(file ?? ':memory:');
  sqlite.exec(
    `PRAGMA busy_timeout = ${LOCK_WAIT_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA case_sensitive_like = ON;`,
  );
  sqlite.function('fold', { deterministic: true }, fold as never);
  sqlite.function('includes', { deterministic: true }, includesAll as never);
  sqlite.function('number_key', { deterministic: true }, numberKey as never);
  sqlite.aggregate('exact_sum', { start: NOTHING, step: addKey, result: sumResult } as never);
  sqlite.aggregate('exact_avg', { start: NOTHING, step: addKey, result: averageResult } as never);
  const statements = new Map<string, StatementSync>();
  let depth = 0;
  let points = 0;

  function prepare(sql: string): StatementSync {
    const known = statements.get(sql);
    if (known) return known;
    if (statements.size >= STATEMENT_CACHE) statements.clear();
    const statement = sqlite.prepare(sql);
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    statements.set(sql, statement);
    return statement;
  }

  function begin(): OpenTransaction {
    const level = depth;
    const savepoint = `level_${level}`;
    sqlite.exec(level === 0 ? 'BEGIN IMMEDIATE' : `SAVEPOINT ${savepoint}`);
    depth += 1;
    const end = (sql: string): void => {
      if (depth !== level + 1) throw new Error('Transactions must end in the reverse order of their beginning.');
      depth = level;
      sqlite.exec(sql);
    };
    return {
      commit: () => end(level === 0 ? 'COMMIT' : `RELEASE ${savepoint}`),
      rollback: () => {
        depth = level + 1;
        end(level === 0 ? 'ROLLBACK' : `ROLLBACK TO ${savepoint}; RELEASE ${savepoint}`);
      },
    };
  }

  function beginOrRefuse(): OpenTransaction {
    try {
      return begin();
    } catch (error) {
      if ((error as { errcode?: unknown }).errcode !== SQLITE_BUSY) throw error;
      throw new RecordError('UNABLE_TO_LOCK_ROW', 'unable to obtain exclusive access to this record or 1 records');
    }
  }

  function transaction<T>(work: () => T): T {
    const open = beginOrRefuse();
    try {
      const result = work();
      open.commit();
      return result;
    } catch (error) {
      open.rollback();
      throw error;
    }
  }

  function savepoint(): { rollback: () => void } {
    const level = depth;
    const name = `point_${(points += 1)}`;
    sqlite.exec(`SAVEPOINT ${name}`);
    return {
      rollback: () => {
        if (depth !== level) throw new Error('A savepoint can be returned to only where it was set.');
        sqlite.exec(`ROLLBACK TO ${name}`);
      },
    };
  }

  return {
    all: (sql, params = []) => prepare(sql).all(...(params as SQLInputValue[])) as unknown as SqlRow[],
    run: (sql, params = []) => void prepare(sql).run(...(params as SQLInputValue[])),
    transaction,
    begin: beginOrRefuse,
    savepoint,
    isInTransaction: () => depth > 0,
    defineFunction: (name, body) => sqlite.function(name, { useBigIntArguments: true, varargs: true }, body as never),
    close: () => {
      statements.clear();
      sqlite.close();
    },
  };
}

/** Text as SOQL compares it: without case, in every script. */
function fold(text: SqlValue): SqlValue {
  return typeof text === 'string' ? text.toLowerCase() : text;
}

/** Whether a stored multi-select value holds every one of the wanted values, both separated by semicolons. */
function includesAll(stored: SqlValue, wanted: SqlValue): number {
  if (typeof stored !== 'string' || typeof wanted !== 'string') return 0;
  const held = new Set(stored.toLowerCase().split(';'));
  return wanted
    .toLowerCase()
    .split(';')
    .every((value) => held.has(value))
    ? 1
    : 0;
}

const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_UP });

type Sum = { readonly total: Decimal; readonly count: number };
const NOTHING: Sum = { total: new Exact(0), count: 0 };

function numberKey(value: SqlValue): SqlValue {
  return value === null ? null : toNumberKey(new Exact(String(value)));
}

function addKey(sum: Sum, key: SqlValue): Sum {
  return key === null ? sum : { total: sum.total.plus(fromNumberKey(String(key))), count: sum.count + 1 };
}

function sumResult({ total, count }: Sum): SqlValue {
  return count === 0 ? null : toNumberKey(total);
}

function averageResult({ total, count }: Sum): SqlValue {
  return count === 0 ? null : toNumberKey(total.div(count));
}

/** An SQL identifier, quoted. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
