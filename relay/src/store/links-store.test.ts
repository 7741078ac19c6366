import { describe, expect, it } from '@jest/globals';
import {
  ORG,
  OTHER_ORG,
  aBase,
  aCommit,
  aLink,
  aUnit,
  anEvent,
  store,
  useJournal,
} from '../../../test/support/journal-under-test.ts';

useJournal();

describe('links', () => {
  it('answers what was stored, with its bases', async () => {
    const unit = aUnit('001');

    await store.commit(aCommit({ links: [aLink(unit, { bases: [aBase('Name'), aBase('City')] })] }));

    const [found] = await store.linksOfUnits([unit, aUnit('002')]);
    expect(found!.link).toMatchObject({ unit, number: 'US-001', state: 'active', parentId: null });
    expect(found!.bases).toEqual([aBase('City'), aBase('Name')]);
  });

  it('replaces the bases that a write names and leaves the others', async () => {
    const unit = aUnit('001');
    await store.commit(aCommit({ links: [aLink(unit, { bases: [aBase('City'), aBase('Name')] })] }));

    await store.commit(aCommit({ links: [aLink(unit, { bases: [aBase('Name', 's2')] })] }));

    const [found] = await store.linksOfUnits([unit]);
    expect(found!.bases).toEqual([aBase('City'), aBase('Name', 's2')]);
  });

  it('forgets the bases of a link that moves to another Dynamics record', async () => {
    const unit = aUnit('001');
    await store.commit(aCommit({ links: [aLink(unit, { bases: [aBase('City')] })] }));

    await store.commit(aCommit({ links: [aLink(unit, { dynamicsKey: 'moved', bases: [aBase('Name')] })] }));

    const [found] = await store.linksOfUnits([unit]);
    expect(found!.link.dynamicsKey).toBe('moved');
    expect(found!.bases).toEqual([aBase('Name')]);
  });

  it('refuses a second active link to one Dynamics record, names the record, and stores nothing of the commit', async () => {
    await store.commit(aCommit({ links: [aLink(aUnit('001'))] }));
    const taken = aLink(aUnit('001')).dynamicsKey;

    const commit = store.commit(
      aCommit({ links: [aLink(aUnit('002'), { dynamicsKey: taken }), aLink(aUnit('003'))], audit: [anEvent('a')] }),
    );

    await expect(commit).rejects.toMatchObject({ code: 'ALREADY_LINKED', message: expect.stringContaining(taken) });
    expect(await store.linksOfRecords(ORG, ['002', '003'])).toEqual([]);
    expect(await store.findAudit({ org: ORG, limit: 10 })).toEqual([]);
  });

  it('lets a unit follow the Dynamics record of another one, and another org link its own', async () => {
    const link = aLink(aUnit('001'));
    const follower = aLink(aUnit('006', { mapping: 'Quote_Order' }), {
      dynamicsKey: link.dynamicsKey,
      state: 'following',
    });
    const foreign = aLink(aUnit('001', { org: OTHER_ORG }));

    await store.commit(aCommit({ links: [link, follower, foreign] }));

    const query = { connection: 'contoso', entitySet: 'CustomersV3', dynamicsKeys: [link.dynamicsKey] };
    expect(await store.linksOfKeys(query)).toHaveLength(3);
    expect(await store.linksOfKeys({ ...query, org: ORG })).toHaveLength(2);
  });

  it('ties lines to their document in one commit, and finds them with their bases', async () => {
    const order = aUnit('801');
    const line = aUnit('802', { mapping: 'Order_Line' });
    const write = aCommit({ links: [aLink(line, { parent: order, bases: [aBase('Quantity')] }), aLink(order)] });

    await store.commit(write);
    await store.commit(write);

    const [document] = await store.linksOfUnits([order]);
    const lines = await store.linksOfLines([document!.link.id]);
    expect(lines.map((found) => found.link.unit)).toEqual([line]);
    expect(lines[0]!.bases).toEqual([aBase('Quantity')]);
  });

  it('refuses a line whose document is not stored', async () => {
    const line = aLink(aUnit('802'), { parent: aUnit('801') });

    await expect(store.commit(aCommit({ links: [line] }))).rejects.toMatchObject({ code: 'UNEXPECTED' });
  });

  it('finds links by the numbers that people know', async () => {
    await store.commit(aCommit({ links: [aLink(aUnit('001')), aLink(aUnit('002'))] }));

    const found = await store.linksOfNumbers({
      ...{ org: ORG, mapping: 'Account_Customer', connection: 'contoso', company: 'usmf' },
      numbers: ['US-002', 'US-009'],
    });

    expect(found.map((link) => link.unit.recordId)).toEqual(['002']);
  });

  it('stores 200 units with 4000 bases in one commit', async () => {
    const fields = Array.from({ length: 20 }, (_, index) => aBase(`Field${index}`));
    const units = Array.from({ length: 200 }, (_, index) => aUnit(String(1000 + index)));

    await store.commit(aCommit({ links: units.map((unit) => aLink(unit, { bases: fields })) }));

    const found = await store.linksOfUnits(units);
    expect(found).toHaveLength(200);
    expect(found.every((link) => link.bases.length === 20)).toBe(true);
  });
});
