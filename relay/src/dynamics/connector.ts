import type { Fault } from '../errors.ts';

/**
 * A value in canonical form, the same for both systems: decimals and integers are decimal strings without superfluous zeros,
 * dates `YYYY-MM-DD`, instants ISO 8601 UTC, enum members their names, blank (also "" and 1900-01-01) is null.
 */
export type Value = string | boolean | null;

/** Named canonical values of a record. */
export type Values = Readonly<Record<string, Value>>;

/** The type of a field on the Dynamics side, as its metadata tells. `dateTime` holds dates and instants alike on the wire. */
export type FieldType =
  | { readonly kind: 'string'; readonly maxLength: number | null }
  | { readonly kind: 'decimal' }
  | { readonly kind: 'integer'; readonly bits: 16 | 32 | 64 }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'dateTime' }
  | { readonly kind: 'date' }
  | { readonly kind: 'guid' }
  | { readonly kind: 'enum'; readonly name: string; readonly members: readonly string[] }
  | { readonly kind: 'other'; readonly name: string };

/** One field of an entity set. */
export type EntityField = { readonly name: string; readonly type: FieldType; readonly isKey: boolean };

/** What the environment's metadata says of an entity set. */
export type EntityDescription = {
  readonly entitySet: string;
  readonly entityType: string;
  /** Key fields in the order of the metadata, the company field among them where the set is per company. */
  readonly key: readonly string[];
  /** The field that names the legal entity, e.g. `dataAreaId`; null for sets shared by all companies. */
  readonly companyField: string | null;
  readonly fields: ReadonlyMap<string, EntityField>;
  readonly navigation: ReadonlyMap<string, string>;
  /** A field with the instant of the last change, where the set has one: policy `Newest` is offered only then. */
  readonly modifiedField: string | null;
};

/** All key fields of a record with their canonical values. */
export type EntityKey = Values;

/** A record as Dynamics holds it now, canonical, limited to the fields that were asked for and its key. */
export type EntityRecord = { readonly key: EntityKey; readonly values: Values; readonly etag: string | null };

/** One comparison of a filter; `caseless` and `wildcard` are honored only where the platform can. */
export type Condition = { readonly field: string; readonly value: Value };

export type ReadRequest = { readonly entitySet: string; readonly key: EntityKey; readonly fields: readonly string[] };

/**
 * Finds records that meet every condition of at least one group, in one company and dated at or after `since` where they are given;
 * ordered by key, at most `limit`. Where `isWhole` is set, more than that is a fault (TOO_MANY_RECORDS) and not cut off.
 */
export type FindRequest = {
  readonly entitySet: string;
  readonly company: string | null;
  readonly anyOf: readonly (readonly Condition[])[];
  readonly since?: { readonly field: string; readonly value: string };
  readonly fields: readonly string[];
  readonly limit: number;
  readonly isWhole?: boolean;
};

/** A write as it goes over the wire, not sent. */
export type RenderedRequest = {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  /** Address and query, below the root of the environment's data. */
  readonly path: string;
  /** The etag that the record must still have for the write to be carried out; null where any will do. */
  readonly ifMatch: string | null;
  /** The body, letter by letter; null where there is none. */
  readonly body: string | null;
};

/** One write. `fields` names what is read back afterwards. */
export type WriteRequest =
  | {
      readonly verb: 'create';
      readonly entitySet: string;
      readonly company: string | null;
      readonly values: Values;
      readonly fields: readonly string[];
    }
  | {
      readonly verb: 'update';
      readonly entitySet: string;
      readonly key: EntityKey;
      readonly values: Values;
      readonly etag: string | null;
      /** What the record held, when the update was decided, in fields that it does not send: they must not have moved meanwhile. */
      readonly unsent?: Values;
      readonly fields: readonly string[];
    }
  | { readonly verb: 'delete'; readonly entitySet: string; readonly key: EntityKey };

