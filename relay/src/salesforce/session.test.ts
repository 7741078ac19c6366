import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jwtVerify } from 'jose';
import type { RelayError } from '../errors.ts';
import type { OrgSettings } from '../settings.ts';
import {
  FAKE_APP_PUBLIC_KEY,
  FAKE_ORG,
  startFakeSalesforce,
  type FakeSalesforce,
} from './fake-salesforce.test-support.ts';
import { createSalesforceSession, type SalesforceRequest } from './session.ts';

const NOW = new Date('2026-11-23T10:00:00Z');
const LIMITS: SalesforceRequest = { method: 'GET', path: '/limits', what: 'read the limits' };
const EXPIRED = { status: 401, json: [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }] };

let salesforce: FakeSalesforce;

beforeEach(async () => {
  salesforce = await startFakeSalesforce();
});

afterEach(() => salesforce.stop());

function aSession(change: Partial<OrgSettings> = {}) {
  return createSalesforceSession({ org: salesforce.settings(change), clock: () => NOW });
}

async function refusal(promise: Promise<unknown>): Promise<RelayError> {
  return promise.then(
    () => Promise.reject(new Error('the call succeeded')),
    (error: unknown) => error as RelayError,
  );
}

describe('sign-in', () => {
  it('asserts the user for the app, at the login host, for three minutes', async () => {
    salesforce.plan('GET /limits', { json: {} });

    await aSession().send(LIMITS);

    const form = salesforce.signIns[0];
    const { payload } = await jwtVerify(String(form?.get('assertion')), FAKE_APP_PUBLIC_KEY, { currentDate: NOW });
    expect(form?.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    expect(payload).toEqual({
      iss: 'planted-client-id',
      sub: 'relay@example.com',
      aud: salesforce.url,
      exp: NOW.getTime() / 1000 + 180,
    });
  });

  it('happens once however many wait', async () => {
    salesforce.plan('GET /limits', { json: {} });
    const session = aSession();

    await Promise.all(Array.from({ length: 20 }, () => session.send(LIMITS)));

    expect(salesforce.signIns).toHaveLength(1);
    expect(salesforce.requests).toHaveLength(20);
  });

  it('names the relay as the client of each call', async () => {
    salesforce.plan('GET /limits', { json: {} });

    await aSession().send(LIMITS);

    expect(salesforce.requests[0]?.headers).toMatchObject({
      'sforce-call-options': 'client=causeway',
      authorization: 'Bearer token-1',
    });
  });

  it('that is refused tells OAuth’s reason and is tried anew with the next call', async () => {
    salesforce.planSignIn({
      status: 400,
      json: { error: 'invalid_grant', error_description: "user hasn't approved this consumer" },
    });
    salesforce.plan('GET /limits', { json: {} });
    const session = aSession();

    const error = await refusal(session.send(LIMITS));

    expect(error.code).toBe('CREDENTIAL_REFUSED');
    expect(error.message).toContain("user hasn't approved this consumer (invalid_grant)");
    await expect(session.send(LIMITS)).resolves.toMatchObject({ ok: true });
  });

  it.each([{ status: 503, text: '<html>maintenance</html>', type: 'text/html' }, 'cut' as const])(
    'without an answer is unavailable: %p',
    async (answer) => {
      salesforce.planSignIn(answer);

      expect((await refusal(aSession().send(LIMITS))).code).toBe('SALESFORCE_UNAVAILABLE');
    },
  );

  it('that leads to another org is refused before anything is sent', async () => {
    const error = await refusal(aSession({ organizationId: '00D000000000063EAA' }).send(LIMITS));

    expect(error.code).toBe('CREDENTIAL_REFUSED');
    expect(error.message).toContain(FAKE_ORG);
    expect(salesforce.requests).toEqual([]);
  });

  it('needs a readable key at once', () => {
    expect(() => aSession({ privateKeyPem: 'planted' })).toThrow(expect.objectContaining({ code: 'SETTINGS_INVALID' }));
  });
});

describe('a session', () => {
  it('that Salesforce ended is renewed, and the call repeated', async () => {
    salesforce.plan('GET /limits', EXPIRED, { json: { a: 1 } });

    const reply = await aSession().send(LIMITS);

    expect(reply).toEqual({ ok: true, body: { a: '1' } });
    expect(salesforce.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  it('is renewed once for all who met its end', async () => {
    salesforce.plan('GET /limits', (seen) =>
      seen.headers.authorization === 'Bearer token-1' ? EXPIRED : { json: {} },
    );
    const session = aSession();

    await Promise.all(Array.from({ length: 10 }, () => session.send(LIMITS)));

    expect(salesforce.signIns).toHaveLength(2);
  });

  it('that ends again right after is a matter for the integration owner', async () => {
    salesforce.plan('GET /limits', EXPIRED);

    const error = await refusal(aSession().send(LIMITS));

    expect(error.code).toBe('CREDENTIAL_REFUSED');
    expect(salesforce.requests).toHaveLength(2);
  });

  it('knows the budget from the last answer, refusals included', async () => {
    salesforce.plan('GET /limits', { status: 404, json: [{ errorCode: 'NOT_FOUND', message: 'x' }] });
    const session = aSession();
    expect(session.apiBudget()).toBeNull();

    await session.send(LIMITS);

    expect(session.apiBudget()).toEqual({ used: 25, limit: 15_000 });
  });
});

describe('an answer', () => {
  it('that refuses is handed on with its errors', async () => {
    salesforce.plan('GET /limits', {
      status: 400,
      json: [{ errorCode: 'INVALID_FIELD', message: 'no', fields: ['A'] }],
    });

    await expect(aSession().send(LIMITS)).resolves.toEqual({
      ok: false,
      status: 400,
      errors: [{ code: 'INVALID_FIELD', message: 'no', fields: ['A'] }],
    });
  });

  it.each([
    ['of the package', { code: 'UNEXPECTED', message: 'x' }, 'UNEXPECTED'],
    ['of an Apex limit', [{ errorCode: 'APEX_ERROR', message: 'x' }], 'APEX_ERROR'],
  ])('%s is handed on although its status is 500', async (_what, json, code) => {
    salesforce.plan('GET /limits', { status: 500, json });

    await expect(aSession().send(LIMITS)).resolves.toMatchObject({ ok: false, status: 500, errors: [{ code }] });
  });

  it('without a body is null', async () => {
    salesforce.plan('GET /limits', { status: 204 });

    await expect(aSession().send(LIMITS)).resolves.toEqual({ ok: true, body: null });
  });

  it.each([
    ['a server error', { status: 503, json: [{ errorCode: 'SERVER_UNAVAILABLE', message: 'x' }] }],
    ['a page for people', { status: 200, text: '<html>maintenance</html>', type: 'text/html' }],
    ['a redirect', { status: 302, text: 'moved' }],
    ['a cut connection', 'cut' as const],
  ])('that is %s means unavailable, and nothing is repeated', async (_what, answer) => {
    salesforce.plan('GET /limits', answer);

    const error = await refusal(aSession().send(LIMITS));

    expect(error.code).toBe('SALESFORCE_UNAVAILABLE');
    expect(salesforce.requests).toHaveLength(1);
  });

  it('that is no JSON is not quoted by the error', async () => {
    salesforce.plan('GET /limits', { status: 200, text: 'PLANTED', type: 'application/json' });

    const error = await refusal(aSession().send(LIMITS));

    expect(error.cause).toBeUndefined();
  });

  it('that the budget is used up is a limit, with a time', async () => {
    salesforce.plan('GET /limits', {
      status: 403,
      json: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }],
    });

    expect(await refusal(aSession().send(LIMITS))).toMatchObject({ code: 'SALESFORCE_LIMIT', retryAfterMs: 900_000 });
  });
});
