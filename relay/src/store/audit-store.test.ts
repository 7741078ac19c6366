import { describe, expect, it } from '@jest/globals';
import { unitKey } from '../sync/unit.ts';
import { ORG, OTHER_ORG, aUnit, anEvent, store, useJournal } from '../../../test/support/journal-under-test.ts';

useJournal();

describe('audit', () => {
  it('answers events as they were kept, newest first, page by page', async () => {
    const events = ['a', 'b', 'c', 'd'].map((id, index) =>
      anEvent(id, { at: `2026-11-23T10:00:0${index < 3 ? 0 : 1}.000Z` }),
    );
    await store.appendAudit(events);

    const first = await store.findAudit({ org: ORG, limit: 2 });
    const second = await store.findAudit({ org: ORG, limit: 2, cursor: first[1]!.id });

    expect([...first, ...second].map((event) => event.id)).toEqual(['d', 'c', 'b', 'a']);
    expect(second[1]).toEqual(events[0]);
  });

  it.each([
    ['unit', { unitKey: '001/Account_Customer/contoso/usmf' }, ['a', 'c', 'd']],
    ['record', { recordId: '002' }, ['b']],
    ['actor', { actor: 'schedule:sweep' }, ['c']],
    ['rule', { rule: 'Name' }, ['d']],
    ['time', { after: '2026-11-23T10:00:00.000Z', before: '2026-11-23T11:00:00.000Z' }, ['a', 'b', 'c', 'd']],
    ['later time', { after: '2026-11-23T10:00:00.001Z' }, []],
  ])('is filtered by %s', async (_name, filter, expected) => {
    await store.appendAudit([
      anEvent('a'),
      anEvent('b', { unitKey: unitKey(aUnit('002')) }),
      anEvent('c', { actor: 'schedule:sweep' }),
      anEvent('d', { rule: 'Name' }),
    ]);

    const found = await store.findAudit({ org: ORG, limit: 10, ...filter });

    expect(found.map((event) => event.id).sort()).toEqual(expected);
  });

  it('shows an org nothing of another, not even through a cursor', async () => {
    await store.appendAudit([anEvent('a'), anEvent('a', { org: OTHER_ORG, action: 'theirs' })]);

    expect(await store.findAudit({ org: ORG, limit: 10 })).toMatchObject([{ org: ORG, action: 'synchronized' }]);
    expect(await store.findAudit({ org: '00D000000000003AAA', limit: 10, cursor: 'a' })).toEqual([]);
  });
});
