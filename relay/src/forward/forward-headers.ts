import type { IncomingHttpHeaders } from 'node:http';
import { RelayError } from '../errors.ts';

const REQUEST_HEADERS = [
  'accept',
  'accept-encoding',
  'accept-language',
  'content-encoding',
  'content-length',
  'content-type',
  'if-match',
  'if-none-match',
  'odata-maxversion',
  'odata-version',
  'prefer',
] as const;

const RESPONSE_HEADERS = [
  'content-encoding',
  'content-length',
  'content-type',
  'etag',
  'last-modified',
  'location',
  'odata-entityid',
  'odata-version',
  'preference-applied',
  'retry-after',
] as const;

/** Each would let a permitted verb stand in for another one. */
const METHOD_OVERRIDES = ['x-http-method', 'x-http-method-override', 'x-method-override', 'x-http-override'];
const JSON_TYPE = /^application\/json\s*(;|$)/i;

/** Names and values in turn: the form that node and undici send without looking at it as an object first. */
type HeaderList = string[];

/** What of the caller's headers Dynamics sees: named ones only, never the caller's credentials, cookies or addresses. */
export function requestHeaders(headers: IncomingHttpHeaders, token: string): HeaderList {
  return addNamed(['authorization', `Bearer ${token}`], headers, REQUEST_HEADERS);
}

/** Adds what of Dynamics' headers the caller sees: named ones only, never cookies or the ways of the connection behind us. */
export function addResponseHeaders(list: HeaderList, headers: IncomingHttpHeaders): HeaderList {
  return addNamed(list, headers, RESPONSE_HEADERS);
}

/** Throws where headers contradict what the request is judged by: its method, and a body of JSON on writes only. */
export function requirePlainRequest(headers: IncomingHttpHeaders, mayHaveBody: boolean): void {
  if (METHOD_OVERRIDES.some((name) => name in headers)) {
    throw new RelayError('FORWARD_PATH_REFUSED', 'Headers that replace the method are refused. Use the method itself.');
  }
  const hasBody = 'transfer-encoding' in headers || (headers['content-length'] ?? '0') !== '0';
  if (!hasBody) return;
  if (!mayHaveBody) {
    throw new RelayError('REQUEST_MALFORMED', 'A forwarded GET or DELETE has no body. Send it without one.');
  }
  if (!JSON_TYPE.test(headers['content-type'] ?? '')) {
    const message = 'A forwarded body must be application/json. Batches and other types are refused.';
    throw new RelayError('FORWARD_PATH_REFUSED', message, { field: 'content-type' });
  }
}

function addNamed(list: HeaderList, headers: IncomingHttpHeaders, names: readonly string[]): HeaderList {
  for (const name of names) {
    const value = headers[name];
    if (typeof value === 'string') list.push(name, value);
  }
  return list;
}
