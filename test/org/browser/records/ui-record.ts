import { fieldNamed, type Field, objectNamed, type ObjectType } from '../../metadata/schema.ts';
import { RecordError } from '../../record-error.ts';
import { toJsonValue } from '../../rest/json.ts';
import { type ResultRecord } from '../../soql/execute.ts';
import { normalizeId } from '../../store/record-ids.ts';
import { type FieldValue } from '../../store/values.ts';
import { type UiRecord, type UiValue } from '../pages/page-model.ts';
import { displayValue } from './display-value.ts';
import { type PageOrg, queryAs } from './page-session.ts';

export type Wanted = { readonly fields: readonly string[]; readonly optionalFields: readonly string[] };

/** The object whose prefix the id carries; an id of no object is refused. */
export function objectOfId(org: PageOrg, id: string): ObjectType {
  const prefix = (normalizeId(id) ?? '').slice(0, 3);
  const object = [...org.store.schema.objects.values()].find(({ keyPrefix }) => keyPrefix === prefix && prefix !== '');
  if (!object) throw new RecordError('INVALID_ID_FIELD', `The id ${id} belongs to no object of this org.`);
  return object;
}

/** A record as the UI API gives it to that user: a field they may not see fails the call, an optional one is left out. */
export function readUiRecord(org: PageOrg, userId: string, id: string, wanted: Wanted): UiRecord {
  const object = objectOfId(org, id);
  const bare = (name: string): string => name.replace(new RegExp(`^${object.name}\\.`, 'i'), '');
  const optional = wanted.optionalFields.map(bare).filter((path) => mayRead(org, userId, object, path));
  const paths = [...wanted.fields.map(bare), ...optional];
  const [record] = selectUiRecords(org, userId, { object, paths, tail: `WHERE Id = '${normalizeId(id) ?? ''}'` });
  if (!record) throw new RecordError('NOT_FOUND', 'The requested resource does not exist');
  return record;
}

export type Selection = { readonly object: ObjectType; readonly paths: readonly string[]; readonly tail: string };

/** Records of a query in the shape of the UI API. */
export function selectUiRecords(org: PageOrg, userId: string, { object, paths, tail }: Selection): UiRecord[] {
  const always = ['Id', 'LastModifiedDate', 'CurrencyIsoCode'].filter((name) => fieldNamed(object, name));
  const names = new Map([...always, ...paths].map((path) => [path.toLowerCase(), path]));
  const soql = `SELECT ${[...names.values()].join(', ')} FROM ${object.name} ${tail}`;
  return queryAs(org, userId, soql).map((row) => toUiRecord(org, row));
}

/** Whether the user sees the field at the end of a path such as `Account.Name`. */
export function mayRead(org: PageOrg, userId: string, object: ObjectType, path: string): boolean {
  const rights = org.security.rightsOf(userId);
  const [step = '', ...rest] = path.split('.');
  if (rest.length === 0) {
    const field = fieldNamed(object, step);
    return field !== undefined && rights.field(object, field).read;
  }
  const lookup = lookupNamed(object, step);
  if (lookup === undefined || !rights.field(object, lookup).read) return false;
  const [target = ''] = lookup.reference?.to ?? [];
  const parent = objectNamed(org.store.schema, target);
  return rights.object(parent).read && mayRead(org, userId, parent, rest.join('.'));
}

function lookupNamed(object: ObjectType, relationship: string): Field | undefined {
  const wanted = relationship.toLowerCase();
  return [...object.fields.values()].find(({ reference }) => reference?.relationshipName?.toLowerCase() === wanted);
}

function toUiRecord(org: PageOrg, row: ResultRecord): UiRecord {
  const currency = plainValue(row, 'CurrencyIsoCode');
  const modified = plainValue(row, 'LastModifiedDate');
  const fields: Record<string, UiValue> = {};
  for (const item of row.values) {
    if (item.kind === 'value') {
      const shown = displayValue(item.field, item.value, typeof currency === 'string' ? currency : null);
      fields[item.name] = { value: toJsonValue(item.field, item.value), displayValue: shown };
    } else if (item.kind === 'parent') {
      const parent = item.record && toUiRecord(org, item.record);
      fields[item.name] = { value: parent, displayValue: parent && nameOf(org, parent) };
    }
  }
  return {
    id: row.id ?? '',
    apiName: row.type,
    ...(typeof modified === 'string' ? { lastModifiedDate: modified } : {}),
    fields,
  };
}

function plainValue(row: ResultRecord, name: string): FieldValue | undefined {
  const found = row.values.find((item) => item.name === name);
  return found?.kind === 'value' ? found.value : undefined;
}

function nameOf(org: PageOrg, record: UiRecord): string | null {
  const field = nameFieldOf(objectNamed(org.store.schema, record.apiName));
  const value = record.fields[field]?.value;
  return typeof value === 'string' ? value : null;
}

/** The field by which records of an object are called: `Name`, or what stands for it. */
export function nameFieldOf(object: ObjectType): string {
  const named = [...object.fields.values()].find(({ isNameField }) => isNameField);
  return named?.name ?? (object.fields.has('name') ? 'Name' : 'Id');
}
