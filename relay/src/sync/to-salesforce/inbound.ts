import type { Call, Connector, EntityDescription, EntityRecord, Value, Values } from '../../dynamics/connector.ts';
import { type Outcome, outcomeOfCode, toFault } from '../../errors.ts';
import type { Salesforce } from '../../salesforce/salesforce.ts';
import type { Store } from '../../store/store.ts';
import type { Configuration, EntityMapping } from '../mapping.ts';
import type { HashKey } from '../merge.ts';

/** What the way from Dynamics to Salesforce needs from outside. */
export type InboundDependencies = {
  readonly store: Store;
  connector(org: string, connectionKey: string): Connector | null;
  salesforce(org: string): Salesforce;
  /** The configuration that the org has now, compiled. */
  currentConfiguration(org: string): Promise<Configuration>;
  hashKey(org: string): HashKey;
  clock(): Date;
  newId(): string;
  readonly holder: string;
  /** How long a run may hold its leases at most. */
  readonly leaseMs: number;
  /** How long a create whose answer was lost is only looked up; a record that is missing is waited for twice as long. */
  readonly quarantineMs: number;
  /** Hears of every record that was brought, left out or failed. */
  onRecord?(record: { readonly outcome: Outcome; readonly mapping: string; readonly company: string }): void;
};

/** One org's share of an inbound job. */
export type Inbound = {
  readonly deps: InboundDependencies;
  readonly org: string;
  readonly configuration: Configuration;
  readonly connector: Connector;
  readonly salesforce: Salesforce;
  readonly io: Call;
  readonly company: string;
  /** Who caused it, for the audit: `event:<id>`. */
  readonly actor: string;
};

/** A Dynamics record on its way, with the values that only the event carried. */
export type Arrival = {
  readonly mapping: EntityMapping;
  readonly entity: EntityDescription;
  readonly record: EntityRecord;
  readonly eventValues: Values;
};

/** A blank comparison would find every record without a value: conditions with one are refused by answering null. */
export function conditionsOf(where: Readonly<Record<string, Value>>): { field: string; value: Value }[] | null {
  const conditions = Object.entries(where).map(([field, value]) => ({ field, value }));
  return conditions.length > 0 && conditions.every(({ value }) => value !== null && value !== '') ? conditions : null;
}

/** Whether a record that has no link yet may be one that the org is creating just now. */
export function isBeingCreated({ deps, org, connector, company }: Inbound, entitySet: string): Promise<boolean> {
  const openedWithinMs = deps.quarantineMs * 2;
  return deps.store.hasOpenIntent({ org, connection: connector.connection, entitySet, company, openedWithinMs });
}

/** Brings a record and tells what became of it: `updated` where it is in Salesforce now, `skipped` where the org does not want it. */
export async function told(
  { deps, company }: Inbound,
  { mapping }: Arrival,
  bring: () => Promise<string | null>,
): Promise<string | null> {
  const tell = (outcome: Outcome): void => deps.onRecord?.({ outcome, mapping: mapping.name, company });
  try {
    const id = await bring();
    tell(id === null ? 'skipped' : 'updated');
    return id;
  } catch (error) {
    tell(outcomeOfCode(toFault(error).code));
    throw error;
  }
}
