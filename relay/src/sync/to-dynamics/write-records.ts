import type { Answer, EntityRecord } from '../../dynamics/connector.ts';
import { fault, type Outcome } from '../../errors.ts';
import type { Lease } from '../../store/store.ts';
import { conclude } from './conclude.ts';
import { journal, sendJournaled } from './journal.ts';
import { unitMarker } from '../marker.ts';
import { isDocument, standing } from './plan-units.ts';
import { readCreate, recordRequest } from './requests.ts';
import { type PlannedWork, type Run } from './run.ts';
import { type Intent, unitKey } from '../unit.ts';

/** Writes records without lines: one round trip for all of a connection, creates journaled before they are sent. */
export async function writeRecords(run: Run, works: readonly PlannedWork[], leases: readonly Lease[]): Promise<void> {
  const records = works.filter((work) => !isDocument(work) && !run.ledger.isDecided(work));
  for (const work of records) if (work.plan.action === 'none') concludeUnwritten(run, work);
  const toWrite = records.filter((work) => work.plan.action !== 'none');
  for (let at = 0; at < toWrite.length; at += WRITES_AT_ONCE) {
    const group = toWrite.slice(at, at + WRITES_AT_ONCE);
    if (run.isOver()) for (const work of group) run.ledger.decide(work, { ...standing(work), faults: [late] });
    else await writeGroup(run, group, leases);
  }
}

/** What is not begun in time is left to the next call: a write cannot be cut without losing its outcome. */
const late = fault('OUT_OF_TIME', 'The call ran out of time before this record was written.', { retryAfterMs: 1_000 });

/** One batch: a call that could not be made then leaves nothing under way. */
const WRITES_AT_ONCE = 100;

function concludeUnwritten(run: Run, work: PlannedWork): void {
  if (work.current === null) return;
  const intentIds = work.intent === null ? [] : [work.intent.id];
  conclude(run, work, { record: work.current, outcome: foundOutcome(work), intentIds });
}

/** The outcome of a unit whose record was there and needed no change. */
export function foundOutcome(work: PlannedWork): Outcome {
  if (work.origin === 'adopted') return work.intent === null ? 'linked' : 'created';
  if (work.origin === 'matched') return 'linked';
  return work.plan.toSalesforce.length > 0 ? 'updated' : 'unchanged';
}

async function writeGroup(run: Run, works: readonly PlannedWork[], leases: readonly Lease[]): Promise<void> {
  const [first] = works;
  if (first === undefined) return;
  const intents = await journalCreates(run, works, leases);
  const intentIds = [...intents.values()].map((intent) => intent.id);
  const answers = await sendJournaled(run, intentIds, () => first.connector.write(works.map(recordRequest), run.io));
  await settleIntents(run, works, { answers, intents });
  for (const [index, work] of works.entries()) concludeWritten(run, work, answers[index], intents);
}

type IntentByUnit = ReadonlyMap<string, Intent>;

async function journalCreates(
  run: Run,
  works: readonly PlannedWork[],
  leases: readonly Lease[],
): Promise<IntentByUnit> {
  const creates = works.filter((work) => work.plan.action === 'create');
  const wanted = creates.map((work) => ({
    unit: work.unit,
    entitySet: work.mapping.entitySet,
    marker: unitMarker(work.unit),
  }));
  const intents = await journal(run, wanted, leases);
  return new Map(intents.map((intent) => [unitKey(intent.unit), intent]));
}

/** Creates that certainly did not happen leave no intent; those that nobody can tell of are only looked up from now on. */
async function settleIntents(
  run: Run,
  works: readonly PlannedWork[],
  written: { answers: readonly Answer<EntityRecord | null>[]; intents: IntentByUnit },
): Promise<void> {
  const refused: string[] = [];
  const unknown: string[] = [];
  for (const [index, work] of works.entries()) {
    const answer = written.answers[index];
    const intent = written.intents.get(unitKey(work.unit));
    if (intent === undefined || answer === undefined || answer.ok) continue;
    (answer.isUnknown ? unknown : refused).push(intent.id);
  }
  if (refused.length > 0) await run.deps.store.withdrawIntents(refused);
  if (unknown.length > 0) await run.deps.store.markUnknown(unknown);
}

function concludeWritten(
  run: Run,
  work: PlannedWork,
  answer: Answer<EntityRecord | null> | undefined,
  intents: IntentByUnit,
): void {
  const intent = intents.get(unitKey(work.unit)) ?? work.intent;
  const written = readCreate(answer);
  if (written.record !== null) {
    const intentIds = intent === null ? [] : [intent.id];
    conclude(run, work, { record: written.record, outcome: writtenOutcome(work), intentIds });
    return;
  }
  // An update of unknown outcome is simply made again: only a create could double something.
  const isLostUpdate = work.plan.action === 'update' && answer?.ok === false;
  const failure = isLostUpdate ? answer.fault : written.fault;
  run.ledger.decide(work, { ...standing(work), faults: [failure], verdicts: work.verdicts, rule: work.rule });
}

/** The outcome of a unit whose record was written. */
export function writtenOutcome(work: PlannedWork): Outcome {
  if (work.plan.action === 'create') return 'created';
  return work.origin === 'matched' ? 'linked' : 'updated';
}
