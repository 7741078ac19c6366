import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { startRelay } from './app.ts';
import { readSettings, readSettingsFile } from './config.ts';
import { RelayError } from './errors.ts';
import { listPairings, pair, removeCertificate, unpair } from './identity/pairing.ts';
import { createSalesforce } from './salesforce/salesforce-org.ts';
import { openJournal } from './open-journal.ts';
import type { Settings } from './settings.ts';
import { connectionFromUrl } from './store/database.ts';
import { startEmbeddedPostgres } from './store/embedded-postgres.ts';
import { createMasterKeyFile } from './store/hash-keys.ts';
import type { Store } from './store/store.ts';
import { toLongId } from './sync/salesforce-id.ts';
import { unlink } from './sync/unlink.ts';
import { createLogger, type Logger } from './telemetry/logger.ts';

const HELP = `Usage: npm run relay -- <command>

  serve                                             start the relay (npm start)
  create-master-key FILE                            make the master key, once; keep it outside database and backups
  pair --org 00D… --certificate F [--kid K]         let an org call this relay; again with its new certificate to rotate
  pairings                                          list the orgs that may call, with their certificates
  remove-certificate --org 00D… --thumbprint T      end the validity of one certificate
  unpair --org 00D…                                 end the validity of an org
  unlink --org 00D… --record ID [--mapping M] [--company C] [--yes]
                                                    forget which Dynamics record a record or a line belongs to, so that the
                                                    next run finds or creates it anew; without --yes it only tells what would go
`;

type Arguments = {
  readonly org?: string | undefined;
  readonly certificate?: string | undefined;
  readonly kid?: string | undefined;
  readonly thumbprint?: string | undefined;
  readonly record?: string | undefined;
  readonly mapping?: string | undefined;
  readonly company?: string | undefined;
  readonly yes?: boolean | undefined;
};

/** The arguments that take a text. */
type TextArgument = Exclude<keyof Arguments, 'yes'>;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const { positionals, values } = readArguments();
  const [command = 'help', operand] = positionals;
  if (command === 'create-master-key') {
    const file = operand ?? required('RELAY_MASTER_KEY_FILE');
    await createMasterKeyFile(file);
    print(
      `The master key is in ${file}. Keep it outside the database and its backups: without it no base can be read again.`,
    );
    return 0;
  }
  const run = COMMANDS[command];
  if (run === undefined) {
    print(command === 'help' ? HELP : `There is no command "${command}".\n\n${HELP}`);
    return command === 'help' ? 0 : 2;
  }
  const settings = readSettings(process.env, readSettingsFile, (message) => void process.stderr.write(`${message}\n`));
  return run(settings, values);
}

function readArguments(): { readonly positionals: readonly string[]; readonly values: Arguments } {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        ...{ org: text, certificate: text, kid: text, thumbprint: text },
        ...{ record: text, mapping: text, company: text, yes: { type: 'boolean' } },
      },
    });
  } catch (error) {
    // parseArgs says in a sentence what it does not understand.
    throw new RelayError('SETTINGS_INVALID', `${(error as Error).message}\n\n${HELP}`);
  }
}

const COMMANDS: Readonly<Record<string, (settings: Settings, values: Arguments) => Promise<number>>> = {
  serve,
  pair: pairOrg,
  pairings: printPairings,
  unlink: unlinkRecord,
  unpair: async (settings, values) => {
    await withStore(settings, (store) => unpair({ org: option(values, 'org'), store }));
    print('Unpaired: the org may not call any more.');
    return 0;
  },
  'remove-certificate': async (settings, values) => {
    const certificate = { org: option(values, 'org'), thumbprint: option(values, 'thumbprint') };
    await withStore(settings, (store) => removeCertificate({ ...certificate, store }));
    print('Removed: tokens signed with this certificate are refused from now on.');
    return 0;
  },
};

async function serve(settings: Settings): Promise<number> {
  const log = createLogger({ level: settings.logLevel });
  const relay = await startRelay({ settings, log });
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
    // A process in an unknown state must not acknowledge anything: it ends, and the next one carries on from what is stored.
    process.once('uncaughtException', (error) => end(log, error, resolve));
    process.once('unhandledRejection', (error) => end(log, error, resolve));
  });
  log.info({}, 'The relay stops');
  await relay.stop();
  return process.exitCode === undefined ? 0 : Number(process.exitCode);
}

function end(log: Logger, error: unknown, resolve: () => void): void {
  log.fatal({ err: error }, 'The relay met an error that it does not know and ends');
  process.exitCode = 1;
  resolve();
}

