import { type ObjectType } from '../../metadata/schema.ts';
import { RecordError } from '../../record-error.ts';
import { type SaveResult } from '../../records/pending-row.ts';
import { type SaveOperation } from '../../records/trigger-host.ts';
import { type FieldInput } from '../../store/values.ts';
import { currentExecution, type Execution } from '../execution/execution.ts';
import { createApexException, throwApex, throwNullReference } from '../runtime/values/apex-exception.ts';
import { ApexId } from '../runtime/values/apex-id.ts';
import { type ApexSObject } from './apex-sobject.ts';
import { checkMixed } from './mixed-dml.ts';
import { plainId, type Planned, planSave } from './dml-plan.ts';
import { checkRights } from './dml-rights.ts';
import { type DmlFault, noteDmlFaults } from './fault-notes.ts';
import { type AccessMode } from './query.ts';
import { refuseSelfReference, refuseTriggerRecords } from './self-reference.ts';

export type DmlOperation = SaveOperation | 'upsert';

export type DmlRequest = {
  readonly operation: DmlOperation;
  readonly records: readonly (ApexSObject | null)[];
  readonly isAllOrNone: boolean;
  readonly accessMode: AccessMode | null;
  readonly externalIdField: string | null;
  /** Cuts text that is too long for its field. */
  readonly truncates?: boolean;
};

/** One record's fate; `errors` is empty where it was saved. */
export type DmlResult = {
  readonly id: string | null;
  readonly isCreated: boolean;
  readonly errors: readonly RecordError[];
};

const VERBS: Readonly<Record<DmlOperation, string>> = {
  insert: 'Insert',
  update: 'Update',
  upsert: 'Upsert',
  delete: 'Delete',
  undelete: 'Undelete',
};

const MAX_TYPE_CHANGES = 10;

/** Saves records with their triggers. All or none: one failure undoes all and throws a DmlException; else each has its result. */
export function runDml(request: DmlRequest): DmlResult[] {
  const execution = currentExecution();
  const records = request.records.map((record) => record ?? throwNullReference());
  if (records.length === 0) return [];
  execution.limits.use('DmlStatements');
  execution.limits.use('DmlRows', records.length);
  refuseTriggerRecords(execution, records);
  refuseRepeats(request.operation, records);
  const groups = byType(records);
  for (const { object } of groups) checkMixed(execution, object, VERBS[request.operation]);
  execution.transaction.beginWrite();
  execution.transaction.isDirty = true;
  const results = execution.limits.excludeCpu(() => saveOrUndo(execution, request, groups));
  results.forEach(({ id, isCreated, errors }, index) => {
    const record = records[index];
    if (!record || errors.length > 0) return;
    record.markSaved();
    if (isCreated && id !== null && id !== '') record.load('Id', ApexId.of(id));
  });
  return results;
}

type Group = { readonly object: ObjectType; readonly records: ApexSObject[]; readonly start: number };

/** Neighbors of the same type are saved together; a list may change its type ten times at most. */
function byType(records: readonly ApexSObject[]): Group[] {
  const groups: Group[] = [];
  records.forEach((record, index) => {
    const { object } = record;
    if (!object) throwApex('System.TypeException', 'DML operation not allowed on AggregateResult');
    const last = groups.at(-1);
    if (last?.object === object) last.records.push(record);
    else groups.push({ object, records: [record], start: index });
  });
  if (groups.length > MAX_TYPE_CHANGES) {
    throwApex(
      'System.TypeException',
      'Cannot have more than 10 chunks in a single operation. Please rearrange the data to reduce chunking.',
    );
  }
  return groups;
}

function refuseRepeats(operation: DmlOperation, records: readonly ApexSObject[]): void {
  if (operation === 'insert' || operation === 'upsert') {
    if (new Set(records).size < records.length) {
      throwApex('System.ListException', 'Before Insert or Upsert list must not have two identically equal elements');
    }
    return;
  }
  const seen = new Set<unknown>();
  for (const record of records) {
    const id = record.peek('Id');
    if (id !== null && seen.has(id)) throwApex('System.ListException', `Duplicate id in list: ${(id as ApexId).value}`);
    seen.add(id);
  }
}

class Undo extends Error {}

function saveOrUndo(execution: Execution, request: DmlRequest, groups: readonly Group[]): DmlResult[] {
  const results: DmlResult[] = [];
  const saveAll = (): void => {
    for (const group of groups) {
      results.push(...saveGroup(execution, request, group));
      if (request.isAllOrNone && results.some(({ errors }) => errors.length > 0)) throw new Undo();
    }
  };
  try {
    execution.org.records.transaction(saveAll);
  } catch (error) {
    if (error instanceof Undo) throw dmlException(request, results);
    throw error;
  }
  return results;
}

function dmlException(request: DmlRequest, results: readonly DmlResult[]): unknown {
  const faults = results.flatMap(({ errors }, index) =>
    errors.map((error): DmlFault => {
      const id = request.records[index]?.peek('Id');
      return {
        index,
        id: id instanceof ApexId ? id.value : null,
        objectName: request.records[index]?.objectName ?? null,
        statusCode: error.statusCode,
        message: error.message,
        fields: error.fields,
      };
    }),
  );
  const [first] = faults;
  const place = `row ${first?.index ?? 0}${first?.id == null ? '' : ` with id ${first.id}`}`;
  const exception = createApexException(
    'System.DmlException',
    `${VERBS[request.operation]} failed. First exception on ${place}; first error: ${first?.statusCode ?? ''}, ${first?.message ?? ''}: [${(first?.fields ?? []).join(', ')}]`,
  );
  noteDmlFaults(exception, faults);
  return exception;
}

function saveGroup(execution: Execution, request: DmlRequest, { object, records }: Group): DmlResult[] {
  const results: (DmlResult | undefined)[] = records.map(() => undefined);
  const planned = new Map<SaveOperation, { index: number; plan: Planned }[]>();
  const planning = { execution, request, object, keys: new Set<FieldInput>() };
  records.forEach((record, index) => {
    try {
      const plan = planSave(planning, record);
      refuseSelfReference(execution, plan);
      checkRights(execution, request.accessMode, object, plan);
      planned.set(plan.operation, [...(planned.get(plan.operation) ?? []), { index, plan }]);
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      results[index] = { id: plainId(record), isCreated: false, errors: [error] };
    }
  });
  if (request.isAllOrNone && results.some(Boolean)) return results.map((result) => result ?? UNTOUCHED);
  for (const [operation, entries] of planned) {
    const items = entries.map(({ plan }) => plan.item);
    const session = { userId: execution.userId };
    const saved = execution.org.records.saveAll(session, {
      operation,
      object,
      items,
      isAllOrNone: request.isAllOrNone,
    });
    entries.forEach(({ index }, position) => {
      results[index] = toResult(saved[position]);
    });
    if (request.isAllOrNone && saved.some(({ error }) => error)) break;
  }
  return results.map((result) => result ?? UNTOUCHED);
}

const UNTOUCHED: DmlResult = { id: null, isCreated: false, errors: [] };

function toResult(saved: SaveResult | undefined): DmlResult {
  if (!saved) return UNTOUCHED;
  const { id, isCreated, error, others = [] } = saved;
  return { id, isCreated, errors: error ? [error, ...others] : [] };
}
