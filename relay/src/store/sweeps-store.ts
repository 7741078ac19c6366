import { type Queryable } from './database.ts';
import { type Commit, type SweepPlace } from './store.ts';

/** How far a mapping's sweep has read, or null before its first. */
export async function cursor(database: Queryable, sweep: SweepPlace): Promise<string | null> {
  const { rows } = await database.query<{ position: string }>(
    'select position from causeway.cursors where org = $1 and connection = $2 and company = $3 and mapping = $4',
    [sweep.org, sweep.connection, sweep.company, sweep.mapping],
  );
  return rows[0]?.position ?? null;
}

/** Moves cursors, as part of the commit that stores what was read up to there. */
export async function moveCursors(database: Queryable, moves: NonNullable<Commit['cursors']>): Promise<void> {
  for (const move of moves) {
    await database.query(
      `insert into causeway.cursors (org, connection, company, mapping, position) values ($1, $2, $3, $4, $5)
       on conflict (org, connection, company, mapping) do update set position = excluded.position, moved_at = now()`,
      [move.org, move.connection, move.company, move.mapping, move.position],
    );
  }
}

/** True the first time that an org uses a token, false until it expires afterwards; the same for all relays on this database. */
export async function rememberToken(
  database: Queryable,
  token: { readonly org: string; readonly id: string; readonly expiresAt: Date },
): Promise<boolean> {
  const { rowCount } = await database.query(
    'insert into causeway.tokens_used (org, token_id, expires_at) values ($1, $2, $3) on conflict do nothing',
    [token.org, token.id, token.expiresAt],
  );
  return rowCount === 1;
}
