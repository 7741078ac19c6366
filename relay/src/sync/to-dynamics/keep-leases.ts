import type { Lease, Store } from '../../store/store.ts';

/** How long a lease lasts by itself: for so long a record stays busy after the relay that worked on it was killed. */
export const LEASE_MS = 15_000;

/**
 * Renews the leases of a run until the answered function is called, but for `longestMs` at most: a run that hangs must let go. What
 * was lost all the same is noticed at the commit.
 */
export function keepLeases(
  store: Pick<Store, 'renewLeases'>,
  leases: () => readonly Lease[],
  longestMs: number,
): () => void {
  let turnsLeft = Math.floor(longestMs / LEASE_MS) * 3;
  const timer = setInterval(() => {
    turnsLeft -= 1;
    const held = leases();
    if (turnsLeft <= 0) clearInterval(timer);
    if (held.length > 0) store.renewLeases(held, LEASE_MS).catch(() => undefined);
  }, LEASE_MS / 3);
  return () => clearInterval(timer);
}
