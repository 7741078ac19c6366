import { fault, RelayError, toFault } from '../../errors.ts';
import type { Call } from '../../dynamics/connector.ts';
import type { Caller } from '../../identity/identity.ts';
import type { Lease } from '../../store/store.ts';
import { holdForApproval } from './approval.ts';
import { busy } from './busy.ts';
import type { SyncAnswer, SyncCall, SyncItem } from '../exchange.ts';
import { callFollowers, resourcesOf } from './hand-off.ts';
import { keepLeases, LEASE_MS } from './keep-leases.ts';
import { createLedger } from './ledger.ts';
import { locate } from './locate.ts';
import { mapUnits } from './map-units.ts';
import { tellPlans } from './dry-run.ts';
import { isDocument, planUnits } from './plan-units.ts';
import type { Run, SyncDependencies, Work } from './run.ts';
import { reactivated } from './deactivation.ts';
import { removeUnits } from './remove-units.ts';
import { unitsOf } from './units.ts';
import { resolveInbound } from './write-backs.ts';
import { writeDocuments } from './write-documents.ts';
import { writeRecords } from './write-records.ts';

/** What a call brings besides its body. */
export type SyncContext = {
  readonly signal: AbortSignal;
  readonly correlationId: string;
  /** When to stop taking work, in milliseconds since the epoch. */
  readonly deadline: number;
};

/** Runs one sync call of one org and answers an outcome for every unit; throws only where the call as a whole cannot be served. */
export type SyncToDynamics = (caller: Pick<Caller, 'org'>, call: SyncCall, context: SyncContext) => Promise<SyncAnswer>;

/** What is written in one batch, and stored in one transaction. */
const RECORDS_AT_ONCE = 100;
/** Documents are written one by one inside; so many at once keeps a slow one from holding up the rest. */
const DOCUMENTS_AT_ONCE = 50;

/** Builds the sync from Salesforce to Dynamics: select, route, resolve parents, locate, read, map, merge, plan, write, keep. */
export function createSyncToDynamics(deps: SyncDependencies): SyncToDynamics {
  return async function syncToDynamics(caller, call, context) {
    const { org } = caller;
    const configuration = await deps.configuration(org, call.configuration);
    const signal = AbortSignal.timeout(deps.leaseMs);
    const { correlationId } = context;
    const lane = call.lane ?? 'realTime';
    const startBy = AbortSignal.timeout(Math.max(0, context.deadline - deps.clock().getTime()));
    const io: Call = { lane, signal, startBy, correlationId };
    const lookup: Call = { lane, signal: AbortSignal.any([signal, startBy]), correlationId };
    const isOver = (): boolean => context.signal.aborted || deps.clock().getTime() >= context.deadline;
    const key = deps.hashKey(org);
    const ledger = createLedger({ deps, org, io, isDryRun: call.dryRun });
    const run: Run = { deps, org, call, configuration, io, lookup, isOver, key, ledger };

    for (const wave of wavesOf(run, newest(call.items))) await runWave(run, wave);
    await keepRest(run);

    return { contract: 1, correlationId: context.correlationId, items: ledger.answers(call.items) };
  };
}

/** One record may have been sent twice in one call: its newest state counts for both. */
function newest(items: readonly SyncItem[]): SyncItem[] {
  const byKey = new Map<string, SyncItem>();
  for (const item of items) {
    const known = byKey.get(item.key);
    if (known === undefined || known.generation <= item.generation) byKey.set(item.key, item);
  }
  return [...byKey.values()];
}

/**
 * Parents before children: items in the order of their mappings' sequence, so that a child finds a parent of the same call. A wave
 * holds one mapping only: what is wrong with that stops no other.
 */
function wavesOf(run: Run, items: readonly SyncItem[]): SyncItem[][] {
  const sequenceOf = (item: SyncItem): number => run.configuration.mappings.get(item.mapping)?.sequence ?? 0;
  const byMapping = [...Map.groupBy(items, (item) => item.mapping).values()];
  const first = (group: readonly SyncItem[]): number => (group[0] === undefined ? 0 : sequenceOf(group[0]));
  return byMapping.toSorted((a, b) => first(a) - first(b)).flatMap((group) => chunk(group, sizeOf(run, group)));
}

