import { decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose';
import { RelayError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import type { Caller, CallerVerifier } from './identity.ts';
import { isOrganizationId, toLongId } from '../sync/salesforce-id.ts';
import { createPinnedCertificates, type PinnedCertificate } from './pinned-certificates.ts';

const ALGORITHMS = ['RS256', 'RS512'];
const MAX_LIFE_SECONDS = 300;
const MAX_TOKEN_LENGTH = 8192;
/** With the longest tokens that are accepted, 8 MB. */
const MAX_REMEMBERED_VERDICTS = 1_000;

/** Marks a token id as used; true the first time, false until `expiresAt` afterwards. Shared by all relays on one database. */
export type RememberToken = (org: string, tokenId: string, expiresAt: Date) => Promise<boolean>;

/** A key that is paired with one organization signed in the name of another: a refreshed sandbox, or a stolen key. */
export type CallerAlarm = { readonly org: string; readonly claimedOrg: string; readonly thumbprint: string };

type Dependencies = {
  readonly store: Pick<Store, 'certificates'>;
  /** The relay's public URL, compared exactly: a token captured on its way to another host is worth nothing here. */
  readonly audience: string;
  readonly clock: () => Date;
  readonly onAlarm: (alarm: CallerAlarm) => void;
  readonly rememberToken: RememberToken;
  readonly clockSkewSeconds?: number;
};

/** `tokenId` is the `jti`, where the org gives one: whether Salesforce's tokens do is not documented, and some may serve several calls. */
type Verdict = { readonly caller: Caller; readonly tokenId: string | null; readonly expiresAt: Date };

/**
 * Verifies the tokens that orgs sign with their own certificates. The org is the one whose pinned certificate verifies the
 * signature, never the one that the token claims; no refusal tells whether an organization is known here.
 */
export function createCallerVerifier(dependencies: Dependencies): CallerVerifier {
  const { clock, rememberToken } = dependencies;
  const pinned = createPinnedCertificates(dependencies);
  let remembered = createVerdicts(clock);
  // Replaced, not emptied: what is being judged by the old certificates meanwhile must not be remembered.
  pinned.onChange(() => {
    remembered = createVerdicts(clock);
  });

  async function judge(authorization: string): Promise<Verdict> {
    const token = bearerToken(authorization);
    for (const read of [() => pinned.current(), () => pinned.afterMiss()]) {
      const certificates = await read();
      const memory = remembered;
      const verdict = await verifyAgainst(token, certificates, dependencies);
      if (verdict === null) continue;
      memory.add(authorization, verdict);
      return verdict;
    }
    throw invalid('was not signed by a certificate that this relay knows');
  }

  /** The verdict on a token that was judged before, while the certificates that it was judged by are known to be pinned. */
  function recall(authorization: string): Verdict | null {
    return pinned.isCurrent() ? remembered.find(authorization) : null;
  }

  return {
    async verify(authorization = '', { once }) {
      const verdict = recall(authorization) ?? (await judge(authorization));
      if (once && verdict.tokenId !== null) {
        const isFirst = await rememberToken(verdict.caller.org, verdict.tokenId, verdict.expiresAt);
        if (!isFirst)
          throw new RelayError('TOKEN_REPLAYED', 'This token was used before. Sign a fresh one for each call.');
      }
      return verdict.caller;
    },
    reload: () => pinned.reload(),
  };
}

/** Verdicts on headers as they came, letter for letter; few enough to stay small, and each only until its token ends. */
type Verdicts = {
  find(authorization: string): Verdict | null;
  add(authorization: string, verdict: Verdict): void;
};

function createVerdicts(clock: () => Date): Verdicts {
  const kept = new Map<string, { readonly authorization: string; readonly verdict: Verdict }>();
  return {
    find(authorization) {
      const known = kept.get(endOf(authorization));
      return known?.authorization === authorization && known.verdict.expiresAt > clock() ? known.verdict : null;
    },
    add(authorization, verdict) {
      const now = clock();
      // The oldest come first, and end first: tokens live equally long.
      for (const [end, { verdict: oldest }] of kept) {
        if (oldest.expiresAt > now && kept.size < MAX_REMEMBERED_VERDICTS) break;
        kept.delete(end);
      }
      kept.set(endOf(authorization), { authorization, verdict });
    },
  };
}

/** The end of a signature tells tokens apart, and is hashed in a tenth of the time. Whether it is the same token, all of it says. */
const endOf = (authorization: string): string => authorization.slice(-32);

function bearerToken(authorization: string): string {
  if (authorization === '') {
    throw new RelayError(
      'TOKEN_MISSING',
      'The call carries no bearer token. Choose the signing certificate on the external credential.',
    );
  }
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]*)$/i.exec(authorization)?.[1];
  if (token === undefined || authorization.length > MAX_TOKEN_LENGTH) throw invalid('is not a signed JWT');
  return token;
}

