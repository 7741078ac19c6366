import { type ServerResponse } from 'node:http';
import { RecordError } from '../record-error.ts';
import { type Session } from '../records/pending-row.ts';
import { parseJson } from './json.ts';

/** Where the org's own Apex classes answer. */
export const APEX_REST_ROOT = '/services/apexrest/';

/** A request after routing: whose it is, which version ('' where its path names none), what the path held, the body as text. */
export type RestRequest = {
  readonly session: Session;
  readonly version: string;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  readonly caller: Caller;
};

/** What only Apex is shown: where a call comes from, and its headers as they were spelled, names and values in turn. */
export type Caller = { readonly address: string; readonly rawHeaders: readonly string[] };

/** An answer: `body` goes out as JSON, `raw` as it is; with neither there is no body. */
export type RestResponse = {
  readonly status: number;
  readonly body?: unknown;
  readonly raw?: { readonly type: string; readonly bytes: string | Uint8Array };
  readonly headers?: Readonly<Record<string, string>>;
};

export function ok(body: unknown): RestResponse {
  return { status: 200, body };
}

/** The body as a JSON object. */
export function jsonBody(request: RestRequest): Record<string, unknown> {
  const body = parseJson(request.body === '' ? '{}' : request.body);
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Record<string, unknown>) : {};
}

const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  INVALID_SESSION_ID: 401,
  REQUEST_LIMIT_EXCEEDED: 403,
  API_DISABLED_FOR_ORG: 403,
  FORBIDDEN: 403,
  INSUFFICIENT_ACCESS_OR_READONLY: 403,
  NOT_FOUND: 404,
  INVALID_CROSS_REFERENCE_KEY: 404,
  ENTITY_IS_DELETED: 404,
  METHOD_NOT_ALLOWED: 405,
  PRECONDITION_FAILED: 412,
  UNSUPPORTED_MEDIA_TYPE: 415,
  APEX_ERROR: 500,
  UNKNOWN_EXCEPTION: 500,
  SERVER_UNAVAILABLE: 503,
  NOT_SUPPORTED_BY_LOCAL_ORG: 501,
};

/** A refusal as REST answers it: an array of errors, `fields` only where there are some. */
export function errorResponse(error: RecordError): RestResponse {
  const fields = error.fields.length > 0 ? { fields: error.fields } : {};
  return {
    status: STATUS_BY_CODE[error.statusCode] ?? 400,
    body: [{ message: error.message, errorCode: error.statusCode, ...fields }],
  };
}

const LARGEST_REQUEST = 50_000_000;
/** Uploads may have 150 MB once they are encoded as base64. */
const LARGEST_UPLOAD = (150_000_000 / 4) * 3;

/** How many bytes a request to that address may bring. */
export function largestBody(url: string): number {
  return /\/jobs\/ingest\/\w+\/batches\/?$/.test(url) ? LARGEST_UPLOAD : LARGEST_REQUEST;
}

/** The whole body as text. */
export async function readBody(message: AsyncIterable<unknown>, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new RecordError('EXCEEDED_MAX_SIZE_REQUEST', `The request body exceeds ${maxBytes} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Writes an answer with its headers. */
export function send(response: ServerResponse, answer: RestResponse, headers: Readonly<Record<string, string>>): void {
  const written = answer.raw ?? writtenJson(answer.body);
  response.writeHead(answer.status, {
    ...(written === null ? {} : { 'content-type': written.type }),
    ...headers,
    ...answer.headers,
  });
  response.end(written?.bytes);
}

type Written = NonNullable<RestResponse['raw']>;

function writtenJson(body: unknown): Written | null {
  return body === undefined ? null : { type: 'application/json;charset=UTF-8', bytes: JSON.stringify(body) };
}
