import { generateKeyPairSync } from 'node:crypto';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { generate } from 'selfsigned';
import { readSettings, type SettingsFile } from './config.ts';
import { RelayError } from './errors.ts';

const ORG = '00D000000000001EAA';
const TENANT = '11111111-2222-3333-4444-555555555555';
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const pair = { cert: '', private: '' };

beforeAll(async () => {
  const made = await generate([{ name: 'commonName', value: 'relay' }], { keySize: 2048 });
  pair.cert = made.cert;
  pair.private = made.private;
});

type Files = Record<string, string>;

const aConnection = (overrides: object = {}) => ({
  key: 'contoso',
  platform: 'FinanceOperations',
  url: 'https://contoso.operations.dynamics.com',
  tenantId: TENANT,
  clientId: TENANT,
  secret: { file: 'client-secret' },
  allowed: { CustomersV3: { sync: ['read', 'create'], forward: ['read'] }, CustomerGroups: {} },
  eventSecretHashes: ['a'.repeat(64)],
  ...overrides,
});
const anOrg = (overrides: object = {}) => ({
  organizationId: ORG,
  loginUrl: 'https://contoso.my.salesforce.com',
  clientId: 'consumer-key',
  username: 'relay@contoso.com',
  privateKeyFile: 'org.key',
  connections: ['contoso'],
  ...overrides,
});

function read(
  options: {
    connections?: object[];
    orgs?: object[];
    config?: string;
    env?: Record<string, string | undefined>;
    files?: Files;
    worldReadable?: string[];
  } = {},
) {
  const config =
    options.config ??
    JSON.stringify({ connections: options.connections ?? [aConnection()], orgs: options.orgs ?? [anOrg()] });
  const files: Files = {
    '/etc/relay/config.json': config,
    '/etc/relay/client-secret': 'S3CRET-VALUE\n',
    '/etc/relay/org.key': privateKey,
    '/etc/relay/master.key': 'thirty-two random bytes',
    ...options.files,
  };
  const warnings: string[] = [];
  const readFile = (path: string): SettingsFile => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return { text, isWorldReadable: options.worldReadable?.includes(path) === true };
  };
  const env = {
    RELAY_PUBLIC_URL: 'https://relay.contoso.com',
    RELAY_CONFIG_FILE: '/etc/relay/config.json',
    RELAY_MASTER_KEY_FILE: '/etc/relay/master.key',
    ...options.env,
  };
  return { settings: readSettings(env, readFile, (message) => void warnings.push(message)), warnings };
}

function faultsOf(options: Parameters<typeof read>[0]): string {
  try {
    read(options);
  } catch (error) {
    if (error instanceof RelayError && error.code === 'SETTINGS_INVALID') return error.message;
    throw error;
  }
  throw new Error('the settings were accepted');
}