function sizeOf(run: Run, [item]: readonly SyncItem[]): number {
  const mapping = run.configuration.mappings.get(item?.mapping ?? '');
  return mapping !== undefined && isDocument({ mapping }) ? DOCUMENTS_AT_ONCE : RECORDS_AT_ONCE;
}

function chunk(items: readonly SyncItem[], size: number): SyncItem[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}

async function runWave(run: Run, items: readonly SyncItem[]): Promise<void> {
  if (run.isOver()) {
    const late = fault('OUT_OF_TIME', 'The call ran out of time before this record.', { retryAfterMs: 1_000 });
    for (const item of items) run.ledger.decideItem(item, { faults: [late] });
    return;
  }
  const works = await unitsOf(run, items);
  const recordLeases = await leaseRecords(run, works);
  const keyLeases: Lease[] = [];
  const all = (): Lease[] => [...recordLeases, ...keyLeases];
  const letGo = run.call.dryRun ? () => undefined : keepLeases(run.deps.store, all, run.deps.leaseMs);
  try {
    const held = new Set(recordLeases.map((lease) => lease.resource));
    const ours = works.filter((work) => resourcesOf(work).every((resource) => held.has(resource)));
    for (const work of works) if (!ours.includes(work)) run.ledger.decide(work, { faults: [busy()] });
    // One connection that cannot be spoken to takes nothing from the others.
    for (const group of Map.groupBy(ours, (work) => work.connector).values()) {
      await runUnits(run, group, { recordLeases, keyLeases });
    }
  } finally {
    letGo();
    await run.deps.store.releaseLeases(all());
  }
}

async function runUnits(
  run: Run,
  works: readonly Work[],
  { recordLeases, keyLeases }: { readonly recordLeases: readonly Lease[]; readonly keyLeases: Lease[] },
): Promise<void> {
  try {
    const removed = await removeUnits(run, works, keyLeases);
    const located = await locate(run, await mapUnits(run, removed), keyLeases);
    const judged = reactivated(run, planUnits(run, await resolveInbound(run, located)));
    const planned = holdForApproval(run, judged);
    if (run.call.dryRun) {
      await tellPlans(run, planned);
      return;
    }
    await writeRecords(run, planned, recordLeases);
    await writeDocuments(run, planned, recordLeases);
    const commit = run.ledger.pending([...recordLeases, ...keyLeases]);
    await run.deps.store.commit(commit);
    run.ledger.stored();
    await callFollowers(run, planned, commit);
  } catch (error) {
    decideAll(run, works, error);
  }
}

/** What stopped the whole wave is the outcome of every unit that was not decided before; what was not stored is not answered as done. */
function decideAll(run: Run, works: readonly Work[], error: unknown): void {
  run.ledger.retract(works);
  if (!(error instanceof RelayError)) run.deps.onUnexpected(error, run.io.correlationId);
  // A link that another unit took meanwhile spoils the commit of all: each is looked at again, and the one at fault is told alone.
  const isOther = error instanceof RelayError && error.code === 'ALREADY_LINKED';
  for (const work of works) run.ledger.decide(work, { faults: [isOther ? busy() : toFault(error)] });
}

/** Decisions about items without a unit, and about units whose own storing failed: they need no lease. */
async function keepRest(run: Run): Promise<void> {
  const rest = run.ledger.pending([]);
  if (run.call.dryRun || rest.audit.length + rest.reports.length === 0) return;
  try {
    await run.deps.store.commit(rest);
  } catch (error) {
    run.deps.onUnexpected(error, run.io.correlationId);
  }
}

async function leaseRecords(run: Run, works: readonly Work[]): Promise<Lease[]> {
  const resources = [...new Set(works.flatMap(resourcesOf))].toSorted();
  if (run.call.dryRun) return resources.map((resource) => ({ resource, fencingToken: '0' }));
  return resources.length === 0 ? [] : run.deps.store.acquireLeases(resources, run.deps.holder, LEASE_MS);
}
