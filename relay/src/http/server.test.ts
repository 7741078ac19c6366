import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import auditSchema from '../../../contracts/schemas/audit.v1.schema.json' with { type: 'json' };
import errorSchema from '../../../contracts/schemas/error.v1.schema.json' with { type: 'json' };
import problemsSchema from '../../../contracts/schemas/problems.v1.schema.json' with { type: 'json' };
import { RelayError } from '../errors.ts';
import { compileSchema } from '../json-schema.ts';
import type { ConnectionSettings } from '../settings.ts';
import type { AuditEvent, AuditQuery, Problem } from '../store/store.ts';
import type { SyncAnswer, SyncCall } from '../sync/exchange.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import type { BusinessEvent } from './events-route.ts';
import { createHttpServer, type HttpDependencies } from './server.ts';

const ORG_A = '00D00000000000AEAA';
const ORG_B = '00D00000000000BEAA';
const NOW = Date.parse('2026-11-23T10:00:00Z');
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SECRET = 'an-event-secret-of-128-bits';
const SECOND_SECRET = 'the-secret-of-the-rotation';
const EVENTS = '/v1/events/finance-operations';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const aConnection = (key: string, hashes: string[]): ConnectionSettings => ({
  key,
  platform: 'FinanceOperations',
  url: 'https://contoso.example',
  tenantId: 't',
  clientId: 'c',
  credential: { kind: 'secret', secret: 's' },
  authority: 'https://login.example',
  authorityEndpoint: null,
  allowed: new Map(),
  eventSecretHashes: hashes,
});

