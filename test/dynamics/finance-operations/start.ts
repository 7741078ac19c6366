import { type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Admin, createAdmin, type Statistics } from './admin.ts';
import { createAuthentication } from './authentication.ts';
import { createBusinessEvents } from './business-events.ts';
import { type Environment } from './environment.ts';
import { createFaults } from './faults.ts';
import { metadataDocument } from './metadata.ts';
import { loadSchema } from './schema.ts';
import type { Operation } from './operations.ts';
import { seed, seedSettings } from './seed.ts';
import { createService, type Service } from './server.ts';
import { createSnapshot } from './snapshot.ts';
import { createState, type State } from './state.ts';
import { createThrottling } from './throttling.ts';

/** How a simulated environment starts. */
export type FinanceOperationsOptions = {
  /** The token authority of the tenant, for example `http://127.0.0.1:4000/<tenant>`. */
  authority: string;
  /** Rows of the environment's Entra applications, each with the default company of its user. */
  clients?: readonly { clientId: string; company: string; userId?: string }[];
  port?: number;
  /** Rows in one answer before a next link; the real limit unless set. */
  pageSize?: number;
  /** Whether the customer's extension model adds `CausewayMarker`. */
  extensionFields?: boolean;
  /** Bytes added to `$metadata`, because real documents are tens of megabytes. */
  metadataPaddingBytes?: number;
  dataDirectory?: string;
  clock?: () => Date;
  /** The class name of the payment event is not public, so it can be changed. */
  paymentPostedEvent?: string;
  /** Captures show both for the same fault. */
  duplicateKeyStatus?: 400 | 500;
  /** Whether an update with a stale `If-Match` is refused: nobody has shown what the platform does. */
  staleTags?: 'refused' | 'ignored';
  /** Whether a batch goes on after an error when `Prefer: odata.continue-on-error` asks for it, or ends there: nobody has shown either. */
  continueOnError?: 'asked' | 'never';
  /** Sees every operation as it arrives, also those inside batches. */
  received?: (operation: Operation) => void;
};

/** A running simulated environment. */
export type FinanceOperations = { baseUrl: string; admin: Admin; state: State; stop(): Promise<void> };

const PAGE_SIZE = 10_000;

function createEnvironment(options: FinanceOperationsOptions): Environment {
  const clock = options.clock ?? (() => new Date());
  const schema = loadSchema(options.extensionFields ?? true);
  return {
    schema,
    state: createState(schema),
    settings: seedSettings(),
    events: createBusinessEvents(clock),
    clock,
    duplicateKeyStatus: options.duplicateKeyStatus ?? 400,
    staleTags: options.staleTags ?? 'refused',
    continueOnError: options.continueOnError ?? 'asked',
    paymentPostedEvent: options.paymentPostedEvent ?? 'CustomerPaymentPostedBusinessEvent',
  };
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | null = null;
  return () => (made ??= { value: make() }).value;
}

/** Starts a Finance & Operations environment on loopback HTTP that accepts and refuses what the real one does. */
export async function startFinanceOperations(options: FinanceOperationsOptions): Promise<FinanceOperations> {
  const environment = createEnvironment(options);
  const snapshot = options.dataDirectory === undefined ? null : createSnapshot(options.dataDirectory, environment);
  if (snapshot?.load() !== true) seed(environment.state);
  const statistics: Statistics = { requests: 0, operations: 0, byStatus: {} };
  const faults = createFaults();
  const throttling = createThrottling();
  const admin = createAdmin({ environment, faults, throttling, statistics });
  for (const client of options.clients ?? []) admin.registerClient(client);

  let service: Service | null = null;
  const server = createService(() => {
    if (service === null) throw new Error('The simulator is still starting.');
    return service;
  });
  const baseUrl = await listen(server, options.port ?? 0);
  const authentication = await createAuthentication(options.authority, baseUrl, environment).catch((error: unknown) => {
    server.close();
    throw error;
  });
  service = {
    environment,
    admin,
    authentication,
    authority: options.authority,
    faults,
    throttling,
    statistics,
    baseUrl,
    pageSize: options.pageSize ?? PAGE_SIZE,
    received: options.received ?? (() => undefined),
    metadata: once(() => metadataDocument(environment.schema, options.metadataPaddingBytes ?? 0)),
  };
  return {
    baseUrl,
    admin,
    state: environment.state,
    async stop() {
      environment.events.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      snapshot?.stop();
    },
  };
}
