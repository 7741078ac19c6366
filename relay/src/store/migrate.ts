import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { type Pool } from 'pg';
import { RelayError } from '../errors.ts';
import { inTransaction, type Queryable } from './database.ts';

/** One step of the schema, named `NNNN-verb-noun.sql`; never edited once it was released. */
export type Migration = { readonly name: string; readonly sql: string };

const OLDEST_SERVER = 150_000;
const MIGRATION_LOCK = 7_215_002;

/** The migrations that this relay brings, in order. */
export async function readMigrations(folder = path.join(import.meta.dirname, 'migrations')): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(names.map(async (name) => ({ name, sql: await readFile(path.join(folder, name), 'utf8') })));
}

/**
 * Brings the schema `causeway` to what this relay knows, in one transaction, and answers the names of the steps it took.
 * Safe to run twice and from many processes at once; refuses a database that a newer relay has migrated, or whose steps were edited.
 */
export async function migrate(pool: Pool, migrations: readonly Migration[]): Promise<string[]> {
  return inTransaction(pool, async (database) => {
    await refuseOldServer(database);
    await database.query("set local lock_timeout = '60s'");
    await database.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await database.query('create schema if not exists causeway');
    await database.query(
      `create table if not exists causeway.migrations (
         name text primary key, checksum text not null, applied_at timestamptz not null default now())`,
    );
    const pending = pendingMigrations(await appliedMigrations(database), migrations);
    for (const migration of pending) {
      await database.query(migration.sql);
      await database.query('insert into causeway.migrations (name, checksum) values ($1, $2)', [
        migration.name,
        checksum(migration),
      ]);
    }
    return pending.map((migration) => migration.name);
  });
}

async function refuseOldServer(database: Queryable): Promise<void> {
  const { rows } = await database.query<{ version: string }>(`select current_setting('server_version_num') as version`);
  if (Number(rows[0]?.version) < OLDEST_SERVER) {
    throw new RelayError('SETTINGS_INVALID', 'DATABASE_URL names a PostgreSQL older than 15: upgrade it.');
  }
}

async function appliedMigrations(database: Queryable): Promise<Map<string, string>> {
  const { rows } = await database.query<{ name: string; checksum: string }>(
    'select name, checksum from causeway.migrations',
  );
  return new Map(rows.map((row) => [row.name, row.checksum]));
}

function pendingMigrations(applied: ReadonlyMap<string, string>, known: readonly Migration[]): Migration[] {
  const unknown = [...applied.keys()].filter((name) => known.every((migration) => migration.name !== name)).sort();
  if (unknown.length > 0) {
    throw new RelayError(
      'SETTINGS_INVALID',
      `The database was migrated by a newer relay (${unknown.join(', ')}): start that version, this one would not understand what it stored.`,
    );
  }
  const edited = known.find(
    (migration) => (applied.get(migration.name) ?? checksum(migration)) !== checksum(migration),
  );
  if (edited !== undefined) {
    throw new RelayError(
      'SETTINGS_INVALID',
      `The migration ${edited.name} differs from the one that the database has: restore the released file, and add a new migration for the change.`,
    );
  }
  return known.filter((migration) => !applied.has(migration.name));
}

/** Line ends are no difference: a checkout on Windows may have changed them. */
function checksum(migration: Migration): string {
  return createHash('sha256').update(migration.sql.replaceAll('\r\n', '\n')).digest('hex');
}
