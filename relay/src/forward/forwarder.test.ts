import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { RelayError } from '../errors.ts';
import { beginTrace } from '../http/request-trace.ts';
import type { ConnectionSettings, Verb } from '../settings.ts';
import type { AuditEvent } from '../store/store.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { createForwarder, type Forwarder, type ForwarderDependencies } from './forwarder.ts';

const ORG_A = '00D00000000000AEAA';
const ORG_B = '00D00000000000BEAA';
const RECORD = "CustomersV3(dataAreaId='usmf',CustomerAccount='US-1')";
const MEGABYTE = 1_000_000;

const forwardVerbs = (...forward: Verb[]) => ({ sync: [], forward });
const aConnection = (key: string, url: string): ConnectionSettings => ({
  key,
  platform: 'FinanceOperations',
  url,
  tenantId: 't',
  clientId: 'c',
  credential: { kind: 'secret', secret: 's' },
  authority: 'https://login.example',
  authorityEndpoint: null,
  allowed: new Map<string, { sync: Verb[]; forward: Verb[] }>([
    ['CustomersV3', forwardVerbs('read', 'create', 'update', 'delete')],
    ['SalesOrderHeadersV4', forwardVerbs('read')],
    ['SalesOrderLinesV3', forwardVerbs('read')],
    ['CustomerGroups', forwardVerbs('create')],
    ['PaymentTerms', { sync: ['read', 'create'], forward: [] }],
  ]),
  eventSecretHashes: [],
});

const servers: Server[] = [];
const forwarders: Forwarder[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await Promise.all(forwarders.splice(0).map((forwarder) => forwarder.close()));
});

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

async function listen(listener: Answer): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => void listener(request, response));
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

type CallOptions = { method?: string; headers?: Record<string, string>; body?: string };
type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string };

/** A Dynamics that remembers what it saw and answers by `answer`, or with one customer. */
async function startDynamics(answer?: Answer) {
  const seen: Seen[] = [];
  const { port, server } = await listen(async (request, response) => {
    const entry: Seen = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: '' };
    seen.push(entry);
    if (answer !== undefined) {
      await answer(request, response);
      return;
    }
    entry.body = await text(request);
    response.writeHead(request.method === 'POST' ? 201 : 200, {
      'Content-Type': 'application/json; odata.metadata=minimal',
      ETag: 'W/"1"',
      'OData-Version': '4.0',
      'Set-Cookie': 'session=PLANTED',
      Server: 'Microsoft-IIS',
      'X-Internal': 'PLANTED',
    });
    response.end('{"value":[{"CustomerAccount":"US-1","Amount":9007199254740993.55}]}');
  });
  return { seen, port, server, url: `http://127.0.0.1:${port}` };
}

