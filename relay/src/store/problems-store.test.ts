import { describe, expect, it } from '@jest/globals';
import { unitKey } from '../sync/unit.ts';
import {
  ORG,
  OTHER_ORG,
  aCommit,
  aReport,
  aUnit,
  openProblemCount,
  secondRelay,
  store,
  useJournal,
} from '../../../test/support/journal-under-test.ts';

useJournal();

describe('problems', () => {
  it('group the units that share a cause, and keep those of another org apart', async () => {
    const reports = [
      aReport(aUnit('001'), ['VALUE_TOO_LONG']),
      aReport(aUnit('002'), ['VALUE_TOO_LONG']),
      aReport(aUnit('001', { org: OTHER_ORG }), ['VALUE_TOO_LONG']),
    ];

    await store.commit(aCommit({ reports }));

    const [problem, ...others] = await store.findProblems({ org: ORG, state: 'open', limit: 10 });
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: 'VALUE_TOO_LONG', field: 'OrganizationName', unitCount: 2 });
    expect(await store.unitsOfProblem(ORG, problem!.id)).toEqual([unitKey(aUnit('001')), unitKey(aUnit('002'))]);
    expect(await store.unitsOfProblem(OTHER_ORG, problem!.id)).toEqual([]);
  });

  it('lose a unit that reports another fault, and close when their last unit leaves', async () => {
    await store.commit(aCommit({ reports: [aReport(aUnit('001'), ['VALUE_TOO_LONG'])] }));

    await store.commit(aCommit({ reports: [aReport(aUnit('001'), ['VALUE_REQUIRED'])] }));

    const open = await store.findProblems({ org: ORG, state: 'open', limit: 10 });
    const closed = await store.findProblems({ org: ORG, state: 'closed', limit: 10 });
    expect(open.map((problem) => problem.code)).toEqual(['VALUE_REQUIRED']);
    expect(closed.map((problem) => problem.code)).toEqual(['VALUE_TOO_LONG']);
  });

  it('close when the unit reports none, and remember on reopening when they were met first', async () => {
    await store.commit(aCommit({ reports: [aReport(aUnit('001'), ['VALUE_TOO_LONG'])] }));
    const [first] = await store.findProblems({ org: ORG, state: 'open', limit: 10 });
    await store.commit(aCommit({ reports: [aReport(aUnit('001'), [])] }));
    expect(await openProblemCount()).toBe(0);

    await store.commit(aCommit({ reports: [aReport(aUnit('002'), ['VALUE_TOO_LONG'])] }));

    const [reopened] = await store.findProblems({ org: ORG, state: 'open', limit: 10 });
    expect(reopened).toMatchObject({ id: first!.id, firstSeenAt: first!.firstSeenAt, unitCount: 1 });
    expect(reopened!.lastSeenAt > first!.lastSeenAt).toBe(true);
  });

  it('survive many runs that open and close them in different orders at once', async () => {
    const runs = Array.from({ length: 24 }, (_, run) => {
      const faults = [['VALUE_TOO_LONG'], ['VALUE_REQUIRED'], [], ['VALUE_REQUIRED', 'VALUE_TOO_LONG']] as const;
      const reports = [0, 1, 2].map((n) => aReport(aUnit(`${(run + n) % 5}`), faults[(run + n) % 4]!));
      return (run % 2 === 0 ? store : secondRelay).commit(aCommit({ reports }));
    });

    await Promise.all(runs);
    await store.commit(aCommit({ reports: [0, 1, 2, 3, 4].map((n) => aReport(aUnit(`${n}`), [])) }));

    expect(await openProblemCount()).toBe(0);
  });

  it('are paged, those met last first', async () => {
    await store.commit(aCommit({ reports: [aReport(aUnit('001'), ['VALUE_TOO_LONG'])] }));
    await store.commit(aCommit({ reports: [aReport(aUnit('002'), ['VALUE_REQUIRED'])] }));

    const [first] = await store.findProblems({ org: ORG, state: 'open', limit: 1 });
    const [second] = await store.findProblems({ org: ORG, state: 'open', limit: 1, cursor: first!.id });

    expect([first!.code, second!.code]).toEqual(['VALUE_REQUIRED', 'VALUE_TOO_LONG']);
  });
});