const aCall = (overrides: object = {}) => ({
  contract: 1,
  requestId: '11111111-2222-3333-4444-555555555555',
  configuration: `sha256:${'a'.repeat(64)}`,
  dryRun: false,
  items: [anItem()],
  ...overrides,
});
const anItem = (overrides: object = {}) => ({
  key: '001000000000001AAA/Account_Customer',
  generation: 7,
  mapping: 'Account_Customer',
  operation: 'upsert',
  initiator: { userId: null, reason: 'saved' },
  approvedFingerprint: null,
  record: {
    type: 'Account',
    id: '001000000000001AAA',
    systemModstamp: '2026-11-23T10:00:00.000Z',
    fields: { Name: 'Acme', AnnualRevenue: '9007199254740993.55' },
    children: {},
  },
  ...overrides,
});
const answerTo = (call: SyncCall, correlationId: string): SyncAnswer => ({
  contract: 1,
  correlationId,
  items: call.items.map(({ key, generation }) => ({
    key,
    generation,
    units: [
      {
        unitKey: `${key}/contoso/usmf`,
        connection: 'contoso',
        company: 'usmf',
        isPrimary: true,
        outcome: 'created',
        number: 'US-1',
        dynamicsKey: null,
        url: null,
        writeBacks: {},
        retryAfterMs: null,
        waitingFor: null,
        fingerprint: null,
        faults: [],
      },
    ],
  })),
});
const anEvent = (overrides: object = {}) => ({
  BusinessEventId: 'SalesInvoicePostedBusinessEvent',
  BusinessEventLegalEntity: 'USMF',
  ControlNumber: 5637611083,
  EventId: '{3C47A4CD-6EDC-4319-B893-3F862EED65FD}',
  EventTime: '/Date(1672408275000)/',
  EventTimeIso8601: '2022-12-30T13:51:15.2942742Z',
  InvoiceId: 'CIV-1',
  ...overrides,
});
const anAuditEvent = (id: string, org: string): AuditEvent => ({
  id,
  at: '2026-11-23T10:00:00.000Z',
  org,
  unitKey: null,
  actor: 'user:005',
  action: 'write',
  rule: null,
  outcome: 'created',
  fields: [],
  correlationId: 'c',
});
const aProblem = (id: string, org: string): Problem => ({
  id,
  org,
  code: 'VALUE_TOO_LONG',
  entitySet: 'CustomersV3',
  field: 'OrganizationName',
  scope: 'contoso/usmf',
  state: 'open',
  unitCount: 3,
  firstSeenAt: '2026-11-23T10:00:00.000Z',
  lastSeenAt: '2026-11-23T11:00:00.000Z',
});

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function start(overrides: Partial<HttpDependencies> = {}) {
  const lines: string[] = [];
  const calls: { caller: unknown; call: SyncCall; deadline: number; correlationId: string }[] = [];
  const stored = new Map<string, { connection: string; event: BusinessEvent }>();
  const audits: AuditQuery[] = [];
  const retries: string[][] = [];
  const tokens: { authorization: string | undefined; once: boolean }[] = [];
  const server = createHttpServer({
    settings: {
      connections: new Map([
        ['contoso', aConnection('contoso', [sha256(SECRET), sha256(SECOND_SECRET)])],
        ['silent', aConnection('silent', [])],
      ]),
      metricsToken: null,
    },
    verifier: {
      verify: async (authorization, { once: isOnce }) => {
        tokens.push({ authorization, once: isOnce });
        if (authorization === 'Bearer a') return { org: ORG_A, userId: '005000000000001AAA' };
        if (authorization === 'Bearer b') return { org: ORG_B, userId: null };
        if (authorization === undefined) throw new RelayError('TOKEN_MISSING', 'No token.');
        throw new RelayError('TOKEN_INVALID', 'Not one of ours.');
      },
      reload: async () => undefined,
    },
    sync: async (caller, call, { correlationId, deadline }) => {
      calls.push({ caller, call, deadline, correlationId });
      return answerTo(call, correlationId);
    },
    events: async (connection, event) => {
      if (stored.has(event.eventId)) return 'duplicate';
      stored.set(event.eventId, { connection, event });
      return 'stored';
    },
    audit: async (query) => {
      audits.push(query);
      return Array.from({ length: 3 }, (_, index) => anAuditEvent(`e${index}`, query.org)).slice(0, query.limit);
    },
    problems: {
      find: async ({ org, limit }) => [aProblem('p1', org), aProblem('p2', org)].slice(0, limit),
      retry: async (org, id, actor) => {
        retries.push([org, id, actor]);
        return org === ORG_A && id === 'p1' ? { requested: 3 } : null;
      },
    },
    forward: (_request, response) => void response.writeHead(299).end('forwarded'),
    metrics: createMetrics(),
    log: createLogger({ level: 'debug', destination: { write: (line) => void lines.push(line) } }),
    isReady: async () => true,
    clock: () => new Date(NOW),
    ids: () => crypto.randomUUID(),
    ...overrides,
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  const call = async (
    path: string,
    init: { method?: string; body?: string | Buffer; headers?: Record<string, string> } = {},
  ) => {
    const headers = { authorization: 'Bearer a', 'content-type': 'application/json', ...init.headers };
    const { method = 'GET', body: sent = null } = init;
    const response = await fetch(base + path, {
      method,
      headers,
      redirect: 'manual',
      body: typeof sent === 'string' ? sent : sent && new Uint8Array(sent),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    const body = (isJson && text !== '' ? JSON.parse(text) : {}) as Record<string, unknown>;
    return { status: response.status, header: (name: string) => response.headers.get(name), text, body };
  };
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    call(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers });
  return { base, port, call, post, calls, stored, audits, retries, tokens, lines, server };
}

const checkError = compileSchema(errorSchema, { all: true });
const anonymous = { authorization: '' };

describe('every answer', () => {
  it('carries a correlation id, the caller’s if it is a UUID', async () => {
    const { call } = await start();
    const own = 'ABCDEF00-1111-2222-3333-444444444444';

    const given = await call('/healthz', { headers: { 'x-correlation-id': own } });
    const refused = await call('/healthz', { headers: { 'x-correlation-id': 'x"; drop table' } });

    expect(given.header('x-correlation-id')).toBe(own.toLowerCase());
    expect(refused.header('x-correlation-id')).toMatch(UUID);
  });

  it('carries security headers and tells nothing of what serves it', async () => {
    const { call } = await start();

    const { header } = await call('/healthz');

    expect(header('cache-control')).toBe('no-store');
    expect(header('x-content-type-options')).toBe('nosniff');
    expect(header('content-security-policy')).toContain("default-src 'none'");
    expect(header('x-powered-by')).toBeNull();
    expect(header('server')).toBeNull();
    expect(header('etag')).toBeNull();
  });

  it.each([
    ['GET', '/', 404, 'NOT_FOUND'],
    ['GET', '/v1', 404, 'NOT_FOUND'],
    ['GET', '/V1/audit', 404, 'NOT_FOUND'],
    ['GET', '/v1/audit/', 404, 'NOT_FOUND'],
    ['GET', '/v1/forward', 404, 'NOT_FOUND'],
    ['GET', '//v1/forward/contoso/CustomersV3', 404, 'NOT_FOUND'],
    ['GET', '/v1/%66orward/contoso/CustomersV3', 404, 'NOT_FOUND'],
    ['GET', '/v1/sync', 405, 'NOT_FOUND'],
    ['DELETE', '/v1/audit', 405, 'NOT_FOUND'],
    ['OPTIONS', '/v1/sync', 405, 'NOT_FOUND'],
    ['POST', '/v1/problems/%ZZ/retry', 400, 'REQUEST_MALFORMED'],
  ])('to %s %s is %i in the one shape of errors', async (method, path, status, code) => {
    const { call } = await start();

    const answer = await call(path, { method });

    expect(answer.status).toBe(status);
    expect(checkError(answer.body)).toEqual([]);
    expect(answer.body).toMatchObject({
      code,
      retryable: false,
      correlationId: answer.header('x-correlation-id'),
    });
    expect(answer.header('allow')).toEqual(status === 405 ? expect.stringMatching(/^(GET, HEAD|POST)$/) : null);
  });

  it('of a bug is opaque outside and whole in the log', async () => {
    const { post, lines } = await start({ sync: () => Promise.reject(new TypeError('secret detail of the bug')) });

    const answer = await post('/v1/sync', aCall());

    expect(answer.status).toBe(500);
    expect(answer.body).toMatchObject({ code: 'UNEXPECTED', retryable: false });
    expect(answer.text).not.toContain('secret detail');
    const logged = lines.find((line) => line.includes('secret detail of the bug'));
    expect(logged).toContain(answer.body.correlationId);
    expect(logged).toContain('"stack"');
  });

  it.each([
    ['UNAVAILABLE', 503, true],
    ['CONFIGURATION_UNREADABLE', 409, true],
    ['CONFIGURATION_INVALID', 422, false],
    ['SALESFORCE_LIMIT', 503, true],
    ['CONNECTION_UNKNOWN', 409, false],
    ['ORG_MISMATCH', 403, false],
  ] as const)('for %s is %i', async (code, status, retryable) => {
    const { post } = await start({ sync: () => Promise.reject(new RelayError(code, 'Told.', { retryAfterMs: 1500 })) });

    const answer = await post('/v1/sync', aCall());

    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ code, message: 'Told.', retryable, retryAfterMs: 1500 });
    expect(answer.header('retry-after')).toBe('2');
  });
});

describe('callers', () => {
  it.each([
    ['POST', '/v1/sync'],
    ['GET', '/v1/audit'],
    ['GET', '/v1/problems'],
    ['POST', '/v1/problems/p1/retry'],
  ])('without a valid token are refused at %s %s before anything is read', async (method, path) => {
    const { call, calls, audits, retries } = await start();
    const sent = method === 'POST' ? { body: '{not json' } : {};

    const none = await call(path, { method, ...sent, headers: anonymous });
    const wrong = await call(path, { method, ...sent, headers: { authorization: 'Bearer x' } });

    expect([none.status, wrong.status]).toEqual([401, 401]);
    expect(wrong.body.code).toBe('TOKEN_INVALID');
    expect(wrong.header('www-authenticate')).toBe('Bearer');
    expect([...calls, ...audits, ...retries]).toEqual([]);
  });

  it('present a token once where the route must not be repeated, and only there', async () => {
    const { call, post, tokens } = await start();

    await post('/v1/sync', aCall());
    await call('/v1/audit');
    await post('/v1/problems/p1/retry', '');

    expect(tokens.map((token) => token.once)).toEqual([false, false, true]);
  });
});

describe('POST /v1/sync', () => {
  it('hands the call over as it came, with caller and deadline, and answers 200', async () => {
    const { post, call, calls } = await start();

    const answer = await post('/v1/sync', aCall());

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      contract: 1,
      correlationId: answer.header('x-correlation-id'),
      items: [{ generation: 7 }],
    });
    expect(calls).toEqual([
      {
        caller: { org: ORG_A, userId: '005000000000001AAA' },
        call: aCall(),
        deadline: NOW + 20_000,
        correlationId: answer.body.correlationId,
      },
    ]);
    const metrics = await call('/metrics');
    expect(metrics.text).toContain(
      'causeway_sync_units_total{outcome="created",mapping="Account_Customer",company="usmf"} 1',
    );
    expect(metrics.text).toContain(
      'causeway_http_request_seconds_count{route="/v1/sync",method="POST",status="200"} 1',
    );
  });

  it.each<[string, unknown, string]>([
    ['no body', '', 'is not JSON'],
    ['a body that is not JSON', '{"contract": 1,', 'is not JSON'],
    ['a body that is no object', '[]', 'The body must be an object'],
    ['a missing member', aCall({ requestId: undefined }), 'The body must have the member "requestId"'],
    ['an unknown member', aCall({ extra: 'PLANTED' }), 'must not have the member "extra"'],
    [
      'a number where text is due',
      aCall({ items: [anItem({ record: { ...anItem().record, fields: { A: 1.5 } } })] }),
      'items[0].record.fields.A must be',
    ],
    [
      'a generation that is no whole number',
      aCall({ items: [anItem(), anItem({ generation: 1.5 })] }),
      'items[1].generation must be a whole number',
    ],
    [
      'an unknown operation',
      aCall({ items: [anItem({ operation: 'truncate' })] }),
      'items[0].operation must be one of',
    ],
    ['no items', aCall({ items: [] }), 'items must have at least 1 entry'],
    [
      'an id that is none',
      aCall({ items: [anItem({ record: { ...anItem().record, id: "1' OR 1=1" } })] }),
      'items[0].record.id must be written as',
    ],
    [
      'an id in its short form, which Salesforce compares otherwise',
      aCall({ items: [anItem({ record: { ...anItem().record, id: '001000000000001' } })] }),
      'items[0].record.id must be written as',
    ],
    [
      'a key that is not of its record and mapping',
      aCall({ items: [anItem(), anItem({ key: '001000000000002AAA/Account_Customer' })] }),
      'items[1].key must be the record id and the mapping',
    ],
    ['an unknown lane', aCall({ lane: 'PLANTED' }), 'lane must be one of ["realTime","bulk"]'],
  ])('refuses %s by its place', async (_case, body, words) => {
    const { post, calls } = await start();

    const answer = await post('/v1/sync', body);

    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('REQUEST_MALFORMED');
    expect(answer.body.message).toContain(words);
    expect(answer.text).not.toContain('PLANTED');
    expect(calls).toEqual([]);
  });

  it('takes the lane of the outbox that sends', async () => {
    const { post, calls } = await start();

    await post('/v1/sync', aCall({ lane: 'bulk' }));

    expect(calls.map(({ call }) => call.lane)).toEqual(['bulk']);
  });

  it('refuses text that is not UTF-8', async () => {
    const { call } = await start();

    const answer = await call('/v1/sync', { method: 'POST', body: Buffer.from([0x22, 0xff, 0x22]) });

    expect(answer.body).toMatchObject({ code: 'REQUEST_MALFORMED', message: expect.stringContaining('UTF-8') });
  });

  it('refuses another contract with a code of its own', async () => {
    const { post } = await start();

    const answer = await post('/v1/sync', aCall({ contract: 2 }));

    expect(answer.body.code).toBe('CONTRACT_UNSUPPORTED');
  });

  it('refuses more than 200 items and more than 5 MB, compressed or not, in our shape', async () => {
    const { call, post, calls } = await start();
    const large = JSON.stringify(aCall({ requestId: 'x'.repeat(5_000_001) }));

    const items = await post('/v1/sync', aCall({ items: Array.from({ length: 201 }, () => anItem()) }));
    const plain = await post('/v1/sync', large);
    const zipped = await call('/v1/sync', {
      method: 'POST',
      body: gzipSync(large),
      headers: { 'content-encoding': 'gzip' },
    });

    for (const answer of [items, plain, zipped]) {
      expect(answer.status).toBe(413);
      expect(answer.body.code).toBe('BODY_TOO_LARGE');
    }
    expect(calls).toEqual([]);
  });

  it('takes 200 items and a compressed body', async () => {
    const { call, calls } = await start();
    const body = gzipSync(JSON.stringify(aCall({ items: Array.from({ length: 200 }, () => anItem()) })));

    const answer = await call('/v1/sync', { method: 'POST', body, headers: { 'content-encoding': 'gzip' } });

    expect(answer.status).toBe(200);
    expect(calls[0]?.call.items).toHaveLength(200);
  });

  it('asks an org that floods it to wait, and serves the others', async () => {
    const blocked = Promise.withResolvers<undefined>();
    const { post } = await start({
      sync: async (caller, call, { correlationId }) => {
        if (caller.org === ORG_A) await blocked.promise;
        return answerTo(call, correlationId);
      },
    });
    const flood = Array.from({ length: 40 }, () => post('/v1/sync', aCall()));

    const refused = await Promise.race(flood);
    const other = await post('/v1/sync', aCall(), { authorization: 'Bearer b' });
    blocked.resolve(undefined);
    const statuses = (await Promise.all(flood)).map((answer) => answer.status);
    const later = await post('/v1/sync', aCall());

    expect(refused).toMatchObject({ status: 429, body: { code: 'BUSY', retryable: true, retryAfterMs: 1000 } });
    expect(other.status).toBe(200);
    expect(statuses.filter((status) => status === 200)).toHaveLength(16);
    expect(later.status).toBe(200);
  });

  it('tells the work that its caller is gone', async () => {
    const started = Promise.withResolvers<AbortSignal>();
    const { port } = await start({
      sync: (_caller, _call, { signal }) => {
        started.resolve(signal);
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('gone'))));
      },
    });
    const headers = { authorization: 'Bearer a', 'content-type': 'application/json' };
    const request = httpRequest({ port, method: 'POST', path: '/v1/sync', headers });
    request.on('error', () => undefined);
    request.end(JSON.stringify(aCall()));

    const signal = await started.promise;
    const aborted = once(signal, 'abort');
    request.destroy();

    await aborted;
    expect(signal.aborted).toBe(true);
  });
});

