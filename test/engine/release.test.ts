import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { SyncItem, UnitResult } from '../../relay/src/sync/exchange.ts';
import { aCustomer, aDeal, aLine, changed } from './contoso-records.ts';
import { edit, type Engine, startEngine } from './engine-under-test.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterEach(() => engine.reset());
afterAll(() => engine.stop());

const one = async (item: SyncItem): Promise<UnitResult | undefined> => (await engine.sync([item]))[0];
const order = (number: string | null | undefined) =>
  engine.rows('SalesOrderHeadersV4', 'usmf').find((row) => row['SalesOrderNumber'] === number);
const linesOf = (number: string | null | undefined) =>
  engine.rows('SalesOrderLinesV3', 'usmf').filter((row) => row['SalesOrderNumber'] === number);

/** Once a line stands, a rule in Dynamics makes it something else: what finance's price agreements or a plug-in do. */
function afterEachLine(values: Record<string, unknown>): void {
  engine.hooks.afterWrite = async (requests) => {
    if (requests[0]?.entitySet !== 'SalesOrderLinesV3') return;
    for (const line of engine.rows('SalesOrderLinesV3', 'usmf').slice(-1)) {
      await engine.under.patch(
        `SalesOrderLinesV3(dataAreaId='usmf',InventoryLotId='${line['InventoryLotId'] ?? ''}')`,
        values,
      );
    }
  };
}

