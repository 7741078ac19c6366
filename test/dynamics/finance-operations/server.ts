import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { resolveAddress } from './address.ts';
import { type Admin, type Statistics } from './admin.ts';
import { type Authentication, expiredToken } from './authentication.ts';
import { operationsOf, parseBatch, runBatch, type BatchItem, type BatchOperation } from './batch.ts';
import { type Environment } from './environment.ts';
import { type Fault, type Faults, type FaultTarget } from './faults.ts';
import { answerOperation, refusalAnswer, type Answer, type Caller, type Operation } from './operations.ts';
import { Refusal } from './refusals.ts';
import { type Throttling } from './throttling.ts';

/** The parts that answer HTTP requests together. */
export type Service = {
  environment: Environment;
  admin: Admin;
  authentication: Authentication;
  authority: string;
  faults: Faults;
  throttling: Throttling;
  statistics: Statistics;
  baseUrl: string;
  pageSize: number;
  metadata: () => Buffer;
  received: (operation: Operation) => void;
};

type AdminFunction = (input: never) => unknown;

const DATA = '/data/';
const ADMIN = '/_simulator/';
const METADATA_TYPE = 'application/xml;charset=utf-8';

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function send(
  response: ServerResponse,
  answer: Answer | { status: number; headers: Record<string, string>; body: Buffer },
): void {
  // A 204 has neither body nor length.
  const length = answer.status === 204 ? {} : { 'Content-Length': Buffer.byteLength(answer.body) };
  response.writeHead(answer.status, { ...answer.headers, ...length });
  response.end(answer.status === 204 ? undefined : answer.body);
}

async function answerAdmin(service: Service, name: string, request: IncomingMessage): Promise<Answer> {
  const headers = { 'Content-Type': 'application/json' };
  const functions = service.admin as Readonly<Record<string, AdminFunction>>;
  const act = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (act === undefined || request.method !== 'POST') {
    return {
      status: 404,
      headers,
      body: JSON.stringify({ error: `The simulator has no admin function '${name}'; call it with POST.` }),
    };
  }
  try {
    const body = await readBody(request);
    const input: unknown = body === '' ? undefined : JSON.parse(body);
    const result: unknown = await act(input as never);
    return { status: 200, headers, body: JSON.stringify({ result: result ?? null }) };
  } catch (error) {
    const reason = error instanceof Refusal ? (error.innerMessage ?? error.message) : String(error);
    return { status: error instanceof Refusal ? error.status : 400, headers, body: JSON.stringify({ error: reason }) };
  }
}

function flatHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(',') : (value ?? '');
  return headers;
}

function operationOf(request: IncomingMessage, body: string): Operation {
  const url = request.url ?? '';
  const question = url.indexOf('?');
  return {
    method: request.method ?? 'GET',
    path: (question === -1 ? url : url.slice(0, question)).slice(DATA.length),
    query: new URLSearchParams(question === -1 ? '' : url.slice(question + 1)),
    headers: flatHeaders(request),
    body,
  };
}

function targetOf(operation: Operation): FaultTarget {
  return { set: /^[\w$]+/.exec(operation.path)?.[0] ?? '', verb: operation.method };
}

type Prepared = { operation: Operation; items: BatchItem[] | null; targets: FaultTarget[] };

function prepare(service: Service, request: IncomingMessage, body: string): Prepared {
  const operation = operationOf(request, body);
  if (operation.path !== '$batch') return { operation, items: null, targets: [targetOf(operation)] };
  if (operation.method !== 'POST')
    throw new Refusal(405, `The requested resource does not support http method '${operation.method}'.`);
  const items = parseBatch(body, operation.headers['content-type'] ?? '', service.baseUrl + DATA);
  return { operation, items, targets: [targetOf(operation), ...operationsOf(items).map(targetOf)] };
}

function count(service: Service, answer: Answer): void {
  service.statistics.operations += 1;
  service.statistics.byStatus[answer.status] = (service.statistics.byStatus[answer.status] ?? 0) + 1;
}

