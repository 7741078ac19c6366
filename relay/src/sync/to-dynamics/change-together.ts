import type { EntityRecord, WriteRequest } from '../../dynamics/connector.ts';
import type { Fault } from '../../errors.ts';
import type { Lease } from '../../store/store.ts';
import type { LinePlan } from '../plan.ts';
import { type Intent, unitKey } from '../unit.ts';
import { journal, quarantine, sendJournaled } from './journal.ts';
import { standing } from './plan-units.ts';
import { headerRequest, isReleased, lineRequest, lostFault } from './requests.ts';
import type { PlannedWork, Run } from './run.ts';
import { intentsLeft, type WrittenLine, writtenLine } from './write-lines.ts';

/** What was sent for one line. */
type Sent = { readonly line: LinePlan; readonly request: WriteRequest };

/** A document that stands as it is meant to. */
export type Changed = {
  readonly record: EntityRecord;
  readonly isNew: boolean;
  readonly lines: readonly WrittenLine[];
  readonly intentIds: readonly string[];
};

/** True for a document that stands in Dynamics and that nothing holds back: finance may ship and invoice it at any moment. */
export function isLetGo(work: PlannedWork): boolean {
  const { hold } = work.mapping.options;
  if (work.current === null) return false;
  return isReleased(work) || hold === undefined || work.current.values[hold.field] !== hold.held;
}

/**
 * Changes a document that is let go in one changeset: its key is known, so header and lines land together or not at all. Null where
 * nothing landed, with the unit decided.
 */
export async function changeTogether(
  run: Run,
  work: PlannedWork,
  at: { readonly current: EntityRecord; readonly leases: readonly Lease[] },
): Promise<Changed | null> {
  const left = await intentsLeft(run, work);
  const sent = work.linePlans.flatMap((line): Sent[] => {
    const request = lineRequest(work, line, at.current.values);
    return request === null ? [] : [{ line, request }];
  });
  const creates = sent.flatMap(({ line, request }) => (request.verb === 'create' ? [line] : []));
  const waiting = creates
    .map(({ unit }) => quarantine(run, left.get(unitKey(unit)) ?? null))
    .find((one) => one !== null);
  if (waiting !== undefined) return refused(run, work, waiting);

  const wanted = creates.map(({ unit, child, marker }) => ({ unit, entitySet: child.entitySet, marker }));
  const intentIds = (await journal(run, wanted, at.leases)).map((intent) => intent.id);
  const header = work.plan.action === 'none' ? [] : [headerRequest(work)];
  const requests = [...header, ...sent.map(({ request }) => request)];
  const answer = await sendJournaled(run, intentIds, () => work.connector.writeTogether(requests, run.io));
  if (!answer.ok) {
    await (answer.isUnknown ? run.deps.store.markUnknown(intentIds) : run.deps.store.withdrawIntents(intentIds));
    const line = answer.at === undefined ? undefined : sent[answer.at - header.length]?.line;
    return refused(run, work, answer.isUnknown ? lostFault() : unchanged(answer.fault, line));
  }
  const records = answer.value.slice(header.length);
  return {
    record: (header.length > 0 ? answer.value[0] : null) ?? at.current,
    isNew: false,
    lines: work.linePlans.flatMap((line) => lineAfter(work, line, { sent, records })),
    intentIds: [...(work.intent === null ? [] : [work.intent.id]), ...intentIds, ...adopted(work, left)],
  };
}

function refused(run: Run, work: PlannedWork, fault: Fault): null {
  run.ledger.decide(work, { ...standing(work), faults: [fault], verdicts: work.verdicts, rule: work.rule });
  return null;
}

function unchanged(cause: Fault, line: LinePlan | undefined): Fault {
  const name = line === undefined ? '' : `Line ${line.unit.recordId}: `;
  return {
    ...cause,
    message: `${name}${cause.message} Nothing of the change is in Dynamics: the document is as it was.`,
  };
}

/** One line as it stands after the change; none where there is nothing to know of it. */
function lineAfter(
  work: PlannedWork,
  line: LinePlan,
  { sent, records }: { readonly sent: readonly Sent[]; readonly records: readonly (EntityRecord | null)[] },
): WrittenLine[] {
  const index = sent.findIndex((one) => one.line === line);
  if (index >= 0) return [writtenLine(work, line, records[index] ?? null)];
  return line.action === 'none' && line.current !== null ? [writtenLine(work, line, line.current)] : [];
}

/** The creates of earlier runs whose lines were found by their markers. */
export function adopted(work: PlannedWork, left: ReadonlyMap<string, Intent>): string[] {
  return work.linePlans.flatMap((line) => {
    const intent = line.current === null ? undefined : left.get(unitKey(line.unit));
    return intent === undefined ? [] : [intent.id];
  });
}
