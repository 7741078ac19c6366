import { describeCode, fault, type Fault, RelayError } from '../../errors.ts';
import type { Lease, Store } from '../../store/store.ts';
import type { Run } from './run.ts';
import type { Intent } from '../unit.ts';

/**
 * Journals creates before they are sent. What an earlier run left behind was waited for by now and ends here: the quarantine of this
 * create counts from now, not from the one before.
 */
export async function journal(
  run: Run,
  wanted: Parameters<Store['openIntents']>[0],
  leases: readonly Lease[],
): Promise<Intent[]> {
  const { store } = run.deps;
  const intents = wanted.length === 0 ? [] : await store.openIntents(wanted, leases);
  const left = intents.filter((intent) => !intent.isNew);
  if (left.length === 0) return intents;
  await store.withdrawIntents(left.map((intent) => intent.id));
  return store.openIntents(wanted, leases);
}

/** Sends journaled creates. A call that could not be made leaves no intent; one that broke in a way nobody foresaw leaves it unknown. */
export async function sendJournaled<T>(run: Run, intentIds: readonly string[], send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    const { store } = run.deps;
    await (error instanceof RelayError ? store.withdrawIntents(intentIds) : store.markUnknown(intentIds));
    throw error;
  }
}

/** How soon a create of unknown outcome is looked up again. */
const LOOK_AGAIN_MS = 5_000;

/** The fault of a create that may still be arriving: it is only looked up until no server can be working on it. Null once it may be sent. */
export function quarantine(run: Run, intent: Intent | null): Fault | null {
  if (intent === null) return null;
  const since = Date.parse(intent.unknownSince ?? intent.openedAt);
  const remaining = since + run.deps.quarantineMs - run.deps.clock().getTime();
  if (remaining <= 0) return null;
  const retryAfterMs = Math.min(remaining, LOOK_AGAIN_MS);
  return fault('OUTCOME_UNKNOWN', describeCode('OUTCOME_UNKNOWN').text, { retryAfterMs });
}
