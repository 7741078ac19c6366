import type { ErrorCode, Outcome } from '../errors.ts';
import type { Base, Intent, Link, LinkWithBases, Unit } from '../sync/unit.ts';

/** The right to work on a resource; the token only grows, and a commit with an older one is refused. */
export type Lease = { readonly resource: string; readonly fencingToken: string };

/** One decision, kept. `fields` holds names and keyed hashes, never values. */
export type AuditEvent = {
  readonly id: string;
  readonly at: string;
  readonly org: string;
  readonly unitKey: string | null;
  /** `user:<id>`, `event:<id>`, `schedule:<name>` or `operator:<name>`. */
  readonly actor: string;
  readonly action: string;
  readonly rule: string | null;
  readonly outcome: Outcome | null;
  readonly fields: readonly {
    readonly field: string;
    readonly verdict: string;
    readonly before: string | null;
    readonly after: string | null;
  }[];
  readonly correlationId: string;
};

/** A root cause: units that failed with the same code at the same field of the same entity set in the same scope. */
export type Problem = {
  readonly id: string;
  readonly org: string;
  readonly code: ErrorCode;
  readonly entitySet: string | null;
  readonly field: string | null;
  /** `<connection>/<company>`. */
  readonly scope: string;
  readonly state: 'open' | 'closed';
  readonly unitCount: number;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
};

/** What a run reports about one unit: its faults open or refresh problems, none closes those it had. */
export type UnitReport = {
  readonly org: string;
  readonly unitKey: string;
  readonly entitySet: string | null;
  readonly scope: string;
  readonly faults: readonly { readonly code: ErrorCode; readonly field: string | null }[];
};

export type LinkWrite = {
  readonly unit: Unit;
  readonly entitySet: string;
  readonly dynamicsKey: string;
  readonly number: string | null;
  readonly state: Link['state'];
  /** The unit of the document, where this is a line. */
  readonly parent: Unit | null;
  /** Replaces the bases that it names, leaves the others. */
  readonly bases: readonly Base[];
};

/** Everything that one run decided, stored in one transaction or not at all. */
export type Commit = {
  readonly leases: readonly Lease[];
  readonly links: readonly LinkWrite[];
  /** Links to forget, with those of their lines. */
  readonly removedLinks?: readonly string[];
  readonly closedIntents: readonly string[];
  readonly audit: readonly AuditEvent[];
  readonly reports: readonly UnitReport[];
  readonly cursors?: readonly (SweepPlace & { readonly position: string })[];
};

/** What one sweep reads: an inbound mapping of an org in one company of a Dynamics environment. */
export type SweepPlace = {
  readonly org: string;
  readonly connection: string;
  readonly company: string;
  readonly mapping: string;
};

/** A business event that was given up, sealed. */
export type ParkedEvent = {
  readonly org: string;
  readonly connection: string;
  readonly eventId: string;
  readonly receivedAt: string;
  readonly sealed: string;
};

export type AuditQuery = {
  readonly org: string;
  readonly unitKey?: string;
  readonly recordId?: string;
  readonly actor?: string;
  readonly rule?: string;
  readonly after?: string;
  readonly before?: string;
  /** The id of the last event of the page before. */
  readonly cursor?: string;
  readonly limit: number;
};

/** A certificate that an org was paired with. At most two are valid per org, for rotation. */
export type OrgCertificate = {
  readonly org: string;
  readonly kid: string | null;
  readonly thumbprint: string;
  readonly certificatePem: string;
  readonly notAfter: string;
};

