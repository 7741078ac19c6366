import { sign } from 'node:crypto';
import { objectNamed } from '../../metadata/schema.ts';
import { withoutPrefix } from '../data/security.ts';
import { type CredentialParameter, type ExternalCredential, type NamedCredential } from '../data/org-metadata.ts';
import { type Execution, nowOf } from '../execution/execution.ts';
import { throwApex } from '../runtime/values/apex-exception.ts';

/** What a subscriber sets in the org and no source holds: the address and the certificate's key. */
export type CredentialSettings = {
  /** By named credential: the address instead of the one in the source. */
  readonly urls: Readonly<Record<string, string>>;
  /** By external credential: the key that signs, in PEM, and the key id that receivers know it by. */
  readonly signingKeys: Readonly<Record<string, { readonly privateKey: string; readonly keyId: string }>>;
};

export const NO_SETTINGS: CredentialSettings = { urls: {}, signingKeys: {} };

export type ResolvedEndpoint = { readonly url: string; readonly headers: Readonly<Record<string, string>> };

const CALLOUT = /^callout:([A-Za-z]\w*)(.*)$/i;
const LONGEST_LIFE_SECONDS = 300;
const USUAL_LIFE_SECONDS = 120;

/** `callout:Relay/v1/sync` as an address with the headers the org adds; any other endpoint is not authorized. */
export function resolveEndpoint(
  execution: Execution,
  endpoint: string,
  settings: CredentialSettings,
): ResolvedEndpoint {
  const match = CALLOUT.exec(endpoint);
  if (!match) {
    throwApex(
      'System.CalloutException',
      `Unauthorized endpoint, please check Setup->Security->Remote site settings. endpoint = ${endpoint}`,
    );
  }
  const [, givenName = '', rest = ''] = match;
  const { metadata, namespace } = execution.org;
  const credential = metadata.namedCredentials.get(withoutPrefix(givenName.toLowerCase(), namespace));
  if (!credential) {
    throwApex(
      'System.CalloutException',
      `The callout couldn't access the endpoint. The named credential "${givenName}" might not exist.`,
    );
  }
  const base = settings.urls[credential.name] ?? parameter(credential, 'Url')?.value;
  if (!base) throwApex('System.CalloutException', `The named credential "${credential.name}" has no URL.`);
  return { url: base.replace(/\/$/, '') + rest, headers: authorization(execution, credential, settings) };
}

function parameter(credential: NamedCredential, type: string): CredentialParameter | undefined {
  return credential.parameters.find((candidate) => candidate.type === type);
}

function authorization(
  execution: Execution,
  credential: NamedCredential,
  settings: CredentialSettings,
): Readonly<Record<string, string>> {
  const name = parameter(credential, 'Authentication')?.externalCredential;
  if (!name) return {};
  const external = execution.org.metadata.externalCredentials.get(
    withoutPrefix(name.toLowerCase(), execution.org.namespace),
  );
  const principal = external && parameter(external, 'NamedPrincipal')?.name;
  const rights = execution.org.security.rightsOf(execution.userId);
  if (!external || !principal || !rights.hasPrincipal(`${external.name}-${principal}`)) {
    throwApex(
      'System.CalloutException',
      `We couldn't access the credential(s). You might not have the required permissions, or the external credential "${name}" might not exist.`,
    );
  }
  if (external.protocol !== 'Jwt') {
    throwApex(
      'System.CalloutException',
      `The local org does not know the protocol ${external.protocol} of external credential ${name}.`,
    );
  }
  const key = settings.signingKeys[external.name];
  if (!key) {
    throwApex(
      'System.CalloutException',
      `The external credential "${external.name}" has no signing certificate in this org.`,
    );
  }
  return { Authorization: `Bearer ${createToken(execution, external, key)}` };
}

/** The token the org signs for one callout; claims are evaluated at this moment. */
function createToken(
  execution: Execution,
  external: ExternalCredential,
  key: { readonly privateKey: string; readonly keyId: string },
): string {
  const issuedAt = Math.floor(nowOf(execution) / 1000);
  const claims: Record<string, unknown> = { iat: issuedAt, nbf: issuedAt, exp: issuedAt + USUAL_LIFE_SECONDS };
  const header: Record<string, unknown> = { alg: 'RS256', typ: 'JWT', kid: key.keyId };
  for (const { type, name, value } of external.parameters) {
    const target = type === 'JwtBodyClaim' ? claims : type === 'JwtHeaderClaim' ? header : null;
    if (target && value !== null) target[name] = evaluate(execution, value);
  }
  const life = Number(claims['exp']) - issuedAt;
  if (life > LONGEST_LIFE_SECONDS) claims['exp'] = issuedAt + LONGEST_LIFE_SECONDS;
  const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${sign('RSA-SHA256', Buffer.from(input), key.privateKey).toString('base64url')}`;
}

/** `{!$Organization.Id}` and `{!$User.Id}` in a claim; text in quotes or none stands for itself. */
function evaluate({ org, userId }: Execution, text: string): string {
  const read = (objectName: string, id: string, field: string): string => {
    const row = org.store.get(objectNamed(org.store.schema, objectName), id);
    return String(row?.[field] ?? '');
  };
  const filled = text.replace(/\{!\s*\$(\w+)\.(\w+)\s*\}/g, (whole: string, source: string, field: string) => {
    if (source === 'Organization') return read('Organization', org.organizationId, field);
    if (source === 'User') return read('User', userId, field);
    return throwApex('System.CalloutException', `The local org does not know ${whole} in a claim.`);
  });
  return filled.replace(/^(['"])(.*)\1$/, '$2');
}
