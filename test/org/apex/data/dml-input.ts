import { fieldNamed, type Field, type ObjectType } from '../../metadata/schema.ts';
import { RecordError } from '../../record-error.ts';
import { type RecordInput } from '../../records/read-input.ts';
import { type FieldInput } from '../../store/values.ts';
import { ApexSObject } from './apex-sobject.ts';
import { toFieldInput } from './field-values.ts';

/** What a record in memory gives to a save: what was set, and on insert also what was read and may be written. */
export function toRecordInput(record: ApexSObject, operation: 'insert' | 'update'): RecordInput {
  const input: Record<string, FieldInput> = {};
  for (const [name, value] of record.entries) {
    const field = record.object && fieldNamed(record.object, name);
    if (!field || field.type === 'id') continue;
    const isSet = record.changed.has(name);
    if (isSet || (operation === 'insert' && field.isCreateable && field.formula === null))
      input[name] = field.type === 'boolean' && value === null ? false : toFieldInput(value);
  }
  return record.origin === 'new' ? { ...input, ...parentKeys(record) } : input;
}

function parentKeys(record: ApexSObject): RecordInput {
  const keys: Record<string, Readonly<Record<string, FieldInput>>> = {};
  for (const [relationship, parent] of record.relations) {
    const key = parent instanceof ApexSObject ? foreignKey(record, relationship, parent) : null;
    if (key) keys[relationship] = key;
  }
  return keys;
}

/** `new Contact(Account = new Account(Number__c = '1'))`: the parent is named by its external id. */
function foreignKey(
  record: ApexSObject,
  relationship: string,
  parent: ApexSObject,
): Readonly<Record<string, FieldInput>> | null {
  const field = record.object && referenceField(record.object, relationship);
  if (!field || record.peek(field.name) !== null || parent.peek('Id') !== null) return null;
  const keys = [...parent.entries].filter(([name]) => parent.object?.fields.get(name.toLowerCase())?.isExternalId);
  const [key] = keys;
  if (keys.length !== 1 || !key) {
    throw new RecordError(
      'INVALID_FIELD',
      `More than 1 field provided in an external foreign key reference in entity: ${parent.objectName}`,
    );
  }
  return { [key[0]]: toFieldInput(key[1]) };
}

/** The field behind a relationship of the object. */
export function referenceField(object: ObjectType, relationship: string): Field | undefined {
  return [...object.fields.values()].find(
    (field) => field.reference?.relationshipName?.toLowerCase() === relationship.toLowerCase(),
  );
}
