import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import schema from '../../contracts/schemas/settings.v1.schema.json' with { type: 'json' };
import { RelayError } from './errors.ts';
import { compileSchema } from './json-schema.ts';
import type { ConnectionSettings, OrgSettings, Settings, Verb } from './settings.ts';

/** Environment variables as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A file that a setting names. */
export type SettingsFile = { readonly text: string; readonly isWorldReadable: boolean };

/** Reads a file that a setting names; throws where it cannot. */
export type ReadSettingsFile = (path: string) => SettingsFile;

/** The files of this machine. */
export function readSettingsFile(path: string): SettingsFile {
  const isPosix = process.platform !== 'win32';
  return { text: readFileSync(path, 'utf8'), isWorldReadable: isPosix && (statSync(path).mode & 0o004) !== 0 };
}

/**
 * Everything that the relay is told, from the environment and from the file that RELAY_CONFIG_FILE names, checked and frozen.
 * Throws one RelayError SETTINGS_INVALID that lists every fault, a line each, with the setting, the fault and what to do.
 */
export function readSettings(env: Environment, readFile: ReadSettingsFile, warn: (message: string) => void): Settings {
  const faults: string[] = [];
  const reader: Reader = { env, readFile, warn, fault: (setting, text) => void faults.push(`${setting}: ${text}`) };
  const process = readProcessSettings(reader);
  const file = readConfigFile(reader);
  if (faults.length > 0) throw settingsInvalid(faults);
  return deepFreeze({ ...process, ...file });
}

type Reader = {
  readonly env: Environment;
  readonly readFile: ReadSettingsFile;
  readonly warn: (message: string) => void;
  readonly fault: (setting: string, text: string) => void;
};

type ConfigFile = {
  readonly connections: readonly ConnectionEntry[];
  readonly orgs: readonly (Omit<OrgSettings, 'privateKeyPem'> & { readonly privateKeyFile: string })[];
};

type SecretReference = { readonly file: string } | { readonly env: string };

type ConnectionEntry = Pick<
  ConnectionSettings,
  'key' | 'platform' | 'url' | 'tenantId' | 'clientId' | 'eventSecretHashes'
> & {
  readonly secret?: SecretReference;
  readonly certificate?: { readonly certificateFile: string; readonly privateKeyFile: string };
  readonly authority?: string;
  readonly authorityEndpoint?: string;
  readonly concurrency?: 'IfMatch' | 'Compare';
  readonly continueOnError?: boolean;
  readonly allowed: Readonly<Record<string, { readonly sync?: readonly Verb[]; readonly forward?: readonly Verb[] }>>;
};

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const MICROSOFT_AUTHORITY = 'https://login.microsoftonline.com';
/** 128 random bits, written as people write them. */
const MIN_TOKEN_LENGTH = 22;
const EMPTY_FILE = { connections: new Map<string, ConnectionSettings>(), orgs: new Map<string, OrgSettings>() };
const checkConfigFile = compileSchema(schema, { all: true });

function settingsInvalid(faults: readonly string[]): RelayError {
  const count = faults.length === 1 ? '1 setting is' : `${faults.length} settings are`;
  return new RelayError('SETTINGS_INVALID', [`${count} wrong or missing:`, ...faults].join('\n  - '));
}

// --- the environment ---

function readProcessSettings(reader: Reader) {
  const host = setting(reader, 'RELAY_HOST') ?? '127.0.0.1';
  const port = readPort(reader);
  const dataDirectory = resolve(setting(reader, 'RELAY_DATA_DIR') ?? '.data');
  return {
    host,
    port,
    publicUrl: readPublicUrl(reader, host, port),
    dataDirectory,
    databaseUrl: readDatabaseUrl(reader),
    masterKeyFile: readMasterKeyFile(reader, dataDirectory),
    quarantineMs: readQuarantine(reader),
    metricsToken: readMetricsToken(reader),
    logLevel: readLogLevel(reader),
  };
}

function setting(reader: Reader, name: string): string | null {
  const value = reader.env[name]?.trim();
  return value === undefined || value === '' ? null : value;
}

function readPort(reader: Reader): number {
  const text = setting(reader, 'RELAY_PORT') ?? '8080';
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  reader.fault('RELAY_PORT', 'is not a port. Set a whole number from 0 (any free port) to 65535; left out it is 8080.');
  return 0;
}

function readPublicUrl(reader: Reader, host: string, port: number): string {
  const url = setting(reader, 'RELAY_PUBLIC_URL');
  if (url !== null) {
    checkUrl(reader, 'RELAY_PUBLIC_URL', url);
    return url;
  }
  if (isLoopback(host) && port !== 0) return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  reader.fault(
    'RELAY_PUBLIC_URL',
    'is missing. Set the https address under which the orgs call this relay; their tokens are made out to it.',
  );
  return '';
}

