import { RelayError } from '../errors.ts';
import { type Queryable } from './database.ts';
import { type OrgCertificate } from './store.ts';

const MAX_CERTIFICATES = 2;

type CertificateRow = {
  readonly org: string;
  readonly kid: string | null;
  readonly thumbprint: string;
  readonly certificate_pem: string;
  readonly not_after: Date;
};

/** The orgs that were paired, oldest first. */
export async function pairedOrgs(
  database: Queryable,
): Promise<{ readonly org: string; readonly name: string; readonly pairedAt: string }[]> {
  const { rows } = await database.query<{ org: string; name: string; paired_at: Date }>(
    'select org, name, paired_at from causeway.orgs order by paired_at, org',
  );
  return rows.map((row) => ({ org: row.org, name: row.name, pairedAt: row.paired_at.toISOString() }));
}

/** Pairs an org, or adds its next certificate; the same pairing twice is one. Runs inside a transaction. */
export async function pairOrg(
  database: Queryable,
  org: string,
  name: string,
  certificate: OrgCertificate,
): Promise<void> {
  await database.query(
    'insert into causeway.orgs (org, name) values ($1, $2) on conflict (org) do update set name = excluded.name',
    [org, name],
  );
  await refuseForeignCertificate(database, org, certificate.thumbprint);
  await makeRoomForCertificate(database, org, certificate.thumbprint);
  await database.query(
    `insert into causeway.org_certificates (org, thumbprint, kid, certificate_pem, not_after) values ($1, $2, $3, $4, $5)
     on conflict (org, thumbprint) do update
       set kid = excluded.kid, certificate_pem = excluded.certificate_pem, not_after = excluded.not_after`,
    [org, certificate.thumbprint, certificate.kid, certificate.certificatePem, certificate.notAfter],
  );
}

/** A key that two orgs share proves neither: the second is a copied sandbox, or a thief. */
async function refuseForeignCertificate(database: Queryable, org: string, thumbprint: string): Promise<void> {
  const { rowCount } = await database.query(
    'select 1 from causeway.org_certificates where thumbprint = $1 and org <> $2',
    [thumbprint, org],
  );
  if (rowCount !== 0) {
    throw new RelayError(
      'ORG_MISMATCH',
      `The certificate ${thumbprint} proves another org already: make one of its own in org ${org} and pair that.`,
    );
  }
}

async function makeRoomForCertificate(database: Queryable, org: string, thumbprint: string): Promise<void> {
  await database.query(
    'delete from causeway.org_certificates where org = $1 and thumbprint <> $2 and not_after < now()',
    [org, thumbprint],
  );
  const { rows } = await database.query<{ thumbprint: string }>(
    'select thumbprint from causeway.org_certificates where org = $1 and thumbprint <> $2 order by thumbprint',
    [org, thumbprint],
  );
  if (rows.length >= MAX_CERTIFICATES) {
    throw new RelayError(
      'SETTINGS_INVALID',
      `Org ${org} has ${MAX_CERTIFICATES} certificates already (${rows.map((row) => row.thumbprint).join(', ')}): remove the one that is no longer used, then pair again.`,
    );
  }
}

/** Forgets the org, its certificates and its configurations; its links and decisions stay for the day it is paired again. */
export async function unpairOrg(database: Queryable, org: string): Promise<void> {
  await database.query('delete from causeway.configurations where org = $1', [org]);
  await database.query('delete from causeway.orgs where org = $1', [org]);
}

/** Withdraws one certificate of an org. */
export async function removeCertificate(database: Queryable, org: string, thumbprint: string): Promise<void> {
  await database.query('delete from causeway.org_certificates where org = $1 and thumbprint = $2', [org, thumbprint]);
}

/** The pinned certificates of all orgs; whether one is expired is for the verifier to say. */
export async function certificates(database: Queryable): Promise<OrgCertificate[]> {
  const { rows } = await database.query<CertificateRow>(
    'select org, kid, thumbprint, certificate_pem, not_after from causeway.org_certificates order by org, not_after',
  );
  return rows.map((row) => ({
    org: row.org,
    kid: row.kid,
    thumbprint: row.thumbprint,
    certificatePem: row.certificate_pem,
    notAfter: row.not_after.toISOString(),
  }));
}
