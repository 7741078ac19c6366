import { createPrivateKey, X509Certificate } from 'node:crypto';
import { SignJWT } from 'jose';
import { generate } from 'selfsigned';
import type { OrgCertificate, Store } from '../store/store.ts';

/** An org's certificate with its key, as Certificate and Key Management would keep it. */
export type SigningOrg = {
  readonly org: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  /** The row that pairing stores. */
  pinned(kid?: string): OrgCertificate;
};

/** A self-signed RSA certificate for an org. */
export async function aSigningOrg(
  org: string,
  options: { readonly keySize?: number; readonly notBefore?: Date; readonly notAfter?: Date } = {},
): Promise<SigningOrg> {
  const made = await generate([{ name: 'commonName', value: `Causeway ${org}` }], {
    keySize: options.keySize ?? 2048,
    algorithm: 'sha256',
    notBeforeDate: options.notBefore ?? new Date('2026-01-01T00:00:00Z'),
    notAfterDate: options.notAfter ?? new Date('2027-01-01T00:00:00Z'),
  });
  const certificate = new X509Certificate(made.cert);
  return {
    org,
    certificatePem: made.cert,
    privateKeyPem: made.private,
    pinned: (kid) => ({
      org,
      kid: kid ?? null,
      thumbprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
      certificatePem: made.cert,
      notAfter: new Date(certificate.validTo).toISOString(),
    }),
  };
}

/** The Authorization header that an org would send at `now`, with what the test changes. */
export async function aBearer(
  signer: SigningOrg,
  now: Date,
  change: {
    readonly claims?: Record<string, unknown>;
    readonly header?: { readonly alg?: string; readonly kid?: string };
  } = {},
): Promise<string> {
  const seconds = Math.floor(now.getTime() / 1000);
  const claims = {
    iss: signer.org,
    aud: 'https://relay.example.com',
    iat: seconds,
    nbf: seconds,
    exp: seconds + 120,
    ...change.claims,
  };
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', ...change.header })
    .sign(createPrivateKey(signer.privateKeyPem));
  return `Bearer ${token}`;
}

/** The part of the store that pairing and verification use, in memory. */
export function aCertificateStore(
  rows: OrgCertificate[] = [],
): Pick<Store, 'certificates' | 'pairOrg' | 'unpairOrg' | 'pairedOrgs' | 'removeCertificate'> & { reads: number } {
  const names = new Map<string, string>(rows.map(({ org }) => [org, org]));
  let kept = [...rows];
  const store = {
    reads: 0,
    certificates: async () => {
      store.reads += 1;
      return kept;
    },
    pairOrg: async (org: string, name: string, certificate: OrgCertificate) => {
      names.set(org, name);
      kept = [...kept.filter(({ thumbprint }) => thumbprint !== certificate.thumbprint), certificate];
    },
    unpairOrg: async (org: string) => {
      names.delete(org);
      kept = kept.filter((row) => row.org !== org);
    },
    removeCertificate: async (org: string, thumbprint: string) => {
      kept = kept.filter((row) => row.org !== org || row.thumbprint !== thumbprint);
    },
    pairedOrgs: async () => [...names].map(([org, name]) => ({ org, name, pairedAt: '2026-11-23T10:00:00.000Z' })),
  };
  return store;
}