describe('POST /v1/events/finance-operations', () => {
  it('answers 202 only once the event is stored, and the same event twice is stored once', async () => {
    const { post, stored } = await start();

    const first = await post(`${EVENTS}/contoso/${SECRET}`, anEvent(), anonymous);
    const again = await post(
      `${EVENTS}/contoso/${SECOND_SECRET}`,
      anEvent({ EventId: '3c47a4cd-6edc-4319-b893-3f862eed65fd' }),
      anonymous,
    );

    expect([first.status, again.status]).toEqual([202, 202]);
    expect([first.body.verdict, again.body.verdict]).toEqual(['stored', 'duplicate']);
    expect([...stored.values()]).toEqual([
      {
        connection: 'contoso',
        event: {
          eventId: '3c47a4cd-6edc-4319-b893-3f862eed65fd',
          name: 'SalesInvoicePostedBusinessEvent',
          legalEntity: 'usmf',
          occurredAt: '2022-12-30T13:51:15.2942742Z',
          fields: { ...anEvent(), ControlNumber: '5637611083' },
        },
      },
    ]);
  });

  it('is not acknowledged where it could not be stored', async () => {
    const { post } = await start({
      events: () => Promise.reject(new RelayError('UNAVAILABLE', 'The database is away.')),
    });

    const answer = await post(`${EVENTS}/contoso/${SECRET}`, anEvent(), anonymous);

    expect(answer.status).toBe(503);
  });

  it('keeps every digit of its numbers', async () => {
    const { post, stored } = await start();
    const body = `{"BusinessEventId":"X","EventId":"${crypto.randomUUID()}","ControlNumber":-9223372036854775808,"Amount":9007199254740993.55,"List":[1e3]}`;

    await post(`${EVENTS}/contoso/${SECRET}`, body, anonymous);

    const [entry] = stored.values();
    expect(entry?.event.fields).toMatchObject({
      ControlNumber: '-9223372036854775808',
      Amount: '9007199254740993.55',
      List: ['1e3'],
    });
  });

  it('answers the test of the endpoint and keeps nothing of it', async () => {
    const { post, stored } = await start();
    const test = anEvent({ BusinessEventId: 'BusinessEventsTestEndpointContract' });

    const answer = await post(`${EVENTS}/contoso/${SECRET}`, test, anonymous);

    expect(answer).toMatchObject({ status: 202, body: { verdict: 'test' } });
    expect(stored.size).toBe(0);
  });

  it('answers wrong secrets, unknown connections and connections without secrets alike', async () => {
    const { post, stored, call } = await start();

    const answers = [
      await post(`${EVENTS}/contoso/wrong`, anEvent(), anonymous),
      await post(`${EVENTS}/contoso/${sha256(SECRET)}`, anEvent(), anonymous),
      await post(`${EVENTS}/unknown/${SECRET}`, anEvent(), anonymous),
      await post(`${EVENTS}/silent/${SECRET}`, anEvent(), anonymous),
      await post(`${EVENTS}/__proto__/${SECRET}`, 'not even JSON', anonymous),
    ];

    for (const { status, body } of answers) {
      expect({ status, ...body, correlationId: '' }).toEqual({ ...answers[0]?.body, status: 404, correlationId: '' });
    }
    expect(stored.size).toBe(0);
    expect((await call('/metrics')).text).toContain('causeway_events_total{connection="contoso",verdict="refused"} 2');
  });

  it.each<[string, unknown, number]>([
    ['is not JSON', 'EventId=1', 400],
    ['has no EventId', anEvent({ EventId: undefined }), 400],
    ['has an EventId that is none', anEvent({ EventId: 'x' }), 400],
    ['is over 1 MB', anEvent({ Text: 'x'.repeat(1_000_001) }), 413],
    ['is nested without end', '['.repeat(500_000), 400],
  ])('refuses an event that %s', async (_case, body, status) => {
    const { post, stored } = await start();

    const answer = await post(`${EVENTS}/contoso/${SECRET}`, body, anonymous);

    expect(answer.status).toBe(status);
    expect(stored.size).toBe(0);
  });

  it('never lets the secret or the payload into log or metrics', async () => {
    const { post, call, lines } = await start();

    await post(`${EVENTS}/contoso/${SECRET}`, anEvent({ InvoiceId: 'PLANTED' }), anonymous);
    await post(`${EVENTS}/contoso/${SECRET}`, '{"PLANTED', anonymous);
    await post(`${EVENTS}/contoso/WRONG-SECRET`, anEvent(), anonymous);

    const metrics = await call('/metrics');
    const text = lines.join('') + metrics.text;
    expect(text).toContain('/v1/events/finance-operations/:connection');
    for (const planted of [SECRET, 'PLANTED', 'WRONG-SECRET']) expect(text).not.toContain(planted);
  });
});