/** The journal of record: PostgreSQL. Every method is safe to run twice. */
export type Store = {
  /** Takes the leases that are free, in fixed order, and answers those it got; a busy one is simply missing. */
  acquireLeases(resources: readonly string[], holder: string, ttlMs: number): Promise<Lease[]>;
  renewLeases(leases: readonly Lease[], ttlMs: number): Promise<void>;
  releaseLeases(leases: readonly Lease[]): Promise<void>;

  linksOfUnits(units: readonly Unit[]): Promise<LinkWithBases[]>;
  linksById(linkIds: readonly string[]): Promise<Link[]>;
  /** The links of a document's lines, with their bases. */
  linksOfLines(parentIds: readonly string[]): Promise<LinkWithBases[]>;
  linksOfRecords(org: string, recordIds: readonly string[]): Promise<Link[]>;
  /** Links whose Dynamics record is one of these, in any org unless one is named. */
  linksOfKeys(query: {
    readonly org?: string;
    readonly connection: string;
    readonly entitySet: string;
    readonly dynamicsKeys: readonly string[];
  }): Promise<Link[]>;
  /** The companies in which an org has links. */
  linkedCompanies(org: string, connection: string): Promise<string[]>;
  linksOfNumbers(query: {
    readonly org: string;
    readonly mapping: string;
    readonly connection: string;
    readonly company: string;
    readonly numbers: readonly string[];
  }): Promise<Link[]>;

  /** Journals creates before they are sent; answers the intent of each unit, new or left behind by an earlier run. */
  openIntents(
    wanted: readonly { readonly unit: Unit; readonly entitySet: string; readonly marker: string }[],
    leases: readonly Lease[],
  ): Promise<Intent[]>;
  intentsOfUnits(units: readonly Unit[]): Promise<Intent[]>;
  /** The intents of these records under any mapping, in any company. */
  intentsOfRecords(org: string, recordIds: readonly string[]): Promise<Intent[]>;
  markUnknown(intentIds: readonly string[]): Promise<void>;
  /** Forgets intents whose create certainly did not happen. */
  withdrawIntents(intentIds: readonly string[]): Promise<void>;
  /** True while a create of this org may still be under way there; one that was opened longer ago is nothing to wait for. */
  hasOpenIntent(place: {
    readonly org: string;
    readonly connection: string;
    readonly entitySet: string;
    readonly company: string;
    readonly openedWithinMs: number;
  }): Promise<boolean>;

  /** Throws RelayError RECORD_BUSY, and stores nothing, where a lease is no longer ours. */
  commit(commit: Commit): Promise<void>;

  appendAudit(events: readonly AuditEvent[]): Promise<void>;
  findAudit(query: AuditQuery): Promise<AuditEvent[]>;
  findProblems(query: {
    readonly org: string;
    readonly state: 'open' | 'closed';
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<Problem[]>;
  countOpenProblems(): Promise<number>;
  unitsOfProblem(org: string, problemId: string): Promise<string[]>;

  cursor(place: SweepPlace): Promise<string | null>;
  /** True the first time that an org uses a token id, false until the token has expired. */
  rememberToken(org: string, tokenId: string, expiresAt: Date): Promise<boolean>;
  hasEvent(connection: string, eventId: string): Promise<boolean>;
  /** True the first time, false for an event id that was stored before. */
  rememberEvent(connection: string, eventId: string): Promise<boolean>;
  /** Keeps an event that was given up for a later try, and forgets its id: when Dynamics sends it again it is no duplicate. */
  parkEvent(event: ParkedEvent): Promise<void>;
  /** Only forgets the id, where the event is too old to be kept. */
  forgetEvent(event: Pick<ParkedEvent, 'connection' | 'eventId'>): Promise<void>;
  parkedEvents(org: string, eventId: string): Promise<ParkedEvent[]>;
  removeParkedEvent(event: Pick<ParkedEvent, 'org' | 'connection' | 'eventId'>): Promise<void>;

  configuration(org: string, hash: string): Promise<string | null>;
  saveConfiguration(org: string, hash: string, document: string): Promise<void>;

  pairedOrgs(): Promise<{ readonly org: string; readonly name: string; readonly pairedAt: string }[]>;
  pairOrg(org: string, name: string, certificate: OrgCertificate): Promise<void>;
  unpairOrg(org: string): Promise<void>;
  removeCertificate(org: string, thumbprint: string): Promise<void>;
  certificates(): Promise<OrgCertificate[]>;

  /** True while the database answers. */
  isReady(): Promise<boolean>;
  close(): Promise<void>;
};
