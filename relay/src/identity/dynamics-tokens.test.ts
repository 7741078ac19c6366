import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';

import { startEntra, type Entra } from '../../../test/entra/start.ts';
import type { RelayError } from '../errors.ts';
import type { ConnectionSettings } from '../settings.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createDynamicsTokens } from './dynamics-tokens.ts';
import { aSigningOrg, type SigningOrg } from './signing-org.test-support.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const CLIENT = '22222222-2222-4222-8222-222222222222';
const BY_CERTIFICATE = '33333333-3333-4333-8333-333333333333';
const MINUTE = 60_000;

let pairOfKeys: SigningOrg;
let entra: Entra;
let now: number;

beforeAll(async () => {
  pairOfKeys = await aSigningOrg('00D000000000062EAA');
});

beforeEach(async () => {
  now = Date.now();
  entra = await startEntra({
    // msal rounds the start of its assertions to the next full second; the real authority forgives minutes.
    clock: () => new Date(Date.now() + 1000),
    tenants: [
      {
        id: TENANT,
        apps: [
          { clientId: CLIENT, secret: 'planted-secret' },
          { clientId: BY_CERTIFICATE, certificatePem: pairOfKeys.certificatePem },
        ],
      },
    ],
  });
});

afterEach(() => entra.stop());

function aConnection(change: Partial<ConnectionSettings> = {}): ConnectionSettings {
  return {
    key: 'contoso',
    platform: 'FinanceOperations',
    url: 'https://contoso.operations.dynamics.com',
    tenantId: TENANT,
    clientId: CLIENT,
    credential: { kind: 'secret', secret: 'planted-secret' },
    authority: 'https://login.microsoftonline.com',
    authorityEndpoint: entra.baseUrl,
    allowed: new Map(),
    eventSecretHashes: [],
    ...change,
  };
}

function someTokens(connection = aConnection()) {
  return createDynamicsTokens({ connections: new Map([[connection.key, connection]]), clock: () => new Date(now) });
}

async function refusal(promise: Promise<unknown>): Promise<RelayError> {
  return promise.then(
    () => Promise.reject(new Error('a token came back')),
    (error: unknown) => error as RelayError,
  );
}

describe('a token', () => {
  it('is for the environment and comes by secret', async () => {
    const token = await someTokens().token('contoso');

    expect(decodeJwt(token)).toMatchObject({ aud: 'https://contoso.operations.dynamics.com', appid: CLIENT });
  });

  it('comes by certificate', async () => {
    const { certificatePem, privateKeyPem } = pairOfKeys;
    const connection = aConnection({
      clientId: BY_CERTIFICATE,
      credential: { kind: 'certificate', certificatePem, privateKeyPem },
    });

    const token = await someTokens(connection).token('contoso');

    expect(decodeJwt(token).appid).toBe(BY_CERTIFICATE);
    expect(decodeProtectedHeader(token).alg).toBe('RS256');
  });

  it('is asked for once however many wait', async () => {
    const tokens = someTokens();

    const all = await Promise.all(Array.from({ length: 50 }, () => tokens.token('contoso')));

    expect(new Set(all).size).toBe(1);
    expect(entra.requests).toHaveLength(1);
  });

  it('is kept until ten minutes before its end', async () => {
    const tokens = someTokens();
    const first = await tokens.token('contoso');
    now += 49 * MINUTE;

    expect(await tokens.token('contoso')).toBe(first);
    expect(entra.requests).toHaveLength(1);
  });

  it('is renewed in the background from then on, and nobody waits for it', async () => {
    const tokens = someTokens();
    const first = await tokens.token('contoso');
    now += 51 * MINUTE;

    expect(await tokens.token('contoso')).toBe(first);
    await until(() => entra.requests.length === 2);
    await until(async () => (await tokens.token('contoso')) !== first);
    expect(entra.requests).toHaveLength(2);
  });

  it('is never handed out in its last five minutes', async () => {
    const tokens = someTokens();
    const first = await tokens.token('contoso');
    now += 56 * MINUTE;

    expect(await tokens.token('contoso')).not.toBe(first);
  });

  it('with a life shorter than the margins is still shared', async () => {
    entra.setExpiresIn(240);
    const tokens = someTokens();

    const first = await tokens.token('contoso');

    expect(await tokens.token('contoso')).toBe(first);
    expect(entra.requests).toHaveLength(1);
  });

  it('that Dynamics refused is replaced', async () => {
    const tokens = someTokens();
    const first = await tokens.token('contoso');

    tokens.invalidate('contoso', first);

    expect(await tokens.token('contoso')).not.toBe(first);
  });

  it('that was replaced meanwhile cannot be invalidated twice', async () => {
    const tokens = someTokens();
    const first = await tokens.token('contoso');
    tokens.invalidate('contoso', first);
    const second = await tokens.token('contoso');

    tokens.invalidate('contoso', first);

    expect(await tokens.token('contoso')).toBe(second);
  });
});