describe('GET /v1/audit', () => {
  it('answers a page of the caller’s org by the filters given, and where the next begins', async () => {
    const { call, audits } = await start();
    const filters = {
      unitKey: '001/Account_Customer/contoso/usmf',
      recordId: '001000000000001AAA',
      actor: 'user:005',
      rule: 'Ask',
      after: '2026-11-01T00:00:00Z',
      before: '2026-12-01T00:00:00.000Z',
      cursor: 'e9',
      limit: '2',
    };

    const page = await call(`/v1/audit?${new URLSearchParams(filters).toString()}`);
    const last = await call('/v1/audit?limit=3', { headers: { authorization: 'Bearer b' } });

    expect(audits[0]).toEqual({ ...filters, org: ORG_A, limit: 3 });
    expect(audits[1]).toEqual({ org: ORG_B, limit: 4 });
    expect(page.body).toMatchObject({ contract: 1, nextCursor: 'e1', events: [{ id: 'e0' }, { id: 'e1' }] });
    expect(last.body.nextCursor).toBeNull();
    expect(compileSchema(auditSchema, { all: true })(page.body)).toEqual([]);
  });

  it.each([
    'org=00D00000000000BEAA',
    'limit=0',
    'limit=201',
    'limit=1e2',
    'limit=1&limit=2',
    'after=yesterday',
    'after=2026-13-01T00:00:00Z',
    'recordId=1%27--',
    'cursor=%00',
  ])('refuses ?%s instead of ignoring it', async (query) => {
    const { call, audits } = await start();

    const answer = await call(`/v1/audit?${query}`);

    expect(answer).toMatchObject({ status: 400, body: { code: 'REQUEST_MALFORMED' } });
    expect(audits).toEqual([]);
  });
});

