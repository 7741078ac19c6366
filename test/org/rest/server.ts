import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { RecordError, toRecordError } from '../record-error.ts';
import { type Admin } from './admin.ts';
import { type Fault, type Faults } from './faults.ts';
import {
  APEX_REST_ROOT,
  errorResponse,
  largestBody,
  readBody,
  type RestRequest,
  type RestResponse,
  send,
} from './http.ts';
import { type Sessions } from './oauth.ts';

export const API_VERSIONS = ['60.0', '61.0', '62.0', '63.0', '64.0', '65.0', '66.0'] as const;

type Dependencies = {
  readonly sessions: Sessions;
  readonly faults: Faults;
  readonly route: (request: RestRequest) => RestResponse;
  readonly issueToken: (body: string) => Promise<RestResponse>;
  readonly userInfo: (session: RestRequest['session']) => RestResponse;
  readonly admin: Admin;
  readonly countRequest: () => string;
  readonly pages: PageServer | null;
};

/** The org's screens: they answer their own paths, with a cookie instead of a token. */
export type PageServer = {
  readonly serves: (path: string) => boolean;
  readonly answer: (message: IncomingMessage, response: ServerResponse, incoming: Incoming) => Promise<void>;
  readonly close: () => Promise<void>;
};

export type OrgServer = { readonly baseUrl: string; readonly stop: () => Promise<void> };

/** Listens on loopback and answers as the org's instance would. */
export async function startServer(dependencies: Dependencies, port: number): Promise<OrgServer> {
  const server = createServer((message, response) => {
    handle(dependencies, message, response).catch((error: unknown) => {
      if (!response.headersSent) send(response, errorResponse(toRecordError(error)), {});
      else response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: actualPort } = server.address() as AddressInfo;
  return { baseUrl: `http://127.0.0.1:${actualPort}`, stop: () => stop(server, dependencies.pages) };
}

async function stop(server: Server, pages: PageServer | null): Promise<void> {
  await pages?.close();
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

async function handle(dependencies: Dependencies, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url: target = '/' } = message;
  const incoming = { url: new URL(target, 'http://org'), body: await readBody(message, largestBody(target)) };
  if (incoming.url.pathname.startsWith('/_org/')) {
    send(response, dependencies.admin(method, incoming.url, incoming.body), {});
    return;
  }
  if (dependencies.pages?.serves(incoming.url.pathname) === true) {
    await dependencies.pages.answer(message, response, incoming);
    return;
  }
  await answerApi(dependencies, message, response, incoming);
}

/** The API itself, with the faults that somebody planned. */
async function answerApi(
  dependencies: Dependencies,
  message: IncomingMessage,
  response: ServerResponse,
  incoming: Incoming,
): Promise<void> {
  const { method = 'GET', url: target = '/' } = message;
  const fault = dependencies.faults.strike(method, target);
  if (fault?.kind === 'delay') await sleep(fault.delayMs ?? 0);
  if (fault?.kind === 'cutBefore') {
    response.destroy();
    return;
  }
  const headers = { 'sforce-limit-info': dependencies.countRequest() };
  const answer = faultAnswer(dependencies, fault) ?? (await answerTo(dependencies, message, incoming));
  if (fault?.kind === 'cutAfter') response.destroy();
  else send(response, answer, headers);
}

function faultAnswer({ sessions }: Dependencies, fault: Fault | null): RestResponse | null {
  if (fault?.kind === 'unavailable') {
    return {
      ...errorResponse(new RecordError('SERVER_UNAVAILABLE', 'Server too busy')),
      headers: { 'retry-after': '1' },
    };
  }
  if (fault?.kind === 'requestLimit') {
    return errorResponse(new RecordError('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'));
  }
  if (fault?.kind === 'expiredSession') sessions.expireAll();
  return null;
}

export type Incoming = { readonly url: URL; readonly body: string };

async function answerTo(
  dependencies: Dependencies,
  message: IncomingMessage,
  { url, body }: Incoming,
): Promise<RestResponse> {
  if (url.pathname === '/services/oauth2/token') return dependencies.issueToken(body);
  if (url.pathname === '/services/oauth2/revoke') {
    dependencies.sessions.close(new URLSearchParams(body).get('token') ?? url.searchParams.get('token') ?? '');
    return { status: 200 };
  }
  if (/^\/services\/data\/?$/.test(url.pathname)) {
    const versions = API_VERSIONS.map((version) => ({ label: 'Local', url: `/services/data/v${version}`, version }));
    return { status: 200, body: versions };
  }
  try {
    const session = dependencies.sessions.find(bearer(message));
    if (url.pathname === '/services/oauth2/userinfo' || url.pathname.startsWith('/id/'))
      return dependencies.userInfo(session);
    return dependencies.route(toRequest(message, { url, body }, session));
  } catch (error) {
    return errorResponse(toRecordError(error));
  }
}

function bearer(message: IncomingMessage): string {
  return /^(?:Bearer|OAuth)\s+(\S+)$/i.exec(message.headers.authorization ?? '')?.[1] ?? '';
}

function toRequest(message: IncomingMessage, { url, body }: Incoming, session: RestRequest['session']): RestRequest {
  const version = /^\/services\/data\/(v\d+\.\d+)/.exec(url.pathname)?.[1] ?? null;
  if (version === null && !url.pathname.startsWith(APEX_REST_ROOT)) {
    throw new RecordError('NOT_FOUND', 'The requested resource does not exist');
  }
  const override = url.searchParams.get('_HttpMethod');
  return {
    session,
    version: version ?? '',
    method: override ?? message.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
    ),
    body,
    caller: { address: message.socket.remoteAddress ?? '', rawHeaders: message.rawHeaders },
  };
}
