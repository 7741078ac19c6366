import { describeCode, fault, type Fault, toFault } from '../../errors.ts';
import { isDocument, standing, writesAnything } from './plan-units.ts';
import { isReleased } from './requests.ts';
import type { PlannedWork, Run } from './run.ts';

/**
 * Decides the units that wait for approval and gives back the others. An approval counts for the very state it was given for; where
 * nothing is to be written none is asked for, so that what was approved and carried out keeps its outcome, number and write-backs.
 */
export function holdForApproval(run: Run, works: readonly PlannedWork[]): PlannedWork[] {
  return works.filter((work) => {
    if (run.ledger.isDecided(work) || !changesAnything(work)) return true;
    const held = faultOf(work);
    if (held === null) return true;
    const print = held.code === 'APPROVAL_DUE' ? { fingerprint: work.fingerprint } : {};
    run.ledger.decide(work, { ...standing(work), ...print, faults: [held], rule: 'Approval' });
    return false;
  });
}

/** A document that is still held back is let go by the next run: that is a change, too. */
function changesAnything(work: PlannedWork): boolean {
  if (work.linked?.link.state === 'following') return false;
  const isToBeReleased = isDocument(work) && work.mapping.options.hold !== undefined && !isReleased(work);
  return writesAnything(work) || isToBeReleased;
}

/** Why nothing may be written: the approval that is due, or the formula that has no answer. */
function faultOf(work: PlannedWork): Fault | null {
  try {
    const isNeeded = work.mapping.approvalFormula?.evaluate(work.item.record.fields) === true;
    if (!isNeeded || work.item.approvedFingerprint === work.fingerprint) return null;
    return fault('APPROVAL_DUE', describeCode('APPROVAL_DUE').text);
  } catch (error) {
    const failure = toFault(error);
    return { ...failure, message: `Approval formula of ${work.mapping.name}: ${failure.message}` };
  }
}
