import { createPrivateKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { Connection } from 'jsforce';
import { RelayError } from '../errors.ts';
import type { OrgSettings } from '../settings.ts';
import { parseExact } from './exact-json.ts';
import { APEX_FAILED, cleanText, readErrors, toCallError, type SalesforceError } from './faults.ts';

const API_VERSION = '66.0';
const ANSWER_TIMEOUT_MS = 60_000;
const ASSERTION_LIFE_SECONDS = 180;
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** One REST call; `path` is relative to the versioned root, or absolute as Salesforce gave it. `what` completes "refused to …". */
export type SalesforceRequest = {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly what: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** What Salesforce answered; numbers in the body are exact decimal strings, the body of an empty answer is null. */
export type SalesforceReply =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly status: number; readonly errors: readonly SalesforceError[] };

/** The relay's own session with one org. */
export type SalesforceSession = {
  /** Answers refusals (4xx, and what Apex says); throws RelayError where the call as a whole could not be made: sign-in, budget, no answer. */
  send(request: SalesforceRequest): Promise<SalesforceReply>;
  apiBudget(): { readonly used: number; readonly limit: number } | null;
};

type RawReply = { readonly status: number; readonly text: string };

/**
 * Signs in by the JWT bearer flow when first needed, once however many wait, and once more when Salesforce ends the session.
 * Never repeats a call that Salesforce may have carried out.
 */
export function createSalesforceSession(deps: {
  readonly org: OrgSettings;
  readonly clock: () => Date;
}): SalesforceSession {
  const { org, clock } = deps;
  const key = readKey(org);
  let connecting: Promise<Connection> | null = null;
  let budget: { used: number; limit: number } | null = null;

  function connect(): Promise<Connection> {
    if (connecting === null) {
      const attempt = signIn(org, key, clock());
      connecting = attempt;
      attempt.catch(() => forget(attempt));
    }
    return connecting;
  }

  function forget(ended: Promise<Connection>): void {
    if (connecting === ended) connecting = null;
  }

  async function exchange(connection: Connection, request: SalesforceRequest): Promise<RawReply> {
    const reply = await transmit(connection, request, org.organizationId);
    const { apiUsage } = connection.limitInfo;
    if (apiUsage !== undefined) budget = apiUsage;
    return reply;
  }

  return {
    async send(request) {
      const session = connect();
      let reply = await exchange(await session, request);
      if (reply.status === 401) {
        forget(session);
        reply = await exchange(await connect(), request);
      }
      return readReply(reply, request, org);
    },
    apiBudget: () => budget,
  };
}

function readKey(org: OrgSettings): KeyObject {
  try {
    return createPrivateKey(org.privateKeyPem);
  } catch (error) {
    throw new RelayError(
      'SETTINGS_INVALID',
      `The private key of org ${org.organizationId} is not readable PEM. Check its privateKeyFile in RELAY_CONFIG_FILE.`,
      { cause: error },
    );
  }
}

async function signIn(org: OrgSettings, key: KeyObject, now: Date): Promise<Connection> {
  const assertion = await new SignJWT()
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(org.clientId)
    .setSubject(org.username)
    .setAudience(org.loginUrl)
    .setExpirationTime(Math.floor(now.getTime() / 1000) + ASSERTION_LIFE_SECONDS)
    .sign(key);
  const connection = new Connection({
    loginUrl: org.loginUrl,
    version: API_VERSION,
    callOptions: { client: 'causeway' },
  });
  const user = await withinTime(connection.authorize({ grant_type: JWT_BEARER, assertion })).catch((error: unknown) => {
    throw signInError(error, org);
  });
  // A refreshed sandbox may take over the user: nothing may be read from or written to another org than the one that was meant.
  if (user.organizationId.slice(0, 15) !== org.organizationId.slice(0, 15)) {
    throw new RelayError(
      'CREDENTIAL_REFUSED',
      `The sign-in for org ${org.organizationId} leads to org ${user.organizationId}. Correct the login URL or the user in RELAY_CONFIG_FILE.`,
    );
  }
  return connection;
}

// jsforce gives a sign-in half an hour, and everything waits for it.
async function withinTime<T>(promise: Promise<T>): Promise<T> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(new Error('no answer in time')), ANSWER_TIMEOUT_MS);
  return Promise.race([promise, timeout.promise]).finally(() => clearTimeout(timer));
}