async function start(dynamicsUrl: string, overrides: Partial<ForwarderDependencies> = {}) {
  const audit: AuditEvent[] = [];
  const lines: string[] = [];
  const invalidated: string[] = [];
  const verified: boolean[] = [];
  let tokenNumber = 1;
  const forwarder = createForwarder({
    settings: {
      connections: new Map([
        ['contoso', aConnection('contoso', dynamicsUrl)],
        ['fabrikam', aConnection('fabrikam', dynamicsUrl)],
      ]),
      orgs: new Map([
        [
          ORG_A,
          {
            organizationId: ORG_A,
            loginUrl: '',
            clientId: '',
            username: '',
            privateKeyPem: '',
            connections: ['contoso'],
          },
        ],
        [
          ORG_B,
          {
            organizationId: ORG_B,
            loginUrl: '',
            clientId: '',
            username: '',
            privateKeyPem: '',
            connections: ['fabrikam'],
          },
        ],
      ]),
    },
    verifier: {
      verify: async (authorization, options) => {
        verified.push(options.once);
        if (authorization === 'Bearer caller-token') return { org: ORG_A, userId: '005000000000001AAA' };
        throw new RelayError('TOKEN_INVALID', 'Not one of ours.');
      },
      reload: async () => undefined,
    },
    tokens: {
      token: async () => `dynamics-token-${tokenNumber}`,
      invalidate: (_connection, token) => {
        invalidated.push(token);
        tokenNumber++;
      },
    },
    appendAudit: async (events) => void audit.push(...events),
    navigation: async () =>
      new Map([
        ['Lines', 'SalesOrderLinesV3'],
        ['Terms', 'PaymentTerms'],
      ]),
    metrics: createMetrics(),
    log: createLogger({ level: 'debug', destination: { write: (line) => void lines.push(line) } }),
    clock: () => new Date('2026-11-23T10:00:00Z'),
    ids: () => '22222222-3333-4444-5555-666666666666',
    ...overrides,
  });
  forwarders.push(forwarder);
  const { port } = await listen((request, response) => {
    beginTrace(request, () => '11111111-2222-3333-4444-555555555555');
    forwarder.handle(request, response);
  });
  const open = (path: string, options: { method?: string; headers?: Record<string, string> } = {}) =>
    httpRequest({
      port,
      path: `/v1/forward/${path}`,
      method: options.method ?? 'GET',
      headers: { authorization: 'Bearer caller-token', ...options.headers },
    });
  const call = async (
    path: string,
    options: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ) => {
    const json: Record<string, string> = options.body === undefined ? {} : { 'content-type': 'application/json' };
    const request = open(path, { ...options, headers: { ...json, ...options.headers } });
    request.end(options.body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const body = await text(response);
    return {
      status: response.statusCode,
      headers: response.headers,
      rawNames: response.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()),
      body,
      problem: () => JSON.parse(body) as Record<string, unknown>,
    };
  };
  return { open, call, audit, lines, invalidated, verified, port };
}

async function startBoth(overrides: Partial<ForwarderDependencies> = {}, answer?: Answer) {
  const dynamics = await startDynamics(answer);
  return { dynamics, ...(await start(dynamics.url, overrides)) };
}

