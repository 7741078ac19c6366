import { X509Certificate } from 'node:crypto';
import { RelayError } from '../errors.ts';
import type { Salesforce } from '../salesforce/salesforce.ts';
import type { OrgCertificate, Store } from '../store/store.ts';
import { isOrganizationId, toLongId } from '../sync/salesforce-id.ts';

const MIN_KEY_BITS = 2048;
const MAX_CERTIFICATES = 2;

/** A paired org and the certificates that its tokens may be signed with. */
export type Pairing = {
  readonly org: string;
  readonly name: string;
  readonly pairedAt: string;
  readonly certificates: readonly Pick<OrgCertificate, 'thumbprint' | 'kid' | 'notAfter'>[];
};

/**
 * Pins a certificate to an org, on the integration owner's word and on the org's own: its id is read through the relay's own
 * session. A second certificate serves rotation, a third is refused. Safe to run twice.
 */
export async function pair(deps: {
  readonly org: string;
  readonly certificatePem: string;
  readonly kid?: string;
  readonly salesforce: Pick<Salesforce, 'organization'>;
  readonly store: Pick<Store, 'certificates' | 'pairOrg'>;
  readonly clock: () => Date;
}): Promise<OrgCertificate> {
  const org = requireOrganizationId(deps.org);
  const certificate = { org, kid: deps.kid ?? null, ...readCertificate(deps.certificatePem, deps.clock()) };
  requirePlace(certificate, await deps.store.certificates());

  const organization = await deps.salesforce.organization();
  if (toLongId(organization.id) !== org) {
    throw refused(
      `The relay's own session leads to organization ${organization.id}, not to ${org}. Correct the org in RELAY_CONFIG_FILE or --org.`,
    );
  }

  await deps.store.pairOrg(org, organization.name, certificate);
  return certificate;
}

/** Forgets an org with all its certificates: none of its tokens is accepted any more. */
export async function unpair(deps: {
  readonly org: string;
  readonly store: Pick<Store, 'pairedOrgs' | 'unpairOrg'>;
}): Promise<void> {
  const org = requireOrganizationId(deps.org);
  const pairedOrgs = await deps.store.pairedOrgs();
  if (!pairedOrgs.some((paired) => paired.org === org)) throw refused(`Organization ${org} is not paired.`);
  await deps.store.unpairOrg(org);
}

/** Ends a rotation: the org keeps its other certificate. The last one goes only with `unpair`. */
export async function removeCertificate(deps: {
  readonly org: string;
  readonly thumbprint: string;
  readonly store: Pick<Store, 'certificates' | 'removeCertificate'>;
}): Promise<void> {
  const org = requireOrganizationId(deps.org);
  const thumbprint = deps.thumbprint.replaceAll(':', '').toLowerCase();
  const own = (await deps.store.certificates()).filter((certificate) => certificate.org === org);
  if (!own.some((certificate) => certificate.thumbprint === thumbprint)) {
    throw refused(`Organization ${org} has no certificate ${thumbprint}. List the pairings to see which it has.`);
  }
  if (own.length === 1)
    throw refused(`This is the only certificate of ${org}. Pair its successor first, or unpair the org.`);
  await deps.store.removeCertificate(org, thumbprint);
}

/** All paired orgs with their certificates, for the integration owner's eyes. */
export async function listPairings(deps: {
  readonly store: Pick<Store, 'pairedOrgs' | 'certificates'>;
}): Promise<Pairing[]> {
  const certificates = await deps.store.certificates();
  return (await deps.store.pairedOrgs()).map((paired) => ({
    ...paired,
    certificates: certificates
      .filter(({ org }) => org === paired.org)
      .map(({ thumbprint, kid, notAfter }) => ({ thumbprint, kid, notAfter })),
  }));
}

function requireOrganizationId(text: string): string {
  const org = isOrganizationId(text) ? toLongId(text) : null;
  if (org === null)
    throw refused(`"${text}" is no organization id. Take it from Setup, Company Information; it begins with 00D.`);
  return org;
}

function readCertificate(pem: string, now: Date): Pick<OrgCertificate, 'thumbprint' | 'certificatePem' | 'notAfter'> {
  const certificate = parseCertificate(pem);
  const { publicKey } = certificate;
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (publicKey.asymmetricKeyType !== 'rsa' || bits < MIN_KEY_BITS) {
    throw refused(
      `The certificate's key must be RSA with at least ${MIN_KEY_BITS} bits. Create a new one in Certificate and Key Management.`,
    );
  }
  if (new Date(certificate.validFrom) > now)
    throw refused(`The certificate is not valid before ${certificate.validFrom}.`);
  if (new Date(certificate.validTo) <= now)
    throw refused(`The certificate ended on ${certificate.validTo}. Create a new one in the org.`);
  return {
    thumbprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    certificatePem: certificate.toString(),
    notAfter: new Date(certificate.validTo).toISOString(),
  };
}

function parseCertificate(pem: string): X509Certificate {
  if (pem.includes('PRIVATE KEY'))
    throw refused('The file holds a private key. Download only the certificate: the key must not leave the org.');
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new RelayError(
      'PAIRING_REFUSED',
      'The file is not an X.509 certificate in PEM. Download it from Certificate and Key Management.',
      {
        cause: error,
      },
    );
  }
}

function requirePlace(certificate: OrgCertificate, pinned: readonly OrgCertificate[]): void {
  const same = pinned.find(({ thumbprint }) => thumbprint === certificate.thumbprint);
  if (same !== undefined && same.org !== certificate.org) {
    throw refused(
      'This certificate is pinned to another organization. Each org needs a certificate of its own, a refreshed sandbox too.',
    );
  }
  const own = pinned.filter(({ org }) => org === certificate.org);
  if (same === undefined && own.length >= MAX_CERTIFICATES) {
    throw refused(
      `Organization ${certificate.org} has ${MAX_CERTIFICATES} certificates already. Remove the old one first.`,
    );
  }
}

function refused(message: string): RelayError {
  return new RelayError('PAIRING_REFUSED', message);
}
