import { type Environment } from './environment.ts';
import {
  answerOperation,
  refusalAnswer,
  runOperation,
  type Answer,
  type Caller,
  type Operation,
} from './operations.ts';
import { Refusal } from './refusals.ts';

/** One inner request with the id its answer echoes. */
export type BatchOperation = Operation & { contentId: string | null };

/** A changeset succeeds or fails as one; a single operation stands alone. */
export type BatchItem =
  { kind: 'single'; operation: BatchOperation } | { kind: 'changeset'; operations: BatchOperation[] };

const LARGEST = 5000;
const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  412: 'Precondition Failed',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

function boundaryOf(contentType: string): string {
  const match = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) throw new Refusal(400, 'The batch has no boundary in its Content-Type.');
  return boundary;
}

function splitParts(body: string, boundary: string): string[] {
  const pieces = body.split(`--${boundary}`);
  if (pieces.length < 2) throw new Refusal(400, `The batch does not hold its boundary '${boundary}'.`);
  const parts: string[] = [];
  for (const piece of pieces.slice(1)) {
    if (piece.startsWith('--')) break;
    parts.push(piece.replace(/^\r?\n/, ''));
  }
  return parts;
}

type Section = { headers: Record<string, string>; rest: string };

function splitHead(text: string): [head: string, rest: string] {
  const windows = text.indexOf('\r\n\r\n');
  const unix = text.indexOf('\n\n');
  if (windows !== -1 && (unix === -1 || windows < unix)) return [text.slice(0, windows), text.slice(windows + 4)];
  return unix === -1 ? [text.trimEnd(), ''] : [text.slice(0, unix), text.slice(unix + 2)];
}

function parseHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return headers;
}

function section(text: string): Section {
  const [head, rest] = splitHead(text);
  return { headers: parseHeaders(head.split(/\r?\n/)), rest };
}

/** Reads the address of an inner request: absolute, and of this very environment. */
function innerAddress(target: string, root: string): { path: string; query: URLSearchParams } {
  if (!target.startsWith(root)) {
    throw new Refusal(400, `The address '${target}' of a batch part must be absolute and start with '${root}'.`);
  }
  const rest = target.slice(root.length);
  const question = rest.indexOf('?');
  if (question === -1) return { path: rest, query: new URLSearchParams() };
  return { path: rest.slice(0, question), query: new URLSearchParams(rest.slice(question + 1)) };
}

function parseOperation(part: Section, root: string): BatchOperation {
  const [head, body] = splitHead(part.rest.replace(/^(\r?\n)+/, ''));
  const [requestLine = '', ...headerLines] = head.split(/\r?\n/);
  const match = /^([A-Z]+) (\S+) HTTP\/1\.1$/.exec(requestLine);
  if (match === null) throw new Refusal(400, `The batch part's request line '${requestLine}' cannot be read.`);
  const headers = parseHeaders(headerLines);
  return {
    method: match[1] ?? '',
    ...innerAddress(match[2] ?? '', root),
    headers,
    body: body.trimEnd(),
    contentId: part.headers['content-id'] ?? headers['content-id'] ?? null,
  };
}

function parseItem(text: string, root: string): BatchItem {
  const part = section(text);
  const type = part.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/mixed')) return { kind: 'single', operation: parseOperation(part, root) };
  const operations = splitParts(part.rest, boundaryOf(type)).map((inner) => parseOperation(section(inner), root));
  if (operations.some(({ method }) => method === 'GET'))
    throw new Refusal(400, 'A change set cannot hold a GET request.');
  return { kind: 'changeset', operations };
}

/** Reads a multipart batch body; more than 5,000 operations are refused as a whole. */
export function parseBatch(body: string, contentType: string, root: string): BatchItem[] {
  if (!contentType.startsWith('multipart/mixed')) {
    throw new Refusal(415, `The batch must be multipart/mixed, not '${contentType}'.`);
  }
  const items = splitParts(body, boundaryOf(contentType)).map((part) => parseItem(part, root));
  const count = operationsOf(items).length;
  if (count > LARGEST) {
    throw new Refusal(
      400,
      `The current change set contains too many operations. A maximum number of '${LARGEST}' operations are allowed in a change set.`,
    );
  }
  return items;
}