describe('reading', () => {
  it('passes an allowed entity set through with our token and across companies', async () => {
    const { dynamics, call, audit, verified } = await startBoth();

    const answer = await call("contoso/CustomersV3?$filter=dataAreaId%20eq%20'usmf'&$top=1", {
      headers: { accept: 'application/json', prefer: 'odata.maxpagesize=5' },
    });

    expect(answer.status).toBe(200);
    expect(answer.body).toBe('{"value":[{"CustomerAccount":"US-1","Amount":9007199254740993.55}]}');
    expect(dynamics.seen).toMatchObject([
      {
        method: 'GET',
        url: "/data/CustomersV3?cross-company=true&$filter=dataAreaId%20eq%20'usmf'&$top=1",
        headers: {
          authorization: 'Bearer dynamics-token-1',
          accept: 'application/json',
          prefer: 'odata.maxpagesize=5',
        },
      },
    ]);
    expect(audit).toEqual([]);
    expect(verified).toEqual([false]);
  });

  it('lets through named headers only, both ways', async () => {
    const { dynamics, call } = await startBoth();
    const headers = {
      cookie: 'sid=PLANTED',
      'x-forwarded-for': 'PLANTED',
      'proxy-authorization': 'PLANTED',
      te: 'trailers',
      'x-custom': 'PLANTED',
    };

    const answer = await call('contoso/CustomersV3', { headers });

    const sent = Object.keys(dynamics.seen[0]?.headers ?? {}).sort();
    expect(sent).toEqual(['authorization', 'connection', 'host']);
    expect(dynamics.seen[0]?.headers.host).toBe(`127.0.0.1:${dynamics.port}`);
    expect(answer.headers).toMatchObject({
      etag: 'W/"1"',
      'odata-version': '4.0',
      'x-correlation-id': '11111111-2222-3333-4444-555555555555',
    });
    expect(Object.keys(answer.headers)).not.toEqual(expect.arrayContaining(['set-cookie']));
    expect(JSON.stringify(answer.headers)).not.toContain('PLANTED');
    expect(answer.headers.server).toBeUndefined();
  });

  it.each([
    ['passed on', 'contoso/CustomersV3', {}],
    ['refused', 'contoso/VendorsV2', {}],
    ['refused for its method', 'contoso/CustomersV3', { method: 'TRACE' }],
  ])('carries the headers that every answer carries, once each, when %s', async (_case, path, options) => {
    const { call } = await startBoth();

    const { headers, rawNames } = await call(path, options);

    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'x-content-type-options': 'nosniff',
      'x-correlation-id': '11111111-2222-3333-4444-555555555555',
    });
    expect(new Set(rawNames).size).toBe(rawNames.length);
  });

  it.each([
    ['in one piece', 256],
    ['of one piece that is large', 20_000],
    ['in several pieces', 300_000],
  ])('passes every byte on as it is, %s', async (_case, length) => {
    // What is compressed holds bytes that are no text.
    const bytes = Buffer.from(Array.from({ length }, (_, index) => (index * 167) % 256));
    const headers = { 'Content-Encoding': 'gzip', 'Content-Length': String(length) };
    const { open } = await startBoth({}, (_request, response) => void response.writeHead(200, headers).end(bytes));
    const request = open('contoso/CustomersV3');
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];

    const passedOn = await buffer(response);

    expect(passedOn.equals(bytes)).toBe(true);
    expect(response.headers).toMatchObject({ 'content-encoding': 'gzip', 'content-length': String(length) });
  });

  it('expands only what is open to reading', async () => {
    const { dynamics, call } = await startBoth();

    const open = await call('contoso/SalesOrderHeadersV4?$expand=Lines');
    const closed = await call('contoso/SalesOrderHeadersV4?$expand=Lines,Terms');
    const unknown = await call('contoso/SalesOrderHeadersV4?$expand=Secrets');

    expect([open.status, closed.status, unknown.status]).toEqual([200, 403, 403]);
    expect(closed.problem()).toMatchObject({ code: 'FORWARD_PATH_REFUSED' });
    expect(dynamics.seen).toHaveLength(1);
  });

  it.each([
    [304, { ETag: 'W/"1"' }],
    [404, { 'Content-Type': 'application/json' }],
    [429, { 'Retry-After': '7' }],
    [503, { 'Retry-After': '9' }],
  ])('passes %i on as it is', async (status, headers) => {
    const { call } = await startBoth({}, (_request, response) => void response.writeHead(status, headers).end());

    const answer = await call('contoso/CustomersV3');

    expect(answer.status).toBe(status);
    expect(answer.headers['retry-after']).toBe((headers as Record<string, string>)['Retry-After']);
  });

  it('streams: the beginning arrives while the rest is not there yet', async () => {
    const rest = Promise.withResolvers<undefined>();
    const { open } = await startBoth({}, async (_request, response) => {
      response.writeHead(200).write('first');
      await rest.promise;
      response.end('-second');
    });
    const request = open('contoso/CustomersV3');
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];

    const [first] = (await once(response, 'data')) as [Buffer];
    rest.resolve(undefined);
    const second = await text(response);

    expect([first.toString(), second]).toEqual(['first', '-second']);
  });

  it('holds Dynamics back where the caller is slow, and loses nothing', async () => {
    let accepted = 0;
    const total = 40 * MEGABYTE;
    const { open } = await startBoth({}, async (_request, response) => {
      const chunk = Buffer.alloc(MEGABYTE, 'x');
      response.writeHead(200);
      while (accepted < total) {
        accepted += chunk.length;
        if (!response.write(chunk)) await once(response, 'drain');
      }
      response.end();
    });
    const request = open('contoso/CustomersV3');
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];

    await sleep(200);
    const whilePaused = accepted;
    const body = await buffer(response);

    expect(whilePaused).toBeLessThan(total / 2);
    expect(body.length).toBe(total);
  });

  it('leaves Dynamics when its caller leaves', async () => {
    const left = Promise.withResolvers<undefined>();
    const { open } = await startBoth({}, (request, response) => {
      request.socket.once('close', () => left.resolve(undefined));
      response.writeHead(200).write('first');
    });
    const request = open('contoso/CustomersV3');
    request.on('error', () => undefined);
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.on('error', () => undefined);

    request.destroy();

    await expect(left.promise).resolves.toBeUndefined();
  });

  it('cuts an answer that Dynamics cut, so that nobody takes it for whole', async () => {
    const { open } = await startBoth({}, (_request, response) => {
      response.writeHead(200).write('half');
      setTimeout(() => response.destroy(), 20);
    });
    const request = open('contoso/CustomersV3');
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];

    await expect(text(response)).rejects.toThrow('aborted');
  });

  it('tries once more with a fresh token where Dynamics refuses ours', async () => {
    const { dynamics, call, invalidated } = await startBoth({}, (request, response) => {
      response.writeHead(request.headers.authorization === 'Bearer dynamics-token-2' ? 200 : 401).end('{}');
    });

    const answer = await call('contoso/CustomersV3');

    expect(answer.status).toBe(200);
    expect(invalidated).toEqual(['dynamics-token-1']);
    expect(dynamics.seen).toHaveLength(2);
  });

  it('does not pass a refusal of our sign-in on as one of the caller’s', async () => {
    const { dynamics, call } = await startBoth(
      {},
      (_request, response) => void response.writeHead(401, { 'WWW-Authenticate': 'x' }).end(),
    );

    const answer = await call('contoso/CustomersV3');

    expect(answer.status).toBe(409);
    expect(answer.problem()).toMatchObject({ code: 'CREDENTIAL_REFUSED' });
    expect(dynamics.seen).toHaveLength(2);
  });

  it('follows no redirect', async () => {
    const { call } = await startBoth(
      {},
      (_request, response) => void response.writeHead(302, { Location: 'https://evil.example' }).end(),
    );

    const answer = await call('contoso/CustomersV3');

    expect(answer.status).toBe(502);
    expect(answer.body).not.toContain('evil');
    expect(answer.headers.location).toBeUndefined();
  });

  it.each<[string, Answer]>([
    ['cuts the connection', (request) => void request.socket.destroy()],
    ['speaks no HTTP', (request) => void request.socket.end('garbage\r\n\r\n')],
  ])('is answered in our shape where Dynamics %s', async (_case, answer) => {
    const { call } = await startBoth({}, answer);

    const told = await call('contoso/CustomersV3');

    expect(told.status).toBe(502);
    expect(told.problem()).toMatchObject({ code: 'UPSTREAM_UNREACHABLE', retryable: true });
  });
});

