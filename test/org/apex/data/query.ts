import { objectNamed } from '../../metadata/schema.ts';
import { RecordError } from '../../record-error.ts';
import { type Query } from '../../soql/ast.ts';
import { type Binds, type BindValue } from '../../soql/compare.ts';
import { type QueryResult, type ResultRecord, runQuery } from '../../soql/execute.ts';
import { parseQuery } from '../../soql/parse.ts';
import { currentExecution, type Execution, nowOf } from '../execution/execution.ts';
import { ApexException, createApexException, throwApex } from '../runtime/values/apex-exception.ts';
import { ApexId } from '../runtime/values/apex-id.ts';
import { ApexList } from '../runtime/values/apex-list.ts';
import { ApexSet } from '../runtime/values/apex-set.ts';
import { type ApexType, sobjectOf } from '../types.ts';
import { ApexSObject } from './apex-sobject.ts';
import { toApexValue, toFieldInput } from './field-values.ts';
import { noteInaccessible } from './fault-notes.ts';
import { referenceField } from './dml-input.ts';

export type AccessMode = 'user' | 'system';

/** What the rows of a query count against; null where nothing counts them. */
export type RowLimit = 'QueryRows' | 'QueryLocatorRows' | null;

export type QueryRequest = {
  readonly query: Query;
  readonly binds: Binds;
  /** What the caller asked for by AccessLevel; a WITH clause of the query is stronger. */
  readonly accessMode: AccessMode | null;
  readonly rowLimit?: RowLimit | undefined;
};

/** Runs a query as the current user and counts it; what the org refuses is a QueryException. */
export function runApexQuery(request: QueryRequest): QueryResult {
  const execution = currentExecution();
  const { query, rowLimit = 'QueryRows' } = request;
  const counts = !query.from.toLowerCase().endsWith('__mdt');
  if (counts) execution.limits.use('Queries');
  const subqueries = query.select.filter(({ kind }) => kind === 'subquery').length;
  if (subqueries > 0) execution.limits.use('AggregateQueries', subqueries);
  if (query.isForUpdate) lock(execution);
  const result = execution.limits.excludeCpu(() => answer(execution, request));
  if (counts && rowLimit !== null) execution.limits.use(rowLimit, rowsOf(result));
  return result;
}

const LOCKED =
  'Record Currently Unavailable: The record you are attempting to edit, or one of its related records, is currently being modified by another user. Please try again.';

/** FOR UPDATE: nobody else writes until this transaction ends; the store has one lock for all rows. */
function lock({ transaction }: Execution): void {
  try {
    transaction.beginWrite();
  } catch (error) {
    if (!(error instanceof ApexException)) throw error;
    throwApex('System.QueryException', LOCKED);
  }
}

function answer(execution: Execution, { query, binds, accessMode }: QueryRequest): QueryResult {
  const { org, userId } = execution;
  const mode = query.accessMode === null ? accessMode : query.accessMode === 'SYSTEM_MODE' ? 'system' : 'user';
  const security = org.security.forQuery(userId, {
    rights: mode === 'user',
    rows: execution.sharing === 'with' || (mode === 'user' && query.accessMode !== 'SECURITY_ENFORCED'),
  });
  try {
    const now = new Date(nowOf(execution)).toISOString();
    return runQuery({ store: org.store, now, binds, withDeleted: false, security }, query);
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    throw refused(execution, query, error);
  }
}

/** The platform's QueryException, which knows the fields the user may not see. */
function refused(execution: Execution, query: Query, error: RecordError): unknown {
  const message =
    query.accessMode === 'SECURITY_ENFORCED'
      ? 'Insufficient permissions: secure query included inaccessible field'
      : error.message;
  const exception = createApexException('System.QueryException', message);
  const object = execution.org.store.schema.objects.get(query.from.toLowerCase());
  if (object) noteInaccessible(exception, object.name, error.fields);
  return exception;
}