function run(service: Service, prepared: Prepared, caller: Caller): Answer {
  const { environment, faults, throttling } = service;
  const { operation, items } = prepared;
  if (items === null) {
    const answer = answerOperation(operation, caller, environment);
    count(service, answer);
    return answer;
  }
  const intercept = (inner: BatchOperation): Answer | null =>
    faults.takeAnswer(targetOf(inner)) ?? throttling.throttleCall('inner');
  const answered = (_inner: BatchOperation, answer: Answer): void => count(service, answer);
  const isAsked = operation.headers['prefer']?.includes('odata.continue-on-error') === true;
  const goesOn = isAsked && environment.continueOnError === 'asked';
  return runBatch(items, { caller, environment, goesOn, intercept, answered }, String(service.statistics.requests));
}

async function callerOf(service: Service, operation: Operation): Promise<Caller & { clientId: string }> {
  const { clientId } = await service.authentication.verify(
    operation.headers['authorization'],
    service.environment.clock(),
  );
  const company = service.environment.settings.defaultCompanies[clientId] ?? 'dat';
  return { clientId, company, root: service.baseUrl + DATA, pageSize: service.pageSize };
}

function isMetadata(service: Service, operation: Operation): boolean {
  return operation.method === 'GET' && resolveAddress(operation.path, service.environment.schema).kind === 'metadata';
}

async function answerData(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  const startedAt = performance.now();
  service.statistics.requests += 1;
  const prepared = prepare(service, request, body);
  for (const one of prepared.items === null ? [prepared.operation] : operationsOf(prepared.items))
    service.received(one);
  const planned = service.faults.takeTransport(prepared.targets, {
    isTokenInUse: service.authentication.isInUse(prepared.operation.headers['authorization']),
  });
  const wait = planned.reduce((sum, { milliseconds = 0 }) => sum + milliseconds, 0);
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  const happens = (kind: Fault['kind']): boolean => planned.some((fault) => fault.kind === kind);
  if (happens('cutBefore')) {
    request.socket.destroy();
    return;
  }
  if (happens('expiredToken')) throw expiredToken(service.authority);
  const caller = await callerOf(service, prepared.operation);
  const outer = prepared.targets[0] ?? { set: '', verb: '' };
  const refused =
    service.throttling.enter(caller.clientId, service.environment.clock()) ??
    service.faults.takeAnswer(outer) ??
    service.throttling.throttleCall('outer');
  if (refused !== null) {
    count(service, refused);
    send(response, refused);
    return;
  }
  try {
    if (isMetadata(service, prepared.operation)) {
      send(response, {
        status: 200,
        headers: { 'OData-Version': '4.0', 'Content-Type': METADATA_TYPE },
        body: service.metadata(),
      });
      return;
    }
    const answer = run(service, prepared, caller);
    if (happens('cutAfter')) request.socket.destroy();
    else send(response, answer);
  } finally {
    const milliseconds = performance.now() - startedAt;
    service.throttling.leave(caller.clientId, { at: service.environment.clock(), milliseconds });
  }
}

async function answer(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? '';
  try {
    if (url.startsWith(ADMIN)) {
      send(response, await answerAdmin(service, url.slice(ADMIN.length), request));
      return;
    }
    if (url.startsWith(DATA)) {
      await answerData(service, request, response);
      return;
    }
    send(
      response,
      refusalAnswer(new Refusal(404, `No HTTP resource was found that matches the request URI '${url}'.`)),
    );
  } catch (error) {
    if (error instanceof Refusal) {
      send(response, refusalAnswer(error));
      return;
    }
    // A fault of the simulator itself must be seen as one, never be taken for a refusal.
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    send(response, { status: 500, headers: { 'Content-Type': 'text/plain' }, body: `The simulator failed: ${reason}` });
  }
}

/** Creates the HTTP server of a service that is still being put together. */
export function createService(service: () => Service): Server {
  return createServer((request, response) => void answer(service(), request, response));
}