async function pairOrg(settings: Settings, values: Arguments): Promise<number> {
  const org = option(values, 'org');
  const certificatePem = readCertificateFile(option(values, 'certificate'));
  const orgSettings = [...settings.orgs.values()].find((one) => one.organizationId.startsWith(org));
  if (orgSettings === undefined) {
    throw new RelayError('SETTINGS_INVALID', `RELAY_CONFIG_FILE has no org ${org}: register it there first.`);
  }
  const clock = (): Date => new Date();
  const salesforce = createSalesforce({ org: orgSettings, clock });
  const pairing = { org, certificatePem, salesforce, clock, ...(values.kid === undefined ? {} : { kid: values.kid }) };
  const certificate = await withStore(settings, (store) => pair({ ...pairing, store }));
  print(`Paired ${certificate.org} with certificate ${certificate.thumbprint}, valid until ${certificate.notAfter}.`);
  return 0;
}

function readCertificateFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const howTo = 'Download the certificate from Certificate and Key Management and name its file.';
    throw new RelayError('SETTINGS_INVALID', `--certificate: ${file} cannot be read (${reason}). ${howTo}`);
  }
}

async function printPairings(settings: Settings): Promise<number> {
  const pairings = await withStore(settings, (store) => listPairings({ store }));
  if (pairings.length === 0) print('No org may call this relay yet: npm run relay -- pair');
  for (const { org, name, pairedAt, certificates } of pairings) {
    print(`${org}  ${name}  paired ${pairedAt}`);
    for (const one of certificates) print(`  ${one.thumbprint}  ${one.kid ?? '-'}  until ${one.notAfter}`);
  }
  return 0;
}

async function unlinkRecord(settings: Settings, values: Arguments): Promise<number> {
  const recordId = idOption(values, 'record');
  const { mapping, company, yes: isConfirmed = false } = values;
  const request = {
    ...{ org: idOption(values, 'org'), recordId, isConfirmed },
    ...(mapping === undefined ? {} : { mapping }),
    ...(company === undefined ? {} : { company }),
  };
  const who = { operator: userInfo().username, holder: `unlink/${hostname()}/${process.pid}` };
  const unlinked = await withStore(settings, (store) =>
    unlink({ store, clock: () => new Date(), newId: randomUUID, ...who }, request),
  );
  if (unlinked.length === 0) {
    print(`${recordId} is linked to nothing in Dynamics: there is nothing to do.`);
    return 0;
  }
  for (const { link, lines } of unlinked) {
    const { mapping: name, connection, company: place } = link.unit;
    const more = lines === 0 ? '' : `, with its ${lines} ${lines === 1 ? 'line' : 'lines'}`;
    print(`${link.unit.recordId}  ${name}  ${connection}/${place}  ${link.entitySet}(${link.dynamicsKey})${more}`);
  }
  const next =
    'Synchronize the record again: it is looked for by marker and match rules, and created if it is not found.';
  print(isConfirmed ? `Unlinked. ${next}` : 'Nothing was changed. The same command with --yes removes what is listed.');
  return 0;
}

async function withStore<T>(settings: Settings, run: (store: Store) => Promise<T>): Promise<T> {
  const log = createLogger({ level: 'warn' });
  const postgres =
    settings.databaseUrl === null ? await startEmbeddedPostgres({ dataDirectory: settings.dataDirectory, log }) : null;
  try {
    const connection = postgres?.connection ?? connectionFromUrl(settings.databaseUrl ?? '');
    const store = await openJournal(connection);
    return await run(store).finally(() => store.close());
  } finally {
    await postgres?.stop();
  }
}

function option(values: Arguments, name: TextArgument): string {
  const value = values[name];
  if (value === undefined) throw new RelayError('SETTINGS_INVALID', `--${name} is missing.\n\n${HELP}`);
  return value;
}

function idOption(values: Arguments, name: 'org' | 'record'): string {
  const text = option(values, name);
  const id = toLongId(text);
  if (id === null) throw new RelayError('SETTINGS_INVALID', `--${name}: "${text}" is no Salesforce id. Copy it whole.`);
  return id;
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new RelayError('SETTINGS_INVALID', `${name} is not set: name the file.`);
  return value;
}

try {
  process.exit(await main());
} catch (error) {
  // What a person set wrong is told in words; anything else is a bug and shown whole.
  process.stderr.write(`${error instanceof RelayError ? error.message : String((error as Error).stack)}\n`);
  process.exit(1);
}
