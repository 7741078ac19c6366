import { fault } from '../../errors.ts';
import type { HashKey } from '../merge.ts';
import type { Base, LinkWithBases, SalesforceRecord } from '../unit.ts';
import type { LinkedWork, Run } from './run.ts';

/** The link name under which the SystemModstamp of the state is kept that was carried over last. An instant, no hash. */
const CARRIED = '@carried';

/**
 * Decides the units whose record was read before the state that was carried last: a call that was repeated, or that another overtook,
 * must not bring old values back. Equal stamps pass, because they are the same state. Gives back the others.
 */
export function refuseOutdated(run: Run, works: readonly LinkedWork[]): LinkedWork[] {
  return works.filter((work) => {
    const carried = work.linked === null ? null : carriedAt(work.linked);
    const { id, systemModstamp } = work.item.record;
    if (carried === null || Date.parse(systemModstamp) >= Date.parse(carried)) return true;
    const message = `${id} was sent as it stood at ${systemModstamp}, but its state of ${carried} is in Dynamics already.`;
    run.ledger.decide(work, { faults: [fault('RECORD_OUTDATED', message, { retryAfterMs: 1_000 })] });
    return false;
  });
}

/** What a link keeps of the state that it was agreed on with. */
export function carriedBase({ systemModstamp }: SalesforceRecord, { keyId }: HashKey): Base {
  return { field: CARRIED, salesforceHash: systemModstamp, dynamicsHash: '', mappingVersion: '', keyId };
}

function carriedAt({ bases }: LinkWithBases): string | null {
  return bases.find(({ field }) => field === CARRIED)?.salesforceHash ?? null;
}
