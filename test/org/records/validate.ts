import { type Field, objectNamed, type ObjectType } from '../metadata/schema.ts';
import { RecordError } from '../record-error.ts';
import { type RecordStore } from '../store/record-store.ts';
import { type FieldValue } from '../store/values.ts';
import { objectOfId } from './read-input.ts';
import { hasMoved, type PendingRow } from './pending-row.ts';

/** The checks of every object before a row is written: required, picklists, lookups, unique values. */
export function validateRow(store: RecordStore, row: PendingRow): void {
  const fields = [...row.object.fields.values()].filter((field) => field.formula === null);
  const missing = fields.filter((field) => isMissing(field, row)).map((field) => field.name);
  if (missing.length > 0) {
    throw new RecordError('REQUIRED_FIELD_MISSING', `Required fields are missing: [${missing.join(', ')}]`, missing);
  }
  for (const field of fields) {
    const value = row.values[field.name] ?? null;
    if (value === null || field.type === 'id' || !hasMoved(row, field.name)) continue;
    if (field.isRestrictedPicklist) checkPicklist(field, value);
    if (field.reference) checkReference(store, row.object, field, String(value));
    if (field.isUnique) checkUnique(store, row, field, value);
  }
}

function isMissing(field: Field, row: PendingRow): boolean {
  return field.isRequired && field.autoNumber === null && (row.values[field.name] ?? null) === null;
}

function checkPicklist(field: Field, value: FieldValue): void {
  const chosen = field.type === 'multipicklist' ? String(value).split(';') : [String(value)];
  for (const entry of chosen) {
    if (field.picklist.some((known) => known.value.toLowerCase() === entry.toLowerCase())) continue;
    throw new RecordError(
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      `${field.label}: bad value for restricted picklist field: ${entry}`,
      [field.name],
    );
  }
}

function checkReference(store: RecordStore, object: ObjectType, field: Field, id: string): void {
  const targets = field.reference?.to ?? [];
  const target = objectOfId(store.schema, id);
  if (!target || !targets.some((name) => name.toLowerCase() === target.name.toLowerCase())) {
    throw new RecordError('FIELD_INTEGRITY_EXCEPTION', `${field.label}: id value of incorrect type: ${id}`, [
      field.name,
    ]);
  }
  const parent = store.get(objectNamed(store.schema, target.name), id);
  if (!parent) {
    throw new RecordError(
      'INVALID_CROSS_REFERENCE_KEY',
      `invalid cross reference id: ${object.name}.${field.name} ${id}`,
      [field.name],
    );
  }
  if (parent['IsDeleted'] === true) {
    throw new RecordError('ENTITY_IS_DELETED', `entity is deleted: ${object.name}.${field.name} ${id}`, [field.name]);
  }
}

function checkUnique(store: RecordStore, row: PendingRow, field: Field, value: FieldValue): void {
  const other = store
    .find(row.object, field, value)
    .find((candidate) => candidate['Id'] !== row.id && candidate['IsDeleted'] !== true);
  if (!other) return;
  if (row.object.name === 'User' && field.name === 'Username') {
    throw new RecordError(
      'DUPLICATE_USERNAME',
      'Duplicate Username. Another user has already selected this username. Please select another.',
      [field.name],
    );
  }
  throw new RecordError(
    'DUPLICATE_VALUE',
    `duplicate value found: ${field.name} duplicates value on record with id: ${String(other['Id'])}`,
    [field.name],
  );
}
