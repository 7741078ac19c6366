import { type Queryable } from './database.ts';

/** The configuration document that the org knows by this hash, if it was read before. */
export async function configuration(database: Queryable, org: string, hash: string): Promise<string | null> {
  const { rows } = await database.query<{ document: string }>(
    'select document from causeway.configurations where org = $1 and hash = $2',
    [org, hash],
  );
  return rows[0]?.document ?? null;
}

/** Keeps a configuration document; its hash is its name, so it never changes. */
export async function saveConfiguration(
  database: Queryable,
  org: string,
  hash: string,
  document: string,
): Promise<void> {
  await database.query(
    'insert into causeway.configurations (org, hash, document) values ($1, $2, $3) on conflict do nothing',
    [org, hash, document],
  );
}