// jsforce names the error after OAuth's code, or after the status where the body was no OAuth answer.
function signInError(error: unknown, org: OrgSettings): RelayError {
  const { name, message } = error instanceof Error ? error : new Error('unknown');
  const isRefusal = /^[a-z_]+$/.test(name) && !/^(server_error|temporarily_unavailable|unknown_error)$/.test(name);
  if (isRefusal || /^ERROR_HTTP_4(?!29|20)/.test(name)) {
    return new RelayError(
      'CREDENTIAL_REFUSED',
      `Salesforce refused the sign-in of ${org.username} to org ${org.organizationId}: ${cleanText({ code: name, message, fields: [] })}. Check the client id, the certificate of the app and the user's pre-authorization.`,
      { cause: error },
    );
  }
  return unavailable(org.organizationId, error);
}

/**
 * With `text/plain` jsforce leaves the body alone, of refusals too: it then puts the raw body into the error's data. Its own
 * retries are off, for the queue is the only one that retries.
 */
async function transmit(connection: Connection, request: SalesforceRequest, org: string): Promise<RawReply> {
  const { method, path: url, body, headers } = request;
  try {
    const text = await connection.request<string | undefined>(
      {
        method,
        url,
        headers: {
          Accept: 'application/json',
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
      { responseType: 'text/plain', retry: { maxRetries: 0 }, timeout: ANSWER_TIMEOUT_MS, followRedirect: false },
    );
    return { status: 200, text: text ?? '' };
  } catch (error) {
    const refusal = rawRefusal(error);
    if (refusal === null) throw unavailable(org, error);
    return refusal;
  }
}

function rawRefusal(error: unknown): RawReply | null {
  const { errorCode, data } = error as { errorCode?: unknown; data?: { message?: unknown } };
  const status = /^ERROR_HTTP_(\d{3})$/.exec(String(errorCode))?.[1];
  if (status === undefined) return null;
  return { status: Number(status), text: typeof data?.message === 'string' ? data.message : '' };
}

function readReply(reply: RawReply, request: SalesforceRequest, org: OrgSettings): SalesforceReply {
  if (reply.status === 401) {
    throw new RelayError(
      'CREDENTIAL_REFUSED',
      `Salesforce ended the session of ${org.username} in org ${org.organizationId} right after a new sign-in. Check the session and IP policies of the app.`,
    );
  }
  if (reply.status === 429 || reply.status === 420) throw unavailable(org.organizationId, reply.status);
  const body = reply.text === '' ? null : readBody(reply, org.organizationId);
  if (reply.status < 400) return { ok: true, body };
  const errors = readErrors(body);
  if (reply.status >= 500 && !errors.some(isOfApex)) throw unavailable(org.organizationId, reply.status);
  if (errors.some(({ code }) => code === 'REQUEST_LIMIT_EXCEEDED' || code.startsWith('API_')))
    throw toCallError(errors, request.what);
  return { ok: false, status: reply.status, errors };
}

/** Apex answered, so Salesforce is there: what it says is the reason, not the status. */
function isOfApex({ code, ours }: SalesforceError): boolean {
  return ours !== undefined || code === APEX_FAILED;
}

function readBody(reply: RawReply, org: string): unknown {
  try {
    return parseExact(reply.text);
  } catch (error) {
    if (error instanceof RelayError) throw error;
    if (reply.status >= 400) return null;
    // A maintenance page or a redirect to one. The parser's error quotes the text, so it goes no further.
    throw unavailable(org);
  }
}

function unavailable(org: string, cause?: unknown): RelayError {
  return new RelayError(
    'SALESFORCE_UNAVAILABLE',
    `Salesforce org ${org} did not answer. It is tried again.`,
    cause === undefined ? {} : { cause },
  );
}
