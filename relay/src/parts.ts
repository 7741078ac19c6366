import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Connector } from './dynamics/connector.ts';
import { createFinanceOperations } from './dynamics/finance-operations/connector.ts';
import type { CallSample } from './dynamics/odata/client.ts';
import { createEntityDescriber } from './entity-describer.ts';
import { RelayError } from './errors.ts';
import { type CallerAlarm, createCallerVerifier } from './identity/caller-verifier.ts';
import { createDynamicsTokens } from './identity/dynamics-tokens.ts';
import type { CallerVerifier, DynamicsTokens } from './identity/identity.ts';
import { meteredConnector, meteredSalesforce } from './metered.ts';
import type { Salesforce } from './salesforce/salesforce.ts';
import { createSalesforce } from './salesforce/salesforce-org.ts';
import type { Settings } from './settings.ts';
import { hashKeyOf, type MasterKey } from './store/hash-keys.ts';
import { type openStore } from './store/postgres-store.ts';
import type { AuditEvent } from './store/store.ts';
import { sealWith, type Seal } from './store/seal.ts';
import { createConfigurations, type Configurations } from './sync/configurations.ts';
import type { Logger } from './telemetry/logger.ts';
import { createMetrics, type Metrics } from './telemetry/metrics.ts';

type OpenedStore = Awaited<ReturnType<typeof openStore>>;

/** What all parts of a relay share. */
export type Parts = {
  readonly settings: Settings;
  readonly log: Logger;
  readonly clock: () => Date;
  readonly metrics: Metrics;
  readonly store: OpenedStore;
  readonly tokens: DynamicsTokens;
  readonly connectors: ReadonlyMap<string, Connector>;
  readonly verifier: CallerVerifier;
  readonly seal: Seal;
  readonly hashKey: (org: string) => ReturnType<typeof hashKeyOf>;
  readonly connectorOf: (org: string, connection: string) => Connector | null;
  readonly salesforceOf: (org: string) => Salesforce;
  readonly configurations: Configurations;
  readonly holder: string;
};

/** How often the same key is alarmed about. */
const ALARM_EVERY_MS = 60_000;
/** Builds the adapters from the settings and joins them; nothing is called yet. */
export function composeParts(
  base: Pick<Parts, 'settings' | 'log' | 'clock' | 'store'> & { readonly masterKey: MasterKey },
): Parts {
  const { settings, log, clock, store, masterKey } = base;
  const metrics = createMetrics();
  const tokens = createDynamicsTokens({ connections: settings.connections, clock });
  const connectors = new Map(
    [...settings.connections.values()].map((one) => {
      const observe = (call: CallSample): void => {
        if (call.outcome === 'throttled') metrics.throttled('dynamics', call.connection);
      };
      const connector = createFinanceOperations({ settings: one, tokens, clock, observe });
      return [one.key, meteredConnector(connector, metrics)] as const;
    }),
  );
  const orgs = new Map(
    [...settings.orgs.values()].map((org) => {
      return [org.organizationId, meteredSalesforce(createSalesforce({ org, clock }), metrics)] as const;
    }),
  );
  const connectorOf = (org: string, key: string): Connector | null =>
    settings.orgs.get(org)?.connections.includes(key) === true ? (connectors.get(key) ?? null) : null;
  const salesforceOf = (org: string): Salesforce => {
    const salesforce = orgs.get(org);
    if (salesforce === undefined) throw new RelayError('NOT_FOUND', `The relay has no settings for org ${org}.`);
    return salesforce;
  };
  const describeEntity = createEntityDescriber({ settings, connectorOf, log, clock });
  const verifier = createCallerVerifier({
    store,
    audience: settings.publicUrl,
    clock,
    onAlarm: alarmer(base),
    rememberToken: (org, tokenId, expiresAt) => store.rememberToken(org, tokenId, expiresAt),
  });
  return {
    settings,
    log,
    clock,
    metrics,
    store,
    tokens,
    connectors,
    verifier,
    seal: sealWith(masterKey),
    hashKey: (org) => hashKeyOf(masterKey, org),
    connectorOf,
    salesforceOf,
    configurations: createConfigurations({ store, salesforce: salesforceOf, describeEntity, clock }),
    holder: `${hostname()}/${process.pid}/${randomUUID()}`,
  };
}

/** Logs and audits a misused key, once a minute per key: a stolen one may be used on every call. */
function alarmer({ log, store, clock }: Pick<Parts, 'log' | 'store' | 'clock'>): (alarm: CallerAlarm) => void {
  const lastAt = new Map<string, number>();
  return (alarm) => {
    const now = clock().getTime();
    if (now - (lastAt.get(alarm.thumbprint) ?? 0) < ALARM_EVERY_MS) return;
    lastAt.set(alarm.thumbprint, now);
    log.error({ ...alarm }, 'A pinned key signed for another organization');
    const event: AuditEvent = {
      id: randomUUID(),
      at: clock().toISOString(),
      org: alarm.org,
      unitKey: null,
      actor: `org:${alarm.claimedOrg}`,
      action: 'caller.refused',
      rule: 'ORG_MISMATCH',
      outcome: null,
      fields: [],
      correlationId: randomUUID(),
    };
    store.appendAudit([event]).catch((error: unknown) => log.error({ err: error }, 'An alarm could not be audited'));
  };
}