describe('an authority that refuses', () => {
  it('is told with its code and never with the secret', async () => {
    const error = await refusal(
      someTokens(aConnection({ credential: { kind: 'secret', secret: 'wrong-planted' } })).token('contoso'),
    );

    expect(error.code).toBe('CREDENTIAL_REFUSED');
    expect(error.message).toContain('AADSTS7000215');
    expect(error.message).toContain('"contoso"');
    expect(error.message).not.toContain('planted');
  });

  it('that does not know the application is a refused credential', async () => {
    const error = await refusal(someTokens(aConnection({ clientId: TENANT })).token('contoso'));

    expect(error.code).toBe('CREDENTIAL_REFUSED');
    expect(error.message).toContain('AADSTS700016');
  });
});

describe('an authority that is busy', () => {
  it.each([429, 503] as const)('with %d is not asked again before the time it told', async (status) => {
    entra.failNext(1, status, 7);
    const tokens = someTokens();
    const first = await refusal(tokens.token('contoso'));
    now += 2_000;

    const second = await refusal(tokens.token('contoso'));

    expect(first).toMatchObject({ code: 'DYNAMICS_UNAVAILABLE', retryAfterMs: 7_000 });
    expect(second).toMatchObject({ code: 'DYNAMICS_UNAVAILABLE', retryAfterMs: 5_000 });
    expect(entra.requests).toHaveLength(1);
  });

  it('is asked again afterwards', async () => {
    entra.failNext(1, 429, 7);
    const tokens = someTokens();
    await refusal(tokens.token('contoso'));
    now += 7_000;

    await expect(tokens.token('contoso')).resolves.toBeDefined();
  });

  it('does not take away a token that is still good', async () => {
    const tokens = someTokens();
    const first = await tokens.token('contoso');
    now += 51 * MINUTE;
    entra.failNext(1, 503, 60);

    await tokens.token('contoso');
    await until(() => entra.requests.length === 2);

    expect(await tokens.token('contoso')).toBe(first);
  });

  it('that is away is unavailable', async () => {
    await entra.stop();

    const error = await refusal(someTokens().token('contoso'));

    expect(error.code).toBe('DYNAMICS_UNAVAILABLE');
    entra = await startEntra({ tenants: [] });
  });

  it('behind a proxy with an error page is unavailable', async () => {
    const proxy = await aServer(502, '<html>Bad gateway</html>');

    const error = await refusal(someTokens(aConnection({ authorityEndpoint: proxy.url })).token('contoso'));

    expect(error.code).toBe('DYNAMICS_UNAVAILABLE');
    proxy.server.close();
  });

  it('that answers no JSON is unavailable, and nothing of its answer reaches the log', async () => {
    const lines: string[] = [];
    const log = createLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } });
    const proxy = await aServer(200, 'PLANTED, a token in no shape that is known');

    const error = await refusal(someTokens(aConnection({ authorityEndpoint: proxy.url })).token('contoso'));
    log.warn({ err: error }, 'refused');

    expect(error.code).toBe('DYNAMICS_UNAVAILABLE');
    expect(lines.join('')).toContain('DYNAMICS_UNAVAILABLE');
    expect(lines.join('')).not.toContain('PLANTED');
    proxy.server.close();
  });
});

describe('settings', () => {
  it.each(['http://10.0.0.1:8080', 'https://login.example.com', 'http://127.0.0.1.example.com', 'nonsense'])(
    'send the credential to no other machine: %p',
    (authorityEndpoint) => {
      expect(() => someTokens(aConnection({ authorityEndpoint }))).toThrow(
        expect.objectContaining({ code: 'SETTINGS_INVALID' }),
      );
    },
  );

  it('are refused where the key does not belong to the certificate', async () => {
    const other = await aSigningOrg('00D000000000062EAA');
    const credential = {
      kind: 'certificate',
      certificatePem: pairOfKeys.certificatePem,
      privateKeyPem: other.privateKeyPem,
    } as const;

    expect(() => someTokens(aConnection({ credential }))).toThrow(/does not belong to its certificate/);
  });

  it('are refused where the certificate is not readable', () => {
    const credential = { kind: 'certificate', certificatePem: 'x', privateKeyPem: 'planted' } as const;

    expect(() => someTokens(aConnection({ credential }))).toThrow(/not readable PEM/);
  });

  it('know only their connections', async () => {
    expect((await refusal(someTokens().token('fabrikam'))).code).toBe('CONNECTION_UNKNOWN');
  });
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it never came true');
}

async function aServer(status: number, body: string): Promise<{ server: Server; url: string }> {
  const server = createServer((_request, response) => response.writeHead(status).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