describe('readSettings', () => {
  it('reads the environment and the file into one frozen record', () => {
    const { settings, warnings } = read({ env: { RELAY_PORT: '9090', RELAY_DATA_DIR: '/var/lib/relay' } });

    const connection = settings.connections.get('contoso');
    expect(settings).toMatchObject({
      host: '127.0.0.1',
      port: 9090,
      publicUrl: 'https://relay.contoso.com',
      dataDirectory: '/var/lib/relay',
      databaseUrl: null,
      masterKeyFile: '/etc/relay/master.key',
      logLevel: 'info',
    });
    expect(connection?.credential).toEqual({ kind: 'secret', secret: 'S3CRET-VALUE' });
    expect(connection?.authority).toBe('https://login.microsoftonline.com');
    expect(connection?.allowed.get('CustomerGroups')).toEqual({ sync: [], forward: [] });
    expect(settings.orgs.get(ORG)?.privateKeyPem).toBe(privateKey);
    expect(Object.isFrozen(settings) && Object.isFrozen(connection) && Object.isFrozen(connection?.allowed)).toBe(true);
    expect(warnings).toEqual([]);
  });

  it('lists all faults of environment, file and named files at once, each with its setting', () => {
    const message = faultsOf({
      env: {
        RELAY_PORT: '99999',
        RELAY_PUBLIC_URL: 'http://relay.contoso.com',
        LOG_LEVEL: 'loud',
        DATABASE_URL: 'mysql://u:P4SS@db/x',
        RELAY_MASTER_KEY_FILE: undefined,
      },
      connections: [aConnection({ url: 'http://contoso.example', secret: { env: 'CLIENT_SECRET' } }), aConnection()],
      orgs: [anOrg({ connections: ['contoso', 'fabrikam'], privateKeyFile: 'missing.key' })],
    });

    const lines = message.split('\n');
    expect(lines[0]).toBe('10 settings are wrong or missing:');
    expect(lines).toHaveLength(11);
    for (const [index, start] of [
      'RELAY_PORT: ',
      'RELAY_PUBLIC_URL: is not protected',
      'DATABASE_URL: ',
      'RELAY_MASTER_KEY_FILE: is missing',
      'LOG_LEVEL: ',
      'RELAY_CONFIG_FILE connections[0].url: is not protected',
      'RELAY_CONFIG_FILE connections[0].secret: names the environment variable CLIENT_SECRET, which is not set',
      'RELAY_CONFIG_FILE connections[1]: names contoso a second time',
      'RELAY_CONFIG_FILE orgs[0].connections: names fabrikam',
      'RELAY_CONFIG_FILE orgs[0].privateKeyFile: /etc/relay/missing.key cannot be read (ENOENT)',
    ].entries()) {
      expect(lines[index + 1]).toContain(`- ${start}`);
    }
    expect(message).not.toContain('P4SS');
  });

  it('names every fault of the file by its place, with what belongs there', () => {
    const message = faultsOf({
      connections: [
        aConnection({ tenantId: 'contoso', secret: undefined, allowed: { CustomersV3: { sync: ['write'] } } }),
      ],
      orgs: [{ ...anOrg(), organizationId: '00D1', password: 'P4SS' }],
    });

    expect(message).toContain('RELAY_CONFIG_FILE connections[0].tenantId: must be written as');
    expect(message).toContain('Set: The Microsoft Entra tenant of the environment.');
    expect(message).toContain('connections[0]: must have exactly one of secret, certificate');
    expect(message).toContain(
      'connections[0].allowed.CustomersV3.sync[0]: must be one of read, create, update, delete',
    );
    expect(message).toContain('orgs[0]: must not have the member "password"');
    expect(message).toContain('orgs[0].organizationId: ');
    expect(message).not.toContain('P4SS');
  });

  it.each([
    ['both kinds of credential', { certificate: { certificateFile: 'a', privateKeyFile: 'b' } }],
    ['a secret written out', { secret: 'S3CRET' }],
    ['an authority endpoint that is not loopback', { authorityEndpoint: 'http://10.0.0.1:8080' }],
    ['a third event secret', { eventSecretHashes: ['a', 'b', 'c'].map((letter) => letter.repeat(64)) }],
    ['an event secret instead of its hash', { eventSecretHashes: ['my-event-secret'] }],
    ['another platform', { platform: 'Dataverse' }],
    ['an address with a user', { url: 'https://user:pass@contoso.operations.dynamics.com' }],
  ])('refuses %s', (_case, overrides) => {
    expect(faultsOf({ connections: [aConnection(overrides)] })).toContain('connections[0]');
  });

  it.each([
    ['https://relay.contoso.com/', 'without trailing slash'],
    ['relay.contoso.com', 'is not an address'],
    ['https://relay.contoso.com?x=1', 'query'],
  ])('refuses the public address %s', (url, words) => {
    expect(faultsOf({ env: { RELAY_PUBLIC_URL: url } })).toContain(words);
  });

  it('tells a missing file, an empty one and one that is not JSON apart', () => {
    expect(faultsOf({ env: { RELAY_CONFIG_FILE: undefined } })).toContain('RELAY_CONFIG_FILE: is missing');
    expect(faultsOf({ config: '' })).toContain('/etc/relay/config.json is empty');
    expect(faultsOf({ config: '{"connections": [' })).toContain('/etc/relay/config.json is not JSON');
  });

  it('takes a certificate of one pair, and refuses keys that do not belong together', () => {
    const certificate = { certificateFile: 'app.crt', privateKeyFile: 'app.key' };
    const connections = [aConnection({ secret: undefined, certificate })];
    const own = { '/etc/relay/app.crt': pair.cert, '/etc/relay/app.key': pair.private };

    const { settings } = read({ connections, files: own });

    expect(settings.connections.get('contoso')?.credential).toEqual({
      kind: 'certificate',
      certificatePem: pair.cert,
      privateKeyPem: pair.private,
    });
    expect(faultsOf({ connections, files: { ...own, '/etc/relay/app.key': privateKey } })).toContain(
      'does not belong to the certificate',
    );
    expect(faultsOf({ connections, files: { ...own, '/etc/relay/app.crt': 'no certificate' } })).toContain(
      'is not a PEM certificate',
    );
    expect(faultsOf({ connections, files: { ...own, '/etc/relay/app.key': 'no key' } })).toContain(
      'is not a PEM private key',
    );
  });

  it('warns of private files that everybody can read, without their content', () => {
    const { warnings } = read({
      worldReadable: ['/etc/relay/org.key', '/etc/relay/client-secret', '/etc/relay/config.json'],
    });

    expect(warnings).toHaveLength(2);
    expect(warnings.join()).toContain('orgs[0].privateKeyFile: /etc/relay/org.key');
    expect(warnings.join()).not.toContain('S3CRET-VALUE');
  });

  it('reads the token of the figures from its file, and refuses one that can be guessed', () => {
    const env = { RELAY_METRICS_TOKEN_FILE: '/etc/relay/metrics' };

    expect(read().settings.metricsToken).toBeNull();
    expect(read({ env, files: { '/etc/relay/metrics': `${'f0'.repeat(16)}\n` } }).settings.metricsToken).toBe(
      'f0'.repeat(16),
    );
    expect(faultsOf({ env, files: { '/etc/relay/metrics': 'G0ESSABLE' } })).toContain(
      'RELAY_METRICS_TOKEN_FILE: holds fewer than 22 characters',
    );
    expect(faultsOf({ env })).toContain('RELAY_METRICS_TOKEN_FILE: /etc/relay/metrics cannot be read');
  });

  it('refuses a master key that a copy of the data directory would hold', () => {
    const inside = { RELAY_DATA_DIR: '/etc/relay', RELAY_MASTER_KEY_FILE: '/etc/relay/master.key' };

    expect(faultsOf({ env: inside })).toContain('lies in RELAY_DATA_DIR');
  });

  it('derives the public address on the loopback interface only, where the port is known', () => {
    const { settings } = read({ env: { RELAY_PUBLIC_URL: undefined } });

    expect(settings.publicUrl).toBe('http://127.0.0.1:8080');
    expect(settings.dataDirectory).toBe(resolve('.data'));
    expect(faultsOf({ env: { RELAY_PUBLIC_URL: undefined, RELAY_HOST: '0.0.0.0' } })).toContain(
      'RELAY_PUBLIC_URL: is missing',
    );
    expect(faultsOf({ env: { RELAY_PUBLIC_URL: undefined, RELAY_PORT: '0' } })).toContain(
      'RELAY_PUBLIC_URL: is missing',
    );
  });
});