function rowsOf(result: QueryResult): number {
  if (result.records.length === 0) return result.totalSize > 0 ? 1 : 0;
  const children = (record: ResultRecord): number =>
    record.values.reduce((sum, value) => (value.kind === 'children' ? sum + value.records.length : sum), 0);
  return result.records.reduce((sum, record) => sum + 1 + children(record), 0);
}

/** Records of an answer as Apex holds them. */
export function toApexRecords(execution: Execution, records: readonly ResultRecord[]): ApexSObject[] {
  return records.map((record) => toApexRecord(execution, record));
}

function toApexRecord(execution: Execution, record: ResultRecord): ApexSObject {
  const { schema } = execution.org.store;
  const isKnown = schema.objects.has(record.type.toLowerCase());
  const apex = new ApexSObject(isKnown ? objectNamed(schema, record.type) : null, 'query');
  if (record.id !== null && isKnown) apex.load('Id', ApexId.of(record.id));
  for (const value of record.values) {
    if (value.kind === 'value') apex.load(value.name, toApexValue(value.field, value.value));
    else if (value.kind === 'parent') loadParent(execution, apex, value);
    else apex.setChildren(value.name, childList(execution, record.type, value));
  }
  return apex;
}

/** A parent that was asked for brings the field of its own id along, as on the platform. */
function loadParent(
  execution: Execution,
  child: ApexSObject,
  { name, record }: { readonly name: string; readonly record: ResultRecord | null },
): void {
  const parent = record && toApexRecord(execution, record);
  child.loadParent(name, parent);
  const field = child.object && referenceField(child.object, name);
  if (!field || child.has(field.name)) return;
  child.load(field.name, parent === null ? null : parent.peek('Id'));
}

function childList(
  execution: Execution,
  parent: string,
  { name, records }: { readonly name: string; readonly records: readonly ResultRecord[] },
): ApexList {
  const relationship = execution.org.store.schema
    .childRelationships(parent)
    .find((candidate) => candidate.name?.toLowerCase() === name.toLowerCase());
  return new ApexList(sobjectOf(relationship?.child.name ?? 'SObject'), toApexRecords(execution, records));
}

/** A bound Apex value as SOQL takes it: collections as lists, records as their ids. */
export function toBindValue(value: unknown): BindValue {
  if (value instanceof ApexList) return value.items.map(toBindInput);
  if (value instanceof ApexSet) return [...value.iterate()].map(toBindInput);
  return toBindInput(value);
}

function toBindInput(value: unknown): ReturnType<typeof toFieldInput> {
  return toFieldInput(value instanceof ApexSObject ? value.peek('Id') : value);
}

/** `[SELECT …]` of compiled code: a list of records, or the number of a bare COUNT(). */
export function queryStatically(query: Query, values: readonly unknown[], elementType: ApexType): ApexList | number {
  const execution = currentExecution();
  const binds: Binds = (index) => toBindValue(values[Number(index)] ?? null);
  const result = runApexQuery({ query, binds, accessMode: null });
  if (isCount(query)) return result.totalSize;
  return new ApexList(elementType, toApexRecords(execution, result.records));
}

export function isCount(query: Query): boolean {
  const [item] = query.select;
  return (
    query.select.length === 1 &&
    item?.kind === 'operand' &&
    item.operand.kind === 'aggregate' &&
    item.operand.path === null
  );
}

export type DynamicQuery = {
  readonly soql: string | null;
  readonly binds: (name: string) => unknown;
  readonly accessMode: AccessMode | null;
  readonly rowLimit?: RowLimit | undefined;
};

/** Parses SOQL text and runs it; a name it does not know is a QueryException. */
export function queryDynamically({ soql, binds, accessMode, rowLimit }: DynamicQuery): {
  query: Query;
  result: QueryResult;
} {
  if (soql === null) throwApex('System.NullPointerException', 'Argument 1 cannot be null');
  const query = parsed(soql);
  return { query, result: runApexQuery({ query, binds: (name) => toBindValue(binds(name)), accessMode, rowLimit }) };
}

function parsed(soql: string): Query {
  try {
    return parseQuery(soql);
  } catch (error) {
    if (error instanceof RecordError) throwApex('System.QueryException', error.message);
    throw error;
  }
}
