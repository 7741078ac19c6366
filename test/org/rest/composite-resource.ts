import { RecordError } from '../record-error.ts';
import { type Records } from '../records/records.ts';
import { errorResponse, jsonBody, ok, type RestRequest, type RestResponse } from './http.ts';

type Subrequest = {
  readonly method: string;
  readonly url: string;
  readonly referenceId: string;
  readonly body?: unknown;
  readonly httpHeaders?: Readonly<Record<string, string>>;
};
type Subresponse = { readonly response: RestResponse; readonly referenceId: string };
type Handle = (request: RestRequest) => RestResponse;

const MAX_SUBREQUESTS = 25;

class Undo extends Error {}

/** POST /composite: up to 25 requests in order, `@{ref.id}` filled from earlier answers, undone together if asked. */
export function runComposite(records: Records, handle: Handle, request: RestRequest): RestResponse {
  const body = jsonBody(request);
  const subrequests = (Array.isArray(body['compositeRequest']) ? body['compositeRequest'] : []) as Subrequest[];
  checkSubrequests(subrequests);
  const isAllOrNone = body['allOrNone'] === true;
  let answers: Subresponse[] = [];
  try {
    records.transaction(() => {
      answers = runInOrder(handle, request, subrequests, isAllOrNone);
      if (isAllOrNone && answers.some(hasFailed)) throw new Undo();
    });
  } catch (error) {
    if (!(error instanceof Undo)) throw error;
    answers = answers.map((answer) => (hasFailed(answer) ? answer : halted(answer.referenceId)));
  }
  return ok({
    compositeResponse: answers.map(({ response, referenceId }) => ({
      body: response.body ?? null,
      httpHeaders: locationHeader(response),
      httpStatusCode: response.status,
      referenceId,
    })),
  });
}

function locationHeader({ headers }: RestResponse): Readonly<Record<string, string>> {
  return headers?.['location'] === undefined ? {} : { Location: headers['location'] };
}

function checkSubrequests(subrequests: readonly Subrequest[]): void {
  if (subrequests.length === 0 || subrequests.length > MAX_SUBREQUESTS) {
    throw new RecordError(
      'LIMIT_EXCEEDED',
      `A composite request has 1 to ${MAX_SUBREQUESTS} subrequests, not ${subrequests.length}.`,
    );
  }
  const references = new Set(subrequests.map((subrequest) => subrequest.referenceId));
  if (references.size !== subrequests.length) {
    throw new RecordError('INVALID_INPUT', 'Every subrequest needs its own referenceId.');
  }
}

function hasFailed({ response }: Subresponse): boolean {
  return response.status >= 400;
}

function halted(referenceId: string): Subresponse {
  return {
    referenceId,
    response: {
      status: 400,
      body: [
        {
          errorCode: 'PROCESSING_HALTED',
          message: 'The transaction was rolled back since another operation in the same transaction failed.',
        },
      ],
    },
  };
}

function runInOrder(
  handle: Handle,
  request: RestRequest,
  subrequests: readonly Subrequest[],
  isAllOrNone: boolean,
): Subresponse[] {
  const bodies = new Map<string, unknown>();
  const answers: Subresponse[] = [];
  for (const subrequest of subrequests) {
    if (isAllOrNone && answers.some(hasFailed)) {
      answers.push(halted(subrequest.referenceId));
      continue;
    }
    const response = runOne(handle, request, subrequest, bodies);
    if (response.status < 400) bodies.set(subrequest.referenceId, response.body);
    answers.push({ response, referenceId: subrequest.referenceId });
  }
  return answers;
}

function runOne(
  handle: Handle,
  request: RestRequest,
  subrequest: Subrequest,
  bodies: ReadonlyMap<string, unknown>,
): RestResponse {
  try {
    const url = new URL(String(substitute(subrequest.url, bodies)), 'http://org');
    const headers = Object.entries(subrequest.httpHeaders ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
    return handle({
      session: request.session,
      version: request.version,
      method: subrequest.method.toUpperCase(),
      path: url.pathname,
      query: url.searchParams,
      headers: Object.fromEntries(headers) as Record<string, string>,
      caller: request.caller,
      body: subrequest.body === undefined ? '' : JSON.stringify(substitute(subrequest.body, bodies), exactNumbers),
    });
  } catch (error) {
    if (error instanceof RecordError) return errorResponse(error);
    throw error;
  }
}

/** Decimals go into the subrequest's body with the digits they came with. */
function exactNumbers(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key];
  return isDecimal(original)
    ? (JSON as unknown as { rawJSON: (text: string) => unknown }).rawJSON(original.toString())
    : value;
}

function isDecimal(value: unknown): value is { toString: () => string } {
  return typeof value === 'object' && value !== null && 'toFixed' in value;
}

const REFERENCE = /@\{([^}]+)\}/g;

function substitute(value: unknown, bodies: ReadonlyMap<string, unknown>): unknown {
  if (typeof value === 'string') {
    return value.replace(REFERENCE, (_, path: string) => String(lookUp(path, bodies)));
  }
  if (Array.isArray(value)) return value.map((entry) => substitute(entry, bodies));
  if (typeof value !== 'object' || value === null || isDecimal(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, substitute(entry, bodies)]));
}

/** `newAccount.id` or `query.records[0].Id` in the bodies of earlier answers. */
function lookUp(path: string, bodies: ReadonlyMap<string, unknown>): unknown {
  const [reference = '', ...steps] = path.split(/\.|\[(\d+)\]\.?/).filter(Boolean);
  let value: unknown = bodies.get(reference);
  for (const step of steps)
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined;
  if (value !== undefined && value !== null) return value;
  throw new RecordError('PROCESSING_HALTED', `Invalid reference specified. No value for ${path} found in ${reference}`);
}
