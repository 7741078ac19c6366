import { type Decimal } from 'decimal.js';
import { fieldNamed, type Field, type ObjectType, objectNamed, type Schema } from '../metadata/schema.ts';
import { RecordError } from '../record-error.ts';
import { type RecordStore } from '../store/record-store.ts';
import { coerce, type FieldInput, type Row } from '../store/values.ts';

/** A record as a caller gives it: values by field name, or a parent named by one of its unique fields. */
export type RecordInput = {
  readonly [name: string]: FieldInput | undefined | Readonly<Record<string, FieldInput | undefined>>;
};

export type Purpose = 'insert' | 'update' | 'internal';

/** The caller's values under canonical names and types; unknown and read-only fields are refused. */
export function readInput(store: RecordStore, object: ObjectType, input: RecordInput, purpose: Purpose): Row {
  const row: Row = {};
  const locked: string[] = [];
  for (const [name, value] of Object.entries(input)) {
    if (name === 'attributes' || value === undefined) continue;
    if (isParentReference(value)) {
      const { field, id } = resolveParent(store, object, name, value);
      row[field.name] = id;
      continue;
    }
    const field = fieldNamed(object, name);
    if (!field) throw unknownField(object, name);
    if (isLocked(field, purpose)) locked.push(field.name);
    else row[field.name] = coerce(field, value);
  }
  if (locked.length > 0) throw notWritable(locked);
  return row;
}

/** What Salesforce says of a field that the object does not have. */
export function unknownField(object: ObjectType, name: string): RecordError {
  return new RecordError('INVALID_FIELD', `No such column '${name}' on sobject of type ${object.name}`);
}

/** The refusal of fields that this user, or nobody, may write. */
export function notWritable(fields: readonly string[]): RecordError {
  return new RecordError(
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    `Unable to create/update fields: ${fields.join(', ')}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
    fields,
  );
}

function isLocked(field: Field, purpose: Purpose): boolean {
  if (field.formula !== null || field.type === 'id') return true;
  if (purpose === 'internal') return false;
  return purpose === 'insert' ? !field.isCreateable : !field.isUpdateable;
}

type ParentReference = Readonly<Record<string, FieldInput | undefined>>;

function isParentReference(value: FieldInput | ParentReference): value is ParentReference {
  return value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
}

/** `{ Account: { CustomerNumber__c: 'US-1' } }`: the parent is found by its external id. */
function resolveParent(
  store: RecordStore,
  object: ObjectType,
  relationshipName: string,
  reference: ParentReference,
): { field: Field; id: string } {
  const field = [...object.fields.values()].find(
    (candidate) => candidate.reference?.relationshipName?.toLowerCase() === relationshipName.toLowerCase(),
  );
  const parentName = field?.reference?.to[0];
  if (!field || parentName === undefined) throw unknownField(object, relationshipName);
  const parent = objectNamed(store.schema, parentName);
  const entries = Object.entries(reference).filter(([name]) => name !== 'attributes');
  const [keyName, keyValue] = entries[0] ?? ['', null];
  const key = externalIdField(parent, keyName);
  const found = findByExternalId(store, parent, key, keyValue ?? null);
  if (found.length === 1 && found[0] !== undefined) return { field, id: found[0] };
  throw new RecordError(
    'INVALID_FIELD',
    found.length > 1
      ? `Foreign key external ID: ${String(keyValue)} matches more than one ${parent.name} in field ${key.name}`
      : `Foreign key external ID: ${String(keyValue)} not found for field ${key.name} in entity ${parent.name}`,
  );
}

/** The field by which records may be addressed from outside: an external id, or the id itself. */
export function externalIdField(object: ObjectType, name: string): Field {
  const field = fieldNamed(object, name);
  if (field && (field.isExternalId || field.type === 'id')) return field;
  throw new RecordError('NOT_FOUND', `Provided external ID field does not exist or is not accessible: ${name}`);
}

/** Ids of the live records whose external id has that value. */
export function findByExternalId(
  store: RecordStore,
  object: ObjectType,
  field: Field,
  value: string | number | bigint | boolean | Decimal | Date | null,
): string[] {
  const key = coerce(field, value);
  if (key === null) return [];
  return store
    .find(object, field, key)
    .filter((row) => row['IsDeleted'] !== true)
    .map((row) => String(row['Id']));
}

/** The object an id belongs to, by its key prefix. */
export function objectOfId(schema: Schema, id: string): ObjectType | undefined {
  return [...schema.objects.values()].find((object) => object.keyPrefix === id.slice(0, 3));
}