/** All operations of a batch, in order. */
export function operationsOf(items: readonly BatchItem[]): BatchOperation[] {
  return items.flatMap((item) => (item.kind === 'single' ? [item.operation] : item.operations));
}

function writePart(answer: Answer, contentId: string | null): string {
  const id = contentId === null ? '' : `Content-ID: ${contentId}\r\n`;
  let head = `Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n${id}\r\nHTTP/1.1 ${answer.status} ${REASONS[answer.status] ?? 'Error'}\r\n`;
  for (const name in answer.headers) head += `${name}: ${answer.headers[name] ?? ''}\r\n`;
  return `${head}\r\n${answer.body}\r\n`;
}

/** How the batch runs its operations: `intercept` may answer an operation in its place. */
export type BatchRun = {
  caller: Caller;
  environment: Environment;
  /** Whether it goes on after an error. */
  goesOn: boolean;
  intercept: (operation: BatchOperation) => Answer | null;
  answered: (operation: BatchOperation, answer: Answer) => void;
};

/** Marks the operation of a change set that failed, so that only its error is answered. */
class ChangesetFailure extends Error {
  readonly operation: BatchOperation;
  readonly answer: Answer;

  constructor(operation: BatchOperation, answer: Answer) {
    super('A change set failed.');
    this.operation = operation;
    this.answer = answer;
  }
}

function runInChangeset(operation: BatchOperation, run: BatchRun): Answer {
  const intercepted = run.intercept(operation);
  if (intercepted !== null) throw new ChangesetFailure(operation, intercepted);
  try {
    return runOperation(operation, run.caller, run.environment);
  } catch (error) {
    if (error instanceof Refusal) throw new ChangesetFailure(operation, refusalAnswer(error));
    throw error;
  }
}

/** What a batch item came to: its part of the answer, and whether it is an error. */
type Ran = { text: string; isRefused: boolean };

function runChangeset(operations: readonly BatchOperation[], run: BatchRun, boundary: string): Ran {
  try {
    const answers = run.environment.state.transaction(() =>
      operations.map((operation) => runInChangeset(operation, run)),
    );
    const parts = answers.map((answer, position) => {
      const operation = operations[position];
      if (operation !== undefined) run.answered(operation, answer);
      return `--${boundary}\r\n${writePart(answer, operation?.contentId ?? null)}`;
    });
    const head = `Content-Type: multipart/mixed; boundary=${boundary}`;
    return { text: `${head}\r\n\r\n${parts.join('')}--${boundary}--\r\n`, isRefused: false };
  } catch (error) {
    if (!(error instanceof ChangesetFailure)) throw error;
    run.answered(error.operation, error.answer);
    return { text: writePart(error.answer, error.operation.contentId), isRefused: true };
  }
}

function runSingle(operation: BatchOperation, run: BatchRun): Ran {
  const answer = run.intercept(operation) ?? answerOperation(operation, run.caller, run.environment);
  run.answered(operation, answer);
  return { text: writePart(answer, operation.contentId), isRefused: answer.status >= 400 };
}

/** Runs a batch; the answer is 200 whatever its parts say. After an error it ends, unless it was asked to go on. */
export function runBatch(items: readonly BatchItem[], run: BatchRun, id: string): Answer {
  const boundary = `batchresponse_${id}`;
  const parts: string[] = [];
  for (const [position, item] of items.entries()) {
    const { text, isRefused } =
      item.kind === 'single'
        ? runSingle(item.operation, run)
        : runChangeset(item.operations, run, `changesetresponse_${id}_${position}`);
    parts.push(text);
    if (isRefused && !run.goesOn) break;
  }
  const body = `${parts.map((part) => `--${boundary}\r\n${part}`).join('')}--${boundary}--\r\n`;
  return {
    status: 200,
    headers: { 'OData-Version': '4.0', 'Content-Type': `multipart/mixed; boundary=${boundary}` },
    body,
  };
}
