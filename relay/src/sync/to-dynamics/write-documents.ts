import type { EntityRecord } from '../../dynamics/connector.ts';
import { fault, RelayError, toFault } from '../../errors.ts';
import type { Lease } from '../../store/store.ts';
import { adopted, type Changed, changeTogether, isLetGo } from './change-together.ts';
import { conclude } from './conclude.ts';
import { journal, sendJournaled } from './journal.ts';
import { releaseDocument } from './release-document.ts';
import { isDocument, standing, writesAnything } from './plan-units.ts';
import { type PlannedWork, type Run } from './run.ts';
import {
  createValues,
  headerRequest,
  isCreatedTogether,
  isReleased,
  lineRequest,
  lostFault,
  readCreate,
  reread,
} from './requests.ts';
import { foundOutcome } from './write-records.ts';
import { intentsLeft, writeLines } from './write-lines.ts';
import { unitMarker } from '../marker.ts';

/** Writes documents with their lines, each on its own: one that fails holds up no other. */
export async function writeDocuments(run: Run, works: readonly PlannedWork[], leases: readonly Lease[]): Promise<void> {
  const documents = works.filter((work) => isDocument(work) && !run.ledger.isDecided(work));
  await Promise.all(documents.map((work) => writeDocument(run, work, leases)));
}

async function writeDocument(run: Run, work: PlannedWork, leases: readonly Lease[]): Promise<void> {
  if (run.isOver()) {
    const late = fault('OUT_OF_TIME', 'The call ran out of time before this document.', { retryAfterMs: 1_000 });
    run.ledger.decide(work, { ...standing(work), faults: [late] });
    return;
  }
  try {
    if (isCreatedTogether(work)) await createTogether(run, work, leases);
    else await writeOrComplete(run, work, leases);
  } catch (error) {
    if (!(error instanceof RelayError)) run.deps.onUnexpected(error, run.io.correlationId);
    run.ledger.decide(work, { ...standing(work), faults: [toFault(error)] });
  }
}

/** Header and lines in one changeset, under a number of ours: all of it stands or none. */
async function createTogether(run: Run, work: PlannedWork, leases: readonly Lease[]): Promise<void> {
  const intentIds = (await journal(run, [intentOf(work)], leases)).map((intent) => intent.id);
  const lines = work.linePlans.filter((line) => line.action === 'create');
  const requests = [headerRequest(work), ...lines.flatMap((line) => lineRequest(work, line, createValues(work)) ?? [])];
  const answer = await sendJournaled(run, intentIds, () => work.connector.writeTogether(requests, run.io));
  if (!answer.ok) {
    await (answer.isUnknown ? run.deps.store.markUnknown(intentIds) : run.deps.store.withdrawIntents(intentIds));
    run.ledger.decide(work, { faults: [answer.isUnknown ? lostFault() : answer.fault], verdicts: work.verdicts });
    return;
  }
  const [record, ...lineRecords] = answer.value;
  if (record == null) {
    run.ledger.decide(work, { faults: [lostFault()] });
    return;
  }
  const fresh = await reread(run, work, record);
  conclude(run, work, {
    record: fresh.record,
    outcome: 'created',
    faults: fresh.fault === null ? [] : [fresh.fault],
    isStale: fresh.fault !== null,
    intentIds,
    lines: lines.flatMap((plan, index) => {
      const line = lineRecords[index];
      return line == null ? [] : [{ plan, record: line }];
    }),
    isReleased: true,
  });
}

/** A document that is let go is changed as a whole; one that is not yet is completed, and let go once all of it stands. */
async function writeOrComplete(run: Run, work: PlannedWork, leases: readonly Lease[]): Promise<void> {
  const { current } = work;
  if (current !== null && isReleased(work) && !writesAnything(work)) {
    const lines = work.linePlans.flatMap((plan) => (plan.current === null ? [] : [{ plan, record: plan.current }]));
    const intentIds = adopted(work, await intentsLeft(run, work));
    conclude(run, work, { record: current, outcome: foundOutcome(work), lines, intentIds, isReleased: true });
    return;
  }
  const written =
    current !== null && isLetGo(work)
      ? await changeTogether(run, work, { current, leases })
      : await writeStaged(run, work, leases);
  if (written !== null) await letGo(run, work, written);
}

/** Header first, held back from processing; then the lines one by one. Null where not all of them stand, with the unit decided. */
async function writeStaged(run: Run, work: PlannedWork, leases: readonly Lease[]): Promise<Changed | null> {
  const header = await writeHeader(run, work, leases);
  if (header === null) return null;
  const lines = await writeLines(run, work, { header: header.record, leases });
  const intentIds = [...header.intentIds, ...lines.intentIds];
  if (lines.faults.length === 0) return { ...header, intentIds, lines: lines.written };
  const { record, fault: staleFault } = await reread(run, work, header.record);
  const isStale = staleFault !== null;
  conclude(run, work, { record, outcome: 'partial', faults: lines.faults, intentIds, lines: lines.written, isStale });
  return null;
}

async function letGo(run: Run, work: PlannedWork, { record, lines, intentIds, isNew }: Changed): Promise<void> {
  const released = await releaseDocument(run, work, { record, lines });
  const outcome = isNew || work.origin === 'adopted' ? 'created' : work.origin === 'matched' ? 'linked' : 'updated';
  conclude(run, work, {
    record: released.record,
    outcome,
    faults: released.faults,
    isStale: released.isStale,
    intentIds,
    lines: released.lines,
    isReleased: released.faults.length === 0,
  });
}

type Header = { readonly record: EntityRecord; readonly isNew: boolean; readonly intentIds: readonly string[] };

async function writeHeader(run: Run, work: PlannedWork, leases: readonly Lease[]): Promise<Header | null> {
  const known = work.intent === null ? [] : [work.intent.id];
  if (work.current !== null && work.plan.action === 'none') {
    return { record: work.current, isNew: false, intentIds: known };
  }
  if (work.current !== null) return updateHeader(run, work);
  const intentIds = (await journal(run, [intentOf(work)], leases)).map((intent) => intent.id);
  const request = headerRequest(work);
  const [answer] = await sendJournaled(run, intentIds, () => work.connector.write([request], run.io));
  const created = readCreate(answer);
  if (created.record !== null) return { record: created.record, isNew: true, intentIds };
  await (created.isLost ? run.deps.store.markUnknown(intentIds) : run.deps.store.withdrawIntents(intentIds));
  run.ledger.decide(work, { faults: [created.fault], verdicts: work.verdicts, rule: work.rule });
  return null;
}

async function updateHeader(run: Run, work: PlannedWork): Promise<Header | null> {
  const [answer] = await work.connector.write([headerRequest(work)], run.io);
  const intentIds = work.intent === null ? [] : [work.intent.id];
  if (answer?.ok === true && answer.value !== null) return { record: answer.value, isNew: false, intentIds };
  const failure = answer?.ok === false ? answer.fault : lostFault();
  run.ledger.decide(work, { ...standing(work), faults: [failure], verdicts: work.verdicts, rule: work.rule });
  return null;
}

function intentOf(work: PlannedWork): { unit: PlannedWork['unit']; entitySet: string; marker: string } {
  return { unit: work.unit, entitySet: work.mapping.entitySet, marker: unitMarker(work.unit) };
}
