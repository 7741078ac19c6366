import { createHash, randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readFile,
  readdir,
  readlink,
  rename,
  rm,
  rmdir,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { RelayError } from '../errors.ts';
import { type DatabaseConnection, type StoreLog } from './database.ts';
import { canEnter, programOf, runAs, type Account, type Binaries } from './postgres-binaries.ts';

/** One PostgreSQL data directory, who runs it, and with what. */
export type Cluster = {
  readonly directory: string;
  readonly account: Account;
  readonly binaries: Binaries;
};

const USER = 'causeway';
const PASSWORD_FILE = 'postgres-password';
/** sockaddr_un holds 107 bytes on Linux and 103 on macOS; `/.s.PGSQL.5432` is PostgreSQL's own part. */
const MAX_SOCKET_FOLDER_BYTES = 103 - '/.s.PGSQL.5432'.length;

/** The folder for the server's files: the relay's own, or, where root's folders keep the account out, one that it can enter. */
export async function reachableHome(dataDirectory: string, account: Account, log: StoreLog): Promise<string> {
  await mkdir(dataDirectory, { recursive: true, mode: account === null ? 0o700 : 0o711 });
  if (await canEnter(account, dataDirectory)) {
    return dataDirectory;
  }
  if (await canEnter(account, path.dirname(dataDirectory))) {
    // The folder is ours: passing through is all that the account gets, its contents keep their own modes.
    await chmod(dataDirectory, 0o711);
    return dataDirectory;
  }
  const home = await homeElsewhere(dataDirectory);
  log.warn(
    { home },
    'The account that runs PostgreSQL for root cannot enter the data directory; the database lies here',
  );
  return home;
}

/** The data directory points to its home, so that both are found, copied and given up together. */
async function homeElsewhere(dataDirectory: string): Promise<string> {
  const pointer = path.join(dataDirectory, 'postgres-home');
  await symlink(path.join('/var/lib/causeway', randomBytes(6).toString('hex')), pointer).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') {
      throw error;
    }
  });
  const home = await readlink(pointer);
  await mkdir(home, { recursive: true, mode: 0o755 });
  return home;
}

