import { fieldNamed, type Field, objectNamed, type ObjectType } from './schema.ts';
import { RecordError } from '../record-error.ts';
import { type RecordStore } from '../store/record-store.ts';
import { coerce, type FieldValue, type Row } from '../store/values.ts';
import { type MetadataRecord } from './read-source.ts';

/** Deploys custom metadata records, in any order: what exists under the same developer name is replaced, references resolve by name. */
export function deployMetadataRecords(store: RecordStore, records: readonly MetadataRecord[], now: string): void {
  store.db.transaction(() => {
    const saved = records.map((record) => saveRecord(store, record, now));
    saved.forEach(({ object, id }, index) => {
      const record = records[index];
      if (record) store.update(object, id, referencesOf(store, object, record));
    });
  });
}

function saveRecord(store: RecordStore, record: MetadataRecord, now: string): { object: ObjectType; id: string } {
  const object = objectNamed(store.schema, record.type);
  const known = idOf(store, object, record.developerName);
  const row: Row = {
    DeveloperName: record.developerName,
    MasterLabel: record.label,
    Label: record.label,
    Language: 'en_US',
    NamespacePrefix: record.namespace ?? null,
    QualifiedApiName: [record.namespace ?? [], record.developerName].flat().join('__'),
    SystemModstamp: now,
    ...plainValues(object, record),
  };
  if (known !== null) store.update(object, known, row);
  const id = known ?? store.newId(object);
  if (known === null) store.insert(object, { ...row, Id: id });
  return { object, id };
}

function idOf(store: RecordStore, object: ObjectType, developerName: string): string | null {
  const field = fieldNamed(object, 'DeveloperName');
  const found = field && store.find(object, field, developerName)[0];
  return found ? String(found['Id']) : null;
}

function plainValues(object: ObjectType, record: MetadataRecord): Row {
  const own = [...object.fields.values()].filter(
    (field) => field.isCustom && !field.reference && field.formula === null,
  );
  const row: Row = Object.fromEntries(own.map((field) => [field.name, field.type === 'boolean' ? false : null]));
  for (const [name, value] of record.values) {
    const field = fieldNamed(object, name);
    if (!field) throw fault(record, `${object.name} has no field ${name}`);
    if (!field.reference) row[field.name] = readValue(record, field, value);
  }
  const missing = own.find((field) => field.isRequired && row[field.name] === null);
  if (missing) throw fault(record, `${missing.name} is required`);
  return row;
}

function readValue(record: MetadataRecord, field: Field, text: string | null): FieldValue {
  const value = checked(record, () => coerce(field, text === null && field.type === 'boolean' ? false : text));
  const isUnknown = typeof value === 'string' && !field.picklist.some((entry) => entry.value === value);
  if (field.isRestrictedPicklist && isUnknown) throw fault(record, `${field.name} does not know the value ${value}`);
  return value;
}

function referencesOf(store: RecordStore, object: ObjectType, record: MetadataRecord): Row {
  const row: Row = {};
  for (const field of object.fields.values()) {
    const target = field.reference?.to[0];
    if (!field.isCustom || target === undefined) continue;
    const entry = [...record.values].find(([name]) => name.toLowerCase() === field.name.toLowerCase());
    const developerName = entry?.[1] ?? null;
    const id = developerName === null ? null : idOf(store, objectNamed(store.schema, target), developerName);
    if (id === null && (developerName !== null || field.isRequired)) {
      throw fault(record, `${field.name} names ${developerName ?? 'nothing'}, which is no ${target}`);
    }
    row[field.name] = id;
  }
  return row;
}

function checked(record: MetadataRecord, read: () => FieldValue): FieldValue {
  try {
    return read();
  } catch (error) {
    throw fault(record, error instanceof Error ? error.message : String(error));
  }
}

function fault(record: MetadataRecord, reason: string): RecordError {
  return new RecordError('DEPLOY_FAILED', `Custom metadata record ${record.type} ${record.developerName}: ${reason}.`);
}
