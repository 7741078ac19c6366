import { createHash, randomUUID } from 'node:crypto';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify, SignJWT } from 'jose';
import { generate } from 'selfsigned';
import { startEntra, type Entra } from './start.ts';

const TENANT = 'contoso-tenant';
const RESOURCE = 'https://contoso.operations.dynamics.com';

describe('the local token authority', () => {
  let entra: Entra;
  let certificate: { cert: string; private: string };

  beforeAll(async () => {
    certificate = await generate([{ name: 'commonName', value: 'causeway' }], { keySize: 2048 });
    const apps = [
      { clientId: 'with-secret', secret: 'right' },
      { clientId: 'with-certificate', certificatePem: certificate.cert },
    ];
    entra = await startEntra({ tenants: [{ id: TENANT, apps }] });
  });
  afterAll(() => entra.stop());

  const endpoint = (tenant = TENANT): string => `${entra.baseUrl}/${tenant}/oauth2/v2.0/token`;
  const ask = async (
    form: Record<string, string>,
    tenant = TENANT,
  ): Promise<{ status: number; headers: Headers; json: Record<string, unknown> }> => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', scope: `${RESOURCE}/.default`, ...form });
    const response = await fetch(endpoint(tenant), { method: 'POST', body });
    return {
      status: response.status,
      headers: response.headers,
      json: (await response.json()) as Record<string, unknown>,
    };
  };
  const assertion = (
    overrides: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
  ): Promise<string> => {
    const thumbprint = createHash('sha256').update(new X509Certificate(certificate.cert).raw).digest('base64url');
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: 'with-certificate',
      sub: 'with-certificate',
      aud: endpoint(),
      jti: randomUUID(),
      nbf: now,
      exp: now + 600,
      ...overrides,
    };
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'PS256', 'x5t#S256': thumbprint, ...header })
      .sign(createPrivateKey(certificate.private));
  };
  const withAssertion = async (text: Promise<string>): ReturnType<typeof ask> =>
    ask({
      client_id: 'with-certificate',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await text,
    });

  it('grants a token for the resource of the scope, signed by its published keys', async () => {
    const { status, json } = await ask({ client_id: 'with-secret', client_secret: 'right' });

    const keys = createRemoteJWKSet(new URL(`${entra.authority(TENANT)}/discovery/v2.0/keys`));
    const { payload } = await jwtVerify(String(json['access_token']), keys, {
      issuer: entra.issuer(TENANT),
      audience: RESOURCE,
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
    expect(payload).toMatchObject({ appid: 'with-secret', tid: TENANT });
  });

  it.each(['PS256', 'RS256'])('grants a token for an assertion signed with %s', async (alg) => {
    expect((await withAssertion(assertion({}, { alg }))).status).toBe(200);
  });

  it('accepts an assertion made for the production address', async () => {
    const aud = `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/token`;

    expect((await withAssertion(assertion({ aud }))).status).toBe(200);
  });

  it('accepts an assertion again while it lives, as msal sends it', async () => {
    const once = assertion();

    const statuses = [(await withAssertion(once)).status, (await withAssertion(once)).status];

    expect(statuses).toEqual([200, 200]);
  });

  it.each([
    ['for another audience', { aud: 'https://elsewhere.example' }, {}],
    ['that has expired', { exp: 1_700_000_000 }, {}],
    ['of another client', { iss: 'with-secret', sub: 'with-secret' }, {}],
    ['without an id', { jti: undefined }, {}],
    ['with the thumbprint of another certificate', {}, { 'x5t#S256': 'AAAA' }],
    ['without a thumbprint', {}, { 'x5t#S256': undefined }],
  ])('refuses an assertion %s', async (_what, claims, header) => {
    const { status, json } = await withAssertion(assertion(claims, header));

    expect(status).toBe(401);
    expect(json).toMatchObject({ error: 'invalid_client', error_codes: [700027] });
  });

  it.each([
    [{ client_id: 'with-secret', client_secret: 'wrong' }, 401, 'invalid_client', 7000215],
    [{ client_id: 'with-secret' }, 401, 'invalid_client', 7000218],
    [{ client_id: 'stranger', client_secret: 'x' }, 400, 'unauthorized_client', 700016],
    [{ client_id: 'with-secret', client_secret: 'right', scope: 'User.Read' }, 400, 'invalid_scope', 70011],
    [
      { client_id: 'with-secret', client_secret: 'right', grant_type: 'password' },
      400,
      'unsupported_grant_type',
      70003,
    ],
  ])('refuses %j', async (form, status, error, code) => {
    const reply = await ask(form);

    expect(reply.status).toBe(status);
    expect(reply.json).toMatchObject({
      error,
      error_codes: [code],
      error_description: expect.stringContaining(`AADSTS${code}: `),
    });
  });

  it('refuses a tenant it does not know', async () => {
    expect((await ask({ client_id: 'with-secret', client_secret: 'right' }, 'elsewhere')).json).toMatchObject({
      error_codes: [90002],
    });
  });

  it('issues tokens as short as it is told', async () => {
    entra.setExpiresIn(60);

    const { json } = await ask({ client_id: 'with-secret', client_secret: 'right' });
    entra.setExpiresIn(3600);

    expect(json['expires_in']).toBe(60);
  });

  it('fails as often as it is told and counts every request', async () => {
    entra.failNext(1, 429, 5);
    const before = entra.requests.length;

    const replies = [
      await ask({ client_id: 'with-secret', client_secret: 'right' }),
      await ask({ client_id: 'with-secret', client_secret: 'right' }),
    ];

    expect(replies.map(({ status }) => status)).toEqual([429, 200]);
    expect(replies[0]?.headers.get('retry-after')).toBe('5');
    expect(entra.requests.slice(before).map(({ status }) => status)).toEqual([429, 200]);
  });

  it('describes itself', async () => {
    const configuration = await (
      await fetch(`${entra.authority(TENANT)}/v2.0/.well-known/openid-configuration`)
    ).json();
    const discovery = await (await fetch(`${entra.baseUrl}/common/discovery/instance`)).json();
    const nothing = await fetch(`${entra.baseUrl}/nowhere`);

    expect(configuration).toMatchObject({ token_endpoint: endpoint(), issuer: entra.issuer(TENANT) });
    expect(discovery).toMatchObject({ metadata: expect.any(Array) });
    expect(nothing.status).toBe(404);
  });
});