async function verifyAgainst(
  token: string,
  certificates: readonly PinnedCertificate[],
  dependencies: Dependencies,
): Promise<Verdict | null> {
  for (const certificate of candidates(token, certificates)) {
    const verdict = await verifyWith(token, certificate, dependencies);
    if (verdict !== null) return verdict;
  }
  return null;
}

// A certificate that was pinned without its kid may be the one that the kid names.
function candidates(token: string, certificates: readonly PinnedCertificate[]): readonly PinnedCertificate[] {
  const { alg, kid } = headerOf(token);
  if (alg === undefined || !ALGORITHMS.includes(alg))
    throw invalid(`uses an algorithm other than ${ALGORITHMS.join(' or ')}`);
  if (kid === undefined) return certificates;
  const named = certificates.filter((certificate) => certificate.kid === kid);
  return named.length > 0 ? named : certificates.filter((certificate) => certificate.kid === null);
}

function headerOf(token: string): { alg?: string | undefined; kid?: string | undefined } {
  try {
    return decodeProtectedHeader(token);
  } catch {
    throw invalid('is not a signed JWT');
  }
}

/** Null where this certificate did not sign the token; throws where it did and the token is still not acceptable. */
async function verifyWith(
  token: string,
  certificate: PinnedCertificate,
  dependencies: Dependencies,
): Promise<Verdict | null> {
  const { audience, clock, clockSkewSeconds = 60 } = dependencies;
  try {
    const { payload } = await jwtVerify(token, certificate.publicKey, {
      algorithms: ALGORITHMS,
      audience,
      currentDate: clock(),
      clockTolerance: clockSkewSeconds,
      requiredClaims: ['exp', 'iss'],
    });
    requireIssuer(payload, certificate, dependencies);
    requireShortLife(payload, clock(), clockSkewSeconds);
    requireValidCertificate(certificate, clock());
    return verdictOf(token, payload, certificate, clockSkewSeconds);
  } catch (error) {
    if (error instanceof RelayError) throw error;
    if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) {
      // The signature held, so whose key it is matters more than what else is wrong.
      requireIssuer(error.payload, certificate, dependencies);
      throw refusedClaim(error);
    }
    if (error instanceof errors.JWSSignatureVerificationFailed) return null;
    throw invalid('is not a signed JWT', error);
  }
}

function requireIssuer(payload: JWTPayload, certificate: PinnedCertificate, dependencies: Dependencies): void {
  const claimed = typeof payload.iss === 'string' ? payload.iss : '';
  if (toLongId(claimed) === certificate.org) return;
  if (!isOrganizationId(claimed)) throw invalid('does not name its organization as issuer');
  dependencies.onAlarm({ org: certificate.org, claimedOrg: claimed, thumbprint: certificate.thumbprint });
  throw new RelayError(
    'ORG_MISMATCH',
    'The token was signed with the key of another organization. Give a refreshed sandbox a certificate of its own and pair it.',
  );
}

function requireShortLife(payload: JWTPayload, now: Date, skewSeconds: number): void {
  const nowSeconds = now.getTime() / 1000;
  const { exp = Infinity, iat } = payload;
  if (typeof payload.aud !== 'string') throw invalid('names more than one audience');
  if (exp - nowSeconds > MAX_LIFE_SECONDS + skewSeconds || (iat !== undefined && exp - iat > MAX_LIFE_SECONDS)) {
    throw invalid(`is valid for more than ${MAX_LIFE_SECONDS / 60} minutes`);
  }
  if (iat !== undefined && iat > nowSeconds + skewSeconds)
    throw invalid('was issued in the future; compare the clocks of both sides');
}

function requireValidCertificate(certificate: PinnedCertificate, now: Date): void {
  if (now < certificate.notBefore) throw invalid('was signed with a certificate that is not valid yet');
  if (now > certificate.notAfter)
    throw invalid('was signed with a certificate that has expired; pair the org with its new one');
}

function refusedClaim(error: errors.JWTClaimValidationFailed | errors.JWTExpired): RelayError {
  if (error instanceof errors.JWTExpired) {
    return new RelayError(
      'TOKEN_EXPIRED',
      'The bearer token has expired. Send the call again; if it repeats, compare the clocks of both sides.',
    );
  }
  if (error.claim === 'nbf') return invalid('is not valid yet; compare the clocks of both sides');
  return invalid(`has a missing or wrong claim "${error.claim}"`);
}

function verdictOf(token: string, payload: JWTPayload, certificate: PinnedCertificate, skewSeconds: number): Verdict {
  const { sub = '', jti, exp = 0 } = payload;
  const userId = sub.startsWith('005') ? toLongId(sub) : null;
  return {
    caller: { org: certificate.org, userId },
    tokenId: jti ?? null,
    expiresAt: new Date((exp + skewSeconds) * 1000),
  };
}

function invalid(what: string, cause?: unknown): RelayError {
  return new RelayError('TOKEN_INVALID', `The bearer token ${what}.`, cause === undefined ? {} : { cause });
}