/**
 * The answer to one request. `isUnknown` is true only where the request may have been carried out although no answer came:
 * such a create is looked up before it is tried again. `at`: which of several requests that stand or fall together was at fault, if told.
 */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: Fault; readonly isUnknown: boolean; readonly at?: number };

/** Real-time work goes before bulk work where both wait for the same environment. */
export type Lane = 'realTime' | 'bulk';

/** What every call carries: its lane, its end, and the id that ties logs and audit together. */
export type Call = {
  readonly lane: Lane;
  /** Ends the call, even where a request is under way. */
  readonly signal: AbortSignal;
  /** Once it is aborted nothing more is sent; what was sent is waited for, so that no write gets an unknown outcome. */
  readonly startBy?: AbortSignal;
  readonly correlationId: string;
};

/** How the environment writes a set of financial dimensions in one string. */
export type DimensionFormat = { readonly segments: readonly string[]; readonly delimiter: string };

/** What one posted payment settled of one invoice, in the invoice's currency. */
export type Settlement = {
  readonly invoiceNumber: string;
  readonly amount: string;
  readonly discount: string;
  /** The business date of the payment. */
  readonly settledOn: string;
  readonly dueOn: string | null;
};

/** What a customer owes, in the company's accounting currency (`accountingCurrency`) as Dynamics converted it. */
export type CustomerBalance = { readonly open: string; readonly overdue: string };

/**
 * The port to one Dynamics environment. Answers come in the order of the requests, one each; a refused record is an answer, not
 * an exception. Exceptions (RelayError) mean that the call as a whole could not be made: credential, unknown entity set, bug.
 * It never retries a write; throttling and faults are answers with `retryAfterMs`.
 */
export type Connector = {
  readonly connection: string;
  readonly platform: 'FinanceOperations' | 'BusinessCentral' | 'Dataverse' | 'Nav' | 'Ax' | 'Gp';
  describe(entitySet: string, call: Call): Promise<EntityDescription>;
  /** Reads by key; null where the record is not there. */
  read(requests: readonly ReadRequest[], call: Call): Promise<Answer<EntityRecord | null>[]>;
  find(requests: readonly FindRequest[], call: Call): Promise<Answer<EntityRecord[]>[]>;
  /** Independent writes; each is read back, so the value holds what Dynamics made of it (null after a delete). */
  write(requests: readonly WriteRequest[], call: Call): Promise<Answer<EntityRecord | null>[]>;
  /** What `write` and `writeTogether` would send for these requests, made by the same code; nothing leaves the relay. */
  render(requests: readonly WriteRequest[], call: Call): Promise<Answer<RenderedRequest>[]>;
  /** All writes or none, then read back in the same order. */
  writeTogether(requests: readonly WriteRequest[], call: Call): Promise<Answer<(EntityRecord | null)[]>>;
  dimensionFormat(call: Call): Promise<DimensionFormat>;
  /** What posted payments settled of these invoices of one company; unposted journals do not count. */
  settlements(
    request: { readonly company: string; readonly invoiceNumbers: readonly string[] },
    call: Call,
  ): Promise<Settlement[]>;
  /** Whether a payment, by the key of its journal line, was taken back as a whole. */
  isPaymentReversed(request: { readonly key: EntityKey }, call: Call): Promise<boolean>;
  /** Null where the environment does not show open transactions. */
  customerBalance(
    request: { readonly company: string; readonly customer: string; readonly asOf: string },
    call: Call,
  ): Promise<CustomerBalance | null>;
  /** The currency that a company keeps its books in; null where the environment does not tell. */
  accountingCurrency(request: { readonly company: string }, call: Call): Promise<string | null>;
  /** The key as text, e.g. `dataAreaId='usmf',CustomerAccount='US-001'`: unique, stable, and read back by parseKey. */
  formatKey(entity: EntityDescription, key: EntityKey): string;
  parseKey(entity: EntityDescription, text: string): EntityKey;
  /** A page of the Dynamics client that shows the record, or null where there is none. */
  recordUrl(entity: EntityDescription, key: EntityKey): string | null;
  close(): Promise<void>;
};
