import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type {
  Connector,
  EntityDescription,
  RenderedRequest,
  Values,
  WriteRequest,
} from '../../relay/src/dynamics/connector.ts';
import { RelayError } from '../../relay/src/errors.ts';
import type { ConnectionSettings } from '../../relay/src/settings.ts';
import { openStore } from '../../relay/src/store/postgres-store.ts';
import type { Store } from '../../relay/src/store/store.ts';
import { compileConfiguration } from '../../relay/src/sync/configuration.ts';
import type { SyncItem, UnitResult } from '../../relay/src/sync/exchange.ts';
import type { Configuration } from '../../relay/src/sync/mapping.ts';
import { createSyncToDynamics } from '../../relay/src/sync/to-dynamics/sync-to-dynamics.ts';
import { createHandleEvent, type InboundEvent } from '../../relay/src/sync/to-salesforce/handle-event.ts';
import { buildCatalogue } from '../../scripts/metadata/descriptions.ts';
import { buildModel } from '../../scripts/metadata/model.ts';
import { readSource } from '../../scripts/metadata/source.ts';
import { demoConfiguration } from '../contracts/demo-configuration.ts';
import { aCall, connectionTo, startConnector } from '../dynamics/connector/connector-under-test.ts';
import type { Admin } from '../dynamics/finance-operations/admin.ts';
import type { Operation } from '../dynamics/finance-operations/operations.ts';
import type { FinanceOperationsOptions } from '../dynamics/finance-operations/start.ts';
import type { UnderTest } from '../dynamics/finance-operations/simulator-under-test.ts';
import { aHashKey } from '../support/mapping-builders.ts';
import { startTestDatabase } from '../support/postgres.ts';
import { createFakeSalesforce, type FakeSalesforce } from './fake-salesforce.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
export const ORG = '00D000000000001AAA';
export const QUARANTINE_MS = 60_000;
const SETS = [
  'CustomersV3',
  'ContactPersons',
  'ReleasedProductsV2',
  'SalesOrderHeadersV4',
  'SalesOrderLinesV3',
  'SalesInvoiceHeadersV4',
  'SalesInvoiceV4Lines',
  'CustomerPaymentJournalHeaders',
  'CustomerPaymentJournalLines',
  'PaymentJournalLineSettledInvoices',
  'CustTransOpens',
];

type Plain = Record<string, string | number | boolean>;
type Document = { readonly contract: 1; readonly records: Record<string, Plain[]> };

/** What a test may do at certain moments of a run. */
export type Hooks = {
  /** After a write to Dynamics was answered. */
  afterWrite?: (requests: readonly WriteRequest[]) => void | Promise<void>;
  /** Before a write to Dynamics is sent. */
  beforeWrite?: (requests: readonly WriteRequest[]) => void | Promise<void>;
  /** After Dynamics answered what was looked up. */
  afterLookup?: () => void;
  /** Before a commit; what it throws is what the store would have thrown. */
  beforeCommit?: () => void | Promise<void>;
  /** Before the store is asked whose the records of these keys are. */
  linksOfKeys?: (dynamicsKeys: readonly string[]) => void;
  /** The answer of another connection than `contoso`. */
  otherConnector?: () => Connector | null;
};

/** The engine in one process: the real store, the real connector and the simulator; Salesforce and the clock are the test's. */
export type Engine = {
  readonly store: Store;
  readonly admin: Admin;
  readonly under: UnderTest;
  readonly connector: Connector;
  readonly salesforce: FakeSalesforce;
  readonly hooks: Hooks;
  readonly unexpected: unknown[];
  /** Units whose records the engine asked the org to send again. */
  readonly requested: string[];
  /** What Dynamics received since the last reset, in order, reads included. */
  readonly received: Received[];
  /** Changes the demo's configuration for the calls to come; without an argument, back to the demo's. */
  configure(change?: (document: Document) => void): void;
  configuration(): Configuration;
  /** Moves the clock of the engine, not the database's. */
  pass(milliseconds: number): void;
  item(mapping: string, id: string, fields: Values, more?: Partial<ItemOptions>): SyncItem;
  sync(items: readonly SyncItem[], options?: { dryRun?: boolean; forMs?: number }): Promise<UnitResult[]>;
  event(name: string, company: string, fields: Record<string, string>): Promise<void>;
  rows(set: string, company?: string): Record<string, string | null>[];
  reset(): void;
  stop(): Promise<void>;
};

