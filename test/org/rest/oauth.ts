import { randomBytes } from 'node:crypto';
import { decodeProtectedHeader, errors, importX509, jwtVerify } from 'jose';
import { mustHaveField, objectNamed } from '../metadata/schema.ts';
import { RecordError } from '../record-error.ts';
import { type RecordStore } from '../store/record-store.ts';
import { type Session } from '../records/pending-row.ts';
import { type RestResponse } from './http.ts';

/** A connected app the org trusts: its consumer key and the certificates (PEM) its assertions may be signed with. */
export type ConnectedApp = { readonly clientId: string; readonly certificates: readonly string[] };

export type Sessions = {
  /** A fresh access token for a user; what a login gives. */
  readonly open: (userId: string) => string;
  readonly find: (accessToken: string) => Session;
  readonly close: (accessToken: string) => void;
  readonly expireAll: () => void;
};

/** Access tokens of the org, each one user's; what is unknown or expired is INVALID_SESSION_ID. */
export function createSessions(organizationId: string): Sessions {
  const users = new Map<string, string>();
  return {
    open: (userId) => {
      const token = `${organizationId.slice(0, 15)}!${randomBytes(48).toString('base64url')}`;
      users.set(token, userId);
      return token;
    },
    find: (accessToken) => {
      const userId = users.get(accessToken);
      if (userId === undefined) throw new RecordError('INVALID_SESSION_ID', 'Session expired or invalid');
      return { userId };
    },
    close: (accessToken) => void users.delete(accessToken),
    expireAll: () => users.clear(),
  };
}

type OAuth = {
  readonly store: RecordStore;
  readonly sessions: Sessions;
  readonly connectedApps: readonly ConnectedApp[];
  readonly organizationId: string;
  readonly baseUrl: () => string;
  readonly clock: () => Date;
};

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const LOGIN_HOSTS = ['https://login.salesforce.com', 'https://test.salesforce.com'];

function refusal(error: string, description: string): RestResponse {
  return { status: 400, body: { error, error_description: description } };
}

/** The token endpoint: JWT bearer assertions of registered connected apps for active users. */
export async function issueToken(oauth: OAuth, body: string): Promise<RestResponse> {
  const form = new URLSearchParams(body);
  if (form.get('grant_type') !== JWT_BEARER) return refusal('unsupported_grant_type', 'grant type not supported');
  const assertion = form.get('assertion') ?? '';
  try {
    const username = await verifyAssertion(oauth, assertion);
    const userObject = objectNamed(oauth.store.schema, 'User');
    const user = oauth.store.find(userObject, mustHaveField(userObject, 'Username'), username)[0];
    if (user?.['IsActive'] !== true) return refusal('invalid_grant', "user hasn't approved this consumer");
    return tokenAnswer(oauth, String(user['Id']));
  } catch (error) {
    return assertionRefusal(error);
  }
}

async function verifyAssertion(oauth: OAuth, assertion: string): Promise<string> {
  const claims = JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString('utf8')) as {
    iss?: string;
  };
  const app = oauth.connectedApps.find((candidate) => candidate.clientId === claims.iss);
  if (!app) throw new RecordError('invalid_client_id', 'client identifier invalid');
  if (decodeProtectedHeader(assertion).alg !== 'RS256')
    throw new RecordError('invalid_grant', 'algorithm not supported');
  for (const certificate of app.certificates) {
    try {
      const { payload } = await jwtVerify(assertion, await importX509(certificate, 'RS256'), {
        audience: [oauth.baseUrl(), ...LOGIN_HOSTS],
        currentDate: oauth.clock(),
        requiredClaims: ['exp', 'sub'],
        algorithms: ['RS256'],
      });
      return payload.sub ?? '';
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new RecordError('invalid_grant', 'invalid assertion');
}

function assertionRefusal(error: unknown): RestResponse {
  if (error instanceof RecordError) return refusal(error.statusCode, error.message);
  if (error instanceof errors.JWTExpired) return refusal('invalid_grant', 'expired assertion');
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud') {
    return refusal('invalid_grant', 'audience is invalid');
  }
  return refusal('invalid_grant', 'invalid assertion');
}

function tokenAnswer(oauth: OAuth, userId: string): RestResponse {
  return {
    status: 200,
    body: {
      access_token: oauth.sessions.open(userId),
      scope: 'api',
      instance_url: oauth.baseUrl(),
      id: `${oauth.baseUrl()}/id/${oauth.organizationId}/${userId}`,
      token_type: 'Bearer',
    },
  };
}

/** Who the session's user is, as `/services/oauth2/userinfo` and `/id/…` tell. */
export function userInfo(oauth: Pick<OAuth, 'store' | 'organizationId' | 'baseUrl'>, session: Session): RestResponse {
  const user = oauth.store.get(objectNamed(oauth.store.schema, 'User'), session.userId);
  const id = `${oauth.baseUrl()}/id/${oauth.organizationId}/${session.userId}`;
  return {
    status: 200,
    body: {
      id,
      sub: id,
      user_id: session.userId,
      organization_id: oauth.organizationId,
      username: user?.['Username'],
      preferred_username: user?.['Username'],
      display_name: user?.['Name'],
      name: user?.['Name'],
      email: user?.['Email'],
      active: user?.['IsActive'],
      user_type: 'STANDARD',
    },
  };
}
