import { type Field } from '../metadata/schema.ts';
import { type Database, type SqlRow } from '../store/database.ts';
import { type FieldValue, fromColumn } from '../store/values.ts';
import { compileQuery, type CompileOptions } from './compile.ts';
import { parseQuery } from './parse.ts';
import { type CompiledQuery, type PlanItem, type RecordPlan } from './plan.ts';
import { type Query } from './ast.ts';

/** One record of an answer, typed and untouched by any format; `type` is `AggregateResult` for groups. */
export type ResultRecord = {
  readonly type: string;
  readonly id: string | null;
  readonly values: readonly ResultValue[];
};

export type ResultValue =
  | { readonly kind: 'value'; readonly name: string; readonly field: Field; readonly value: FieldValue }
  | { readonly kind: 'parent'; readonly name: string; readonly record: ResultRecord | null }
  | { readonly kind: 'children'; readonly name: string; readonly records: readonly ResultRecord[] };

/** What a query found; a bare COUNT() has a size and no records. */
export type QueryResult = { readonly totalSize: number; readonly records: readonly ResultRecord[] };

const PARSED_LIMIT = 500;
const parsedQueries = new Map<string, Query>();

function parseOnce(soql: string): Query {
  const known = parsedQueries.get(soql);
  if (known) return known;
  const query = parseQuery(soql);
  if (parsedQueries.size >= PARSED_LIMIT) parsedQueries.clear();
  parsedQueries.set(soql, query);
  return query;
}

/** Parses, compiles and runs SOQL text. */
export function runSoql(options: CompileOptions, soql: string): QueryResult {
  return runQuery(options, parseOnce(soql));
}

/** Compiles and runs a parsed query. */
export function runQuery(options: CompileOptions, query: Query): QueryResult {
  const compiled = compileQuery(options, query);
  const { db } = options.store;
  if (compiled.plan.kind === 'count') {
    return { totalSize: Number(db.all(compiled.sql, compiled.parameters)[0]?.[0] ?? 0), records: [] };
  }
  const records = readRecords(db, compiled, null);
  return { totalSize: records.length, records };
}

function readRecords(db: Database, { sql, parameters, plan }: CompiledQuery, parentId: string | null): ResultRecord[] {
  const rows = db.all(sql, parentId === null ? parameters : [parentId, ...parameters.slice(1)]);
  if (plan.kind === 'count') return [];
  if (plan.kind === 'records') return rows.map((row) => readRecord(db, plan.record, row));
  return rows.map((row) => ({
    type: 'AggregateResult',
    id: null,
    values: plan.items.map((item) => readItem(db, item, row, null)),
  }));
}

function readRecord(db: Database, plan: RecordPlan, row: SqlRow): ResultRecord {
  const id = String(row[plan.idColumn]);
  return {
    type: 'name' in plan.type ? plan.type.name : String(row[plan.type.column]),
    id,
    values: plan.items.map((item) => readItem(db, item, row, id)),
  };
}

function readItem(db: Database, item: PlanItem, row: SqlRow, id: string | null): ResultValue {
  switch (item.kind) {
    case 'value':
      return {
        kind: 'value',
        name: item.name,
        field: item.field,
        value: fromColumn(item.field, row[item.column] ?? null),
      };
    case 'parent': {
      const isMissing = (row[item.record.idColumn] ?? null) === null;
      return { kind: 'parent', name: item.name, record: isMissing ? null : readRecord(db, item.record, row) };
    }
    case 'children':
      return { kind: 'children', name: item.name, records: readRecords(db, item.query, id) };
  }
}