function checkUrl(reader: Reader, name: string, text: string): void {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || /[/?#]$/.test(text) || url.search !== '' || url.hash !== '') {
    reader.fault(name, 'is not an address. Set an https address without trailing slash, query or fragment.');
    return;
  }
  if (url.username !== '' || url.password !== '') {
    reader.fault(name, 'holds a user or password. Set the plain address.');
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    reader.fault(name, 'is not protected. Set an https address; plain http is for the loopback interface only.');
  }
}

function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}

function readDatabaseUrl(reader: Reader): string | null {
  const text = setting(reader, 'DATABASE_URL');
  if (text === null || /^postgres(ql)?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  reader.fault('DATABASE_URL', 'is not a PostgreSQL address. Set postgres://user@host/database, or leave it out.');
  return null;
}

function readMasterKeyFile(reader: Reader, dataDirectory: string): string {
  const howTo = 'Make one with `npm run relay -- create-master-key FILE` and keep it apart from data and backups.';
  const name = setting(reader, 'RELAY_MASTER_KEY_FILE');
  if (name === null) {
    reader.fault('RELAY_MASTER_KEY_FILE', `is missing. ${howTo}`);
    return '';
  }
  const path = resolve(name);
  if (isInside(dataDirectory, path)) {
    reader.fault('RELAY_MASTER_KEY_FILE', `lies in RELAY_DATA_DIR, where a copy of the data would hold it. ${howTo}`);
  }
  readPrivateFile(reader, 'RELAY_MASTER_KEY_FILE', path);
  return path;
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith('../') && !way.startsWith('..\\') && !isAbsolute(way);
}

function readMetricsToken(reader: Reader): string | null {
  const name = setting(reader, 'RELAY_METRICS_TOKEN_FILE');
  if (name === null) return null;
  const token = readPrivateFile(reader, 'RELAY_METRICS_TOKEN_FILE', resolve(name))?.trim() ?? null;
  if (token !== null && token.length < MIN_TOKEN_LENGTH) {
    const howTo = 'Make one with `openssl rand -hex 32`.';
    reader.fault('RELAY_METRICS_TOKEN_FILE', `holds fewer than ${MIN_TOKEN_LENGTH} characters. ${howTo}`);
  }
  return token;
}

function readLogLevel(reader: Reader): Settings['logLevel'] {
  const text = setting(reader, 'LOG_LEVEL') ?? 'info';
  const level = LOG_LEVELS.find((known) => known === text);
  if (level === undefined) reader.fault('LOG_LEVEL', `is not a level. Set one of ${LOG_LEVELS.join(', ')}.`);
  return level ?? 'info';
}

function readQuarantine(reader: Reader): number {
  const text = setting(reader, 'RELAY_QUARANTINE_SECONDS') ?? '600';
  if (/^\d{1,5}$/.test(text) && Number(text) > 0) return Number(text) * 1_000;
  reader.fault(
    'RELAY_QUARANTINE_SECONDS',
    'is not a number of seconds. Set a whole number above 0; left out it is 600.',
  );
  return 0;
}

// --- the file ---

function readConfigFile(reader: Reader): Pick<Settings, 'connections' | 'orgs'> {
  const name = setting(reader, 'RELAY_CONFIG_FILE');
  if (name === null) {
    reader.fault('RELAY_CONFIG_FILE', 'is missing. Set the JSON file that registers connections and orgs.');
    return EMPTY_FILE;
  }
  const path = resolve(name);
  const file = parseConfigFile(reader, path);
  if (file === null) return EMPTY_FILE;
  const pathOf = (reference: string) => resolve(dirname(path), reference);
  return {
    connections: collect(reader, file.connections, {
      name: 'connections',
      key: (entry) => entry.key,
      read: (entry, at) => readConnection(reader, entry, { at, pathOf }),
    }),
    orgs: collect(reader, file.orgs, {
      name: 'orgs',
      key: (entry) => entry.organizationId,
      read: (entry, at) => readOrg(reader, entry, { at, pathOf, known: file.connections }),
    }),
  };
}

function parseConfigFile(reader: Reader, path: string): ConfigFile | null {
  const text = readTextFile(reader, 'RELAY_CONFIG_FILE', path);
  if (text === null) return null;
  const document = parseJson(text);
  if (document === undefined) {
    reader.fault(
      'RELAY_CONFIG_FILE',
      `${path} is not JSON. Correct it; contracts/schemas/settings.v1.schema.json says how.`,
    );
    return null;
  }
  const faults = checkConfigFile(document);
  for (const { path: at, problem, expected } of faults) {
    reader.fault(`RELAY_CONFIG_FILE ${at}`.trimEnd(), `${problem}.${expected === null ? '' : ` Set: ${expected}`}`);
  }
  return faults.length > 0 ? null : (document as ConfigFile);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

type Place = { readonly at: string; readonly pathOf: (reference: string) => string };

function collect<Entry, Result>(
  reader: Reader,
  entries: readonly Entry[],
  list: {
    readonly name: string;
    readonly key: (entry: Entry) => string;
    readonly read: (entry: Entry, at: string) => Result;
  },
): Map<string, Result> {
  const results = new Map<string, Result>();
  for (const [index, entry] of entries.entries()) {
    const at = `RELAY_CONFIG_FILE ${list.name}[${index}]`;
    const key = list.key(entry);
    if (results.has(key)) reader.fault(at, `names ${key} a second time. Keep one entry for it.`);
    results.set(key, list.read(entry, at));
  }
  return results;
}

function readConnection(reader: Reader, entry: ConnectionEntry, place: Place): ConnectionSettings {
  const { key, platform, url, tenantId, clientId, eventSecretHashes } = entry;
  const authority = entry.authority ?? MICROSOFT_AUTHORITY;
  checkUrl(reader, `${place.at}.url`, url);
  checkUrl(reader, `${place.at}.authority`, authority);
  const allowed = Object.entries(entry.allowed).map(
    ([entitySet, verbs]) => [entitySet, { sync: verbs.sync ?? [], forward: verbs.forward ?? [] }] as const,
  );
  return {
    ...{ key, platform, url, tenantId, clientId, eventSecretHashes, authority },
    credential: readCredential(reader, entry, place),
    authorityEndpoint: entry.authorityEndpoint ?? null,
    allowed: new Map(allowed),
    concurrency: entry.concurrency ?? 'IfMatch',
    continueOnError: entry.continueOnError ?? true,
  };
}

function readCredential(reader: Reader, entry: ConnectionEntry, place: Place): ConnectionSettings['credential'] {
  if (entry.certificate === undefined) {
    return { kind: 'secret', secret: readSecret(reader, entry.secret ?? { env: '' }, place) };
  }
  const at = `${place.at}.certificate`;
  const { certificateFile, privateKeyFile } = entry.certificate;
  const certificatePem = readTextFile(reader, `${at}.certificateFile`, place.pathOf(certificateFile)) ?? '';
  const privateKeyPem = readPrivateKey(reader, `${at}.privateKeyFile`, place.pathOf(privateKeyFile));
  checkCertificate(reader, at, { certificatePem, privateKeyPem });
  return { kind: 'certificate', certificatePem, privateKeyPem };
}

function readSecret(reader: Reader, reference: SecretReference, place: Place): string {
  const at = `${place.at}.secret`;
  if ('file' in reference) return (readPrivateFile(reader, at, place.pathOf(reference.file)) ?? '').trim();
  const secret = setting(reader, reference.env);
  if (secret === null) {
    reader.fault(at, `names the environment variable ${reference.env}, which is not set. Set it to the client secret.`);
  }
  return secret ?? '';
}

function checkCertificate(
  reader: Reader,
  at: string,
  pair: { readonly certificatePem: string; readonly privateKeyPem: string },
): void {
  // A file that is missing was told already.
  if (pair.certificatePem === '' || pair.privateKeyPem === '') return;
  try {
    const certificate = new X509Certificate(pair.certificatePem);
    if (certificate.checkPrivateKey(createPrivateKey(pair.privateKeyPem))) return;
    reader.fault(at, 'has a private key that does not belong to the certificate. Set files of one pair.');
  } catch {
    reader.fault(`${at}.certificateFile`, 'is not a PEM certificate. Set the file that was uploaded to Entra.');
  }
}

function readOrg(
  reader: Reader,
  entry: ConfigFile['orgs'][number],
  place: Place & { readonly known: readonly ConnectionEntry[] },
): OrgSettings {
  const { privateKeyFile, ...org } = entry;
  checkUrl(reader, `${place.at}.loginUrl`, org.loginUrl);
  for (const connection of org.connections) {
    if (place.known.some(({ key }) => key === connection)) continue;
    reader.fault(`${place.at}.connections`, `names ${connection}, which is not registered. Add it to connections.`);
  }
  const privateKeyPem = readPrivateKey(reader, `${place.at}.privateKeyFile`, place.pathOf(privateKeyFile));
  return { ...org, privateKeyPem };
}

// --- files that settings name ---

function readPrivateKey(reader: Reader, name: string, path: string): string {
  const text = readPrivateFile(reader, name, path);
  if (text === null) return '';
  try {
    createPrivateKey(text);
    return text;
  } catch {
    reader.fault(name, `${path} is not a PEM private key without passphrase. Set the file of the key.`);
    return '';
  }
}

function readPrivateFile(reader: Reader, name: string, path: string): string | null {
  return readTextFile(reader, name, path, { isPrivate: true });
}

function readTextFile(
  reader: Reader,
  name: string,
  path: string,
  options: { readonly isPrivate: boolean } = { isPrivate: false },
): string | null {
  try {
    const file = reader.readFile(path);
    if (options.isPrivate && file.isWorldReadable) {
      reader.warn(`${name}: ${path} can be read by everyone on this machine. Restrict it, e.g. chmod 600.`);
    }
    if (file.text.trim() !== '') return file.text;
    reader.fault(name, `${path} is empty. Fill it, or name another file.`);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    reader.fault(name, `${path} cannot be read${code}. Create it, or name another file.`);
  }
  return null;
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  const members: unknown[] = value instanceof Map ? [...value.values()] : Object.values(value);
  for (const member of members) deepFreeze(member);
  return Object.freeze(value);
}
