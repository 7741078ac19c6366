import { objectNamed } from '../metadata/schema.ts';
import { RecordError, toRecordError } from '../record-error.ts';
import { type RecordStore } from '../store/record-store.ts';
import { type FieldInput } from '../store/values.ts';
import { type SaveResult, type Session } from './pending-row.ts';
import { externalIdField, findByExternalId, type RecordInput } from './read-input.ts';

type Dependencies = {
  readonly store: RecordStore;
  readonly insert: (session: Session, objectName: string, input: RecordInput) => SaveResult;
  readonly update: (session: Session, objectName: string, id: string, input: RecordInput) => SaveResult;
};

type Upsert = { readonly objectName: string; readonly keyField: string; readonly input: RecordInput };

/** Updates the one record with that external id, or inserts it; two records with it are an error, never a guess. */
export function upsertRow({ store, insert, update }: Dependencies, session: Session, upsert: Upsert): SaveResult {
  try {
    const object = objectNamed(store.schema, upsert.objectName);
    const key = externalIdField(object, upsert.keyField);
    const entry = Object.entries(upsert.input).find(([name]) => name.toLowerCase() === key.name.toLowerCase());
    const value = (entry?.[1] ?? null) as FieldInput;
    if (value === null || value === '') {
      throw new RecordError('MISSING_ARGUMENT', `${key.name} not specified`);
    }
    const found = findByExternalId(store, object, key, value);
    if (found.length > 1) {
      throw new RecordError(
        'DUPLICATE_EXTERNAL_ID',
        `${key.name}: more than one record found for external id field: [${found.join(', ')}]`,
      );
    }
    const rest = Object.fromEntries(Object.entries(upsert.input).filter(([name]) => name !== entry?.[0]));
    const id = found[0];
    if (id !== undefined) return update(session, object.name, id, rest);
    if (key.type === 'id') throw new RecordError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
    return insert(session, object.name, { ...rest, [key.name]: value });
  } catch (error) {
    return { id: null, isCreated: false, error: toRecordError(error) };
  }
}