/** One operation as the simulator received it. */
export type Received = Pick<RenderedRequest, 'path' | 'ifMatch' | 'body'> & { readonly method: string };

function receivedOf({ method, path, query, headers, body }: Operation): Received {
  const ifMatch = headers['if-match'] ?? null;
  return { method, path: `${path}?${query.toString()}`, ifMatch, body: body === '' ? null : body };
}

type ItemOptions = {
  readonly lines: readonly { readonly id: string; readonly fields: Values }[];
  readonly generation: number;
  readonly operation: SyncItem['operation'];
  readonly approvedFingerprint: string | null;
};

/** What differs from the usual environment and its connection. */
export type EngineOptions = {
  readonly simulator?: Partial<FinanceOperationsOptions>;
  readonly connection?: Pick<ConnectionSettings, 'concurrency' | 'continueOnError'>;
};

/** Starts it; one per test file. */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const database = await startTestDatabase();
  const realStore = await openStore({ connection: database.connection });
  const received: Received[] = [];
  const test = await startConnector({
    received: (operation) => void received.push(receivedOf(operation)),
    ...options.simulator,
  });
  const settings = connectionTo(test.under.simulator.baseUrl);
  const sync = ['read', 'create', 'update', 'delete'] as const;
  const allowed = new Map(SETS.map((set) => [set, { sync, forward: [] }]));
  const realConnector = test.another({ settings: { ...settings, ...options.connection, allowed } });
  const entities = new Map<string, EntityDescription>();
  for (const set of SETS) entities.set(set, await realConnector.describe(set, aCall()));

  const hooks: Hooks = {};
  const unexpected: unknown[] = [];
  const requested: string[] = [];
  const connector = hooked(realConnector, hooks);
  const store: Store = {
    ...realStore,
    commit: async (commit) => {
      await hooks.beforeCommit?.();
      await realStore.commit(commit);
    },
    linksOfKeys: async (query) => {
      hooks.linksOfKeys?.(query.dynamicsKeys);
      return realStore.linksOfKeys(query);
    },
  };
  const salesforce = createFakeSalesforce(ORG);
  const objects = buildCatalogue(buildModel(readSource(PROJECT, ['force-app', 'unpackaged'])), PROJECT);
  const compile = (change?: (document: Document) => void): Configuration => {
    const document = structuredClone(demoConfiguration(PROJECT)) as Document;
    change?.(document);
    const describe = {
      object: (name: string) => objects.object(name),
      entity: (set: string) => entities.get(set) ?? null,
    };
    return compileConfiguration(JSON.stringify(document), `sha256:${randomUUID()}`, describe);
  };
  let configuration = compile();
  let ahead = 0;
  const shared = {
    store,
    connector: (_org: string, key: string) => (key === 'contoso' ? connector : (hooks.otherConnector?.() ?? null)),
    hashKey: () => aHashKey(),
    clock: () => new Date(Date.now() + ahead),
    newId: randomUUID,
    holder: 'test',
    leaseMs: 120_000,
    quarantineMs: QUARANTINE_MS,
  };
  const syncToDynamics = createSyncToDynamics({
    ...shared,
    configuration: async () => configuration,
    onResult: () => undefined,
    onUnexpected: (error) => void unexpected.push(error),
    requestAgain: async (_org, unitKeys) => void requested.push(...unitKeys),
  });
  const handleEvent = createHandleEvent({
    ...shared,
    salesforce: () => salesforce,
    currentConfiguration: async () => configuration,
  });

  return {
    store,
    admin: test.under.simulator.admin,
    under: test.under,
    connector,
    salesforce,
    hooks,
    unexpected,
    requested,
    received,
    configure: (change) => void (configuration = compile(change)),
    configuration: () => configuration,
    pass: (milliseconds) => void (ahead += milliseconds),
    item: (mapping, id, fields, more) => anItem(configuration, { mapping, id, fields }, more),
    sync: async (items, { dryRun = false, forMs = 60_000 } = {}) => {
      const call = { contract: 1, requestId: randomUUID(), configuration: configuration.hash, dryRun, items } as const;
      const context = {
        signal: new AbortController().signal,
        correlationId: randomUUID(),
        deadline: shared.clock().getTime() + forMs,
      };
      const answer = await syncToDynamics({ org: ORG }, call, context);
      return answer.items.flatMap(({ units }) => units);
    },
    event: (name, legalEntity, fields) => {
      const event: InboundEvent = { eventId: randomUUID(), name, legalEntity, fields };
      return handleEvent({ org: ORG, connection: 'contoso' }, event, aCall());
    },
    rows: (set, company = 'usmf') => test.under.simulator.admin.rows({ set, company }),
    reset: () => {
      for (const name of Object.keys(hooks)) Reflect.deleteProperty(hooks, name);
      test.under.simulator.admin.clearFaults();
      unexpected.length = 0;
      requested.length = 0;
      received.length = 0;
      ahead = 0;
      configuration = compile();
    },
    stop: async () => {
      await realStore.close();
      await test.stop();
      await database.drop();
    },
  };
}

