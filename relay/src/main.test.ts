import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const MAIN = path.join(import.meta.dirname, 'main.ts');
const ORG = '00D000000000062EAA';
/** Nothing listens there: the port is reserved. */
const NOBODY = 'postgres://nobody@127.0.0.1:1/causeway';

let directory: string;
let env: Record<string, string>;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'causeway-main-'));
  // The account that runs PostgreSQL for root must be able to pass through.
  await chmod(directory, 0o711);
  const keys = path.join(directory, 'keys');
  await mkdir(keys, { mode: 0o700 });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(path.join(keys, 'org.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const org = {
    organizationId: ORG,
    loginUrl: 'https://contoso.my.salesforce.com',
    clientId: 'consumer-key',
    username: 'relay@contoso.example',
    privateKeyFile: 'keys/org.key',
    connections: ['contoso'],
  };
  const connection = {
    key: 'contoso',
    platform: 'FinanceOperations',
    url: 'https://contoso.operations.dynamics.com',
    tenantId: '11111111-2222-3333-4444-555555555555',
    clientId: '11111111-2222-3333-4444-555555555555',
    secret: { env: 'CONTOSO_CLIENT_SECRET' },
    allowed: {},
    eventSecretHashes: [],
  };
  await writeFile(path.join(directory, 'relay.json'), JSON.stringify({ connections: [connection], orgs: [org] }));
  env = {
    RELAY_HOST: '127.0.0.1',
    RELAY_PORT: '8080',
    RELAY_PUBLIC_URL: 'http://127.0.0.1:8080',
    RELAY_DATA_DIR: path.join(directory, 'data'),
    RELAY_MASTER_KEY_FILE: path.join(keys, 'master.key'),
    RELAY_CONFIG_FILE: path.join(directory, 'relay.json'),
    CONTOSO_CLIENT_SECRET: 'not-a-real-secret',
    LOG_LEVEL: 'warn',
    DATABASE_URL: NOBODY,
  };
  await run(['create-master-key', env['RELAY_MASTER_KEY_FILE'] ?? '']);
});

afterAll(() => rm(directory, { recursive: true, force: true }));

async function run(args: readonly string[], overrides: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env, ...overrides } });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit'), text(child.stdout)]);
  return { said, code: code as number | null };
}

const STACK = /\n\s+at /;

describe('the command line tells in words', () => {
  it('a flag that it does not know, with those it knows', async () => {
    const { said, code } = await run(['pair', '--organisation', ORG]);

    expect(code).toBe(1);
    expect(said).toContain("'--organisation'");
    expect(said).toContain('pair --org');
    expect(said).not.toMatch(STACK);
  });

  it('a certificate file that is not there', async () => {
    const { said, code } = await run(['pair', '--org', ORG, '--certificate', '/nowhere/org.crt']);

    expect(code).toBe(1);
    expect(said).toContain('--certificate: /nowhere/org.crt cannot be read (ENOENT)');
    expect(said).not.toMatch(STACK);
  });

  it('a record to unlink that is named by its number', async () => {
    const { said, code } = await run(['unlink', '--org', ORG, '--record', 'US-0042', '--yes']);

    expect(code).toBe(1);
    expect(said).toContain('--record: "US-0042" is no Salesforce id.');
    expect(said).not.toMatch(STACK);
  });

  it.each(['serve', 'pairings'])('a database that does not answer, to %s', async (command) => {
    const { said, code } = await run([command]);

    expect(code).toBe(1);
    expect(said).toContain('The database does not answer, so nothing was started. Check DATABASE_URL');
    expect(said).not.toMatch(STACK);
  });

  it('a port that is in use, and leaves no PostgreSQL behind', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;

    const { said, code } = await run(['serve'], { RELAY_PORT: String(port), DATABASE_URL: '' });

    other.close();
    expect(code).toBe(1);
    expect(said).toContain(`RELAY_PORT: port ${port} on 127.0.0.1 is in use by another process.`);
    expect(said).not.toMatch(STACK);
    expect(await readdir(path.join(directory, 'data', 'postgres'))).not.toContain('postmaster.pid');
  });
});
