import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { FinanceOperations } from '../dynamics/finance-operations/start.ts';
import type { Entra } from '../entra/start.ts';
import { USERNAMES } from '../org/seed-org.ts';
import type { LocalOrg } from '../org/start-org.ts';
import type { KeyPair } from './org-key.ts';

/** The names under which the parts of the product know each other. */
export const CONNECTION = 'contoso';
export const TENANT = '5f2a3c1e-7b64-4a55-9d0e-1c2b3a4d5e6f';
export const CLIENT = '0c7b1d52-91a5-4b1c-8d8e-6a5f4e3d2c1b';
export const CONNECTED_APP = 'causeway-relay';

/** How the relay of a test differs from that of its owner. */
export type RelayOptions = {
  /** How long a lost create is only looked up; tests keep it short, since the simulator answers at once. */
  readonly quarantineSeconds?: number;
  readonly logLevel?: string;
};

type Surroundings = {
  readonly directory: string;
  readonly keys: { readonly entra: KeyPair; readonly org: KeyPair; readonly app: KeyPair };
  readonly entra: Entra;
  readonly dynamics: FinanceOperations;
  readonly org: LocalOrg;
  readonly port: number;
  readonly eventSecret: string;
  readonly options: RelayOptions;
};

/** Writes the relay's registry and keys; answers its environment. */
export async function writeRelaySettings(from: Surroundings): Promise<Record<string, string>> {
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
  const { port } = from;
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