function hooked(real: Connector, hooks: Hooks): Connector {
  return {
    ...real,
    find: async (requests, call) => {
      const answers = await real.find(requests, call);
      hooks.afterLookup?.();
      return answers;
    },
    write: async (requests, call) => {
      await hooks.beforeWrite?.(requests);
      const answers = await real.write(requests, call);
      await hooks.afterWrite?.(requests);
      return answers;
    },
    writeTogether: async (requests, call) => {
      await hooks.beforeWrite?.(requests);
      const answer = await real.writeTogether(requests, call);
      await hooks.afterWrite?.(requests);
      return answer;
    },
  };
}

function anItem(
  configuration: Configuration,
  { mapping: name, id, fields }: { mapping: string; id: string; fields: Values },
  more: Partial<ItemOptions> = {},
): SyncItem {
  const mapping = configuration.mappings.get(name);
  if (mapping === undefined) throw new Error(`The test's configuration has no mapping ${name}.`);
  const filled = (reads: readonly string[], given: Values, own: string): Values => ({
    ...Object.fromEntries(reads.map((path) => [path, null])),
    ...given,
    Id: own,
  });
  const [child] = mapping.children;
  const lines = (more.lines ?? []).map((line) => ({
    id: line.id,
    fields: filled(child?.reads ?? [], line.fields, line.id),
  }));
  return {
    key: `${id}/${name}`,
    generation: more.generation ?? 1,
    mapping: name,
    operation: more.operation ?? 'upsert',
    initiator: { userId: null, reason: 'saved' },
    approvedFingerprint: more.approvedFingerprint ?? null,
    record: {
      type: mapping.salesforceObject,
      id,
      systemModstamp: '2026-11-23T10:00:00Z',
      fields: filled(mapping.reads, fields, id),
      children: child === undefined ? {} : { [child.childRelationship ?? '']: lines },
    },
  };
}

/** Changes one record of a configuration document. */
export function edit(document: Document, type: string, name: string, values: Plain): void {
  const record = document.records[type]?.find((one) => one['DeveloperName'] === name);
  if (record === undefined) throw new Error(`The demo has no ${type} ${name}.`);
  Object.assign(record, values);
}

/** What the store throws when a run lost its lease. */
export function leaseLost(): RelayError {
  return new RelayError('RECORD_BUSY', 'The lease ended.');
}
