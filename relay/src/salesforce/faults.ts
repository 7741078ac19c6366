import { fault, isErrorCode, RelayError, type ErrorCode, type Fault } from '../errors.ts';
import type { Names } from './package-names.ts';

/** One error as Salesforce reports it, for a call or for one record of it; `ours` where the package's own code told it. */
export type SalesforceError = {
  readonly code: string;
  readonly message: string;
  readonly fields: readonly string[];
  readonly ours?: ErrorCode;
};

/** What REST calls a limit that Apex ran into, the customer's included, and whatever else Apex cannot catch. */
export const APEX_FAILED = 'APEX_ERROR';

const MAX_TEXT = 255;
const CONCURRENCY_PAUSE_MS = 10_000;
const DAILY_PAUSE_MS = 15 * 60_000;

const CODES: Readonly<Record<string, ErrorCode>> = {
  UNABLE_TO_LOCK_ROW: 'SALESFORCE_ROW_LOCKED',
  REQUEST_LIMIT_EXCEEDED: 'SALESFORCE_LIMIT',
  SERVER_UNAVAILABLE: 'SALESFORCE_UNAVAILABLE',
  QUERY_TIMEOUT: 'SALESFORCE_UNAVAILABLE',
  INVALID_FIELD: 'FIELD_UNKNOWN',
  INVALID_TYPE: 'MAPPING_INVALID',
  ENTITY_IS_DELETED: 'SALESFORCE_RECORD_GONE',
  API_DISABLED_FOR_ORG: 'PERMISSION_MISSING',
  API_CURRENTLY_DISABLED: 'PERMISSION_MISSING',
  INSUFFICIENT_ACCESS: 'PERMISSION_MISSING',
  INSUFFICIENT_ACCESS_OR_READONLY: 'PERMISSION_MISSING',
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: 'PERMISSION_MISSING',
  INVALID_FIELD_FOR_INSERT_UPDATE: 'PERMISSION_MISSING',
};

/** Reads the shapes of errors: REST's `errorCode`, the collections' `statusCode`, and the one error of our own endpoints (error.v1). */
export function readErrors(body: unknown): SalesforceError[] {
  if (!Array.isArray(body)) return readOwnError(body);
  return body.map((entry: { errorCode?: unknown; statusCode?: unknown; message?: unknown; fields?: unknown }) => ({
    code: textOf(entry.errorCode ?? entry.statusCode),
    message: textOf(entry.message),
    fields: Array.isArray(entry.fields) ? entry.fields.map(textOf) : [],
  }));
}

function readOwnError(body: unknown): SalesforceError[] {
  const { code, message } = (body ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  return typeof code === 'string' && isErrorCode(code)
    ? [{ code, message: textOf(message), fields: [], ours: code }]
    : [];
}

/** The fault of one record that Salesforce refused: its code, its field as mappings name it, its own words without stack or value. */
export function toRecordFault(errors: readonly SalesforceError[], record: string, names: Names): Fault {
  const [error] = errors;
  if (error === undefined) return fault('SALESFORCE_REFUSED', `Salesforce refused ${record} without a reason.`);
  const [field] = error.fields;
  return fault(
    CODES[error.code] ?? 'SALESFORCE_REFUSED',
    `Salesforce refused ${record}: ${cleanText(error)}`,
    field === undefined ? {} : { field: names.here(field) },
  );
}

/** The error of a call that Salesforce refused as a whole; `what` says what the relay wanted. */
export function toCallError(errors: readonly SalesforceError[], what: string): RelayError {
  const [error] = errors;
  const code = error?.ours ?? CODES[error?.code ?? ''];
  if (error === undefined || code === undefined) {
    return new RelayError('UNEXPECTED', `Salesforce refused to ${what} (${error?.code ?? 'no code'}).`, {
      cause: error,
    });
  }
  const retryAfterMs = code === 'SALESFORCE_LIMIT' ? pauseOf(error) : null;
  return new RelayError(code, `Salesforce refused to ${what}: ${cleanText(error)}`, {
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
    cause: error,
  });
}

// One code for two limits: too many long calls at once pass soon, the day's budget does not.
function pauseOf(error: SalesforceError): number {
  return /concurrent/i.test(error.message) ? CONCURRENCY_PAUSE_MS : DAILY_PAUSE_MS;
}

/** Salesforce's sentence for people, and its code. */
export function cleanText({ code, message }: SalesforceError): string {
  const words = cleanWords(message);
  return words === '' ? code : `${words} (${code})`;
}

/** A sentence for people: no Apex stack, no HTML, not the value that was refused, one line of bounded length. */
export function cleanWords(message: string): string {
  const text = message
    .replace(/\s*\b(Class|Trigger|AnonymousBlock|\(\w+\))[.\w]*: line \d+[\s\S]*$/, '')
    .replace(/data value too large: [\s\S]*\(max length=(\d+)\)/, 'longer than $1 characters')
    .replace(QUOTING_WORDS, '$1')
    .replace(/<[^>]{1,200}>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text;
}

/** The value that was refused follows them. */
const QUOTING_WORDS =
  /(bad value for restricted picklist field|value outside of valid range on numeric field|invalid email address): [\s\S]*$/;

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
