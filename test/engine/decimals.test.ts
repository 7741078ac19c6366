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
  engine.rows('SalesOrderHeadersV4').find((row) => row['SalesOrderNumber'] === number);
const pricesOf = (number: string | null | undefined) =>
  engine
    .rows('SalesOrderLinesV3')
    .filter((row) => row['SalesOrderNumber'] === number)
    .map((row) => row['SalesPrice']);

/** Prices go through a formula; `options` are those of the field mapping. */
function priced(formula: string, options = '{}'): void {
  engine.configure((document) => {
    const fields = document.records['FieldMapping__mdt'] ?? [];
    const price = fields.find(
      ({ EntityMapping__c: mapping, DynamicsField__c: target }) =>
        mapping === 'Opportunity_SalesOrderLine' && target === 'SalesPrice',
    );
    const values = { Formula__c: formula, Options__c: options };
    edit(document, 'FieldMapping__mdt', String(price?.['DeveloperName']), values);
  });
}

/** The item as the org sends it next, with what this result wrote back. */
const again = (item: SyncItem, result: UnitResult | undefined): SyncItem => changed(item, result?.writeBacks ?? {});
const aPricedDeal = async (price: string): Promise<SyncItem> =>
  aDeal(engine, await aCustomer(engine), { lines: [aLine('D0001', { UnitPrice: price })] });

describe('a price with more decimals than Dynamics keeps', () => {
  it('is rounded to the scale of its mapping before it is sent, and unchanged from then on', async () => {
    priced('UnitPrice / 3', '{"scale":2}');
    const item = await aPricedDeal('500');

    const created = await one(item);
    engine.received.length = 0;
    const next = await one(again(item, created));

    expect(created).toMatchObject({ outcome: 'created', faults: [] });
    expect(pricesOf(created?.number)).toEqual(['166.67']);
    expect(order(created?.number)).toMatchObject({ IsSalesProcessingStopped: 'No' });
    expect(next).toMatchObject({ outcome: 'unchanged', faults: [] });
    expect(engine.received.filter(({ method }) => method === 'PATCH' || method === 'POST')).toEqual([]);
  });

  it('is refused before anything is sent where no scale is given and no field could hold it', async () => {
    priced('UnitPrice / 3');
    const item = await aPricedDeal('500');
    const before = engine.rows('SalesOrderHeadersV4').length;

    const refused = await one(item);

    expect(refused).toMatchObject({ outcome: 'rejected', faults: [{ code: 'VALUE_WRONG_TYPE', field: 'SalesPrice' }] });
    expect(refused?.faults[0]?.message).toContain('"scale"');
    expect(engine.rows('SalesOrderHeadersV4')).toHaveLength(before);
  });

  it('holds the document with the scale to give, and is released once the mapping has it', async () => {
    priced('UnitPrice');
    const item = await aPricedDeal('10.125');

    const held = await one(item);
    const heldAgain = await one(again(item, held));
    priced('UnitPrice', '{"scale":2}');
    const released = await one(again(item, held));
    const after = await one(again(item, released));

    for (const told of [held, heldAgain]) {
      expect(told).toMatchObject({
        outcome: 'partial',
        faults: [{ code: 'DOCUMENT_NOT_RELEASED', field: 'SalesPrice' }],
      });
      expect(told?.faults[0]?.message).toContain('{"scale":2}');
      expect(told?.faults[0]?.message).not.toContain('10.1');
    }
    expect(released).toMatchObject({ outcome: 'updated', faults: [] });
    expect(order(held?.number)).toMatchObject({ IsSalesProcessingStopped: 'No' });
    expect(after).toMatchObject({ outcome: 'unchanged', faults: [] });
  });

  it('is told where a released order is changed, for as long as it lasts', async () => {
    priced('UnitPrice');
    const item = await aPricedDeal('10');
    const created = await one(item);
    const at = (price: string): SyncItem => {
      const next = again(item, created);
      const children = Object.entries(next.record.children).map(
        ([name, lines]) =>
          [name, lines.map((line) => ({ ...line, fields: { ...line.fields, UnitPrice: price } }))] as const,
      );
      return { ...next, record: { ...next.record, children: Object.fromEntries(children) } };
    };

    const told = await one(at('20.005'));
    const toldAgain = await one(at('20.005'));
    const mended = await one(at('20.01'));

    expect(created?.outcome).toBe('created');
    for (const result of [told, toldAgain]) {
      expect(result).toMatchObject({
        outcome: 'rejected',
        faults: [{ code: 'VALUE_WRONG_TYPE', field: 'SalesPrice' }],
      });
      expect(result?.number).toBe(created?.number);
    }
    expect(mended).toMatchObject({ faults: [] });
    expect(pricesOf(created?.number)).toEqual(['20.01']);
  });
});

describe('a document in a currency that the company does not know', () => {
  it('is refused with the code that says what to do, and leaves nothing behind', async () => {
    const before = engine.rows('SalesOrderHeadersV4').length;

    const refused = await one(aDeal(engine, await aCustomer(engine), { fields: { CurrencyIsoCode: 'XAU' } }));

    expect(refused).toMatchObject({
      outcome: 'rejected',
      faults: [{ code: 'CURRENCY_UNKNOWN', field: 'CurrencyCode' }],
    });
    expect(engine.rows('SalesOrderHeadersV4')).toHaveLength(before);
  });
});

describe('a rounded number of a header', () => {
  it('keeps the document held until the mapping has the scale', async () => {
    const discount = (options: string): void =>
      engine.configure((document) => {
        const field = document.records['FieldMapping__mdt']?.find(
          ({ EntityMapping__c: mapping, DynamicsField__c: target }) =>
            mapping === 'Opportunity_SalesOrder' && target === 'TotalDiscountPercentage',
        );
        const values = { DynamicsField__c: 'TotalDiscountAmount', Options__c: options };
        edit(document, 'FieldMapping__mdt', String(field?.['DeveloperName']), values);
      });
    discount('{}');
    const customer = await aCustomer(engine);
    const item = aDeal(engine, customer, { fields: { HeaderDiscountPercent__c: '5.125' } });

    const held = await one(item);
    discount('{"scale":2}');
    const released = await one(again(item, held));

    expect(held).toMatchObject({ faults: [{ code: 'DOCUMENT_NOT_RELEASED', field: 'TotalDiscountAmount' }] });
    expect(order(held?.number)).toMatchObject({ TotalDiscountAmount: '5.13', IsSalesProcessingStopped: 'No' });
    expect(released).toMatchObject({ faults: [] });
  });
});
