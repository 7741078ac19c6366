import pg from 'pg';
import { RelayError } from '../errors.ts';

/** Where the database is; handed on as it is, looked into nowhere. */
export type DatabaseConnection = {
  readonly connectionString?: string;
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
};

/** What the store says to the operator; pino's logger fits. */
export type StoreLog = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
};

/** Something that runs statements: the pool, or one client inside a transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

/** The connection that DATABASE_URL describes. */
export function connectionFromUrl(databaseUrl: string): DatabaseConnection {
  return { connectionString: databaseUrl };
}

/** Opens a pool that outlives the server: a connection that breaks while idle is simply replaced. */
export function openPool(connection: DatabaseConnection, maxConnections: number): pg.Pool {
  const pool = new pg.Pool({
    ...connection,
    max: maxConnections,
    connectionTimeoutMillis: 10_000,
    application_name: 'causeway',
  });
  // Without a listener an idle connection that breaks would end the process; the next statement reports the fault.
  pool.on('error', () => undefined);
  return pool;
}

/** Runs statements against the pool and says in our own terms why they failed. */
export async function withDatabase<T>(pool: pg.Pool, work: (database: Queryable) => Promise<T>): Promise<T> {
  try {
    return await work(pool);
  } catch (error) {
    throw toRelayError(error);
  }
}

/** Runs the work in one transaction: all of it is stored when the promise resolves, none of it when it rejects. */
export async function inTransaction<T>(pool: pg.Pool, work: (database: Queryable) => Promise<T>): Promise<T> {
  let client: pg.PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    throw toRelayError(error);
  }
  let broken: Error | undefined;
  client.once('error', rememberBroken);
  try {
    // A relay that freezes inside a transaction must not hold its row locks for ever.
    await client.query("begin; set local idle_in_transaction_session_timeout = '30s'; set local lock_timeout = '10s'");
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(rememberBroken);
    throw toRelayError(error);
  } finally {
    client.removeListener('error', rememberBroken);
    client.release(broken);
  }

  function rememberBroken(error: unknown): void {
    broken = error instanceof Error ? error : new Error(String(error));
  }
}

const CONTENDED = new Set(['40001', '40P01', '55P03']);
const AWAY = /^(08|57P0|53)|^(ECONN|ENOENT|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_)/;
const NOT_ALLOWED = /^(28|42501|3D)/;

/** The error in our own terms: contention and absence may be tried again, wrong rights are a setting, the rest is a bug of ours. */
export function toRelayError(error: unknown): Error {
  if (error instanceof RelayError) {
    return error;
  }
  if (!(error instanceof Error)) {
    return new Error('The database driver threw something that is no error.', { cause: error });
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  if (code !== null && CONTENDED.has(code)) {
    return new RelayError('RECORD_BUSY', 'Another run stores the same records just now; try again.', { cause: error });
  }
  if (code !== null && NOT_ALLOWED.test(code)) {
    return new RelayError(
      'SETTINGS_INVALID',
      `The database refused the relay (SQLSTATE ${code}): DATABASE_URL must name an existing database and a user who may create schemas in it.`,
      { cause: error },
    );
  }
  if (code === null ? isConnectionLoss(error) : AWAY.test(code)) {
    return new RelayError('UNAVAILABLE', 'The database does not answer; it is tried again. See /readyz.', {
      cause: error,
    });
  }
  return error;
}

/** The driver gives no code for these; it made the texts itself. */
function isConnectionLoss(error: Error): boolean {
  return (
    error.name === 'AggregateError' ||
    /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Client was closed)/.test(
      error.message,
    )
  );
}
