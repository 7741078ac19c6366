import { RelayError } from '../../errors.ts';
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
