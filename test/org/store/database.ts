import { Decimal } from 'decimal.js';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

import { fromNumberKey, toNumberKey } from './number-keys.ts';

export type SqlValue = string | bigint | number | null;
export type SqlRow = readonly SqlValue[];

/** SQLite with integers read as bigint, rows as arrays, cached statements and transactions that nest. */
export type Database = {
  readonly all: (sql: string, params?: readonly SqlValue[]) => SqlRow[];
  readonly run: (sql: string, params?: readonly SqlValue[]) => void;
  readonly transaction: <T>(work: () => T) => T;
  readonly isInTransaction: () => boolean;
  readonly defineFunction: (name: string, body: (...args: SqlValue[]) => SqlValue) => void;
  readonly close: () => void;
};

const STATEMENT_CACHE = 2000;

/** Opens the org's file, or memory where none is given. */
export function openDatabase(file: string | undefined): Database {
  const sqlite = new DatabaseSync(file ?? ':memory:');
  sqlite.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA case_sensitive_like = ON;');
  sqlite.function('fold', { deterministic: true }, fold as never);
  sqlite.function('includes', { deterministic: true }, includesAll as never);
  sqlite.function('number_key', { deterministic: true }, numberKey as never);
  sqlite.aggregate('exact_sum', { start: NOTHING, step: addKey, result: sumResult } as never);
  sqlite.aggregate('exact_avg', { start: NOTHING, step: addKey, result: averageResult } as never);
  const statements = new Map<string, StatementSync>();
  let depth = 0;

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

  function transaction<T>(work: () => T): T {
    const savepoint = `level_${depth}`;
    sqlite.exec(depth === 0 ? 'BEGIN' : `SAVEPOINT ${savepoint}`);
    depth += 1;
    try {
      const result = work();
      depth -= 1;
      sqlite.exec(depth === 0 ? 'COMMIT' : `RELEASE ${savepoint}`);
      return result;
    } catch (error) {
      depth -= 1;
      sqlite.exec(depth === 0 ? 'ROLLBACK' : `ROLLBACK TO ${savepoint}; RELEASE ${savepoint}`);
      throw error;
    }
  }

  return {
    all: (sql, params = []) => prepare(sql).all(...(params as SQLInputValue[])) as unknown as SqlRow[],
    run: (sql, params = []) => void prepare(sql).run(...(params as SQLInputValue[])),
    transaction,
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
