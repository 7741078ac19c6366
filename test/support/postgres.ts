import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { type DatabaseConnection } from '../../relay/src/store/database.ts';
import { startEmbeddedPostgres } from '../../relay/src/store/embedded-postgres.ts';

/** An empty database of a test file's own. */
export type TestDatabase = {
  readonly connection: DatabaseConnection;
  query<Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Removes the database and leaves the server; the last test file to leave stops it. */
  drop(): Promise<void>;
};

const quiet = { info: () => undefined, warn: () => undefined };
let count = 0;

/** Makes an empty database on a server that all test files of this machine's account share. Call `drop()` in afterAll. */
export async function startTestDatabase(): Promise<TestDatabase> {
  const server = await startEmbeddedPostgres({
    dataDirectory: path.join(os.tmpdir(), `causeway-test-${os.userInfo().uid}`),
    log: quiet,
  });
  const admin = new pg.Pool({ ...server.connection, max: 1 });
  admin.on('error', () => undefined);
  await removeAbandoned(admin);
  count += 1;
  const name = `test_${process.pid}_${Date.now()}_${count}`;
  await admin.query(`create database ${name}`);
  const connection = { ...server.connection, database: name };
  const pool = new pg.Pool({ ...connection, max: 4 });
  pool.on('error', () => undefined);
  return {
    connection,
    async query<Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []) {
      return (await pool.query<Row>(sql, [...values])).rows;
    },
    async drop() {
      await pool.end();
      await admin.query(`drop database ${name} with (force)`);
      await admin.end();
      await server.stop();
    },
  };
}

/** A killed test run leaves its databases behind; the next one removes them. */
async function removeAbandoned(admin: pg.Pool): Promise<void> {
  const { rows } = await admin.query<{ name: string }>(
    `select datname as name from pg_database where datname like 'test\\_%' and not exists (
       select 1 from pg_stat_activity a where a.datname = pg_database.datname)`,
  );
  for (const { name } of rows) {
    if (!isAlive(Number(name.split('_')[1]))) {
      await admin.query(`drop database if exists ${name} with (force)`).catch(() => undefined);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
