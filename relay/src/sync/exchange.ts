import type { RenderedRequest, Value, Values } from '../dynamics/connector.ts';
import type { ErrorCode, Outcome, Owner } from '../errors.ts';
import type { SalesforceRecord } from './unit.ts';

/** One item of POST /v1/sync (contracts/schemas/sync-request.v1.schema.json). */
export type SyncItem = {
  readonly key: string;
  readonly generation: number;
  readonly mapping: string;
  readonly operation: 'upsert' | 'delete' | 'undelete' | 'merge';
  readonly initiator: { readonly userId: string | null; readonly reason: string };
  readonly approvedFingerprint: string | null;
  readonly record: SalesforceRecord;
};

/** The body of POST /v1/sync. */
export type SyncCall = {
  readonly contract: 1;
  readonly requestId: string;
  readonly configuration: string;
  readonly dryRun: boolean;
  /** The lane of the outbox that sends; real-time work goes before bulk work. */
  readonly lane?: 'realTime' | 'bulk';
  readonly items: readonly SyncItem[];
};

/** A fault as it travels: with its owner, never with a stack. */
export type WireFault = {
  readonly code: ErrorCode;
  readonly field: string | null;
  readonly message: string;
  readonly fix: string;
  readonly owner: Owner;
};

/** What happened to one unit (contracts/schemas/sync-response.v1.schema.json). */
export type UnitResult = {
  readonly unitKey: string;
  readonly connection: string | null;
  readonly company: string | null;
  readonly isPrimary: boolean;
  readonly outcome: Outcome;
  readonly number: string | null;
  readonly dynamicsKey: string | null;
  readonly url: string | null;
  readonly writeBacks: Values;
  readonly retryAfterMs: number | null;
  /** The request key (`<record id>/<mapping>`) that a waiting unit waits for. */
  readonly waitingFor: string | null;
  /** The fingerprint of what was held or approved. */
  readonly fingerprint: string | null;
  readonly faults: readonly WireFault[];
  readonly plan?: UnitPlan;
};

export type ItemResult = { readonly key: string; readonly generation: number; readonly units: readonly UnitResult[] };

/** The answer to POST /v1/sync. */
export type SyncAnswer = {
  readonly contract: 1;
  readonly correlationId: string;
  readonly items: readonly ItemResult[];
};

/** A dry run's account of one unit: what would be written and why. */
export type UnitPlan = {
  readonly action: 'create' | 'update' | 'none';
  readonly fields: readonly FieldPlan[];
  readonly rules: readonly string[];
  /** The requests that would be sent, in order, with the placeholders for what only Dynamics will know. */
  readonly requests: readonly (RenderedRequest & { readonly placeholders: readonly string[] })[];
};

export type FieldPlan = {
  readonly line: string | null;
  readonly mapping: string;
  readonly salesforceField: string | null;
  readonly dynamicsField: string;
  readonly salesforceValue: Value;
  readonly dynamicsValue: Value;
  readonly salesforceMoved: boolean;
  readonly dynamicsMoved: boolean;
  readonly policy: string;
  readonly verdict: string;
};
