import { objectNamed } from '../metadata/schema.ts';
import { RecordError } from '../record-error.ts';
import { type Records } from '../records/records.ts';
import { externalIdField, findByExternalId, type RecordInput } from '../records/read-input.ts';
import { type SaveResult } from '../records/pending-row.ts';
import { normalizeId } from '../store/record-ids.ts';
import { type RecordStore } from '../store/record-store.ts';
import { type QueryRunner } from '../run-query.ts';
import { toJsonResult } from './collections-resource.ts';
import { jsonBody, type RestRequest, type RestResponse } from './http.ts';
import { toJsonRecord } from './json.ts';
import { type Outcome, planInsert, savePlanned } from './planned-saves.ts';

type Resource = { readonly store: RecordStore; readonly records: Records; readonly runQuery: QueryRunner };

/** POST /sobjects/Type; of an event its publication. */
export function createRecord({ store, records }: Resource, request: RestRequest, type: string): RestResponse {
  const plan = planInsert(objectNamed(store.schema, type), withoutId(jsonBody(request)));
  const [outcome] = records.transaction(() => savePlanned(records, request.session, [plan], true));
  return created(request, type, outcome ?? { id: null, isCreated: false, error: null });
}

function withoutId(body: Record<string, unknown>): RecordInput {
  const id = Object.keys(body).find((name) => name.toLowerCase() === 'id');
  if (id === undefined) return body as RecordInput;
  throw new RecordError('INVALID_FIELD', 'cannot specify Id in an insert call', ['Id']);
}

function created(request: RestRequest, type: string, result: Outcome): RestResponse {
  if (result.error) throw result.error;
  return {
    status: 201,
    headers: { location: `/services/data/${request.version}/sobjects/${type}/${result.id ?? ''}` },
    body: toJsonResult(result, false),
  };
}

/** GET, PATCH and DELETE /sobjects/Type/id */
export function recordById(resource: Resource, request: RestRequest, type: string, rawId: string): RestResponse {
  const object = objectNamed(resource.store.schema, type);
  const id = normalizeId(rawId);
  if (id === null || id.slice(0, 3) !== object.keyPrefix) {
    throw new RecordError('NOT_FOUND', `Provided external ID field does not exist or is not accessible: ${rawId}`);
  }
  switch (request.method) {
    case 'GET':
      return readRecord(resource, request, object.name, id);
    case 'PATCH':
      return updateRecord(resource, request, object.name, id);
    case 'DELETE':
      return noContent(resource.records.delete(request.session, object.name, id));
    default:
      throw methodNotAllowed(request);
  }
}

export function methodNotAllowed(request: RestRequest): RecordError {
  return new RecordError(
    'METHOD_NOT_ALLOWED',
    `HTTP Method '${request.method}' not allowed. Allowed are GET,PATCH,DELETE`,
  );
}

function noContent(result: SaveResult): RestResponse {
  if (result.error) throw result.error;
  return { status: 204 };
}

function lastModified(resource: Resource, type: string, id: string): Date | null {
  const row = resource.store.get(objectNamed(resource.store.schema, type), id);
  const at = row && row['IsDeleted'] !== true ? (row['LastModifiedDate'] ?? row['SystemModstamp'] ?? null) : null;
  return typeof at === 'string' ? new Date(at) : null;
}

/** An HTTP date of the request, or nothing; a header that is no date is a bad request. */
function conditionDate(request: RestRequest, header: string): Date | null {
  const text = request.headers[header];
  if (text === undefined) return null;
  const date = new Date(text);
  if (!Number.isNaN(date.getTime())) return date;
  throw new RecordError('INVALID_ARGUMENT', `The ${header} header is no date: ${text}`);
}

function readRecord(resource: Resource, request: RestRequest, type: string, id: string): RestResponse {
  const at = lastModified(resource, type, id);
  if (!at) throw new RecordError('NOT_FOUND', 'The requested resource does not exist');
  const since = conditionDate(request, 'if-modified-since');
  const headers = { 'last-modified': at.toUTCString() };
  if (since && at <= since) return { status: 304, headers };
  refuseModified(request, at);
  const fields = request.query.get('fields');
  const names =
    fields === null
      ? [...objectNamed(resource.store.schema, type).fields.values()].map((field) => field.name)
      : fields.split(',');
  const selected = names.some((name) => name.trim().toLowerCase() === 'id') ? names : ['Id', ...names];
  const result = resource.runQuery(request.session, `SELECT ${selected.join(', ')} FROM ${type} WHERE Id = '${id}'`);
  const [record] = result.records;
  if (!record) throw new RecordError('NOT_FOUND', 'The requested resource does not exist');
  return { status: 200, headers, body: toJsonRecord(record, request.version) };
}

function refuseModified(request: RestRequest, at: Date): void {
  const since = conditionDate(request, 'if-unmodified-since');
  if (!since || at <= since) return;
  throw new RecordError('PRECONDITION_FAILED', 'Record has been modified since the date given in If-Unmodified-Since');
}

function updateRecord(resource: Resource, request: RestRequest, type: string, id: string): RestResponse {
  const at = lastModified(resource, type, id);
  if (at) refuseModified(request, at);
  const body = jsonBody(request);
  if (Object.keys(body).some((name) => name.toLowerCase() === 'id')) {
    throw new RecordError('INVALID_FIELD', 'The Id field should not be specified in the sobject data.', ['Id']);
  }
  return noContent(resource.records.update(request.session, type, id, body as RecordInput));
}

/** GET, PATCH (upsert) and DELETE /sobjects/Type/ExternalIdField/value */
export function recordByExternalId(
  resource: Resource,
  request: RestRequest,
  { type, keyField, value }: { type: string; keyField: string; value: string },
): RestResponse {
  const object = objectNamed(resource.store.schema, type);
  const key = externalIdField(object, keyField);
  const ids = findByExternalId(resource.store, object, key, value);
  if (ids.length > 1) {
    return { status: 300, body: ids.map((id) => `/services/data/${request.version}/sobjects/${object.name}/${id}`) };
  }
  const [id] = ids;
  if (request.method === 'PATCH') {
    const at = id === undefined ? null : lastModified(resource, object.name, id);
    if (at) refuseModified(request, at);
    return upsertRecord(resource, request, object.name, { [key.name]: value });
  }
  if (id === undefined) throw new RecordError('NOT_FOUND', 'The requested resource does not exist');
  return recordById(resource, request, object.name, id);
}

function upsertRecord(
  resource: Resource,
  request: RestRequest,
  type: string,
  key: Readonly<Record<string, string>>,
): RestResponse {
  const [keyName = ''] = Object.keys(key);
  const body = jsonBody(request);
  if (Object.keys(body).some((name) => name.toLowerCase() === keyName.toLowerCase())) {
    throw new RecordError('INVALID_FIELD', `The ${keyName} field should not be specified in the sobject data.`, [
      keyName,
    ]);
  }
  const result = resource.records.upsert(request.session, type, keyName, { ...body, ...key } as RecordInput);
  if (result.error) throw result.error;
  if (result.isCreated) return withCreated(created(request, type, result), true);
  if (Number(request.version.slice(1)) < 46) return { status: 204 };
  return { status: 200, body: { id: result.id, success: true, errors: [], created: false } };
}

function withCreated(response: RestResponse, isCreated: boolean): RestResponse {
  return { ...response, body: { ...(response.body as object), created: isCreated } };
}
