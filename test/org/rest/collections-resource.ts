import { Decimal } from 'decimal.js';
import { objectNamed } from '../metadata/schema.ts';
import { RecordError } from '../record-error.ts';
import { type SaveResult } from '../records/pending-row.ts';
import { externalIdField, objectOfId, type RecordInput } from '../records/read-input.ts';
import { type Records } from '../records/records.ts';
import { normalizeId } from '../store/record-ids.ts';
import { type RecordStore } from '../store/record-store.ts';
import { type QueryRunner } from '../run-query.ts';
import { jsonBody, ok, type RestRequest, type RestResponse } from './http.ts';
import { toJsonRecord } from './json.ts';

type Resource = { readonly store: RecordStore; readonly records: Records; readonly runQuery: QueryRunner };
type CollectionRecord = RecordInput & { readonly attributes?: { readonly type?: string } };

const MAX_RECORDS = 200;
const MAX_CHUNKS = 10;

/** POST, PATCH and DELETE /composite/sobjects, and upserts by external id: up to 200 records, each with its own result. */
export function saveCollection(
  resource: Resource,
  request: RestRequest,
  upsert: { readonly type: string; readonly keyField: string } | null,
): RestResponse {
  if (request.method === 'DELETE') return deleteCollection(resource, request);
  const body = jsonBody(request);
  const inputs = (Array.isArray(body['records']) ? body['records'] : []) as CollectionRecord[];
  checkCollection(inputs);
  const save = upsert
    ? upsertOne(resource, request, upsert, inputs)
    : request.method === 'POST'
      ? (input: CollectionRecord) => insertOne(resource, request, input)
      : (input: CollectionRecord) => updateOne(resource, request, input);
  return answer(runAll(resource.records, inputs, save, body['allOrNone'] === true), upsert !== null);
}

function checkCollection(inputs: readonly CollectionRecord[]): void {
  if (inputs.length > MAX_RECORDS) {
    throw new RecordError(
      'EXCEEDED_MAX_SIZE_REQUEST',
      `record limit reached. cannot submit more than ${MAX_RECORDS} records into this call`,
    );
  }
  const types = inputs.map((input) => input.attributes?.type ?? '');
  if (types.includes('')) {
    throw new RecordError('INVALID_INPUT', 'Every record of a collection needs attributes with its type.');
  }
  const chunks = types.filter((type, index) => type !== types[index - 1]).length;
  if (chunks > MAX_CHUNKS)
    throw new RecordError('INVALID_INPUT', `A collection may change the type at most ${MAX_CHUNKS} times.`);
}

const ROLLED_BACK = new RecordError(
  'ALL_OR_NONE_OPERATION_ROLLED_BACK',
  'Record rolled back because not all records were valid and the request was using AllOrNone header',
);

class Undo extends Error {}

/** Saves one after the other; with allOrNone a single failure undoes the rest and marks them as rolled back. */
export function runAll<T>(
  records: Records,
  inputs: readonly T[],
  save: (input: T, index: number) => SaveResult,
  isAllOrNone: boolean,
): SaveResult[] {
  let results: SaveResult[] = [];
  try {
    records.transaction(() => {
      results = inputs.map(save);
      if (isAllOrNone && results.some((result) => result.error)) throw new Undo();
    });
  } catch (error) {
    if (!(error instanceof Undo)) throw error;
    return results.map((result) => (result.error ? result : { id: null, isCreated: false, error: ROLLED_BACK }));
  }
  return results;
}

/** One record's result in a collection's answer. */
export function toJsonResult(result: SaveResult, isUpsert: boolean): unknown {
  if (!result.error) {
    return { id: result.id, success: true, errors: [], ...(isUpsert ? { created: result.isCreated } : {}) };
  }
  const { statusCode, message, fields } = result.error;
  return {
    ...(result.id === null ? {} : { id: result.id }),
    success: false,
    errors: [{ statusCode, message, fields }],
  };
}

function answer(results: readonly SaveResult[], isUpsert: boolean): RestResponse {
  return ok(results.map((result) => toJsonResult(result, isUpsert)));
}

function refused(error: RecordError): SaveResult {
  return { id: null, isCreated: false, error };
}

function idOf(input: CollectionRecord): string | null {
  const entry = Object.entries(input).find(([name]) => name.toLowerCase() === 'id');
  return typeof entry?.[1] === 'string' ? entry[1] : null;
}

