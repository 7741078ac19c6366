import type {
  Call,
  Condition,
  Connector,
  DimensionFormat,
  EntityDescription,
  EntityRecord,
  Values,
} from '../../dynamics/connector.ts';
import type { Fault } from '../../errors.ts';
import type { Store } from '../../store/store.ts';
import type { SyncCall, SyncItem, UnitResult } from '../exchange.ts';
import type { Ledger } from './ledger.ts';
import type { MapContext, MappedField } from '../map.ts';
import type { Configuration, CreateStrategy, DocumentStrategy, EntityMapping } from '../mapping.ts';
import type { FieldVerdict, HashKey } from '../merge.ts';
import type { LinePlan, Plan } from '../plan.ts';
import type { Routed } from '../route.ts';
import type { Intent, LinkWithBases, Unit } from '../unit.ts';

/** What the engine needs from outside; app.ts hands it in. */
export type SyncDependencies = {
  readonly store: Store;
  /** The connector of a connection that this org may use, by its key; null where there is none. */
  connector(org: string, connectionKey: string): Connector | null;
  /** The compiled configuration of this hash; throws CONFIGURATION_UNREADABLE or CONFIGURATION_INVALID. */
  configuration(org: string, hash: string): Promise<Configuration>;
  hashKey(org: string): HashKey;
  clock(): Date;
  newId(): string;
  /** Names this process in leases. */
  readonly holder: string;
  /** How long a create of unknown outcome is only looked up: longer than the longest execution on the server. */
  readonly quarantineMs: number;
  /** How long a run may hold its leases at most; longer than one call to Dynamics may take. */
  readonly leaseMs: number;
  /** Asks the org to send these units' records again, because what they follow stands now. */
  requestAgain(org: string, unitKeys: readonly string[]): Promise<unknown>;
  onResult(result: UnitResult): void;
  /** Logs what should not have happened, whole. */
  onUnexpected(error: unknown, correlationId: string): void;
};

/** One call of one org, under way. */
export type Run = {
  readonly deps: SyncDependencies;
  readonly org: string;
  readonly call: SyncCall;
  readonly configuration: Configuration;
  /** What calls to Dynamics carry. A caller that hangs up does not cut them: a write cut in the middle is one of unknown outcome. */
  readonly io: Call;
  /** What calls carry that only look something up: the end of the time cuts them. */
  readonly lookup: Call;
  /** True once no new work is to be taken: the time is over, or nobody waits for the answer. */
  isOver(): boolean;
  readonly key: HashKey;
  readonly ledger: Ledger;
};

/** One unit at work. */
export type Work = {
  readonly item: SyncItem;
  readonly unit: Unit;
  readonly mapping: EntityMapping;
  readonly routed: Routed;
  readonly connector: Connector;
  readonly entity: EntityDescription;
  /** The entities of the lines, by child mapping. */
  readonly lineEntities: ReadonlyMap<string, EntityDescription>;
  readonly dimensions: DimensionFormat | null;
  /** Figures that the mapping gives back and that no field of the record holds. */
  readonly figures: Values;
  /** Why Salesforce does not want the record here any more, where a create of it may still have arrived. */
  readonly unwanted?: Fault;
};

/** A Salesforce line in Dynamics' terms. */
export type MappedLine = {
  readonly child: EntityMapping;
  readonly unit: Unit;
  readonly marker: string;
  readonly mapped: readonly MappedField[];
};

/** A unit whose own link, and those of its lines, are known. */
export type LinkedWork = Work & {
  readonly linked: LinkWithBases | null;
  readonly lineLinks: readonly LinkWithBases[];
  /** Other documents of the same deal that this one, once it stands, is the document of. */
  readonly followers?: readonly Unit[];
};

/** A linked or new unit whose values are mapped. */
export type MappedWork = LinkedWork & {
  readonly mapped: readonly MappedField[];
  readonly lines: readonly MappedLine[];
  readonly fingerprint: string;
  readonly context: MapContext;
};

/** How the Dynamics record was found: by our link, by a match rule, by our marker after a lost answer, or not at all. */
export type Origin = 'linked' | 'matched' | 'adopted' | 'new';

/** A unit whose Dynamics record is known, or known not to exist. */
export type LocatedWork = MappedWork & {
  readonly origin: Origin;
  readonly rule: string;
  readonly current: EntityRecord | null;
  readonly currentLines: ReadonlyMap<string, readonly EntityRecord[]>;
  readonly intent: Intent | null;
  /** `<mapping>/<number>` → the Salesforce id of a record that the Dynamics record names. */
  readonly inboundReferences?: ReadonlyMap<string, string>;
};

/** A unit that is decided: what would be written, and why. */
export type PlannedWork = LocatedWork & {
  readonly verdicts: readonly FieldVerdict[];
  readonly plan: Plan;
  readonly linePlans: readonly LinePlan[];
};

/** The link name of a document that was completed and let go: until it stands, a later run releases it. */
export const RELEASED = '@released';

/** A document has fewer lines than this; more is a mapping that joins on the wrong field. */
export const LINES = 10_000;

/** The conditions that find a document's lines, or null where the parent's values are not known. */
export function lineConditions(child: EntityMapping, parent: Values): Condition[] | null {
  const conditions = Object.entries(child.options.parentKey ?? {}).map(([field, from]) => ({
    field,
    value: parent[from] ?? null,
  }));
  return conditions.length > 0 && conditions.every((condition) => condition.value !== null) ? conditions : null;
}

/** The create strategy in force in the unit's company. */
export function createStrategyOf({ routed, mapping }: Pick<Work, 'routed' | 'mapping'>): CreateStrategy {
  return routed.route.options.createStrategy ?? mapping.createStrategy;
}

/** The document strategy in force in the unit's company. */
export function documentStrategyOf({ routed, mapping }: Pick<Work, 'routed' | 'mapping'>): DocumentStrategy {
  return routed.route.options.documentStrategy ?? mapping.documentStrategy;
}

/** The company that a request to Dynamics names; null for sets that all companies share. */
export function companyOf(unit: Unit): string | null {
  return unit.company === '' ? null : unit.company;
}
