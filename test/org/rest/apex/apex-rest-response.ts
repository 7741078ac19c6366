import { type DataObject } from '../../apex/library/data/data-class.ts';
import { readRestResponse } from '../../apex/library/data/rest-context.ts';
import { JsonWriter } from '../../apex/library/json/json-writer.ts';
import { writeValue } from '../../apex/library/json/serialize.ts';
import { RecordError } from '../../record-error.ts';
import { type RestResponse } from '../http.ts';

const JSON_TYPE = 'application/json;charset=UTF-8';
const STATUSES: ReadonlySet<number> = new Set([
  200, 201, 202, 204, 206, 300, 301, 302, 304, 400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 414, 415, 417, 500,
  503,
]);
/** Headers that the platform writes itself. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'content-length',
  'cookie',
  'set-cookie',
  'set-cookie2',
]);

/** What goes out: the value a method returned as JSON, or what a void one (`undefined`) left in RestContext.response. */
export function toRestResponse(response: DataObject | null, returned: unknown): RestResponse {
  const { statusCode, body, headers } = response
    ? readRestResponse(response)
    : { statusCode: null, body: null, headers: [] };
  const status = statusCode ?? 200;
  if (!STATUSES.has(status)) {
    throw new RecordError('APEX_ERROR', `System.RestException: Invalid status code for HTTP response: ${status}`);
  }
  const named = new Map(headers.map(([name, value]) => [name.toLowerCase(), value]));
  const sent = Object.fromEntries([...named].filter(([name]) => !OWN_HEADERS.has(name)));
  if (returned !== undefined) return { status, headers: sent, raw: { type: JSON_TYPE, bytes: jsonOf(returned) } };
  if (body === null) return { status, headers: sent };
  return { status, headers: sent, raw: { type: named.get('content-type') ?? JSON_TYPE, bytes: body } };
}

/** Fields without a value are left out, as Apex REST does and JSON.serialize does not. */
function jsonOf(value: unknown): Buffer {
  const writer = new JsonWriter(false);
  writeValue(writer, value, true);
  return Buffer.from(writer.text, 'utf8');
}
