import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
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
import type { LocalOrg } from '../org/start-org.ts';
import { type Outbox, watchOutbox } from './outbox.ts';
import { type KeyPair, makeKeyPair, signOrgToken } from './org-key.ts';
import { type OrgSetup, startProductOrg } from './product-org.ts';
import { type RelayProcess, runRelayCommand, startRelayProcess } from './relay-process.ts';
import { CLIENT, CONNECTED_APP, CONNECTION, type RelayOptions, TENANT, writeRelaySettings } from './relay-settings.ts';
import { layWire, type Wire } from './wire.ts';

/** The whole product on this machine, through its real doors: token authority, Dynamics, Salesforce org, relay, and the wire between the two. */
export type Product = {
  readonly entra: Entra;
  readonly dynamics: FinanceOperations;
  readonly org: LocalOrg;
  readonly outbox: Outbox;
  readonly wire: Wire;
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

export type ProductOptions = RelayOptions &
  OrgSetup & {
    readonly pageSize?: number;
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
  const port = await freePort();
  const wire = await layWire(`http://127.0.0.1:${port}`);
  const org = await startProductOrg({ directory, keys, wire, port, connectedApp: CONNECTED_APP, setup: options });
  const eventSecret = randomBytes(32).toString('base64url');
  const env = await writeRelaySettings({ directory, keys, entra, dynamics, org, port, eventSecret, options });
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
  return {
    entra,
    dynamics,
    org,
    outbox: watchOutbox(org, wire),
    wire,
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
      await org.stop();
      await relay.stop();
      await Promise.all([dynamics.stop(), entra.stop(), wire.close()]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

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
