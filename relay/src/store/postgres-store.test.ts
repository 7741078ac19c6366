import { describe, expect, it } from '@jest/globals';
import {
  MINUTE,
  ORG,
  OTHER_ORG,
  SWEEP,
  aBase,
  aCommit,
  aLink,
  aReport,
  aUnit,
  anEvent,
  openProblemCount,
  secondRelay,
  store,
  useJournal,
} from '../../../test/support/journal-under-test.ts';

useJournal();

describe('leases', () => {
  it('gives a resource to one of two relays, and leaves it out of the answer to the other', async () => {
    const [first, second] = await Promise.all([
      store.acquireLeases(['record/1'], 'relay-1', MINUTE),
      secondRelay.acquireLeases(['record/1'], 'relay-2', MINUTE),
    ]);

    expect(first.length + second.length).toBe(1);
  });

  it('gives what is free when some of it is busy', async () => {
    await store.acquireLeases(['b'], 'relay-1', MINUTE);

    const leases = await secondRelay.acquireLeases(['c', 'b', 'a'], 'relay-2', MINUTE);

    expect(leases.map((lease) => lease.resource)).toEqual(['a', 'c']);
  });

  it('counts a resource that is named twice as one', async () => {
    const leases = await store.acquireLeases(['a', 'a'], 'relay-1', MINUTE);

    expect(leases).toHaveLength(1);
  });

  it('is not re-entrant: the same holder does not get a live lease again', async () => {
    await store.acquireLeases(['a'], 'relay-1', MINUTE);

    expect(await store.acquireLeases(['a'], 'relay-1', MINUTE)).toEqual([]);
  });

  it('hands an expired lease to the next, with a greater token', async () => {
    const [old] = await store.acquireLeases(['a'], 'relay-1', 0);

    const [next] = await secondRelay.acquireLeases(['a'], 'relay-2', MINUTE);

    expect(BigInt(next!.fencingToken)).toBeGreaterThan(BigInt(old!.fencingToken));
  });

  it('keeps tokens growing over release and removal', async () => {
    const [first] = await store.acquireLeases(['a'], 'relay-1', MINUTE);
    await store.releaseLeases([first!]);

    const [second] = await store.acquireLeases(['a'], 'relay-1', MINUTE);

    expect(BigInt(second!.fencingToken)).toBeGreaterThan(BigInt(first!.fencingToken));
  });

  it('releases only what is still its own, also when asked twice', async () => {
    const [stale] = await store.acquireLeases(['a'], 'relay-1', 0);
    const [current] = await secondRelay.acquireLeases(['a'], 'relay-2', MINUTE);

    await store.releaseLeases([stale!]);
    await store.releaseLeases([stale!]);

    await expect(secondRelay.renewLeases([current!], MINUTE)).resolves.toBeUndefined();
  });

  it('tells a holder who renews too late that the lease is another run’s', async () => {
    const [stale] = await store.acquireLeases(['a'], 'relay-1', 0);
    await secondRelay.acquireLeases(['a'], 'relay-2', MINUTE);

    await expect(store.renewLeases([stale!], MINUTE)).rejects.toMatchObject({ code: 'RECORD_BUSY' });
  });

  it('never deadlocks when many runs take the same resources in different orders', async () => {
    const resources = Array.from({ length: 40 }, (_, index) => `r${index}`);
    const runs = Array.from({ length: 20 }, async (_, run) => {
      const relay = run % 2 === 0 ? store : secondRelay;
      const order = run % 2 === 0 ? resources : [...resources].reverse();
      const leases = await relay.acquireLeases(order, `run-${run}`, MINUTE);
      await relay.commit(aCommit({ leases: [...leases].reverse() }));
      await relay.releaseLeases(leases);
      return leases.length;
    });

    const taken = await Promise.all(runs);

    expect(taken.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(resources.length);
  });

  it('removes leases that ended long ago and keeps the live ones', async () => {
    await store.acquireLeases(['old'], 'relay-1', -2 * MINUTE);
    await store.acquireLeases(['live'], 'relay-1', MINUTE);

    expect(await store.removeExpiredLeases()).toBe(1);
    expect(await store.removeExpiredLeases()).toBe(0);
    expect(await store.acquireLeases(['live'], 'relay-2', MINUTE)).toEqual([]);
  });
});

describe('commit', () => {
  it('stores nothing at all for a holder whose lease was taken over', async () => {
    const [stale] = await store.acquireLeases(['a'], 'relay-1', 0);
    await secondRelay.acquireLeases(['a'], 'relay-2', MINUTE);

    const commit = store.commit(
      aCommit({
        leases: [stale!],
        links: [aLink(aUnit('001'))],
        audit: [anEvent('a')],
        reports: [aReport(aUnit('001'), ['VALUE_TOO_LONG'])],
        cursors: [{ ...SWEEP, position: '1' }],
      }),
    );

    await expect(commit).rejects.toMatchObject({ code: 'RECORD_BUSY' });
    expect(await store.linksOfUnits([aUnit('001')])).toEqual([]);
    expect(await store.findAudit({ org: ORG, limit: 1 })).toEqual([]);
    expect(await openProblemCount()).toBe(0);
    expect(await store.cursor(SWEEP)).toBeNull();
  });

  it('refuses an expired lease even though nobody took it', async () => {
    const [expired] = await store.acquireLeases(['a'], 'relay-1', 0);

    await expect(store.commit(aCommit({ leases: [expired!] }))).rejects.toMatchObject({ code: 'RECORD_BUSY' });
  });

  it('of one live lease among several is not enough', async () => {
    const live = await store.acquireLeases(['live'], 'relay-1', MINUTE);
    const expired = await store.acquireLeases(['expired'], 'relay-1', 0);

    await expect(store.commit(aCommit({ leases: [...live, ...expired] }))).rejects.toMatchObject({
      code: 'RECORD_BUSY',
    });
  });

  it('keeps others from taking over its leases until it is through', async () => {
    const leases = await store.acquireLeases(['a'], 'relay-1', 300);
    const units = Array.from({ length: 200 }, (_, index) => aUnit(String(index)));

    const commit = store.commit(aCommit({ leases, links: units.map((unit) => aLink(unit)) }));
    const takeOver = secondRelay.acquireLeases(['a'], 'relay-2', MINUTE);

    await expect(commit).resolves.toBeUndefined();
    expect(await takeOver).toEqual([]);
  });

  it('twice is the same as once', async () => {
    const leases = await store.acquireLeases(['a'], 'relay-1', MINUTE);
    const commit = aCommit({
      leases,
      links: [aLink(aUnit('001'), { bases: [aBase('Name')] })],
      audit: [anEvent('a')],
      reports: [aReport(aUnit('001'), ['VALUE_TOO_LONG'])],
      cursors: [{ ...SWEEP, position: '1' }],
    });

    await store.commit(commit);
    await store.commit(commit);

    expect(await store.linksOfRecords(ORG, ['001'])).toHaveLength(1);
    expect(await store.findAudit({ org: ORG, limit: 10 })).toHaveLength(1);
    expect(await store.findProblems({ org: ORG, state: 'open', limit: 10 })).toMatchObject([{ unitCount: 1 }]);
    expect(await store.cursor(SWEEP)).toBe('1');
    expect(await store.cursor({ ...SWEEP, org: OTHER_ORG })).toBeNull();
  });
});
