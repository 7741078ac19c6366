import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { AuthError, ConfidentialClientApplication, type NodeAuthOptions } from '@azure/msal-node';
import type { Dispatcher } from 'undici';
import { RelayError } from '../errors.ts';
import type { ConnectionSettings } from '../settings.ts';
import { createAuthorityClient } from './authority-client.ts';
import type { DynamicsTokens } from './identity.ts';

const MINUTE_MS = 60_000;
const BACKGROUND_PAUSE_MS = 30_000;

type Grant = { readonly token: string; readonly expiresAt: number };
type Acquire = () => Promise<Grant>;

/** One connection's token as it stands, and the request that is under way for the next. */
type Slot = {
  readonly acquire: Acquire;
  grant: (Grant & { readonly renewFrom: number; readonly validUntil: number }) | null;
  pending: Promise<string> | null;
  /** The authority asked for a pause: until then its answer is repeated and it is not asked. */
  paused: { readonly until: number; readonly message: string } | null;
  nextBackgroundAt: number;
};

/**
 * Access tokens by Entra client credentials. However many wait for a connection, one request is made; a token is renewed in the
 * background from ten minutes before it ends and never handed out in its last five (a half and a quarter of a shorter life).
 * Throws SETTINGS_INVALID at once where a key does not fit its certificate or `authorityEndpoint` is not a loopback address.
 */
export function createDynamicsTokens(deps: {
  readonly connections: ReadonlyMap<string, ConnectionSettings>;
  readonly clock: () => Date;
  readonly http?: Dispatcher;
}): DynamicsTokens {
  const slots = new Map<string, Slot>();
  for (const [key, connection] of deps.connections) {
    const acquire = createAcquire(connection, deps.clock, deps.http);
    slots.set(key, { acquire, grant: null, pending: null, paused: null, nextBackgroundAt: 0 });
  }

  return {
    async token(connection) {
      const slot = slots.get(connection);
      if (slot === undefined) {
        throw new RelayError(
          'CONNECTION_UNKNOWN',
          `The relay has no connection "${connection}". Register it in RELAY_CONFIG_FILE.`,
        );
      }
      return tokenOf(slot, deps.clock);
    },
    invalidate(connection, token) {
      const slot = slots.get(connection);
      if (slot?.grant?.token === token) slot.grant = null;
    },
  };
}

async function tokenOf(slot: Slot, clock: () => Date): Promise<string> {
  const now = clock().getTime();
  const { grant } = slot;
  if (grant === null || now >= grant.validUntil) return renew(slot, clock);
  if (now >= grant.renewFrom && now >= slot.nextBackgroundAt) {
    slot.nextBackgroundAt = now + BACKGROUND_PAUSE_MS;
    // The token at hand is still good: whoever needs the next one when it is not hears of the failure.
    renew(slot, clock).catch(() => undefined);
  }
  return grant.token;
}

function renew(slot: Slot, clock: () => Date): Promise<string> {
  slot.pending ??= acquireInto(slot, clock).finally(() => {
    slot.pending = null;
  });
  return slot.pending;
}

async function acquireInto(slot: Slot, clock: () => Date): Promise<string> {
  const askedAt = clock().getTime();
  if (slot.paused !== null && askedAt < slot.paused.until) {
    throw new RelayError('DYNAMICS_UNAVAILABLE', slot.paused.message, { retryAfterMs: slot.paused.until - askedAt });
  }
  try {
    const grant = await slot.acquire();
    const life = grant.expiresAt - askedAt;
    slot.grant = {
      ...grant,
      renewFrom: grant.expiresAt - Math.min(10 * MINUTE_MS, life / 2),
      validUntil: grant.expiresAt - Math.min(5 * MINUTE_MS, life / 4),
    };
    slot.paused = null;
    return grant.token;
  } catch (error) {
    if (error instanceof RelayError && error.retryAfterMs !== null) {
      slot.paused = { until: clock().getTime() + error.retryAfterMs, message: error.message };
    }
    throw error;
  }
}

function createAcquire(connection: ConnectionSettings, clock: () => Date, http: Dispatcher | undefined): Acquire {
  const network = createAuthorityClient({ connection: connection.key, endpoint: loopback(connection), http });
  const application = new ConfidentialClientApplication({
    auth: {
      clientId: connection.clientId,
      authority: `${connection.authority}/${connection.tenantId}`,
      ...credentialOf(connection),
    },
    system: { networkClient: network },
  });
  const scopes = [`${connection.url}/.default`];

  return async () => {
    try {
      // Our own slot is the cache; msal's would hand the old token out again while we renew ahead of its end.
      const result = await application.acquireTokenByClientCredential({ scopes, skipCache: true });
      if (!result?.expiresOn) throw refused(connection, 'no token came back', undefined);
      // msal counts from the machine's clock; the rest of the life is what holds on ours.
      return { token: result.accessToken, expiresAt: result.expiresOn.getTime() - Date.now() + clock().getTime() };
    } catch (error) {
      if (error instanceof RelayError) throw error;
      throw network.takeFailure() ?? refused(connection, reasonOf(error), error);
    }
  };
}

function credentialOf(connection: ConnectionSettings): Pick<NodeAuthOptions, 'clientSecret' | 'clientCertificate'> {
  const { credential } = connection;
  if (credential.kind === 'secret') return { clientSecret: credential.secret };
  const certificate = readCredential(connection, credential);
  return {
    clientCertificate: {
      thumbprintSha256: createHash('sha256').update(certificate.raw).digest('hex'),
      privateKey: credential.privateKeyPem,
      x5c: credential.certificatePem,
    },
  };
}

function readCredential(
  connection: ConnectionSettings,
  credential: { readonly certificatePem: string; readonly privateKeyPem: string },
): X509Certificate {
  try {
    const certificate = new X509Certificate(credential.certificatePem);
    if (certificate.checkPrivateKey(createPrivateKey(credential.privateKeyPem))) return certificate;
  } catch (error) {
    throw new RelayError(
      'SETTINGS_INVALID',
      `The certificate or private key of connection "${connection.key}" is not readable PEM. Check both files in RELAY_CONFIG_FILE.`,
      { cause: error },
    );
  }
  throw new RelayError(
    'SETTINGS_INVALID',
    `The private key of connection "${connection.key}" does not belong to its certificate. Name the pair in RELAY_CONFIG_FILE.`,
  );
}

// The token request carries the credential: only this machine may stand in for the authority.
function loopback(connection: ConnectionSettings): URL | null {
  if (connection.authorityEndpoint === null) return null;
  const endpoint = URL.parse(connection.authorityEndpoint);
  if (endpoint !== null && /^(127(\.\d+){3}|\[::1\]|localhost)$/.test(endpoint.hostname)) return endpoint;
  throw new RelayError(
    'SETTINGS_INVALID',
    `authorityEndpoint of connection "${connection.key}" is not a loopback address. Leave it out to use ${connection.authority}.`,
  );
}

// Only codes leave here: Entra's text can quote parts of a rejected credential.
function reasonOf(error: unknown): string {
  if (!(error instanceof AuthError)) return 'the request could not be signed';
  return /AADSTS\d+/.exec(error.errorMessage)?.[0] ?? error.errorCode;
}

function refused(connection: ConnectionSettings, reason: string, cause: unknown): RelayError {
  return new RelayError(
    'CREDENTIAL_REFUSED',
    `Entra refused the sign-in of connection "${connection.key}" (${reason}). Check the client id, the secret or certificate and its end date.`,
    cause === undefined ? {} : { cause },
  );
}
