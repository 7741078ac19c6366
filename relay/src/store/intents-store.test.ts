import { describe, expect, it } from '@jest/globals';
import { openStore } from './postgres-store.ts';
import {
  MINUTE,
  OTHER_ORG,
  PLACE,
  aCommit,
  aLink,
  aUnit,
  database,
  secondRelay,
  store,
  useJournal,
} from '../../../test/support/journal-under-test.ts';

useJournal();

describe('intents', () => {
  it('are there for another relay as soon as they are opened, and survive the run that opened them', async () => {
    const unit = aUnit('001');
    const dying = await openStore({ connection: database.connection });

    const [opened] = await dying.openIntents([{ unit, entitySet: 'CustomersV3', marker: 'cw-1' }], []);
    await dying.close();

    const [left] = await secondRelay.intentsOfUnits([unit]);
    expect(opened!.isNew).toBe(true);
    expect(left).toEqual({ ...opened, isNew: false });
  });

  it('are one per unit: a second run gets the first one’s, with its marker', async () => {
    const unit = aUnit('001');

    const answers = await Promise.all([
      store.openIntents([{ unit, entitySet: 'CustomersV3', marker: 'cw-1' }], []),
      secondRelay.openIntents([{ unit, entitySet: 'CustomersV3', marker: 'cw-1' }], []),
    ]);

    expect(new Set(answers.flat().map((intent) => intent.id)).size).toBe(1);
    expect(answers.flat().filter((intent) => intent.isNew)).toHaveLength(1);
  });

  it('are not opened by a run that lost its lease', async () => {
    const [stale] = await store.acquireLeases(['a'], 'relay-1', 0);

    const opening = store.openIntents([{ unit: aUnit('001'), entitySet: 'CustomersV3', marker: 'cw-1' }], [stale!]);

    await expect(opening).rejects.toMatchObject({ code: 'RECORD_BUSY' });
    expect(await store.intentsOfUnits([aUnit('001')])).toEqual([]);
  });

  it('count their quarantine from the first time that the answer stayed away', async () => {
    const [intent] = await store.openIntents([{ unit: aUnit('001'), entitySet: 'CustomersV3', marker: 'cw-1' }], []);

    await store.markUnknown([intent!.id]);
    const [first] = await store.intentsOfUnits([aUnit('001')]);
    await store.markUnknown([intent!.id]);
    const [second] = await store.intentsOfUnits([aUnit('001')]);

    expect(first!.state).toBe('unknown');
    expect(first!.unknownSince).not.toBeNull();
    expect(second).toEqual(first);
  });

  it('are closed with the link in one commit, after which the unit may create again', async () => {
    const unit = aUnit('001');
    const wanted = [{ unit, entitySet: 'CustomersV3', marker: 'cw-1' }];
    const [intent] = await store.openIntents(wanted, []);

    await store.commit(aCommit({ links: [aLink(unit)], closedIntents: [intent!.id] }));

    expect(await store.intentsOfUnits([unit])).toEqual([]);
    expect(await store.hasOpenIntent(PLACE)).toBe(false);
    expect((await store.openIntents(wanted, []))[0]!.isNew).toBe(true);
  });

  it('stay open where the commit fails', async () => {
    const unit = aUnit('001');
    const [intent] = await store.openIntents([{ unit, entitySet: 'CustomersV3', marker: 'cw-1' }], []);
    const [stale] = await store.acquireLeases(['a'], 'relay-1', 0);

    const commit = store.commit(aCommit({ leases: [stale!], links: [aLink(unit)], closedIntents: [intent!.id] }));

    await expect(commit).rejects.toMatchObject({ code: 'RECORD_BUSY' });
    expect(await store.intentsOfUnits([unit])).toHaveLength(1);
    expect(await store.hasOpenIntent(PLACE)).toBe(true);
  });

  it('are waited for only by their own org, and not for ever', async () => {
    await store.openIntents([{ unit: aUnit('001'), entitySet: 'CustomersV3', marker: 'cw-1' }], []);

    expect(await store.hasOpenIntent(PLACE)).toBe(true);
    expect(await store.hasOpenIntent({ ...PLACE, org: OTHER_ORG })).toBe(false);
    expect(await store.hasOpenIntent({ ...PLACE, company: 'demf' })).toBe(false);
    expect(await store.hasOpenIntent({ ...PLACE, openedWithinMs: 0 })).toBe(false);
  });

  it('are forgotten when they are withdrawn, also twice', async () => {
    const [intent] = await store.openIntents([{ unit: aUnit('001'), entitySet: 'CustomersV3', marker: 'cw-1' }], []);

    await store.withdrawIntents([intent!.id]);
    await store.withdrawIntents([intent!.id]);

    expect(await store.intentsOfUnits([aUnit('001')])).toEqual([]);
  });

  it('left behind are found in the order they were opened, page by page', async () => {
    for (const recordId of ['001', '002', '003']) {
      await store.openIntents([{ unit: aUnit(recordId), entitySet: 'CustomersV3', marker: recordId }], []);
    }

    const first = await store.intentsLeftBehind({ olderThanMs: -1_000, limit: 2 });
    const rest = await store.intentsLeftBehind({ olderThanMs: -1_000, limit: 2, after: first[1]!.id });

    expect([...first, ...rest].map((intent) => intent.unit.recordId)).toEqual(['001', '002', '003']);
    expect(await store.intentsLeftBehind({ olderThanMs: MINUTE, limit: 2 })).toEqual([]);
  });
});
