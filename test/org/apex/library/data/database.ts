import { type DmlOperation, type DmlResult, runDml } from '../../data/dml.ts';
import { type ApexSObject } from '../../data/apex-sobject.ts';
import { isCount, queryDynamically, type RowLimit, toApexRecords, type AccessMode } from '../../data/query.ts';
import { type SObjectFieldToken } from '../../data/tokens.ts';
import { enqueueBatch } from '../../async/enqueue.ts';
import { QueryLocator } from '../../async/job-contexts.ts';
import { currentExecution } from '../../execution/execution.ts';
import { type ApexSavepoint } from '../../execution/transaction.ts';
import { type ApexEnumValue } from '../../runtime/values/apex-enum.ts';
import { throwApex, throwNullReference } from '../../runtime/values/apex-exception.ts';
import { type ApexId } from '../../runtime/values/apex-id.ts';
import { ApexIterator } from '../../runtime/values/apex-iterator.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { type ApexMap } from '../../runtime/values/apex-map.ts';
import { type ApexObject } from '../../runtime/values/apex-object.ts';
import { type ApexType, classOf, listOf, sobjectOf, types } from '../../types.ts';
import {
  type Members,
  type MethodEntry,
  platformClass,
  type PlatformDeclaration,
  platformInterface,
  type SpecialMethod,
} from '../declare.ts';
import { readDmlOptions } from '../../data/dml-options.ts';
import { type DataObject } from './data-class.ts';
import { dmlOptionClasses } from './dml-options.ts';
import { mergeClasses, mergeStatics } from './merge.ts';
import { saveResultClasses, toResultObject } from './save-results.ts';
import { recordOfId } from './record-of-id.ts';

type Level = ApexEnumValue | null;
type Records = ApexList | ApexSObject | null;

/** What a caller's AccessLevel means; without one, system mode holds. */
function modeOf(level: Level): AccessMode | null {
  return level === null ? null : level.name === 'USER_MODE' ? 'user' : 'system';
}

const RESULT_CLASSES: Readonly<Record<DmlOperation, string>> = {
  insert: 'Database.SaveResult',
  update: 'Database.SaveResult',
  upsert: 'Database.UpsertResult',
  delete: 'Database.DeleteResult',
  undelete: 'Database.UndeleteResult',
};

type Call = {
  readonly operation: DmlOperation;
  readonly value: Records;
  readonly isAllOrNone: boolean;
  readonly level?: Level;
  readonly key?: SObjectFieldToken | null;
  readonly truncates?: boolean;
};

function save({ operation, value, isAllOrNone, level = null, key = null, truncates = false }: Call): unknown {
  const records = value instanceof ApexList ? (value.items as (ApexSObject | null)[]) : [value ?? throwNullReference()];
  const results = runDml({
    operation,
    records,
    isAllOrNone,
    accessMode: modeOf(level),
    externalIdField: key?.field.name ?? null,
    truncates,
  });
  const className = RESULT_CLASSES[operation];
  const objects = results.map((result: DmlResult) => toResultObject(className, result));
  return value instanceof ApexList ? new ApexList(classOf(className), objects) : objects[0];
}

function saves(operation: 'insert' | 'update'): Members<MethodEntry> {
  const members: Record<string, MethodEntry> = {};
  for (const [type, result] of [
    ['SObject', 'Database.SaveResult'],
    ['List<SObject>', 'List<Database.SaveResult>'],
  ] as const) {
    const head = `${result} ${operation}`;
    members[`${head}(${type})`] = (value: Records) => save({ operation, value, isAllOrNone: true });
    members[`${head}(${type}, Boolean)`] = (value: Records, all: boolean | null) =>
      save({ operation, value, isAllOrNone: all !== false });
    members[`${head}(${type}, Database.DMLOptions)`] = (value: Records, options: DataObject | null) =>
      save({ operation, value, ...readDmlOptions(options) });
    members[`${head}(${type}, System.AccessLevel)`] = (value: Records, level: Level) =>
      save({ operation, value, isAllOrNone: true, level });
    members[`${head}(${type}, Boolean, System.AccessLevel)`] = (value: Records, all: boolean | null, level: Level) =>
      save({ operation, value, isAllOrNone: all !== false, level });
    members[`${head}(${type}, Database.DMLOptions, System.AccessLevel)`] = (
      value: Records,
      options: DataObject | null,
      level: Level,
    ) => save({ operation, value, ...readDmlOptions(options), level });
  }
  return members;
}

