import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { SyncItem, UnitResult } from '../../relay/src/sync/exchange.ts';
import { aCustomer, aDeal, aLine, changed, dealFields, type Line } from './contoso-records.ts';
import { edit, type Engine, startEngine } from './engine-under-test.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterEach(() => engine.reset());
afterAll(() => engine.stop());

const one = async (item: SyncItem): Promise<UnitResult | undefined> => (await engine.sync([item]))[0];
const order = (number: string | null | undefined) =>
  engine.rows('SalesOrderHeadersV4').find((row) => row['SalesOrderNumber'] === number);
const linesOf = (number: string | null | undefined) =>
  engine.rows('SalesOrderLinesV3').filter((row) => row['SalesOrderNumber'] === number);

/** A released order of two lines, and the same deal as it is sent with others. */
async function released(): Promise<{
  number: string | null | undefined;
  lines: Line[];
  edited: (lines: readonly Line[], name: string) => SyncItem;
}> {
  const account = await aCustomer(engine);
  const lines = [aLine('D0001'), aLine('D0002')];
  const item = aDeal(engine, account, { lines });
  const created = await one(item);
  const edited = (wanted: readonly Line[], name: string): SyncItem => ({
    ...aDeal(engine, account, {
      id: item.record.id,
      lines: wanted,
      fields: { ...dealFields(account), ...created?.writeBacks, Name: name },
    }),
    generation: 2,
  });
  return { number: created?.number, lines, edited };
}

describe('a change to an order that is released', () => {
  it('of which one line is refused leaves the order as it was, and says which line and that nothing landed', async () => {
    const { number, lines, edited } = await released();
    const before = [order(number), linesOf(number)];
    const [good, bad] = [aLine('D0003'), aLine('NO-SUCH')];

    const refused = await one(edited([...lines, good, bad], 'Renamed'));

    expect(refused?.outcome).toBe('rejected');
    expect(refused?.faults).toHaveLength(1);
    expect(refused?.faults[0]?.message).toContain(bad.id);
    expect(refused?.faults[0]?.message).toContain('the document is as it was');
    expect([order(number), linesOf(number)]).toEqual(before);
  });

  it('to another currency is told as a decision between both sides, and nothing of it lands', async () => {
    const { number, lines, edited } = await released();
    const item = edited(lines, 'In euros');

    const refused = await one(changed(item, { CurrencyIsoCode: 'EUR' }));
    const back = await one(changed(item, { CurrencyIsoCode: 'USD' }));

    expect(refused).toMatchObject({
      ...{ outcome: 'conflict', number },
      faults: [{ code: 'FIELDS_IN_CONFLICT', field: 'CurrencyCode' }],
    });
    expect(order(number)).toMatchObject({ CurrencyCode: 'USD' });
    expect(back?.faults).toEqual([]);
  });

  it('lands whole once the line is corrected', async () => {
    const { number, lines, edited } = await released();
    const more = aLine('NO-SUCH');
    await one(edited([...lines, more], 'Renamed'));

    const corrected = { ...more, fields: { ...more.fields, 'Product2.ProductCode': 'D0003' } };
    const done = await one(edited([...lines, corrected], 'Renamed'));
    const again = await one(changed(edited([...lines, corrected], 'Renamed'), done?.writeBacks ?? {}));

    expect(done).toMatchObject({ outcome: 'updated', number, faults: [] });
    expect(order(number)).toMatchObject({ SalesOrderName: 'Renamed', IsSalesProcessingStopped: 'No' });
    expect(linesOf(number).map((row) => row['ItemNumber'])).toEqual(['D0001', 'D0002', 'D0003']);
    expect(again?.outcome).toBe('unchanged');
  });

  it('whose answer was lost doubles no line, and leaves no create open', async () => {
    const { number, lines, edited } = await released();
    const more = aLine('D0003');
    const item = edited([...lines, more], 'Renamed');
    engine.admin.fault({ kind: 'cutAfter', set: 'SalesOrderLinesV3', verb: 'POST' });

    const lost = await one(item);
    const done = await one(item);
    const again = await one(changed(item, done?.writeBacks ?? {}));

    expect(lost).toMatchObject({ outcome: 'deferred', faults: [{ code: 'OUTCOME_UNKNOWN' }] });
    expect([done?.faults, again?.outcome]).toEqual([[], 'unchanged']);
    expect(linesOf(number)).toHaveLength(3);
    const unit = { org: engine.salesforce.org, recordId: more.id, connection: 'contoso', company: 'usmf' };
    expect(await engine.store.intentsOfUnits([{ ...unit, mapping: 'Opportunity_SalesOrderLine' }])).toEqual([]);
  });

  it('changes, adds and removes lines at once', async () => {
    engine.configure((document) =>
      edit(document, 'EntityMapping__mdt', 'Opportunity_SalesOrderLine', { DeletePolicy__c: 'Deactivate' }),
    );
    const { number, lines, edited } = await released();
    const [first] = lines;
    const kept = { id: first?.id ?? '', fields: { ...first?.fields, Quantity: '7' } };

    const done = await one(edited([kept, aLine('D0003')], 'Other'));

    expect(done).toMatchObject({ outcome: 'updated', faults: [] });
    expect(linesOf(number)).toMatchObject([
      { ItemNumber: 'D0001', OrderedSalesQuantity: '7' },
      { ItemNumber: 'D0003', OrderedSalesQuantity: '2' },
    ]);
    expect(done?.writeBacks['DynamicsTotal__c']).toBe(order(number)?.['OrderTotalAmount']);
  });
});
