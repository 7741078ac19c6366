import type { Value, Values } from '../dynamics/connector.ts';
import type { Fault } from '../errors.ts';
import type { UnitResult } from '../sync/exchange.ts';
import type { ObjectDescription } from '../sync/mapping.ts';
import type { SalesforceRecord } from '../sync/unit.ts';

/** The result of one record in a bulk write; matched to its input by position. `written` names the fields that were not there already. */
export type RecordResult =
  | { readonly ok: true; readonly id: string; readonly isCreated: boolean; readonly written: readonly string[] }
  | { readonly ok: false; readonly fault: Fault };

/** A write to a record that people edit: only what moved, only if what we saw still stands. */
export type ConditionalWrite = {
  readonly type: string;
  readonly id: string;
  /** What we believe the record holds now, per field to be written. */
  readonly expected: Values;
  readonly wanted: Values;
  /** What people are to see of the unit: stored with the write, in one transaction, and shown on pages that are open. */
  readonly unit?: ShownUnit | null;
  /** Ties the write to the work that it belongs to. */
  readonly correlationId?: string;
};

/** What people see of a unit in Salesforce. */
export type ShownUnit = { readonly mapping: string } & Pick<
  UnitResult,
  'unitKey' | 'connection' | 'company' | 'isPrimary' | 'outcome' | 'number' | 'dynamicsKey' | 'url' | 'faults'
>;

/** `unchanged`: the values were there already and nothing was written. `mismatch`: nothing was written; `current` is what stands now. */
export type ConditionalResult =
  | { readonly status: 'applied' | 'unchanged' }
  | { readonly status: 'mismatch'; readonly current: Values }
  | { readonly status: 'refused'; readonly fault: Fault };

/** One Salesforce org through the relay's own session. Exceptions are RelayErrors for the call as a whole. */
export type Salesforce = {
  readonly org: string;
  organization(): Promise<{ readonly id: string; readonly name: string; readonly isSandbox: boolean }>;
  describe(object: string): Promise<ObjectDescription>;
  /** Field paths and child relationships as mappings name them; numbers exact, blank null; records that are gone are missing. */
  readRecords(request: {
    readonly type: string;
    readonly ids: readonly string[];
    readonly fields: readonly string[];
    readonly children: readonly { readonly relationship: string; readonly fields: readonly string[] }[];
  }): Promise<SalesforceRecord[]>;
  /** Rows of a SOQL query with exact numbers; parent fields under their path. */
  query(soql: string): Promise<Record<string, Value>[]>;
  /** The configuration document (contracts/schemas/configuration.v1), as canonical JSON text, and its hash `sha256:…`. */
  readConfiguration(): Promise<{ readonly hash: string; readonly document: string }>;
  /** Upserts objects that only Causeway writes, 200 per call, grouped by parent; writes nothing that is there already. */
  upsertOwned(
    type: string,
    externalIdField: string,
    records: readonly { readonly externalId: string; readonly parent: string | null; readonly fields: Values }[],
  ): Promise<RecordResult[]>;
  apply(write: ConditionalWrite): Promise<ConditionalResult>;
  /** Calls used and allowed in 24 hours, from the last answer's header; null before the first call. */
  apiBudget(): { readonly used: number; readonly limit: number } | null;
};
