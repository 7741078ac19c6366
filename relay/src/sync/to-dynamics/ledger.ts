import { describeCode, type Fault, type Outcome, outcomeOfCode } from '../../errors.ts';
import type { AuditEvent, Commit, Lease, LinkWrite, UnitReport } from '../../store/store.ts';
import type { ItemResult, SyncItem, UnitPlan, UnitResult, WireFault } from '../exchange.ts';
import type { FieldVerdict } from '../merge.ts';
import type { Run, Work } from './run.ts';
import { unitKey } from '../unit.ts';
import type { Values } from '../../dynamics/connector.ts';

/** What was decided about one unit. */
export type Decision = {
  readonly outcome?: Outcome;
  readonly faults?: readonly Fault[];
  readonly dynamicsKey?: string | null;
  readonly number?: string | null;
  readonly url?: string | null;
  readonly writeBacks?: Values;
  readonly waitingFor?: string;
  readonly fingerprint?: string;
  readonly plan?: UnitPlan;
  readonly rule?: string;
  readonly verdicts?: readonly (FieldVerdict & { readonly line?: string | null })[];
};

/** The decisions of a call: what the caller is told, and what is stored in one transaction. */
export type Ledger = {
  /** Records the decision on a unit; the first one stands. */
  decide(work: Work, decision: Decision): void;
  /** Records a decision on an item that has no unit yet: unknown mapping, not wanted, not routed. */
  decideItem(item: SyncItem, decision: Decision): void;
  isDecided(work: Work): boolean;
  /** Takes back what was decided about these units and not stored. */
  retract(works: readonly Work[]): void;
  addLinks(links: readonly LinkWrite[]): void;
  closeIntents(ids: readonly string[]): void;
  /** What is to be stored, under these leases. */
  pending(leases: readonly Lease[]): Commit;
  /** Called once the pending part is stored. */
  stored(): void;
  answers(items: readonly SyncItem[]): ItemResult[];
};

const PROBLEM_OUTCOMES: ReadonlySet<Outcome> = new Set(['rejected', 'blocked', 'conflict', 'failed', 'partial']);

/** A fault as callers see it. */
export function wireFault(fault: Fault): WireFault {
  const { owner, fix } = describeCode(fault.code);
  return { code: fault.code, field: fault.field, message: fault.message, fix, owner };
}

/** The outcome that the faults of a unit amount to: the first decides, since all are reported. */
export function outcomeOf(faults: readonly Fault[]): Outcome {
  const [first] = faults;
  return first === undefined ? 'failed' : outcomeOfCode(first.code);
}

/** An empty ledger for one run; `basis` gives what audit events need. */
export function createLedger(basis: Pick<Run, 'deps' | 'org' | 'io'> & { readonly isDryRun: boolean }): Ledger {
  const results = new Map<string, Map<string, UnitResult>>();
  let pending = emptyCommit();

  function put(item: SyncItem, result: UnitResult, decision: Decision, entitySet: string | null): void {
    const ofItem = results.get(item.key) ?? new Map<string, UnitResult>();
    if (ofItem.has(result.unitKey)) return;
    results.set(item.key, ofItem.set(result.unitKey, result));
    if (basis.isDryRun) return;
    pending.reports.push(...reportsOf(basis.org, item, { result, decision, entitySet }));
    const event = auditOf(basis, item, result, decision);
    if (event !== null) pending.audit.push(event);
  }

  return {
    decide(work, decision) {
      const result = unitResult(unitKey(work.unit), decision, {
        connection: work.unit.connection,
        company: work.unit.company,
        isPrimary: work.routed.isPrimary,
      });
      put(work.item, result, decision, work.mapping.entitySet);
    },
    decideItem(item, decision) {
      put(
        item,
        unitResult(itemKey(item), decision, { connection: null, company: null, isPrimary: true }),
        decision,
        null,
      );
    },
    isDecided: (work) => results.get(work.item.key)?.has(unitKey(work.unit)) ?? false,
    retract(works) {
      const taken = new Set(works.map((work) => unitKey(work.unit)));
      const isLeft = ({ unitKey: key }: { readonly unitKey: string | null }): boolean =>
        key === null || !taken.has(key);
      pending = { ...emptyCommit(), audit: pending.audit.filter(isLeft), reports: pending.reports.filter(isLeft) };
      for (const work of works) results.get(work.item.key)?.delete(unitKey(work.unit));
    },
    addLinks: (links) => pending.links.push(...links),
    closeIntents: (ids) => pending.closedIntents.push(...ids),
    pending: (leases) => ({ ...pending, leases }),
    stored: () => void (pending = emptyCommit()),
    answers: (items) =>
      items.map((item) => {
        const units = [...(results.get(item.key)?.values() ?? [])];
        for (const unit of units) basis.deps.onResult(unit);
        return { key: item.key, generation: item.generation, units };
      }),
  };
}

