import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type RecordError } from '../record-error.ts';
import { type Session } from '../records/pending-row.ts';
import { parseJson } from './json.ts';

/** A request after routing: whose it is, which version, what the path held, the body as text. */
export type RestRequest = {
  readonly session: Session;
  readonly version: string;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
};

/** An answer; `body` undefined means none. */
export type RestResponse = {
  readonly status: number;
  readonly body?: unknown;
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
  INSUFFICIENT_ACCESS_OR_READONLY: 403,
  NOT_FOUND: 404,
  INVALID_CROSS_REFERENCE_KEY: 404,
  ENTITY_IS_DELETED: 404,
  METHOD_NOT_ALLOWED: 405,
  PRECONDITION_FAILED: 412,
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

const MAX_BODY_BYTES = 50_000_000;

/** The whole body as text. */
export async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error(`The request body exceeds ${MAX_BODY_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Writes an answer with its headers. */
export function send(response: ServerResponse, answer: RestResponse, headers: Readonly<Record<string, string>>): void {
  const text = answer.body === undefined ? '' : JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    ...(answer.body === undefined ? {} : { 'content-type': 'application/json;charset=UTF-8' }),
    ...headers,
    ...answer.headers,
  });
  response.end(text);
}
