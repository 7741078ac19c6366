import type { EntityRecord, WriteRequest } from '../../dynamics/connector.ts';
import { describeCode, fault, type Fault } from '../../errors.ts';
import type { Lease } from '../../store/store.ts';
import type { LinePlan } from '../plan.ts';
import { journal, quarantine, sendJournaled } from './journal.ts';
import { isReleased, lineRequest, lostFault, readCreate } from './requests.ts';
import { isLineWrite } from './plan-units.ts';
import { type PlannedWork, type Run } from './run.ts';
import { unlikeFields } from './unlike-fields.ts';
import { type Intent, unitKey } from '../unit.ts';

/** One line as Dynamics holds it now, null where it was removed; `unlike` names the field mappings whose value is not what was sent. */
export type WrittenLine = {
  readonly plan: LinePlan;
  readonly record: EntityRecord | null;
  readonly unlike?: ReadonlySet<string>;
};

/** What became of a document's lines. `written` holds those that stand. */
export type WrittenLines = {
  readonly written: readonly WrittenLine[];
  readonly faults: readonly Fault[];
  readonly intentIds: readonly string[];
};

/**
 * Writes the lines of one document, one after the other: Dynamics locks the header with each. A refused line does not stop the
 * others, so that all faults are told at once; a line whose answer was lost stops the rest.
 */
export async function writeLines(
  run: Run,
  work: PlannedWork,
  at: { readonly header: EntityRecord; readonly leases: readonly Lease[] },
): Promise<WrittenLines> {
  const left = await intentsLeft(run, work);
  const result = { written: [] as WrittenLine[], faults: [] as Fault[], intentIds: [] as string[] };
  for (const line of work.linePlans) {
    const intent = left.get(unitKey(line.unit));
    if (intent !== undefined && line.current !== null) result.intentIds.push(intent.id);
    const step =
      run.isOver() && isLineWrite(line) ? late : await writeLine(run, work, { line, intent: intent ?? null, ...at });
    result.intentIds.push(...step.intentIds);
    if (step.fault !== null) result.faults.push(step.fault);
    else if (step.isStanding) result.written.push(writtenLine(work, line, step.record));
    if (step.fault !== null && describeCode(step.fault.code).outcome === 'deferred') break;
  }
  return { ...result, faults: orderFaults(result.faults) };
}

/** Until a document was let go, what Dynamics made of a line is no agreement unless it is what was sent. */
export function writtenLine(work: PlannedWork, plan: LinePlan, record: EntityRecord | null): WrittenLine {
  const entity = work.lineEntities.get(plan.child.name);
  if (record === null || entity === undefined || isReleased(work)) return { plan, record };
  return { plan, record, unlike: new Set(unlikeFields(plan, record.values, entity).map(({ name }) => name)) };
}

/** The creates of lines that earlier runs left behind, by the key of the line's unit. */
export async function intentsLeft(run: Run, work: PlannedWork): Promise<ReadonlyMap<string, Intent>> {
  if (work.current === null) return new Map();
  const creates = work.linePlans.map((line) => line.unit);
  const intents = creates.length === 0 ? [] : await run.deps.store.intentsOfUnits(creates);
  return new Map(intents.map((intent) => [unitKey(intent.unit), intent]));
}

/** What is only a matter of time comes first, so that the document is tried again; then the refusal is told as what it is: a held document. */
function orderFaults(faults: readonly Fault[]): Fault[] {
  if (faults.length === 0) return [];
  const passing = faults.filter(({ code }) => describeCode(code).outcome === 'deferred');
  const refused = faults.filter(({ code }) => describeCode(code).outcome !== 'deferred');
  if (passing.length > 0) return [...passing, ...refused];
  return [fault('DOCUMENT_NOT_RELEASED', describeCode('DOCUMENT_NOT_RELEASED').text), ...refused];
}

type Step = {
  readonly record: EntityRecord | null;
  readonly isStanding: boolean;
  readonly fault: Fault | null;
  readonly intentIds: readonly string[];
};

/** The rest of a long document is written by the next call: its lines are found by their markers. */
const late: Step = {
  record: null,
  isStanding: false,
  fault: fault('OUT_OF_TIME', 'The call ran out of time before all lines of the document.', { retryAfterMs: 100 }),
  intentIds: [],
};

type LineAt = {
  readonly line: LinePlan;
  readonly intent: Intent | null;
  readonly header: EntityRecord;
  readonly leases: readonly Lease[];
};

const nothing: Step = { record: null, isStanding: false, fault: null, intentIds: [] };

async function writeLine(run: Run, work: PlannedWork, at: LineAt): Promise<Step> {
  const { line } = at;
  if (line.action === 'none' && line.current !== null) return { ...nothing, record: line.current, isStanding: true };
  const request = lineRequest(work, line, at.header.values);
  if (request === null) return nothing;
  if (request.verb === 'create') return createLine(run, work, at, request);
  const [answer] = await work.connector.write([request], run.io);
  if (answer?.ok !== true) return { ...nothing, fault: nameLine(line, answer?.fault ?? lostFault()) };
  return { ...nothing, record: answer.value, isStanding: true };
}

async function createLine(run: Run, work: PlannedWork, at: LineAt, request: WriteRequest): Promise<Step> {
  const waiting = quarantine(run, at.intent);
  if (waiting !== null) return { ...nothing, fault: waiting };
  const { child, unit, marker } = at.line;
  const intents = await journal(run, [{ unit, entitySet: child.entitySet, marker }], at.leases);
  const intentIds = intents.map((intent) => intent.id);
  const [answer] = await sendJournaled(run, intentIds, () => work.connector.write([request], run.io));
  const created = readCreate(answer);
  if (created.record !== null) return { ...nothing, record: created.record, isStanding: true, intentIds };
  await (created.isLost ? run.deps.store.markUnknown(intentIds) : run.deps.store.withdrawIntents(intentIds));
  return { ...nothing, fault: created.isLost ? created.fault : nameLine(at.line, created.fault) };
}

const nameLine = (line: LinePlan, cause: Fault): Fault => ({
  ...cause,
  message: `Line ${line.unit.recordId}: ${cause.message}`,
});