function emptyCommit(): {
  links: LinkWrite[];
  closedIntents: string[];
  audit: AuditEvent[];
  reports: UnitReport[];
} {
  return { links: [], closedIntents: [], audit: [], reports: [] };
}

function unitResult(
  key: string,
  decision: Decision,
  place: Pick<UnitResult, 'connection' | 'company' | 'isPrimary'>,
): UnitResult {
  const faults = decision.faults ?? [];
  const retryTimes = faults.flatMap((fault) => (fault.retryAfterMs === null ? [] : [fault.retryAfterMs]));
  return {
    unitKey: key,
    ...place,
    outcome: decision.outcome ?? outcomeOf(faults),
    number: decision.number ?? null,
    dynamicsKey: decision.dynamicsKey ?? null,
    url: decision.url ?? null,
    writeBacks: decision.writeBacks ?? {},
    retryAfterMs: retryTimes.length === 0 ? null : Math.max(...retryTimes),
    waitingFor: decision.waitingFor ?? null,
    fingerprint: decision.fingerprint ?? null,
    faults: faults.map(wireFault),
    ...(decision.plan === undefined ? {} : { plan: decision.plan }),
  };
}

/** What was only put off says nothing about a problem; a unit that was reached has left those of its item that had no unit yet. */
function reportsOf(
  org: string,
  item: SyncItem,
  { result, decision, entitySet }: { result: UnitResult; decision: Decision; entitySet: string | null },
): UnitReport[] {
  if (result.outcome === 'deferred') return [];
  const faults = PROBLEM_OUTCOMES.has(result.outcome) ? (decision.faults ?? []) : [];
  const scope = `${result.connection ?? ''}/${result.company ?? ''}`;
  const report = {
    org,
    unitKey: result.unitKey,
    entitySet,
    scope,
    faults: faults.map(({ code, field }) => ({ code, field })),
  };
  return result.connection === null ? [report] : [report, { ...report, unitKey: itemKey(item), faults: [] }];
}

/** What stands for an item's units while nobody knows which they are. */
const itemKey = (item: SyncItem): string => `${item.record.id}/${item.mapping}//`;

/** A unit that was compared and left as it is leaves no event: the one that made it so stands. */
function auditOf(
  basis: Pick<Run, 'deps' | 'org' | 'io'>,
  item: SyncItem,
  result: UnitResult,
  decision: Decision,
): AuditEvent | null {
  const moved = (decision.verdicts ?? []).filter((verdict) => verdict.verdict !== 'none');
  if (result.outcome === 'unchanged' && moved.length === 0) return null;
  return {
    id: basis.deps.newId(),
    at: basis.deps.clock().toISOString(),
    org: basis.org,
    unitKey: result.unitKey,
    actor: item.initiator.userId === null ? `reason:${item.initiator.reason}` : `user:${item.initiator.userId}`,
    action: 'sync.to-dynamics',
    rule: decision.rule ?? decision.faults?.[0]?.code ?? null,
    outcome: result.outcome,
    fields: moved.map((verdict) => ({
      field: verdict.line == null ? verdict.name : `${verdict.line}/${verdict.name}`,
      verdict: `${verdict.verdict}: ${verdict.rule}`,
      before: verdict.current === null ? null : verdict.hashes.dynamics,
      after: verdict.outbound === null ? null : verdict.hashes.outbound,
    })),
    correlationId: basis.io.correlationId,
  };
}
