import { Decimal } from 'decimal.js';
import { objectNamed, type ObjectType } from '../metadata/schema.ts';
import { RecordError } from '../record-error.ts';
import { externalIdField, objectOfId, type RecordInput } from '../records/read-input.ts';
import { type Records } from '../records/records.ts';
import { normalizeId } from '../store/record-ids.ts';
import { type RecordStore } from '../store/record-store.ts';
import { type QueryRunner } from '../run-query.ts';
import { type FieldInput } from '../store/values.ts';
import { jsonBody, ok, type RestRequest, type RestResponse } from './http.ts';
import { toJsonRecord } from './json.ts';
import { attempt, type Outcome, planInsert, type PlannedSave, savePlanned, upsertPlanner } from './planned-saves.ts';

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
  const plan = planner(resource, request, { upsert, inputs });
  const plans = inputs.map((input) => attempt(() => plan(input)));
  return answer(saveTogether(resource, request, plans, body['allOrNone'] === true), upsert !== null);
}

type Wanted = {
  readonly upsert: { readonly type: string; readonly keyField: string } | null;
  readonly inputs: readonly CollectionRecord[];
};

function planner(
  resource: Resource,
  { method }: RestRequest,
  { upsert, inputs }: Wanted,
): (input: CollectionRecord) => PlannedSave {
  if (upsert) return planUpsert(resource, upsert, inputs);
  return method === 'POST' ? (input) => planNew(resource, input) : (input) => planUpdate(resource, input);
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

/** Saves as one transaction; with allOrNone a single failure undoes the rest and marks them as rolled back. */
function saveTogether(
  { records }: Resource,
  { session }: RestRequest,
  plans: readonly (PlannedSave | RecordError)[],
  isAllOrNone: boolean,
): Outcome[] {
  let outcomes: Outcome[] = [];
  try {
    records.transaction(() => {
      outcomes = savePlanned(records, session, plans, isAllOrNone);
      if (isAllOrNone && outcomes.some((outcome) => outcome.error)) throw new Undo();
    });
  } catch (error) {
    if (!(error instanceof Undo)) throw error;
    return outcomes.map((outcome) => (outcome.error ? outcome : { id: null, isCreated: false, error: ROLLED_BACK }));
  }
  return outcomes;
}

/** One record's result as answers show it: an event is only on its way, which is told as an error that is none. */
export function toJsonResult(outcome: Outcome, isUpsert: boolean): Record<string, unknown> {
  const { id, error, isCreated, eventUuid } = outcome;
  if (!error) {
    const enqueued = { statusCode: 'OPERATION_ENQUEUED', message: eventUuid, fields: [] };
    const errors = eventUuid === undefined ? [] : [enqueued];
    return { id, success: true, errors, ...(isUpsert ? { created: isCreated } : {}) };
  }
  const { statusCode, message, fields } = error;
  return { ...(id === null ? {} : { id }), success: false, errors: [{ statusCode, message, fields }] };
}

function answer(outcomes: readonly Outcome[], isUpsert: boolean): RestResponse {
  return ok(outcomes.map((outcome) => toJsonResult(outcome, isUpsert)));
}

function idOf(input: CollectionRecord): string | null {
  const entry = Object.entries(input).find(([name]) => name.toLowerCase() === 'id');
  return typeof entry?.[1] === 'string' ? entry[1] : null;
}

function withoutId(input: CollectionRecord): RecordInput {
  return Object.fromEntries(Object.entries(input).filter(([name]) => name.toLowerCase() !== 'id'));
}

function objectOf({ store }: Resource, { attributes }: CollectionRecord): ObjectType {
  return objectNamed(store.schema, attributes?.type ?? '');
}

function planNew(resource: Resource, input: CollectionRecord): PlannedSave {
  if (idOf(input) !== null) throw new RecordError('INVALID_FIELD', 'cannot specify Id in an insert call', ['Id']);
  return planInsert(objectOf(resource, input), input);
}

function planUpdate(resource: Resource, input: CollectionRecord): PlannedSave {
  const id = normalizeId(idOf(input) ?? '');
  if (id === null) throw new RecordError('MISSING_ARGUMENT', 'Id not specified in an update call', ['Id']);
  return { operation: 'update', object: objectOf(resource, input), item: { id, input: withoutId(input) } };
}

function planUpsert(
  resource: Resource,
  { type, keyField }: { readonly type: string; readonly keyField: string },
  inputs: readonly CollectionRecord[],
): (input: CollectionRecord) => PlannedSave {
  const object = objectNamed(resource.store.schema, type);
  const key = externalIdField(object, keyField);
  const isKey = (name: string): boolean => name.toLowerCase() === key.name.toLowerCase();
  const keyOf = (input: CollectionRecord): FieldInput => {
    const value = Object.entries(input).find(([name]) => isKey(name))?.[1] ?? null;
    return typeof value === 'object' && !(value instanceof Decimal || value instanceof Date) ? null : value;
  };
  const plan = upsertPlanner({ store: resource.store, object, key }, inputs.map(keyOf));
  return (input) => {
    if (objectOf(resource, input) !== object) {
      throw new RecordError('INVALID_TYPE', `Every record of this upsert must be a ${object.name}.`);
    }
    return plan(keyOf(input), Object.fromEntries(Object.entries(input).filter(([name]) => !isKey(name))));
  };
}

function deleteCollection(resource: Resource, request: RestRequest): RestResponse {
  const ids = (request.query.get('ids') ?? '').split(',').filter((id) => id !== '');
  if (ids.length > MAX_RECORDS) {
    throw new RecordError(
      'EXCEEDED_MAX_SIZE_REQUEST',
      `record limit reached. cannot submit more than ${MAX_RECORDS} records into this call`,
    );
  }
  const plans = ids.map((id) => attempt(() => planDelete(resource, id)));
  return answer(saveTogether(resource, request, plans, request.query.get('allOrNone') === 'true'), false);
}

function planDelete({ store }: Resource, rawId: string): PlannedSave {
  const id = normalizeId(rawId);
  const object = id === null ? undefined : objectOfId(store.schema, id);
  if (id === null || !object) throw new RecordError('MALFORMED_ID', `bad id ${rawId}`);
  return { operation: 'delete', object, item: { id, input: {} } };
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