describe('a staged document', () => {
  it.each([
    ['quantity', 'OrderedSalesQuantity', { OrderedSalesQuantity: 3 }],
    ['price', 'SalesPrice', { SalesPrice: 499.99 }],
    ['discount', 'LineDiscountPercentage', { LineDiscountPercentage: 5 }],
  ])('stays held where Dynamics holds another %s than was sent, naming line and field', async (_, field, values) => {
    const line = aLine('D0001', { Quantity: '2', UnitPrice: '500', Discount: '10' });
    const item = aDeal(engine, await aCustomer(engine), { lines: [line] });
    afterEachLine(values);

    const held = await one(item);

    expect(held).toMatchObject({ outcome: 'partial', faults: [{ code: 'DOCUMENT_NOT_RELEASED', field }] });
    expect(held?.faults[0]?.message).toContain(line.id);
    expect(order(held?.number)).toMatchObject({ IsSalesProcessingStopped: 'Yes' });
  });

  it('that cannot be read after its last write gives no old total back, and is not done', async () => {
    const line = aLine('D0001', { Quantity: '2', UnitPrice: '500' });
    const customer = await aCustomer(engine);
    const item = aDeal(engine, customer, { lines: [line] });
    const created = await one(item);
    const lines = [{ ...line, fields: { ...line.fields, Quantity: '3' } }];
    const again = aDeal(engine, customer, { id: item.record.id, lines, fields: created?.writeBacks ?? {} });
    const more = { ...again, generation: item.generation + 1 };
    let isFirst = true;
    engine.hooks.afterWrite = async () => {
      if (isFirst) engine.admin.fault({ kind: 'answer', status: 500, set: 'SalesOrderHeadersV4', verb: 'GET' });
      isFirst = false;
    };

    const unread = await one(more);
    const read = await one(more);

    expect(created?.writeBacks['DynamicsTotal__c']).toMatch(/^1\d{3}/);
    expect(unread?.faults).toHaveLength(1);
    expect(unread?.writeBacks).toEqual({});
    expect(read?.faults).toEqual([]);
    expect(read?.writeBacks['DynamicsTotal__c']).toBe(order(created?.number)?.['OrderTotalAmount']);
  });

  it('tells every difference of every line at once', async () => {
    const item = aDeal(engine, await aCustomer(engine));
    afterEachLine({ SalesPrice: 1, OrderedSalesQuantity: 9 });

    const held = await one(item);

    expect(held?.faults.map(({ field }) => field).toSorted()).toEqual([
      'OrderedSalesQuantity',
      'OrderedSalesQuantity',
      'SalesPrice',
      'SalesPrice',
    ]);
  });

  it('stays held for as long as the difference lasts, and is sent again and released once it does not', async () => {
    const item = aDeal(engine, await aCustomer(engine), { lines: [aLine('D0001')] });
    afterEachLine({ SalesPrice: 1 });

    const held = await one(item);
    const heldAgain = await one(changed(item, held?.writeBacks ?? {}));
    const stopped = order(held?.number)?.['IsSalesProcessingStopped'];
    delete engine.hooks.afterWrite;
    const released = await one(item);
    const after = await one(changed(item, released?.writeBacks ?? {}));

    expect([held?.outcome, heldAgain?.outcome, stopped]).toEqual(['partial', 'partial', 'Yes']);
    expect(released).toMatchObject({ outcome: 'updated', faults: [] });
    expect(order(held?.number)).toMatchObject({ IsSalesProcessingStopped: 'No' });
    expect(linesOf(held?.number)).toMatchObject([{ SalesPrice: '500' }]);
    expect(after).toMatchObject({ outcome: 'unchanged' });
  });

  it('is not released with a difference that was there before another line could be corrected', async () => {
    const [good, bad] = [aLine('D0001'), aLine('D9999')];
    const item = aDeal(engine, await aCustomer(engine), { lines: [good, bad] });
    afterEachLine({ SalesPrice: 1 });
    const held = await one(item);
    delete engine.hooks.afterWrite;
    const corrected = { ...bad, fields: { ...bad.fields, 'Product2.ProductCode': 'D0002' } };
    const again = engine.item('Opportunity_SalesOrder', item.record.id, item.record.fields, {
      lines: [good, corrected],
    });

    const heldAgain = await one(again);
    const path = linesOf(held?.number)[0]?.['InventoryLotId'] ?? '';
    await engine.under.patch(`SalesOrderLinesV3(dataAreaId='usmf',InventoryLotId='${path}')`, { SalesPrice: 500 });
    const released = await one(again);

    expect(held).toMatchObject({ outcome: 'partial', faults: [{ code: 'DOCUMENT_NOT_RELEASED' }, {}] });
    expect(heldAgain).toMatchObject({ outcome: 'partial', faults: [{ field: 'SalesPrice' }] });
    expect(released).toMatchObject({ outcome: 'updated', faults: [] });
    expect(order(held?.number)).toMatchObject({ IsSalesProcessingStopped: 'No' });
  });

  it('is released with what a policy leaves to Dynamics', async () => {
    engine.configure((document) => {
      const fields = document.records['FieldMapping__mdt'] ?? [];
      const price = fields.find(
        (field) =>
          field['EntityMapping__c'] === 'Opportunity_SalesOrderLine' && field['DynamicsField__c'] === 'SalesPrice',
      );
      edit(document, 'FieldMapping__mdt', String(price?.['DeveloperName']), { Policy__c: 'Dynamics' });
    });
    const line = aLine('D0001');
    const item = aDeal(engine, await aCustomer(engine), { lines: [line, aLine('D9999')] });
    afterEachLine({ SalesPrice: 1 });
    const held = await one(item);
    delete engine.hooks.afterWrite;

    const released = await one(
      engine.item('Opportunity_SalesOrder', item.record.id, item.record.fields, { lines: [line] }),
    );

    expect(held?.outcome).toBe('partial');
    expect(released).toMatchObject({ outcome: 'updated', faults: [] });
    expect(linesOf(held?.number)).toMatchObject([{ SalesPrice: '1' }]);
  });

  it('is released where the difference is in decimals that do not count', async () => {
    engine.configure((document) => {
      const price = document.records['FieldMapping__mdt']?.find(
        (field) =>
          field['EntityMapping__c'] === 'Opportunity_SalesOrderLine' && field['DynamicsField__c'] === 'SalesPrice',
      );
      edit(document, 'FieldMapping__mdt', String(price?.['DeveloperName']), { Options__c: '{"scale":2}' });
    });
    const item = aDeal(engine, await aCustomer(engine), { lines: [aLine('D0001', { UnitPrice: '333.334' })] });
    afterEachLine({ SalesPrice: 333.33 });

    const released = await one(item);

    expect(released).toMatchObject({ outcome: 'created', faults: [] });
    expect(order(released?.number)).toMatchObject({ IsSalesProcessingStopped: 'No' });
  });
});
