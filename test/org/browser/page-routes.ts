import { type IncomingMessage } from 'node:http';
import { RecordError, toRecordError } from '../record-error.ts';
import { type RecordInput } from '../records/read-input.ts';
import { type RestResponse } from '../rest/http.ts';
import { parseJson } from '../rest/json.ts';
import { type CallApex } from './aura/serve-aura.ts';
import { type EventStream } from './event-stream.ts';
import { type Flexipage } from './pages/flexipage.ts';
import { listView, relatedList } from './pages/lists.ts';
import { recordPage } from './pages/record-page.ts';
import { type PageOrg } from './records/page-session.ts';
import { updateRecord } from './records/update-record.ts';
import { readUiRecord } from './records/ui-record.ts';

export type PageRequest = {
  readonly userId: string;
  readonly method: string;
  readonly url: URL;
  readonly body: string;
};

export type PageData = {
  readonly org: PageOrg;
  readonly pages: ReadonlyMap<string, Flexipage>;
  readonly events: EventStream;
  readonly callApex: CallApex;
};

type Handler = (data: PageData, request: PageRequest, ...parts: string[]) => RestResponse | Promise<RestResponse>;
type Route = readonly [method: string, path: RegExp, handle: Handler];

const found = (body: unknown): RestResponse => ({ status: 200, body });

const ROUTES: readonly Route[] = [
  [
    'GET',
    /^\/records\/(\w+)$/,
    ({ org }, { userId, url }, id = '') => found(readUiRecord(org, userId, id, wantedOf(url))),
  ],
  [
    'PATCH',
    /^\/records\/(\w+)$/,
    ({ org }, { userId, body, url }, id = '') => {
      updateRecord(org, userId, id, fieldsOf(body));
      return found(readUiRecord(org, userId, id, wantedOf(url)));
    },
  ],
  ['GET', /^\/pages\/(\w+)$/, ({ org, pages }, { userId }, id = '') => found(recordPage(org, pages, userId, id))],
  ['GET', /^\/lists\/(\w+)$/, ({ org }, { userId }, objectName = '') => found(listView(org, userId, objectName))],
  [
    'GET',
    /^\/related\/(\w+)\/(\w+)$/,
    ({ org }, { userId, url }, recordId = '', relationship = '') => {
      const limit = Number(url.searchParams.get('limit') ?? '10');
      return found(relatedList(org, userId, { recordId, relationship, limit }));
    },
  ],
  [
    'POST',
    /^\/apex\/(\w+)\.(\w+)$/,
    ({ callApex }, { userId, body }, className = '', method = '') => callApex({ userId, className, method, body }),
  ],
  [
    'GET',
    /^\/channels$/,
    ({ events }, { userId, url }) => {
      events.checkChannel(userId, url.searchParams.get('name') ?? '');
      return found({});
    },
  ],
];

/** Answers what pages ask for below /lightning/api; every refusal has the body that components read. */
export async function answerPage(data: PageData, request: PageRequest): Promise<RestResponse> {
  const path = request.url.pathname.replace(/^\/lightning\/api/, '');
  try {
    for (const [method, pattern, handle] of ROUTES) {
      const parts = method === request.method ? pattern.exec(path)?.slice(1) : undefined;
      if (parts) return await handle(data, request, ...parts);
    }
    throw new RecordError('NOT_FOUND', `The local org's pages have no ${request.method} ${path}.`);
  } catch (error) {
    return refusal(toRecordError(error));
  }
}

function wantedOf({ searchParams }: URL): { fields: string[]; optionalFields: string[] } {
  const list = (name: string): string[] => (searchParams.get(name) ?? '').split(',').filter((field) => field !== '');
  return { fields: list('fields'), optionalFields: list('optionalFields') };
}

function fieldsOf(body: string): RecordInput {
  const { fields } = parseJson(body) as { readonly fields?: RecordInput };
  if (fields === undefined) throw new RecordError('JSON_PARSER_ERROR', 'An update needs the fields to set.');
  return fields;
}

const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  NOT_FOUND: 404,
  INSUFFICIENT_ACCESS_OR_READONLY: 403,
  UNKNOWN_EXCEPTION: 500,
};

/** A refusal in the shape of the UI API: faults of fields apart from those of the record. */
function refusal(error: RecordError): RestResponse {
  const status = STATUS_BY_CODE[error.statusCode] ?? 400;
  const fault = { errorCode: error.statusCode, message: error.message };
  const fieldErrors = Object.fromEntries(error.fields.map((field) => [field, [{ ...fault, field }]]));
  const errors = error.fields.length > 0 ? [] : [fault];
  return {
    status,
    body: { statusCode: status, errorCode: error.statusCode, message: error.message, output: { errors, fieldErrors } },
  };
}

/** The value of one cookie. */
export function cookieOf(message: IncomingMessage, name: string): string | null {
  const pairs = (message.headers.cookie ?? '').split(/;\s*/).map((pair) => pair.split(/=(.*)/s));
  return pairs.find(([key]) => key === name)?.[1] ?? null;
}
