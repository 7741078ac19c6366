import { X509Certificate, createHash } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { refusals, type TokenRefusal } from './errors.ts';

const LOGIN_HOST = 'https://login.microsoftonline.com';
const ALGORITHMS = ['RS256', 'PS256'];

/** What proves a client: the certificate registered for it. */
export type AssertionCheck = {
  clientId: string;
  certificatePem: string;
  tokenEndpoint: string;
  tenant: string;
  now: Date;
};

function thumbprint(certificate: X509Certificate): string {
  return createHash('sha256').update(certificate.raw).digest('base64url');
}

function sha1Thumbprint(certificate: X509Certificate): string {
  return createHash('sha1').update(certificate.raw).digest('base64url');
}

/**
 * Verifies a client assertion as Entra does: registered certificate, own claims, right audience. Until it expires
 * it may be used again: msal signs one and keeps it. Answers the refusal, or null.
 */
export async function refuseAssertion(assertion: string, check: AssertionCheck): Promise<TokenRefusal | null> {
  const certificate = new X509Certificate(check.certificatePem);
  try {
    const header = decodeProtectedHeader(assertion);
    const named = header['x5t#S256'] === thumbprint(certificate) || header.x5t === sha1Thumbprint(certificate);
    if (!named) return refusals.badAssertion('The key was not found, thumbprint of key used by client does not match');
    await jwtVerify(assertion, certificate.publicKey, {
      algorithms: ALGORITHMS,
      issuer: check.clientId,
      subject: check.clientId,
      // The relay may be configured with the production authority and only its network pointed here.
      audience: [check.tokenEndpoint, `${LOGIN_HOST}/${check.tenant}/oauth2/v2.0/token`],
      requiredClaims: ['exp', 'jti'],
      currentDate: check.now,
      // The real authority allows for clocks that differ; msal rounds nbf to the nearest second.
      clockTolerance: 300,
    });
    return null;
  } catch (error) {
    return refusals.badAssertion(error instanceof Error ? error.message : 'not a JWT');
  }
}