describe('writing', () => {
  it('streams the body through, and is in the audit before its answer is passed on', async () => {
    const order: string[] = [];
    const gate = Promise.withResolvers<undefined>();
    const audit: AuditEvent[] = [];
    const { dynamics, call, verified, lines } = await startBoth({
      appendAudit: async (events) => {
        await gate.promise;
        audit.push(...events);
        order.push('audited');
      },
    });
    const body = JSON.stringify({ CustomerAccount: 'PLANTED', Amount: '1.50' });

    const answered = call('contoso/CustomersV3', { method: 'POST', body, headers: { 'if-match': '*' } }).then(
      (answer) => {
        order.push('answered');
        return answer;
      },
    );
    await sleep(50);
    gate.resolve(undefined);
    const answer = await answered;

    expect(answer.status).toBe(201);
    expect(answer.body).toContain('9007199254740993.55');
    expect(order).toEqual(['audited', 'answered']);
    expect(dynamics.seen).toMatchObject([
      {
        method: 'POST',
        url: '/data/CustomersV3?cross-company=true',
        body,
        headers: { 'content-type': 'application/json', 'if-match': '*', 'content-length': String(body.length) },
      },
    ]);
    expect(audit).toEqual([
      {
        id: '22222222-3333-4444-5555-666666666666',
        at: '2026-11-23T10:00:00.000Z',
        org: ORG_A,
        unitKey: null,
        actor: 'user:005000000000001AAA',
        action: 'forward.create',
        rule: 'contoso/CustomersV3',
        outcome: 'created',
        fields: [],
        correlationId: '11111111-2222-3333-4444-555555555555',
      },
    ]);
    expect(verified).toEqual([true]);
    expect(lines.join('')).not.toContain('PLANTED');
  });

  it.each([
    ['PATCH', 204, 'forward.update', 'updated'],
    ['PUT', 200, 'forward.update', 'updated'],
    ['DELETE', 204, 'forward.delete', 'updated'],
    ['PATCH', 400, 'forward.update', 'rejected'],
    ['PATCH', 412, 'forward.update', 'conflict'],
    ['PATCH', 429, 'forward.update', 'deferred'],
    ['PATCH', 500, 'forward.update', 'failed'],
  ])('by %s answered %i is audited as %s, %s', async (method, status, action, outcome) => {
    const { call, audit, verified } = await startBoth({}, (request, response) => {
      request.resume().once('end', () => void response.writeHead(status).end());
    });

    const answer = await call(`contoso/${RECORD}`, { method, ...(method === 'DELETE' ? {} : { body: '{}' }) });

    expect(answer.status).toBe(status);
    // Whoever overhears a token must not repeat what it wrote.
    expect(verified).toEqual([true]);
    expect(audit).toMatchObject([{ action, outcome, rule: `contoso/${RECORD}` }]);
  });

  it('of which nobody knows whether it happened is audited so, and not to be sent again blindly', async () => {
    const { call, audit } = await startBoth(
      {},
      (request) => void request.resume().once('end', () => request.socket.destroy()),
    );

    const answer = await call('contoso/CustomersV3', { method: 'POST', body: '{}' });

    expect(answer.status).toBe(502);
    expect(answer.problem()).toMatchObject({
      code: 'UPSTREAM_UNREACHABLE',
      retryable: false,
      message: expect.stringContaining('look before'),
    });
    expect(audit).toMatchObject([{ action: 'forward.create', outcome: 'failed' }]);
  });

  it('that never left us is not audited and may be sent again', async () => {
    const { server, port } = await listen(() => undefined);
    await new Promise((resolve) => server.close(resolve));
    const { call, audit } = await start(`http://127.0.0.1:${port}`);

    const answer = await call('contoso/CustomersV3', { method: 'POST', body: '{}' });

    expect(answer.problem()).toMatchObject({ code: 'UPSTREAM_UNREACHABLE', retryable: true });
    expect(audit).toEqual([]);
  });

  it('is not answered as done where the audit is away', async () => {
    const { call, lines } = await startBoth({ appendAudit: () => Promise.reject(new Error('database away')) });

    const answer = await call('contoso/CustomersV3', { method: 'POST', body: '{}' });

    expect(answer.status).toBe(503);
    expect(answer.problem()).toMatchObject({
      code: 'UNAVAILABLE',
      retryable: false,
      message: expect.stringContaining('look before'),
    });
    expect(lines.join('')).toContain('database away');
  });

  it('keeps an answer whole whose connection Dynamics closes while the audit is written', async () => {
    const { call } = await startBoth({ appendAudit: () => sleep(60) }, (request, response) => {
      request.resume().once('end', () => response.writeHead(201, { Connection: 'close' }).end('x'.repeat(100_000)));
    });

    const answer = await call('contoso/CustomersV3', { method: 'POST', body: '{}' });

    expect(answer.status).toBe(201);
    expect(answer.body).toHaveLength(100_000);
  });

  it('is not repeated where Dynamics refuses our token: its body is gone', async () => {
    const { dynamics, call, invalidated, audit } = await startBoth({}, (request, response) => {
      request.resume().once('end', () => response.writeHead(401).end());
    });

    const answer = await call('contoso/CustomersV3', { method: 'POST', body: '{}' });

    expect(answer.problem()).toMatchObject({ code: 'CREDENTIAL_REFUSED' });
    expect(dynamics.seen).toHaveLength(1);
    expect(invalidated).toEqual(['dynamics-token-1']);
    expect(audit).toEqual([]);
  });
});

