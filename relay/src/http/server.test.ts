import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { RelayError } from '../errors.ts';
import { UUID, aCall, anonymous, checkError, start, useServers } from './server.test-support.ts';

useServers();

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
