import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, lstat, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type DatabaseConnection } from './database.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.ts';
import { findBinaries, programOf, runAs, serverAccount, usableBinaries } from './postgres-binaries.ts';

const quiet = { info: () => undefined, warn: () => undefined };

let dataDirectory: string;
let servers: EmbeddedPostgres[];

beforeEach(async () => {
  dataDirectory = await mkdtemp(path.join(os.tmpdir(), 'causeway-postgres-'));
  servers = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  const [pid] = await pidFile();
  if (pid !== undefined) {
    process.kill(pid, 'SIGKILL');
  }
  await rm(dataDirectory, { recursive: true, force: true });
});

async function start(): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDirectory, log: quiet });
  servers.push(server);
  return server;
}

async function run(connection: DatabaseConnection, sql: string): Promise<pg.QueryResult<{ value: string }>> {
  const client = new pg.Client({ ...connection });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await client.query<{ value: string }>(sql);
  } finally {
    await client.end();
  }
}

async function write(connection: DatabaseConnection, value: string): Promise<void> {
  await run(connection, `create table if not exists kept (value text); insert into kept values ('${value}')`);
}

async function kept(connection: DatabaseConnection): Promise<string[]> {
  return (await run(connection, 'select value from kept order by value')).rows.map((row) => row.value);
}

async function pidFile(): Promise<number[]> {
  const text = await readFile(path.join(dataDirectory, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
  return text === '' ? [] : [Number(text.split('\n')[0])];
}

async function answers(connection: DatabaseConnection): Promise<void> {
  for (let waited = 0; ; waited += 50) {
    try {
      await run(connection, 'select 1 as value');
      return;
    } catch (error) {
      if (waited > 20_000) {
        throw error;
      }
      await delay(50);
    }
  }
}

describe('startEmbeddedPostgres', () => {
  it('makes a database that is durable, in UTF-8, sorted by bytes, and closed to the network and to other accounts', async () => {
    const { connection, adopted } = await start();

    const settings = await run(
      connection,
      `select concat_ws(' ', current_setting('fsync'), current_setting('synchronous_commit'),
         current_setting('server_encoding'), current_setting('lc_messages'), datcollate,
         '[' || current_setting('listen_addresses') || ']') as value
       from pg_database where datname = current_database()`,
    );
    expect(adopted).toBe(false);
    expect(settings.rows[0]!.value).toBe('on on UTF8 C C []');
    expect(((await lstat(connection.host!)).mode & 0o777).toString(8)).toBe('700');
    expect(((await lstat(path.join(dataDirectory, 'postgres'))).mode & 0o777).toString(8)).toBe('700');
    expect(Buffer.byteLength(`${connection.host!}/.s.PGSQL.5432`)).toBeLessThanOrEqual(103);
  });

  it('keeps the data over a stop and a start', async () => {
    const first = await start();
    await write(first.connection, 'one');
    await first.stop();
    await first.stop();

    const second = await start();

    expect(second.adopted).toBe(false);
    expect(await kept(second.connection)).toEqual(['one']);
  });

  it('is shared by two relays; the server stays until the last one leaves', async () => {
    const [first, second] = await Promise.all([start(), start()]);
    await write(first.connection, 'one');

    await first.stop();

    expect(await kept(second.connection)).toEqual(['one']);
    await second.stop();
    await expect(run(second.connection, 'select 1')).rejects.toThrow();
  });

  it('adopts the server that a killed relay left running', async () => {
    const victim = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { startEmbeddedPostgres } from ${JSON.stringify(path.join(import.meta.dirname, 'embedded-postgres.ts'))};
         const log = { info() {}, warn() {} };
         await startEmbeddedPostgres({ dataDirectory: ${JSON.stringify(dataDirectory)}, log });
         console.log('started');`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(victim.stdout, 'data');
    victim.kill('SIGKILL');
    await once(victim, 'exit');

    const { adopted, connection } = await start();

    expect(adopted).toBe(true);
    await expect(answers(connection)).resolves.toBeUndefined();
  });

  it('starts the server again by itself when it is killed, with everything that was committed', async () => {
    const { connection } = await start();
    await write(connection, 'one');
    const [pid] = await pidFile();

    process.kill(pid!, 'SIGKILL');
    await answers(connection);

    expect(await kept(connection)).toEqual(['one']);
    expect(await pidFile()).not.toEqual([pid]);
  });

  it('starts after relay and server were killed together, though the server’s mark names a pid that lives', async () => {
    const first = await start();
    const { connection } = first;
    await write(connection, 'one');
    await first.stop();
    const foreign = spawn('sleep', ['60'], { stdio: 'ignore' });
    const lines = [foreign.pid, path.join(dataDirectory, 'postgres'), 1, 5432, connection.host, '', '', 'ready', ''];
    await writeFile(path.join(dataDirectory, 'postgres', 'postmaster.pid'), lines.join('\n'));

    const again = await start();

    expect(await kept(again.connection)).toEqual(['one']);
    foreign.kill();
  });

  it('waits for a server that has left its mark and not opened its socket yet', async () => {
    await (await start()).stop();
    const directory = path.join(dataDirectory, 'postgres');
    // PostgreSQL writes five lines first; the folder of its socket is the last of them and empty until that is open.
    await writeFile(path.join(directory, 'postmaster.pid'), [process.pid, directory, 1, 5432, '', ''].join('\n'));

    const { adopted, connection } = await start();

    expect(adopted).toBe(false);
    await expect(answers(connection)).resolves.toBeUndefined();
  });

  it('clears away what a killed first start left half made', async () => {
    await mkdir(path.join(dataDirectory, 'postgres.draft-999999999-dead'));

    await start();

    expect((await readdir(dataDirectory)).filter((name) => name.includes('draft'))).toEqual([]);
  });

  it('refuses a socket folder that others could enter', async () => {
    const first = await start();
    const { connection } = first;
    await first.stop();
    await rm(connection.host!, { recursive: true, force: true });
    await mkdir(connection.host!, { mode: 0o777 });

    await expect(start()).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      message: expect.stringContaining(connection.host!),
    });
    await rm(connection.host!, { recursive: true, force: true });
  });

  it('refuses a data directory of another PostgreSQL, and says what to do', async () => {
    await mkdir(path.join(dataDirectory, 'postgres'));
    await writeFile(path.join(dataDirectory, 'postgres', 'PG_VERSION'), '12\n');

    await expect(start()).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      message: expect.stringContaining('pg_upgrade'),
    });
  });
});

describe('usableBinaries', () => {
  it('runs PostgreSQL also where it lies out of the account’s reach and came without its links', async () => {
    const found = await findBinaries();
    const closed = path.join(dataDirectory, 'closed');
    const folder = path.join(closed, 'native');
    await mkdir(closed, { mode: 0o700 });
    await cp(found.folder, folder, { recursive: true, filter: async (name) => !(await lstat(name)).isSymbolicLink() });
    const account = await serverAccount(path.join(dataDirectory, 'postgres'));
    const home = path.join(dataDirectory, 'home');
    await mkdir(home);
    await runAs(null, '/bin/chmod', ['711', dataDirectory]);

    const usable = await usableBinaries({ folder, version: found.version }, account, home);

    expect(await runAs(account, programOf(usable, 'initdb'), ['--version'])).toContain('PostgreSQL');
  });
});
