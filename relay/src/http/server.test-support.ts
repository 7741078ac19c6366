import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach } from '@jest/globals';
import errorSchema from '../../../contracts/schemas/error.v1.schema.json' with { type: 'json' };
import { RelayError } from '../errors.ts';
import { compileSchema } from '../json-schema.ts';
import type { ConnectionSettings } from '../settings.ts';
import type { AuditEvent, AuditQuery, Problem } from '../store/store.ts';
import type { SyncAnswer, SyncCall } from '../sync/exchange.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { answerHead } from './answer-headers.ts';
import type { BusinessEvent } from './events-route.ts';
import { traceOf } from './request-trace.ts';
import { createHttpServer, type HttpDependencies } from './server.ts';

export const ORG_A = '00D00000000000AEAA';
export const ORG_B = '00D00000000000BEAA';
export const NOW = Date.parse('2026-11-23T10:00:00Z');
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const SECRET = 'an-event-secret-of-128-bits';
export const SECOND_SECRET = 'the-secret-of-the-rotation';
export const EVENTS = '/v1/events/finance-operations';

export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
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

export const aCall = (overrides: object = {}) => ({
  contract: 1,
  requestId: '11111111-2222-3333-4444-555555555555',
  configuration: `sha256:${'a'.repeat(64)}`,
  dryRun: false,
  items: [anItem()],
  ...overrides,
});
export const anItem = (overrides: object = {}) => ({
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
export const answerTo = (call: SyncCall, correlationId: string): SyncAnswer => ({
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
export const anEvent = (overrides: object = {}) => ({
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

/** Stops the servers of the test file after each test. */
export function useServers(): void {
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
}

/** What the parts of a server were asked, and the parts themselves. */
function notingParts() {
  const lines: string[] = [];
  const calls: { caller: unknown; call: SyncCall; deadline: number; correlationId: string }[] = [];
  const stored = new Map<string, { connection: string; event: BusinessEvent }>();
  const audits: AuditQuery[] = [];
  const retries: string[][] = [];
  const tokens: { authorization: string | undefined; once: boolean }[] = [];
  const parts: HttpDependencies = {
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
    forward: (request, response) => void response.writeHead(299, answerHead(traceOf(request))).end('forwarded'),
    metrics: createMetrics(),
    log: createLogger({ level: 'debug', destination: { write: (line) => void lines.push(line) } }),
    isReady: async () => true,
    clock: () => new Date(NOW),
    ids: () => crypto.randomUUID(),
  };
  return { parts, seen: { lines, calls, stored, audits, retries, tokens } };
}

function callerOf(base: string) {
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
  return { call, post };
}

/** A server whose parts note what they are asked and answer what a test expects. */
export async function start(overrides: Partial<HttpDependencies> = {}) {
  const { parts, seen } = notingParts();
  const server = createHttpServer({ ...parts, ...overrides });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  return { base, port, server, ...callerOf(base), ...seen };
}

export const checkError = compileSchema(errorSchema, { all: true });
export const anonymous = { authorization: '' };