describe('problems', () => {
  it('are told with what they mean, who must act and how', async () => {
    const { call } = await start();

    const answer = await call('/v1/problems?state=open&limit=1');

    expect(compileSchema(problemsSchema, { all: true })(answer.body)).toEqual([]);
    expect(answer.body).toMatchObject({
      nextCursor: 'p1',
      problems: [{ id: 'p1', owner: 'user', fix: expect.stringContaining('Shorten') }],
    });
    expect((await call('/v1/problems?state=unknown')).status).toBe(400);
  });

  it('are asked for again for the caller’s org, and are not there for another', async () => {
    const { post, retries } = await start();

    const own = await post('/v1/problems/p1/retry', '');
    const foreign = await post('/v1/problems/p1/retry', '', { authorization: 'Bearer b' });
    const malformed = await post('/v1/problems/p%20%27/retry', '');

    expect(own).toMatchObject({ status: 202, body: { problemId: 'p1', requested: 3 } });
    expect([foreign.status, malformed.status]).toEqual([404, 404]);
    expect(retries).toEqual([
      [ORG_A, 'p1', 'user:005000000000001AAA'],
      [ORG_B, 'p1', `org:${ORG_B}`],
    ]);
  });
});

describe('the process', () => {
  it('lives while it is not ready', async () => {
    let ready: () => Promise<boolean> = async () => false;
    const { call } = await start({ isReady: () => ready() });

    const alive = await call('/healthz', { headers: anonymous });
    const away = await call('/readyz', { headers: anonymous });
    ready = () => Promise.reject(new Error('connect ECONNREFUSED'));
    const failing = await call('/readyz', { headers: anonymous });
    ready = async () => true;
    const back = await call('/readyz', { headers: anonymous });

    expect([alive.status, away.status, failing.status, back.status]).toEqual([200, 503, 503, 200]);
    expect(away.body).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  });

  it('tells its figures only to who has the token, where one is set', async () => {
    const { call } = await start({ settings: { connections: new Map(), metricsToken: 'a-token-for-the-monitoring' } });

    const refused = await call('/metrics', { headers: { authorization: 'Bearer a' } });
    const told = await call('/metrics', { headers: { authorization: 'Bearer a-token-for-the-monitoring' } });

    expect(refused.status).toBe(401);
    expect(refused.text).not.toContain('causeway_');
    expect(told.status).toBe(200);
    expect(told.text).toContain('causeway_');
  });

  it('gives /v1/forward/ to the forwarder and nothing else', async () => {
    const { call } = await start();

    const forwarded = await call('/v1/forward/contoso/CustomersV3?$top=1');
    const other = await call('/v1/forwards/contoso');

    expect([forwarded.status, other.status]).toEqual([299, 404]);
    expect(forwarded.header('x-correlation-id')).toMatch(UUID);
  });

  it('limits how long and how large the head of a request may be', async () => {
    const { server, port } = await start();
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET /healthz HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`);

    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();

    expect(answer.toString()).toContain('431');
    expect(server.headersTimeout).toBeLessThanOrEqual(10_000);
    expect(server.requestTimeout).toBeLessThanOrEqual(60_000);
    expect(server.maxConnections).toBeGreaterThan(0);
  });
});
