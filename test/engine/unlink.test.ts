import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { SyncItem, UnitResult } from '../../relay/src/sync/exchange.ts';
import { unlink, type Unlinked, type UnlinkRequest } from '../../relay/src/sync/unlink.ts';
import { accountFields, aCustomer, aDeal, aLine, anId, changed } from './contoso-records.ts';
import { type Engine, ORG, startEngine } from './engine-under-test.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterEach(() => engine.reset());
afterAll(() => engine.stop());

const one = async (item: SyncItem): Promise<UnitResult | undefined> => (await engine.sync([item]))[0];
const removeLink = (recordId: string, more: Partial<UnlinkRequest> = {}): Promise<Unlinked[]> =>
  unlink(
    { store: engine.store, clock: () => new Date(), newId: randomUUID, holder: 'cli', operator: 'ada' },
    { org: ORG, recordId, isConfirmed: true, ...more },
  );
const linesOf = (number: string | null | undefined) =>
  engine.rows('SalesOrderLinesV3').filter((row) => row['SalesOrderNumber'] === number);

describe('a customer that is gone in Dynamics', () => {
  it('is created again after its link was removed, once', async () => {
    const { id, fields, number } = await aCustomer(engine);
    await engine.under.send('DELETE', `CustomersV3(dataAreaId='usmf',CustomerAccount='${number}')`);
    const item = changed(engine.item('Account_Customer', id, fields), { Name: 'Renamed' });

    const gone = await one(item);
    const told = await removeLink(id, { isConfirmed: false });
    const stillGone = await one(item);
    const removed = await removeLink(id);
    const again = await removeLink(id);
    const created = await one(changed(item, { AccountNumber: null }));

    for (const unit of [gone, stillGone]) expect(unit?.faults).toMatchObject([{ code: 'DYNAMICS_RECORD_GONE' }]);
    for (const list of [told, removed]) expect(list).toMatchObject([{ link: { number }, lines: 0 }]);
    expect(again).toEqual([]);
    expect(created).toMatchObject({ outcome: 'created', faults: [] });
    expect(engine.rows('CustomersV3').filter((row) => row['OrganizationName'] === 'Renamed')).toHaveLength(1);
  });

  it('leaves a trace of who removed the link, and none of a trial', async () => {
    const { id } = await aCustomer(engine);

    await removeLink(id, { isConfirmed: false });
    await removeLink(id);

    const events = await engine.store.findAudit({ org: ORG, recordId: id, limit: 50 });
    expect(events.filter(({ action }) => action === 'link.remove')).toMatchObject([{ actor: 'operator:ada' }]);
  });

  it('keeps the links of other mappings and companies than those named', async () => {
    const { id } = await aCustomer(engine);

    expect(await removeLink(id, { company: 'demf' })).toEqual([]);
    expect(await removeLink(id, { mapping: 'Contact_ContactPerson' })).toEqual([]);
    expect(await removeLink(id, { company: 'usmf', mapping: 'Account_Customer' })).toHaveLength(1);
  });
});

describe('a line that finance deleted', () => {
  it('stops its order until its link is removed, and is then added again', async () => {
    const lines = [aLine('D0001'), aLine('D0002')];
    const item = aDeal(engine, await aCustomer(engine), { lines });
    const created = await one(item);
    const [first] = linesOf(created?.number);
    await engine.under.send(
      'DELETE',
      `SalesOrderLinesV3(dataAreaId='usmf',InventoryLotId='${first?.['InventoryLotId'] ?? ''}')`,
    );
    const again = changed(item, created?.writeBacks ?? {});

    const stopped = await one(again);
    const removed = await removeLink(lines[0]?.id ?? '');
    const mended = await one(again);

    expect(stopped?.faults).toMatchObject([{ code: 'DYNAMICS_RECORD_GONE' }]);
    expect(removed).toMatchObject([{ link: { unit: { recordId: lines[0]?.id } } }]);
    expect(mended).toMatchObject({ outcome: 'updated', faults: [] });
    expect(linesOf(created?.number).map((row) => row['ItemNumber'])).toEqual(['D0002', 'D0001']);
  });
});

describe('an order', () => {
  it('takes the links of its lines along, so that nothing of the old one is known', async () => {
    const lines = [aLine('D0001'), aLine('D0002')];
    const item = aDeal(engine, await aCustomer(engine), { lines });
    await one(item);

    const removed = await removeLink(item.record.id);

    expect(removed).toMatchObject([{ lines: 2 }]);
    const ids = [item.record.id, ...lines.map((line) => line.id)];
    expect(await engine.store.linksOfRecords(ORG, ids)).toEqual([]);
  });

  it('is refused while its create, or that of the line, has no answer', async () => {
    const line = aLine('D0001');
    const item = aDeal(engine, await aCustomer(engine), { lines: [line] });
    engine.admin.fault({ kind: 'cutAfter', set: 'SalesOrderLinesV3', verb: 'POST' });
    await one(item);
    const id = anId('001');
    engine.admin.fault({ kind: 'cutAfter', set: 'CustomersV3', verb: 'POST' });
    await one(engine.item('Account_Customer', id, accountFields()));

    for (const recordId of [line.id, id]) {
      await expect(removeLink(recordId)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
      await expect(removeLink(recordId, { isConfirmed: false })).rejects.toThrow('Nothing was unlinked');
    }
  });

  it('is refused while a run works on it', async () => {
    const { id } = await aCustomer(engine);
    const leases = await engine.store.acquireLeases([`record:${ORG}/${id}`], 'a run', 60_000);

    await expect(removeLink(id)).rejects.toMatchObject({ code: 'RECORD_BUSY' });

    await engine.store.releaseLeases(leases);
    expect(await removeLink(id)).toHaveLength(1);
  });
});
