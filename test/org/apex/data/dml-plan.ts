import { type ObjectType } from '../../metadata/schema.ts';
import { RecordError } from '../../record-error.ts';
import { externalIdField, findByExternalId, type RecordInput } from '../../records/read-input.ts';
import { type SaveItem } from '../../records/save-chunk.ts';
import { type SaveOperation } from '../../records/trigger-host.ts';
import { type FieldInput } from '../../store/values.ts';
import { type Execution } from '../execution/execution.ts';
import { type DataObject } from '../library/data/data-class.ts';
import { ApexId } from '../runtime/values/apex-id.ts';
import { type ApexSObject } from './apex-sobject.ts';
import { toRecordInput } from './dml-input.ts';
import { readDmlOptions, truncated } from './dml-options.ts';
import { type DmlRequest } from './dml.ts';
import { toFieldInput } from './field-values.ts';

/** A record's save, with the operation that an upsert turns out to be for it. */
export type Planned = { readonly operation: SaveOperation; readonly item: SaveItem };

/** One DML statement's plan for one record type; the keys of an upsert are seen once each. */
export type Planning = {
  readonly execution: Execution;
  readonly request: DmlRequest;
  readonly object: ObjectType;
  readonly keys: Set<FieldInput>;
};

/** What a save of the record will do; what stands against it before anything is tried is a RecordError. */
export function planSave(planning: Planning, record: ApexSObject): Planned {
  const { operation } = planning.request;
  const id = plainId(record);
  switch (operation) {
    case 'insert':
      if (id !== null)
        throw new RecordError('INVALID_FIELD_FOR_INSERT_UPDATE', 'cannot specify Id in an insert call', ['Id']);
      return planInsert(planning, record);
    case 'upsert':
      return planUpsert(planning, record);
    case 'update':
      if (id === null) throw new RecordError('MISSING_ARGUMENT', 'Id not specified in an update call');
      return planUpdate(planning, record, id);
    default:
      if (id === null)
        throw new RecordError(
          'MISSING_ARGUMENT',
          `Id not specified in ${operation === 'delete' ? 'a delete' : 'an undelete'} call`,
        );
      return { operation, item: { id, input: {} } };
  }
}

/** The record's own id, or null where it has none yet. */
export function plainId(record: ApexSObject): string | null {
  const id = record.peek('Id');
  return id instanceof ApexId ? id.value : null;
}

function planInsert(planning: Planning, record: ApexSObject): Planned {
  return { operation: 'insert', item: { id: null, input: inputOf(planning, record, 'insert') } };
}

function planUpdate(planning: Planning, record: ApexSObject, id: string): Planned {
  return { operation: 'update', item: { id, input: inputOf(planning, record, 'update') } };
}

function inputOf({ request, object }: Planning, record: ApexSObject, operation: 'insert' | 'update'): RecordInput {
  const input = toRecordInput(record, operation);
  const own = record.options === null ? null : readDmlOptions(record.options as DataObject);
  return (request.truncates ?? false) || own?.truncates === true ? truncated(object, input) : input;
}

function planUpsert(planning: Planning, record: ApexSObject): Planned {
  const { execution, request, object } = planning;
  const id = plainId(record);
  const keyName = request.externalIdField;
  if (keyName === null || keyName.toLowerCase() === 'id') {
    return id === null ? planInsert(planning, record) : planUpdate(planning, record, id);
  }
  const key = externalIdField(object, keyName);
  const value = toFieldInput(record.peek(key.name));
  if (value === null || value === '')
    throw new RecordError('MISSING_ARGUMENT', `${key.name} not specified`, [key.name]);
  if (planning.keys.has(value))
    throw new RecordError('DUPLICATE_VALUE', `Duplicate external id specified: ${String(value)}`, [key.name]);
  planning.keys.add(value);
  const found = findByExternalId(execution.org.store, object, key, value);
  if (found.length > 1) {
    throw new RecordError(
      'DUPLICATE_EXTERNAL_ID',
      `${key.name}: more than one record found for external id field: [${found.join(', ')}]`,
      [key.name],
    );
  }
  const [foundId] = found;
  if (foundId === undefined) return planInsert(planning, record);
  record.load('Id', ApexId.of(foundId));
  return planUpdate(planning, record, foundId);
}