function upserts(): Members<MethodEntry> {
  const operation = 'upsert';
  const members: Record<string, MethodEntry> = {};
  type Key = SObjectFieldToken | null;
  for (const [type, result] of [
    ['SObject', 'Database.UpsertResult'],
    ['List<SObject>', 'List<Database.UpsertResult>'],
  ] as const) {
    const head = `${result} upsert`;
    members[`${head}(${type})`] = (value: Records) => save({ operation, value, isAllOrNone: true });
    members[`${head}(${type}, Boolean)`] = (value: Records, all: boolean | null) =>
      save({ operation, value, isAllOrNone: all !== false });
    members[`${head}(${type}, System.AccessLevel)`] = (value: Records, level: Level) =>
      save({ operation, value, isAllOrNone: true, level });
    members[`${head}(${type}, Boolean, System.AccessLevel)`] = (value: Records, all: boolean | null, level: Level) =>
      save({ operation, value, isAllOrNone: all !== false, level });
    members[`${head}(${type}, Schema.SObjectField)`] = (value: Records, key: Key) =>
      save({ operation, value, isAllOrNone: true, key });
    members[`${head}(${type}, Schema.SObjectField, Boolean)`] = (value: Records, key: Key, all: boolean | null) =>
      save({ operation, value, isAllOrNone: all !== false, key });
    members[`${head}(${type}, Schema.SObjectField, System.AccessLevel)`] = (value: Records, key: Key, level: Level) =>
      save({ operation, value, isAllOrNone: true, key, level });
    members[`${head}(${type}, Schema.SObjectField, Boolean, System.AccessLevel)`] = (
      value: Records,
      key: Key,
      all: boolean | null,
      level: Level,
    ) => save({ operation, value, isAllOrNone: all !== false, key, level });
  }
  return members;
}

const idsToRecords = (ids: ApexList | null): ApexList =>
  new ApexList(
    types.SObject,
    (ids ?? throwNullReference()).items.map((id) => recordOfId(id as ApexId)),
  );

function removals(operation: 'delete' | 'undelete'): Members<MethodEntry> {
  const one = RESULT_CLASSES[operation];
  const members: Record<string, MethodEntry> = {};
  for (const [type, result, read] of [
    ['SObject', one, (value: unknown) => value as Records],
    ['List<SObject>', `List<${one}>`, (value: unknown) => value as Records],
    ['Id', one, (value: unknown) => recordOfId(value as ApexId)],
    ['List<Id>', `List<${one}>`, (value: unknown) => idsToRecords(value as ApexList | null)],
  ] as const) {
    const head = `${result} ${operation}`;
    members[`${head}(${type})`] = (value: unknown) => save({ operation, value: read(value), isAllOrNone: true });
    members[`${head}(${type}, Boolean)`] = (value: unknown, all: boolean | null) =>
      save({ operation, value: read(value), isAllOrNone: all !== false });
    members[`${head}(${type}, System.AccessLevel)`] = (value: unknown, level: Level) =>
      save({ operation, value: read(value), isAllOrNone: true, level });
    members[`${head}(${type}, Boolean, System.AccessLevel)`] = (value: unknown, all: boolean | null, level: Level) =>
      save({ operation, value: read(value), isAllOrNone: all !== false, level });
  }
  return members;
}

type Binds = (name: string) => unknown;

/** `:name` of a dynamic query, found among the variables of the method that runs it. */
function variablesInScope(): Binds {
  const find = currentExecution().dynamicBinds;
  return (name) => {
    const value = find?.(name);
    return value === undefined ? throwApex('System.QueryException', `Variable does not exist: ${name}`) : value;
  };
}

function mapBinds(binds: ApexMap | null): Binds {
  const entries = new Map(
    (binds ?? throwNullReference()).entries().map(([name, value]) => [String(name).toLowerCase(), value]),
  );
  return (name) => {
    const value = entries.get(name.toLowerCase());
    return value === undefined
      ? throwApex('System.QueryException', `Key '${name}' does not exist in the bindMap`)
      : value;
  };
}

function query(soql: string | null, binds: Binds, level: Level, rowLimit?: RowLimit): ApexList {
  const { query: parsed, result } = queryDynamically({ soql, binds, accessMode: modeOf(level), rowLimit });
  const records = toApexRecords(currentExecution(), result.records);
  const [first] = records;
  return new ApexList(sobjectOf(first?.objectName ?? objectOf(parsed.from)), records);
}

function objectOf(name: string): string {
  return currentExecution().org.store.schema.objects.get(name.toLowerCase())?.name ?? 'SObject';
}

function count(soql: string | null, binds: Binds, level: Level): number {
  const { query: parsed, result } = queryDynamically({ soql, binds, accessMode: modeOf(level) });
  if (!isCount(parsed)) throwApex('System.QueryException', 'countQuery must be a SELECT COUNT() query');
  return result.totalSize;
}

