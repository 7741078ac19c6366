import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { RelayError } from '../errors.ts';
import { type DatabaseConnection, type StoreLog } from './database.ts';
import { findBinaries, serverAccount, usableBinaries } from './postgres-binaries.ts';
import {
  initializeCluster,
  lastWords,
  reachableHome,
  runningEndpoint,
  startServer,
  stopServer,
  type Cluster,
} from './postgres-cluster.ts';

/** A database that is kept running for as long as this relay lives. */
export type EmbeddedPostgres = {
  readonly connection: DatabaseConnection;
  /** True where the server ran already: another relay's, or one that outlived a killed relay. */
  readonly adopted: boolean;
  /** Lets go; the server itself stops where no other relay is connected. Close pools and jobs first. */
  stop(): Promise<void>;
};

const DATABASE = 'causeway';
const START_DEADLINE_MS = 60_000;
const RETRY_MS = 250;
/** Guards the question "am I the last one?" against being asked by two relays at once. */
const LEAVING_LOCK = 7_215_001;

/**
 * Starts PostgreSQL on a data directory, or adopts the server that runs there, and starts it again whenever it dies.
 * Safe after a SIGKILL of the relay, of PostgreSQL, or of both; two relays on one directory share one server.
 */
export async function startEmbeddedPostgres(options: {
  readonly dataDirectory: string;
  readonly log: StoreLog;
}): Promise<EmbeddedPostgres> {
  const cluster = await prepareCluster(options.dataDirectory, options.log);
  const first = await connectOrStart(cluster, options.log);
  const endpoint = await runningEndpoint(cluster);
  if (endpoint === null) {
    throw new RelayError(
      'UNAVAILABLE',
      `PostgreSQL in ${cluster.directory} stopped while it was started; start again.`,
    );
  }
  await createDatabase(first.client);
  const guard = guardServer(cluster, first.client, options.log);
  return {
    connection: { ...endpoint, database: DATABASE },
    adopted: first.adopted,
    stop: () => guard.stop(),
  };
}

async function prepareCluster(dataDirectory: string, log: StoreLog): Promise<Cluster> {
  const account = await serverAccount(path.join(path.resolve(dataDirectory), 'postgres'));
  const home = await realpath(await reachableHome(path.resolve(dataDirectory), account, log));
  const binaries = await usableBinaries(await findBinaries(), account, home);
  const cluster = { directory: path.join(home, 'postgres'), account, binaries };
  await initializeCluster(cluster);
  return cluster;
}

/** Connects to the server, starting it as often as needed: a server that another relay starts, ends or recovers is waited for. */
async function connectOrStart(cluster: Cluster, log: StoreLog): Promise<{ client: pg.Client; adopted: boolean }> {
  const deadline = Date.now() + START_DEADLINE_MS;
  for (let attempt = 0; ; attempt += 1) {
    const client = await connect(cluster);
    if (client !== null) {
      return { client, adopted: attempt === 0 };
    }
    if (Date.now() > deadline) {
      throw new RelayError(
        'UNAVAILABLE',
        `PostgreSQL in ${cluster.directory} does not start; its log says: ${await lastWords(cluster)}`,
      );
    }
    try {
      await startServer(cluster);
    } catch (error) {
      if (error instanceof RelayError) {
        throw error;
      }
      log.info({ attempt, reason: firstLine(error) }, 'PostgreSQL did not start yet');
      await delay(RETRY_MS);
    }
  }
}

/** A connection of the guard's own, or null while nobody answers. */
async function connect(cluster: Cluster): Promise<pg.Client | null> {
  const endpoint = await runningEndpoint(cluster);
  if (endpoint === null) {
    return null;
  }
  const client = new pg.Client({
    ...endpoint,
    connectionTimeoutMillis: 5_000,
    application_name: 'causeway supervisor',
    keepAlive: true,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('28')) {
      throw new RelayError(
        'SETTINGS_INVALID',
        `The PostgreSQL in ${cluster.directory} was set up by another account of this machine: run the relay as that account, or choose another RELAY_DATA_DIR.`,
        { cause: error },
      );
    }
    return null;
  }
}

async function createDatabase(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
  if (rowCount === 0) {
    await client.query(`create database ${DATABASE}`).catch((error: unknown) => {
      // Another relay made it in the meantime.
      if (!(error instanceof Error && 'code' in error && ['42P04', '23505'].includes(String(error.code)))) {
        throw error;
      }
    });
  }
}

/** Holds one connection: it tells the other relays that we are here, and it breaks in the moment the server dies. */
function guardServer(cluster: Cluster, first: pg.Client, log: StoreLog): { stop(): Promise<void> } {
  let client = first;
  let isStopping = false;
  let restart: Promise<void> | null = null;
  watch();

  function watch(): void {
    client.once('end', () => {
      if (!isStopping) {
        log.warn({ directory: cluster.directory }, 'PostgreSQL went away; starting it again');
        restart = bringBack();
      }
    });
  }

  async function bringBack(): Promise<void> {
    while (!isStopping) {
      try {
        client = (await connectOrStart(cluster, log)).client;
        watch();
        return;
      } catch (error) {
        log.warn({ reason: firstLine(error) }, 'PostgreSQL does not come back; trying again');
        await delay(RETRY_MS);
      }
    }
  }

  return {
    async stop() {
      if (isStopping) {
        return;
      }
      isStopping = true;
      await restart;
      if (await isLast(client)) {
        await client.end().catch(() => undefined);
        await stopServer(cluster);
      } else {
        await client.end().catch(() => undefined);
      }
    },
  };
}

/** True where nobody else is connected; a connection that was closed just now may be counted for a moment longer. */
async function isLast(client: pg.Client): Promise<boolean> {
  try {
    await client.query('select pg_advisory_lock($1)', [LEAVING_LOCK]);
    for (let look = 0; look < 5; look += 1) {
      const { rows } = await client.query<{ others: string }>(
        `select count(*) as others from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      );
      if (rows[0]?.others === '0') {
        return true;
      }
      await delay(40);
    }
    return false;
  } catch {
    // The server is gone already, or another relay stops it.
    return false;
  }
}

function firstLine(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown';
}