/** Makes the data directory of a new database, or leaves the one that is there. A crash on the way leaves nothing half made. */
export async function initializeCluster(cluster: Cluster): Promise<void> {
  const version = await readFile(path.join(cluster.directory, 'PG_VERSION'), 'utf8').catch(() => null);
  const major = cluster.binaries.version.split('.')[0] ?? '';
  if (version !== null) {
    if (version.trim() !== major) {
      throw new RelayError(
        'SETTINGS_INVALID',
        `${cluster.directory} was made by PostgreSQL ${version.trim()}, and this relay brings ${major}: move the data with pg_upgrade, or use the relay that fits.`,
      );
    }
    return;
  }
  const draft = `${cluster.directory}.draft-${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    await removeAbandonedDrafts(cluster.directory);
    await makeOwnFolder(draft, cluster.account);
    await runAs(cluster.account, programOf(cluster.binaries, 'initdb'), [
      ...['-D', draft, '-U', USER, '--encoding=UTF8', '--locale=C', '--no-instructions'],
      ...(await authentication(cluster)),
    ]);
    await rename(draft, cluster.directory);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another relay on this directory was faster: its database serves us both.
    if (!isNotEmpty(error)) {
      throw error;
    }
  }
}

/** Where a running server of this cluster listens, or null where none left its mark, or one is not so far yet. */
export async function runningEndpoint(cluster: Cluster): Promise<DatabaseConnection | null> {
  const lines = await pidFileLines(cluster);
  const [port, socketFolder] = [Number(lines[3]), lines[4]?.trim()];
  if (!Number.isInteger(port) || port === 0 || socketFolder === undefined) {
    return null;
  }
  if (socketFolder !== '') {
    return { host: socketFolder, port, user: USER, database: 'postgres' };
  }
  if (process.platform !== 'win32') {
    // A starting server writes its mark before it opens its socket, and the folder's line stays empty until then.
    return null;
  }
  return { host: '127.0.0.1', port, user: USER, database: 'postgres', password: await readPassword(cluster) };
}

/** Starts the server; rejects where it cannot be, or where another one already serves this directory. */
export async function startServer(cluster: Cluster): Promise<void> {
  await removeForeignPidFile(cluster);
  await configure(cluster);
  const log = `${cluster.directory}.log`;
  await rename(log, `${log}.1`).catch(() => undefined);
  await writeOwnFile(log, '', cluster.account);
  await runAs(cluster.account, programOf(cluster.binaries, 'pg_ctl'), [
    ...['-D', cluster.directory, '-l', log, '-w', '-t', '60', '-s', 'start'],
  ]);
}

/** Stops the server, wherever it was started from; whatever was committed is kept. */
export async function stopServer(cluster: Cluster): Promise<void> {
  const endpoint = await runningEndpoint(cluster);
  await runAs(cluster.account, programOf(cluster.binaries, 'pg_ctl'), [
    ...['-D', cluster.directory, '-m', 'fast', '-w', '-t', '60', '-s', 'stop'],
  ]);
  if (endpoint?.host?.startsWith('/') === true) {
    // Fails where another relay starts the server just now, as it should.
    await rmdir(endpoint.host).catch(() => undefined);
  }
}

/** The last lines of the server's own log, for the message that says why it does not start. */
export async function lastWords(cluster: Cluster): Promise<string> {
  const text = await readFile(`${cluster.directory}.log`, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-3).join(' | ');
}

async function authentication(cluster: Cluster): Promise<string[]> {
  if (process.platform !== 'win32') {
    return ['--auth=peer'];
  }
  const file = path.join(path.dirname(cluster.directory), PASSWORD_FILE);
  await writeFile(file, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' }).catch(() => undefined);
  return ['--auth=scram-sha-256', `--pwfile=${file}`];
}

async function readPassword(cluster: Cluster): Promise<string> {
  return (await readFile(path.join(path.dirname(cluster.directory), PASSWORD_FILE), 'utf8')).trim();
}

/**
 * Writes the server's settings anew: the cluster is ours alone, and a setting left over from an older relay would be nobody's.
 * There is no TCP port where the system has sockets: the socket lies in a folder of the account's own, and the kernel
 * tells the server which account connects. Windows has no such sockets: loopback, with a password of 24 random bytes.
 */
async function configure(cluster: Cluster): Promise<void> {
  const isWindows = process.platform === 'win32';
  const listening = isWindows
    ? [`listen_addresses = '127.0.0.1'`, `port = ${await freePort()}`, `unix_socket_directories = ''`]
    : [`listen_addresses = ''`, `unix_socket_directories = '${quote(await socketFolder(cluster))}'`];
  const settings = [
    ...listening,
    'unix_socket_permissions = 0700',
    'max_connections = 100',
    'jit = off',
    `lc_messages = 'C'`,
    // A log line never repeats a statement's values.
    'log_error_verbosity = terse',
    'log_min_error_statement = panic',
  ];
  const access = isWindows ? 'host all all 127.0.0.1/32 scram-sha-256' : 'local all all peer map=causeway';
  const file = (name: string, lines: readonly string[]) =>
    writeOwnFile(path.join(cluster.directory, name), `${lines.join('\n')}\n`, cluster.account);
  await file('postgresql.conf', settings);
  await file('pg_hba.conf', [access]);
  await file('pg_ident.conf', [`causeway "${os.userInfo().username}" ${USER}`]);
}

/** A short folder of the account's own in the temporary folder: socket paths have a hard limit, data directories have none. */
async function socketFolder(cluster: Cluster): Promise<string> {
  const name = `causeway-${shortHash(cluster.directory)}`;
  const preferred = path.join(os.tmpdir(), name);
  const folder = Buffer.byteLength(preferred) <= MAX_SOCKET_FOLDER_BYTES ? preferred : path.join('/tmp', name);
  await makeOwnFolder(folder, cluster.account).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') {
      throw error;
    }
  });
  const found = await lstat(folder);
  const owner = cluster.account?.uid ?? os.userInfo().uid;
  // The temporary folder is everybody's: whoever made this folder first could otherwise answer in the server's place.
  if (!found.isDirectory() || found.uid !== owner || (found.mode & 0o077) !== 0) {
    throw new RelayError(
      'SETTINGS_INVALID',
      `${folder} must be a folder of the account that runs PostgreSQL and closed to others: remove it and start again.`,
    );
  }
  return folder;
}

/**
 * After a reboot, or in a container, the pid that a killed server left behind may be another program's, and PostgreSQL
 * then believes that it still runs. Its own check of the shared memory remains, so a server that does run is never doubled.
 */
async function removeForeignPidFile(cluster: Cluster): Promise<void> {
  const [pid] = await pidFileLines(cluster);
  const program = await readFile(`/proc/${Number(pid)}/comm`, 'utf8').catch(() => null);
  if (program !== null && program.trim() !== 'postgres') {
    await rm(path.join(cluster.directory, 'postmaster.pid'), { force: true });
  }
}

async function pidFileLines(cluster: Cluster): Promise<string[]> {
  const text = await readFile(path.join(cluster.directory, 'postmaster.pid'), 'utf8').catch(() => '');
  return text.split('\n');
}

async function removeAbandonedDrafts(directory: string): Promise<void> {
  const prefix = `${path.basename(directory)}.draft-`;
  for (const name of await readdir(path.dirname(directory))) {
    if (name.startsWith(prefix) && !isAlive(Number(name.slice(prefix.length).split('-')[0]))) {
      await rm(path.join(path.dirname(directory), name), { recursive: true, force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

async function makeOwnFolder(folder: string, account: Account): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  if (account !== null) {
    await chown(folder, account.uid, account.gid);
  }
}

async function writeOwnFile(file: string, text: string, account: Account): Promise<void> {
  await writeFile(file, text, { mode: 0o600 });
  if (account !== null) {
    await chown(file, account.uid, account.gid);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function isNotEmpty(error: unknown): boolean {
  return ['ENOTEMPTY', 'EEXIST'].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function quote(text: string): string {
  return text.replaceAll("'", "''");
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
