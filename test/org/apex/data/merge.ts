import { isStored, type ObjectType } from '../../metadata/schema.ts';
import { RecordError } from '../../record-error.ts';
import { currentExecution, type Execution } from '../execution/execution.ts';
import { throwApex, throwNullReference } from '../runtime/values/apex-exception.ts';
import { ApexId } from '../runtime/values/apex-id.ts';
import { ApexList } from '../runtime/values/apex-list.ts';
import { ApexSObject } from './apex-sobject.ts';
import { plainId } from './dml-plan.ts';
import { runDml } from './dml.ts';
import { type AccessMode } from './query.ts';

const MERGEABLE: ReadonlySet<string> = new Set(['Account', 'Case', 'Contact', 'Lead']);
const MOST_DUPLICATES = 2;

export type MergeCall = {
  readonly master: unknown;
  readonly duplicates: unknown;
  readonly accessMode: AccessMode | null;
};

/** What became of each duplicate: its id, and the related records that now belong to the master. */
export type Merged = { readonly id: string; readonly related: readonly string[] };

/**
 * merge: what belongs to the duplicates moves to the master, the duplicates are deleted with their triggers, and the master is
 * saved with what it holds in memory.
 */
export function mergeRecords({ master, duplicates, accessMode }: MergeCall): Merged[] {
  const execution = currentExecution();
  const kept = master instanceof ApexSObject ? master : throwNullReference();
  const object = mergeable(kept);
  const keptId = plainId(kept) ?? throwApex('System.DmlException', 'Merge failed. The master record has no Id.');
  const lost = idsOf(duplicates);
  if (lost.length > MOST_DUPLICATES || lost.includes(keptId)) {
    throwApex('System.DmlException', `Merge takes up to ${MOST_DUPLICATES} other records of the master's type.`);
  }
  const request = { isAllOrNone: true, accessMode, externalIdField: null };
  execution.transaction.beginWrite();
  return execution.org.records.transaction(() => {
    const merged = lost.map((id) => ({ id, related: moveRelated(execution, object, id, keptId) }));
    const records = lost.map((id) => recordOf(object, id));
    runDml({ ...request, operation: 'delete', records });
    for (const id of lost) noteMaster(execution, object, id, keptId);
    runDml({ ...request, operation: 'update', records: [kept] });
    return merged;
  });
}

function mergeable({ object, objectName }: ApexSObject): ObjectType {
  if (object && MERGEABLE.has(object.name)) return object;
  return throwApex('System.TypeException', `Merge is not supported for ${objectName}`);
}

function idsOf(duplicates: unknown): string[] {
  const items = duplicates instanceof ApexList ? duplicates.items : [duplicates];
  return items.map((item) => {
    const id = item instanceof ApexSObject ? item.peek('Id') : item;
    return id instanceof ApexId ? id.value : throwNullReference();
  });
}

function recordOf(object: ObjectType, id: string): ApexSObject {
  const record = new ApexSObject(object);
  record.setField('Id', ApexId.of(id));
  return record;
}

/** Lookups that named the duplicate name the master; their objects' triggers do not run. */
function moveRelated({ org }: Execution, object: ObjectType, from: string, to: string): string[] {
  const { store } = org;
  return store.schema.childRelationships(object.name).flatMap(({ child, field }) => {
    if (!isStored(field) || child.kind === 'event' || child.kind === 'metadata') return [];
    return store.find(child, field, from).map((row) => {
      const id = String(row['Id']);
      store.update(child, id, { [field.name]: to });
      return id;
    });
  });
}

function noteMaster({ org: { store } }: Execution, object: ObjectType, id: string, masterId: string): void {
  if (object.fields.has('masterrecordid')) store.update(object, id, { MasterRecordId: masterId });
  if (!store.get(object, id)) throw new RecordError('INVALID_CROSS_REFERENCE_KEY', `invalid cross reference id: ${id}`);
}
