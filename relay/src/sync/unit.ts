import type { Values } from '../dynamics/connector.ts';

/** What is synchronized, judged and reported: one record under one mapping in one company of one connection, for one org. */
export type Unit = {
  readonly org: string;
  readonly recordId: string;
  readonly mapping: string;
  readonly connection: string;
  /** Empty where the entity set is shared by all companies. */
  readonly company: string;
};

/** The unit as text, `<record id>/<mapping>/<connection>/<company>`: SyncStatus__c.UnitKey__c. Unique within an org. */
export function unitKey(unit: Unit): string {
  return [unit.recordId, unit.mapping, unit.connection, unit.company].join('/');
}

/** The crosswalk of a unit. A `following` link shares the Dynamics record of another unit and never writes it. */
export type Link = {
  readonly id: string;
  readonly unit: Unit;
  readonly entitySet: string;
  readonly dynamicsKey: string;
  /** The number that people know, e.g. `US-0042`. */
  readonly number: string | null;
  readonly state: 'active' | 'following' | 'gone';
  /** The document's link, where this is the link of a line. */
  readonly parentId: string | null;
};

/** Per field mapping, the last agreement: keyed hashes, each side's compared only with its own. */
export type Base = {
  readonly field: string;
  readonly salesforceHash: string;
  readonly dynamicsHash: string;
  /** What `stampOf` says of the mapping that both were made under. */
  readonly mappingVersion: string;
  readonly keyId: string;
};

export type LinkWithBases = { readonly link: Link; readonly bases: readonly Base[] };

/** The journal of a create: `open` while it may be under way, `unknown` while nobody can say, `done` when the link stands. */
export type Intent = {
  readonly id: string;
  readonly unit: Unit;
  readonly entitySet: string;
  readonly marker: string;
  readonly state: 'open' | 'unknown';
  readonly openedAt: string;
  readonly unknownSince: string | null;
  /** True where this call opened it; false where an earlier run left it behind. */
  readonly isNew: boolean;
};

/** A Salesforce record as the engine sees it: canonical values by field path, and its lines by child relationship. */
export type SalesforceRecord = {
  readonly type: string;
  readonly id: string;
  readonly systemModstamp: string;
  readonly fields: Values;
  readonly children: Readonly<Record<string, readonly { readonly id: string; readonly fields: Values }[]>>;
};
