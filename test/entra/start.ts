import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { SignJWT, exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose';
import { refusalBody } from './errors.ts';
import { decideToken, type EntraTenant } from './token-endpoint.ts';

/** How the local authority starts; tenants and their applications are fixed for its life. */
export type EntraOptions = {
  tenants: EntraTenant[];
  port?: number;
  expiresInSeconds?: number;
  clock?: () => Date;
};

/** One token request as it was answered. */
export type SeenTokenRequest = { tenant: string; clientId: string; scope: string; status: number };

/** A running local token authority. */
export type Entra = {
  baseUrl: string;
  authority(tenantId: string): string;
  issuer(tenantId: string): string;
  jwks: { keys: JWK[] };
  requests: readonly SeenTokenRequest[];
  setExpiresIn(seconds: number): void;
  failNext(count: number, status: 429 | 503, retryAfterSeconds?: number): void;
  token(clientId: string, resource: string, tenantId?: string): Promise<string>;
  stop(): Promise<void>;
};

type Failure = { status: 429 | 503; retryAfterSeconds: number };

type Authority = {
  options: EntraOptions;
  baseUrl: string;
  key: CryptoKey;
  jwks: { keys: JWK[] };
  clock: () => Date;
  expiresIn: number;
  failures: Failure[];
  requests: SeenTokenRequest[];
  tokensIssued: number;
};

const KEY_ID = 'local-authority';

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function answer(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(JSON.stringify(body));
}

function sign(authority: Authority, grant: { clientId: string; resource: string; tenantId: string }): Promise<string> {
  const issuedAt = Math.floor(authority.clock().getTime() / 1000);
  authority.tokensIssued += 1;
  return new SignJWT({
    appid: grant.clientId,
    tid: grant.tenantId,
    oid: grant.clientId,
    ver: '2.0',
    uti: String(authority.tokensIssued),
  })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: KEY_ID })
    .setIssuer(`${authority.baseUrl}/${grant.tenantId}/v2.0`)
    .setAudience(grant.resource)
    .setSubject(grant.clientId)
    .setIssuedAt(issuedAt)
    .setNotBefore(issuedAt)
    .setExpirationTime(issuedAt + authority.expiresIn)
    .sign(authority.key);
}

async function answerToken(
  authority: Authority,
  tenantId: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const form = new URLSearchParams(await readBody(request));
  const seen = { tenant: tenantId, clientId: form.get('client_id') ?? '', scope: form.get('scope') ?? '' };
  const failure = authority.failures.shift();
  if (failure !== undefined) {
    authority.requests.push({ ...seen, status: failure.status });
    answer(
      response,
      failure.status,
      { error: 'temporarily_unavailable' },
      { 'Retry-After': String(failure.retryAfterSeconds) },
    );
    return;
  }
  const decision = await decideToken(form, {
    tenants: authority.options.tenants,
    tenantId,
    tokenEndpoint: `${authority.baseUrl}/${tenantId}/oauth2/v2.0/token`,
    now: authority.clock(),
  });
  if ('refused' in decision) {
    authority.requests.push({ ...seen, status: decision.refused.status });
    answer(response, decision.refused.status, refusalBody(decision.refused, authority.clock()));
    return;
  }
  const accessToken = await sign(authority, { ...decision.granted, tenantId });
  authority.requests.push({ ...seen, status: 200 });
  answer(response, 200, {
    token_type: 'Bearer',
    expires_in: authority.expiresIn,
    ext_expires_in: authority.expiresIn,
    access_token: accessToken,
  });
}

function openidConfiguration(authority: Authority, tenantId: string): Record<string, unknown> {
  const root = `${authority.baseUrl}/${tenantId}`;
  return {
    token_endpoint: `${root}/oauth2/v2.0/token`,
    authorization_endpoint: `${root}/oauth2/v2.0/authorize`,
    jwks_uri: `${root}/discovery/v2.0/keys`,
    issuer: `${root}/v2.0`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
    response_types_supported: ['code'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
}

function instanceDiscovery(authority: Authority): Record<string, unknown> {
  const host = new URL(authority.baseUrl).host;
  const tenant = authority.options.tenants[0]?.id ?? 'common';
  return {
    tenant_discovery_endpoint: `${authority.baseUrl}/${tenant}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  };
}

async function route(authority: Authority, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, tenantId = '', ...rest] = new URL(request.url ?? '/', authority.baseUrl).pathname.split('/');
  const path = rest.join('/');
  if (request.method === 'POST' && path === 'oauth2/v2.0/token')
    return answerToken(authority, tenantId, request, response);
  if (tenantId === 'common' && path === 'discovery/instance') {
    answer(response, 200, instanceDiscovery(authority));
    return;
  }
  if (path === 'v2.0/.well-known/openid-configuration') {
    answer(response, 200, openidConfiguration(authority, tenantId));
    return;
  }
  if (path === 'discovery/v2.0/keys') {
    answer(response, 200, authority.jwks);
    return;
  }
  answer(response, 404, {
    error: 'not_found',
    error_description: `No such address: ${request.method ?? ''} /${tenantId}/${path}`,
  });
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Starts a local token authority on loopback HTTP that grants and refuses client credentials as Entra does. */
export async function startEntra(options: EntraOptions): Promise<Entra> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: KEY_ID, use: 'sig', alg: 'RS256' }] };
  const authority: Authority = {
    options,
    baseUrl: '',
    key: privateKey,
    jwks,
    clock: options.clock ?? (() => new Date()),
    expiresIn: options.expiresInSeconds ?? 3600,
    failures: [],
    requests: [],
    tokensIssued: 0,
  };
  const server = createServer((request, response) => void route(authority, request, response));
  authority.baseUrl = await listen(server, options.port ?? 0);
  return {
    baseUrl: authority.baseUrl,
    authority: (tenantId) => `${authority.baseUrl}/${tenantId}`,
    issuer: (tenantId) => `${authority.baseUrl}/${tenantId}/v2.0`,
    jwks,
    requests: authority.requests,
    setExpiresIn: (seconds) => {
      authority.expiresIn = seconds;
    },
    failNext: (count, status, retryAfterSeconds = 1) => {
      for (let index = 0; index < count; index += 1) authority.failures.push({ status, retryAfterSeconds });
    },
    token: (clientId, resource, tenantId = options.tenants[0]?.id ?? '') =>
      sign(authority, { clientId, resource, tenantId }),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
