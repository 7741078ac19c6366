import { readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../relay/src/store/embedded-postgres.ts';
import type { Product } from './product.ts';

/** A look into the running relay's own database, past all its doors. */
export type Journal = {
  query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]>;
  /** Where PostgreSQL keeps its files, the write-ahead log included. */
  readonly serverDirectory: string;
  /** SIGKILL to the server: no checkpoint, no good-bye. */
  killServer(): Promise<void>;
  close(): Promise<void>;
};

const quiet = { info: () => undefined, warn: () => undefined };

/** Connects to the database of the product's relay, which must be running. */
export async function openJournal(product: Product): Promise<Journal> {
  const server = await startEmbeddedPostgres({ dataDirectory: product.dataDirectory, log: quiet });
  const { connection } = server;
  // Lets go at once: a supervisor of ours would bring the server back in the relay's place.
  await server.stop();
  const pool = new pg.Pool({ ...connection, max: 1 });
  pool.on('error', () => undefined);
  const { rows } = await pool.query<{ data_directory: string }>('show data_directory');
  const serverDirectory = rows[0]?.data_directory ?? '';
  return {
    serverDirectory,
    async query<Row extends pg.QueryResultRow>(sql: string) {
      return (await pool.query<Row>(sql)).rows;
    },
    async killServer() {
      const pidFile = await readFile(path.join(serverDirectory, 'postmaster.pid'), 'utf8');
      process.kill(Number(pidFile.split('\n')[0]), 'SIGKILL');
    },
    close: () => pool.end(),
  };
}