/** The rows of a locator have a limit of their own, and none at the start of a batch. */
function locator(soql: string | null, binds: Binds, level: Level): QueryLocator {
  const countsRows = currentExecution().kind === 'batch' ? null : 'QueryLocatorRows';
  return new QueryLocator(soql ?? '', query(soql, binds, level, countsRows).items);
}

/** The list that a dynamic query gives stands wherever a list of one record type is declared. */
const RECORDS: ApexType = listOf(types.SObject);
const asRecords = (call: MethodEntry): SpecialMethod => ({
  call: call as SpecialMethod['call'],
  returns: () => RECORDS,
});

const queries: Members<MethodEntry> = {
  'List<SObject> query(String)': asRecords((soql: string | null) => query(soql, variablesInScope(), null)),
  'List<SObject> query(String, System.AccessLevel)': asRecords((soql: string | null, level: Level) =>
    query(soql, variablesInScope(), level),
  ),
  'List<SObject> queryWithBinds(String, Map<String, Object>, System.AccessLevel)': asRecords(
    (soql: string | null, binds: ApexMap | null, level: Level) => query(soql, mapBinds(binds), level),
  ),
  'Integer countQuery(String)': (soql: string | null) => count(soql, variablesInScope(), null),
  'Integer countQuery(String, System.AccessLevel)': (soql: string | null, level: Level) =>
    count(soql, variablesInScope(), level),
  'Integer countQueryWithBinds(String, Map<String, Object>, System.AccessLevel)': (
    soql: string | null,
    binds: ApexMap | null,
    level: Level,
  ) => count(soql, mapBinds(binds), level),
  'Database.QueryLocator getQueryLocator(String)': (soql: string | null) => locator(soql, variablesInScope(), null),
  'Database.QueryLocator getQueryLocator(String, System.AccessLevel)': (soql: string | null, level: Level) =>
    locator(soql, variablesInScope(), level),
  'Database.QueryLocator getQueryLocator(List<SObject>)': (records: ApexList | null) =>
    new QueryLocator('', (records ?? throwNullReference()).items),
  'Database.QueryLocator getQueryLocatorWithBinds(String, Map<String, Object>, System.AccessLevel)': (
    soql: string | null,
    binds: ApexMap | null,
    level: Level,
  ) => locator(soql, mapBinds(binds), level),
};

function setSavepoint(): ApexSavepoint {
  const { limits, transaction } = currentExecution();
  limits.use('DmlStatements');
  return transaction.setSavepoint();
}

function rollback(savepoint: ApexSavepoint | null): void {
  const { limits, transaction } = currentExecution();
  limits.use('DmlStatements');
  transaction.rollbackTo(savepoint ?? throwNullReference());
}

const database = platformClass('Database', {
  statics: {
    ...saves('insert'),
    ...saves('update'),
    ...upserts(),
    ...removals('delete'),
    ...removals('undelete'),
    ...queries,
    ...mergeStatics,
    'System.Savepoint setSavepoint()': setSavepoint,
    'void rollback(System.Savepoint)': rollback,
    'void releaseSavepoint(System.Savepoint)': (savepoint: ApexSavepoint | null) =>
      currentExecution().transaction.releaseSavepoint(savepoint ?? throwNullReference()),
    'Id executeBatch(Object)': (batch: ApexObject | null) => enqueueBatch(batch, null),
    'Id executeBatch(Object, Integer)': (batch: ApexObject | null, scope: number | null) => enqueueBatch(batch, scope),
  },
});

const contextInterface = platformInterface('BatchableContext', {
  namespace: 'Database',
  methods: {
    'Id getJobId()': (self: { readonly jobId: ApexId }) => self.jobId,
    'Id getChildJobId()': (self: { readonly childJobId: ApexId }) => self.childJobId,
  },
});

/** Database.* with what its methods give and take. */
export const databaseClasses: readonly PlatformDeclaration[] = [
  database,
  ...dmlOptionClasses,
  ...mergeClasses,
  ...saveResultClasses,
  platformClass('Savepoint', {}),
  platformClass('QueryLocator', {
    namespace: 'Database',
    methods: {
      'String getQuery()': (self: QueryLocator) => self.query,
      'Iterator<SObject> iterator()': (self: QueryLocator) => new ApexIterator(types.SObject, self.records),
    },
  }),
  platformInterface('Batchable', {
    namespace: 'Database',
    typeParameters: ['T'],
    methods: ['void execute(Database.BatchableContext, List<T>)', 'void finish(Database.BatchableContext)'],
  }),
  contextInterface,
  platformInterface('Stateful', { namespace: 'Database', methods: [] }),
  platformInterface('AllowsCallouts', { namespace: 'Database', methods: [] }),
  platformInterface('RaisesPlatformEvents', { namespace: 'Database', methods: [] }),
];