function withoutId(input: CollectionRecord): RecordInput {
  return Object.fromEntries(Object.entries(input).filter(([name]) => name.toLowerCase() !== 'id'));
}

function insertOne({ records }: Resource, request: RestRequest, input: CollectionRecord): SaveResult {
  if (idOf(input) !== null)
    return refused(new RecordError('INVALID_FIELD', 'cannot specify Id in an insert call', ['Id']));
  return records.insert(request.session, input.attributes?.type ?? '', input);
}

function updateOne({ records }: Resource, request: RestRequest, input: CollectionRecord): SaveResult {
  const id = normalizeId(idOf(input) ?? '');
  if (id === null) return refused(new RecordError('MISSING_ARGUMENT', 'Id not specified in an update call', ['Id']));
  return records.update(request.session, input.attributes?.type ?? '', id, withoutId(input));
}

function upsertOne(
  { store, records }: Resource,
  request: RestRequest,
  { type, keyField }: { readonly type: string; readonly keyField: string },
  inputs: readonly CollectionRecord[],
): (input: CollectionRecord) => SaveResult {
  const object = objectNamed(store.schema, type);
  const key = externalIdField(object, keyField);
  const keyOf = (input: CollectionRecord): string => {
    const entry = Object.entries(input).find(([name]) => name.toLowerCase() === key.name.toLowerCase());
    const value = entry?.[1] ?? '';
    const text = typeof value === 'object' && !(value instanceof Decimal) ? '' : String(value);
    return key.isCaseSensitive ? text : text.toLowerCase();
  };
  const counts = new Map<string, number>();
  for (const input of inputs) counts.set(keyOf(input), (counts.get(keyOf(input)) ?? 0) + 1);
  return (input) => {
    if (input.attributes?.type?.toLowerCase() !== object.name.toLowerCase()) {
      return refused(new RecordError('INVALID_TYPE', `Every record of this upsert must be a ${object.name}.`));
    }
    if (keyOf(input) !== '' && (counts.get(keyOf(input)) ?? 0) > 1) {
      return refused(
        new RecordError('DUPLICATE_VALUE', `Duplicate external id specified: ${keyOf(input)}`, [key.name]),
      );
    }
    return records.upsert(request.session, object.name, key.name, input);
  };
}

function deleteCollection({ store, records }: Resource, request: RestRequest): RestResponse {
  const ids = (request.query.get('ids') ?? '').split(',').filter((id) => id !== '');
  if (ids.length > MAX_RECORDS) {
    throw new RecordError(
      'EXCEEDED_MAX_SIZE_REQUEST',
      `record limit reached. cannot submit more than ${MAX_RECORDS} records into this call`,
    );
  }
  const remove = (rawId: string): SaveResult => {
    const id = normalizeId(rawId);
    const object = id === null ? undefined : objectOfId(store.schema, id);
    if (id === null || !object) return refused(new RecordError('MALFORMED_ID', `bad id ${rawId}`));
    return records.delete(request.session, object.name, id);
  };
  return answer(runAll(records, ids, remove, request.query.get('allOrNone') === 'true'), false);
}

/** GET or POST /composite/sobjects/Type: the records of these ids, null where there is none. */
export function readCollection({ store, runQuery }: Resource, request: RestRequest, type: string): RestResponse {
  const object = objectNamed(store.schema, type);
  const { ids, fields } = wanted(request);
  const records = ids.map((rawId) => {
    const id = normalizeId(rawId);
    if (id === null) throw new RecordError('MALFORMED_ID', `malformed id ${rawId}`);
    const names = fields.some((field) => field.toLowerCase() === 'id') ? fields : ['Id', ...fields];
    const [record] = runQuery(
      request.session,
      `SELECT ${names.join(', ')} FROM ${object.name} WHERE Id = '${id}'`,
    ).records;
    return record ? toJsonRecord(record, request.version) : null;
  });
  return ok(records);
}

function wanted(request: RestRequest): { ids: string[]; fields: string[] } {
  if (request.method === 'GET') {
    const list = (name: string): string[] => (request.query.get(name) ?? '').split(',').filter((entry) => entry !== '');
    return { ids: list('ids'), fields: list('fields') };
  }
  const body = jsonBody(request);
  const list = (name: string): string[] => (Array.isArray(body[name]) ? body[name].map(String) : []);
  return { ids: list('ids'), fields: list('fields') };
}
