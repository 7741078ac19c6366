import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSalesforce } from '../../relay/src/salesforce/salesforce-org.ts';
import type { Salesforce } from '../../relay/src/salesforce/salesforce.ts';
import { createConfigurations } from '../../relay/src/sync/configurations.ts';
import type { Configuration } from '../../relay/src/sync/mapping.ts';
import { type FinanceOperations, startFinanceOperations } from '../dynamics/finance-operations/start.ts';
import { type Entra, startEntra } from '../entra/start.ts';
import { USERNAMES } from '../org/seed-org.ts';
import { type LocalOrg, startOrg } from '../org/start-org.ts';
import { type KeyPair, makeKeyPair, signOrgToken } from './org-key.ts';
import { type Outbox, startOutbox } from './outbox.ts';
import { type RelayProcess, runRelayCommand, startRelayProcess } from './relay-process.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const TENANT = '5f2a3c1e-7b64-4a55-9d0e-1c2b3a4d5e6f';
const CLIENT = '0c7b1d52-91a5-4b1c-8d8e-6a5f4e3d2c1b';
const CONNECTED_APP = 'causeway-relay';
export const CONNECTION = 'contoso';

/** The whole product on this machine, through its real doors: token authority, Dynamics, Salesforce org, relay and outbox. */
export type Product = {
  readonly entra: Entra;
  readonly dynamics: FinanceOperations;
  readonly org: LocalOrg;
  readonly outbox: Outbox;
  readonly directory: string;
  readonly dataDirectory: string;
  readonly relayUrl: string;
  readonly eventsUrl: string;
  relay(): RelayProcess;
  /** Calls the relay as the org does, with a token signed by its certificate. */
  call(method: string, route: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  /** A token signed by the org's certificate, with the claims that a test wants. */
  token(claims: { readonly org: string; readonly audience: string; readonly expiresAt?: string }): Promise<string>;
  /** Edits a record in Dynamics as a finance user would. */
  editInDynamics(path: string, values: Readonly<Record<string, string | number>>): Promise<void>;
  /** Starts the relay again on the same data, after a kill or a stop. */
  restartRelay(): Promise<void>;
  /** One more relay on the same data, behind another address. */
  startSecondRelay(): Promise<{
    relay: RelayProcess;
    send: (body: unknown) => Promise<{ status: number; body: unknown }>;
  }>;
  configuration(): Promise<Configuration>;
  stop(): Promise<void>;
};

export type ProductOptions = {
  /** How long a lost create is only looked up; tests keep it short, since the simulator answers at once. */
  readonly quarantineSeconds?: number;
  readonly logLevel?: string;
  readonly pageSize?: number;
  /** The package is installed in the org, with its namespace. The outbox's stand-in speaks for its source and is left out. */
  readonly isInstalled?: boolean;
};

/** Starts everything on free loopback ports, pairs the org and registers the event endpoint. */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const directory = await mkdtemp(path.join(tmpdir(), 'causeway-'));
  // The account that runs PostgreSQL for root must be able to pass through.
  await chmod(directory, 0o711);
  const keys = {
    entra: await makeKeyPair('contoso-relay'),
    org: await makeKeyPair('causeway-org'),
    app: await makeKeyPair('causeway-relay'),
  };
  const entra = await startEntra({
    tenants: [{ id: TENANT, apps: [{ clientId: CLIENT, certificatePem: keys.entra.certificatePem }] }],
  });
  const dynamics = await startFinanceOperations({
    authority: entra.authority(TENANT),
    clients: [{ clientId: CLIENT, userId: 'causeway', company: 'usmf' }],
    ...(options.pageSize === undefined ? {} : { pageSize: options.pageSize }),
  });
  const packaged = path.join(ROOT, 'force-app');
  const own = path.join(ROOT, 'unpackaged/demo');
  const org = await startOrg({
    ...(options.isInstalled === true
      ? { sources: [own], installed: { namespace: 'causeway', sources: [packaged] } }
      : { sources: [packaged, own] }),
    connectedApps: [{ clientId: CONNECTED_APP, certificates: [keys.app.certificatePem] }],
  });
  const eventSecret = randomBytes(32).toString('base64url');
  const env = await writeSettings({ directory, keys, entra, dynamics, org, eventSecret, options });
  const relayUrl = env['RELAY_PUBLIC_URL'] ?? '';
  await runRelayCommand(['create-master-key', env['RELAY_MASTER_KEY_FILE'] ?? ''], env);
  await runRelayCommand(
    ['pair', '--org', org.organizationId, '--certificate', path.join(directory, 'keys', 'org.crt')],
    env,
  );
  let relay = await startRelayProcess(env);
  const eventsUrl = `${relayUrl}/v1/events/finance-operations/${CONNECTION}/${eventSecret}`;
  await dynamics.admin.registerEndpoint({ url: eventsUrl });
  const call = callerOf(org, keys.org, relayUrl);
  const configuration = configurationOf(org, keys.app);
  const outbox =
    options.isInstalled === true
      ? NO_OUTBOX
      : await startOutbox({ org, configuration, send: (body) => call('POST', '/v1/sync', body) });
  return {
    entra,
    dynamics,
    org,
    outbox,
    directory,
    dataDirectory: env['RELAY_DATA_DIR'] ?? '',
    relayUrl,
    eventsUrl,
    relay: () => relay,
    call,
    configuration,
    token: (claims) => signOrgToken(keys.org, { ...claims, userId: org.users.integration }),
    editInDynamics: async (resource, values) => {
      const token = await entra.token(CLIENT, dynamics.baseUrl, TENANT);
      const response = await fetch(`${dynamics.baseUrl}/data/${resource}?cross-company=true`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(values),
      });
      if (!response.ok) throw new Error(`Dynamics refused the edit: ${response.status} ${await response.text()}`);
    },
    restartRelay: async () => {
      relay = await startRelayProcess(env);
    },
    startSecondRelay: async () => {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const second = await startRelayProcess({ ...env, RELAY_PORT: String(port), RELAY_PUBLIC_URL: url });
      return { relay: second, send: (body) => callerOf(org, keys.org, url)('POST', '/v1/sync', body) };
    },
    stop: async () => {
      outbox.stop();
      await relay.stop();
      await Promise.all([dynamics.stop(), entra.stop(), org.stop()]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const refuse = (): never => {
  throw new Error('An org with the package installed has no stand-in for the outbox: make the call yourself.');
};
const NO_OUTBOX: Outbox = {
  request: refuse,
  preview: refuse,
  dispatch: refuse,
  drain: refuse,
  rows: refuse,
  lastFailure: () => null,
  stop: () => undefined,
};

type Surroundings = {
  readonly directory: string;
  readonly keys: { readonly entra: KeyPair; readonly org: KeyPair; readonly app: KeyPair };
  readonly entra: Entra;
  readonly dynamics: FinanceOperations;
  readonly org: LocalOrg;
  readonly eventSecret: string;
  readonly options: ProductOptions;
};

async function writeSettings(from: Surroundings): Promise<Record<string, string>> {
  const { directory, keys, org, options } = from;
  const keyDirectory = path.join(directory, 'keys');
  await mkdir(keyDirectory, { mode: 0o700 });
  const secretFile = { mode: 0o600 };
  await writeFile(path.join(keyDirectory, 'entra.key'), keys.entra.privateKeyPem, secretFile);
  await writeFile(path.join(keyDirectory, 'entra.crt'), keys.entra.certificatePem);
  await writeFile(path.join(keyDirectory, 'salesforce.key'), keys.app.privateKeyPem, secretFile);
  await writeFile(path.join(keyDirectory, 'org.crt'), keys.org.certificatePem);
  const connection = {
    key: CONNECTION,
    platform: 'FinanceOperations',
    url: from.dynamics.baseUrl,
    tenantId: TENANT,
    clientId: CLIENT,
    certificate: { certificateFile: 'keys/entra.crt', privateKeyFile: 'keys/entra.key' },
    authorityEndpoint: from.entra.baseUrl,
    allowed: ALLOWED,
    eventSecretHashes: [createHash('sha256').update(from.eventSecret).digest('hex')],
  };
  const salesforce = {
    organizationId: org.organizationId,
    loginUrl: org.baseUrl,
    clientId: CONNECTED_APP,
    username: USERNAMES.integration,
    privateKeyFile: 'keys/salesforce.key',
    connections: [CONNECTION],
  };
  const configFile = path.join(directory, 'relay.json');
  await writeFile(configFile, JSON.stringify({ connections: [connection], orgs: [salesforce] }, null, 2));
  const port = await freePort();
  return {
    RELAY_HOST: '127.0.0.1',
    RELAY_PORT: String(port),
    RELAY_PUBLIC_URL: `http://127.0.0.1:${port}`,
    RELAY_DATA_DIR: path.join(directory, 'data'),
    RELAY_MASTER_KEY_FILE: path.join(keyDirectory, 'master.key'),
    RELAY_CONFIG_FILE: configFile,
    RELAY_QUARANTINE_SECONDS: String(options.quarantineSeconds ?? 3),
    LOG_LEVEL: options.logLevel ?? 'info',
    DATABASE_URL: '',
  };
}

const WRITES = { sync: ['read', 'create', 'update', 'delete'], forward: ['read'] };
const READS = { sync: ['read'], forward: ['read'] };
const ALLOWED = {
  CustomersV3: { ...WRITES, forward: ['read', 'update'] },
  ContactPersons: WRITES,
  ReleasedProductsV2: WRITES,
  SalesOrderHeadersV4: WRITES,
  SalesOrderLinesV3: WRITES,
  SalesInvoiceHeadersV4: READS,
  SalesInvoiceV4Lines: READS,
  CustomerPaymentJournalHeaders: READS,
  CustomerPaymentJournalLines: READS,
  PaymentJournalLineSettledInvoices: READS,
  CustTransOpens: READS,
};

function callerOf(org: LocalOrg, key: KeyPair, audience: string): Product['call'] {
  return async (method, route, body) => {
    const token = await signOrgToken(key, { org: org.organizationId, audience, userId: org.users.integration });
    const response = await fetch(`${audience}${route}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
  };
}

/** The org's configuration as the package would name it in a call. */
function configurationOf(org: LocalOrg, key: KeyPair): () => Promise<Configuration> {
  const settings = {
    organizationId: org.organizationId,
    loginUrl: org.baseUrl,
    clientId: CONNECTED_APP,
    username: USERNAMES.integration,
    privateKeyPem: key.privateKeyPem,
    connections: [CONNECTION],
  };
  const salesforce: Salesforce = createSalesforce({ org: settings, clock: () => new Date() });
  return () => {
    const documents = new Map<string, string>();
    const configurations = createConfigurations({
      store: {
        configuration: async (_org, hash) => documents.get(hash) ?? null,
        saveConfiguration: async (_org, hash, document) => void documents.set(hash, document),
      },
      salesforce: () => salesforce,
      describeEntity: async () => null,
      clock: () => new Date(),
    });
    return configurations.current(org.organizationId);
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