describe('what is refused never reaches Dynamics', () => {
  const read = {};
  const write = { method: 'POST', body: '{}' };
  it.each<[string, string, CallOptions, [status: number, code: string]]>([
    ['an entity set that is not registered', 'contoso/VendorsV2', read, [403, 'FORWARD_PATH_REFUSED']],
    ['an entity set for syncing only', 'contoso/PaymentTerms', read, [403, 'FORWARD_PATH_REFUSED']],
    ['an entity set in other letters', 'contoso/customersv3', read, [403, 'FORWARD_PATH_REFUSED']],
    ['a member of every object', 'contoso/constructor', read, [403, 'FORWARD_PATH_REFUSED']],
    ['reading what may only be created', 'contoso/CustomerGroups', read, [403, 'NOT_ALLOWED']],
    ['a write that is not registered', 'contoso/SalesOrderHeadersV4', write, [403, 'NOT_ALLOWED']],
    ['another org’s connection', 'fabrikam/CustomersV3', read, [404, 'NOT_FOUND']],
    ['an unknown connection', 'nobody/CustomersV3', read, [404, 'NOT_FOUND']],
    [
      'a batch',
      'contoso/$batch',
      { ...write, headers: { 'content-type': 'multipart/mixed;boundary=x' } },
      [403, 'FORWARD_PATH_REFUSED'],
    ],
    ['an action', `contoso/${RECORD}/Microsoft.Dynamics.DataEntities.release`, write, [403, 'FORWARD_PATH_REFUSED']],
    ['dots', 'contoso/../CustomersV3', read, [403, 'FORWARD_PATH_REFUSED']],
    ['a path that cannot be decoded', 'contoso/%ZZ', read, [403, 'FORWARD_PATH_REFUSED']],
    ['an absolute address', 'contoso/http://evil.example/', read, [403, 'FORWARD_PATH_REFUSED']],
    ['X-HTTP-Method', 'contoso/CustomersV3', { headers: { 'x-http-method': 'DELETE' } }, [403, 'FORWARD_PATH_REFUSED']],
    [
      'X-HTTP-Method-Override',
      `contoso/CustomersV3`,
      { ...write, headers: { 'X-HTTP-Method-Override': 'PATCH' } },
      [403, 'FORWARD_PATH_REFUSED'],
    ],
    [
      'X-Method-Override',
      'contoso/CustomersV3',
      { ...write, headers: { 'x-method-override': 'MERGE' } },
      [403, 'FORWARD_PATH_REFUSED'],
    ],
    ['a create with a key', `contoso/${RECORD}`, write, [403, 'FORWARD_PATH_REFUSED']],
    ['an update without a key', 'contoso/CustomersV3', { method: 'PATCH', body: '{}' }, [403, 'FORWARD_PATH_REFUSED']],
    ['a delete of a whole set', 'contoso/CustomersV3', { method: 'DELETE' }, [403, 'FORWARD_PATH_REFUSED']],
    [
      'a body that is not JSON',
      'contoso/CustomersV3',
      { ...write, headers: { 'content-type': 'application/xml' } },
      [403, 'FORWARD_PATH_REFUSED'],
    ],
    [
      'a read with a body',
      'contoso/CustomersV3',
      { body: '{}', headers: { 'content-length': '2' } },
      [400, 'REQUEST_MALFORMED'],
    ],
    [
      'a read with an announced body',
      'contoso/CustomersV3',
      { headers: { 'transfer-encoding': 'chunked' } },
      [400, 'REQUEST_MALFORMED'],
    ],
    ['an expansion on a write', 'contoso/CustomersV3?$expand=Lines', write, [403, 'FORWARD_PATH_REFUSED']],
    ['one company only', 'contoso/CustomersV3?cross-company=false', read, [403, 'FORWARD_PATH_REFUSED']],
    ['OPTIONS', 'contoso/CustomersV3', { method: 'OPTIONS' }, [405, 'NOT_FOUND']],
    ['TRACE', 'contoso/CustomersV3', { method: 'TRACE' }, [405, 'NOT_FOUND']],
    ['MERGE', 'contoso/CustomersV3', { method: 'MERGE', body: '{}' }, [405, 'NOT_FOUND']],
    ['a foreign token', 'contoso/CustomersV3', { headers: { authorization: 'Bearer stolen' } }, [401, 'TOKEN_INVALID']],
  ])('%s', async (_case, path, options, [status, code]) => {
    const { dynamics, call, audit } = await startBoth();

    const answer = await call(path, options);

    expect(answer.status).toBe(status);
    expect(answer.problem()).toMatchObject({
      code,
      retryable: false,
      correlationId: '11111111-2222-3333-4444-555555555555',
    });
    expect(dynamics.seen).toEqual([]);
    expect(audit).toEqual([]);
  });

  it('HEAD', async () => {
    const { dynamics, call } = await startBoth();

    const answer = await call('contoso/CustomersV3', { method: 'HEAD' });

    expect(answer).toMatchObject({ status: 405, body: '', headers: { allow: 'GET, POST, PATCH, PUT, DELETE' } });
    expect(dynamics.seen).toEqual([]);
  });
});
