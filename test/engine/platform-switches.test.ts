import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { accountFields, aCustomer, aDeal, aLine, anId, changed } from './contoso-records.ts';
import { type Engine, startEngine } from './engine-under-test.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({
    simulator: { staleTags: 'ignored', continueOnError: 'never' },
    connection: { concurrency: 'Compare', continueOnError: false },
  });
}, 60_000);
afterEach(() => engine.reset());
afterAll(() => engine.stop());

describe('an environment that honors neither If-Match nor continue-on-error', () => {
  it('keeps what finance changed between read and write: it is merged by the next run', async () => {
    const { id, fields, number } = await aCustomer(engine, { Phone: '1', BillingCity: 'San Diego' });
    const item = changed(engine.item('Account_Customer', id, fields), { BillingCity: 'Los Angeles' });
    engine.hooks.beforeWrite = async () => {
      delete engine.hooks.beforeWrite;
      await engine.under.patch(`CustomersV3(dataAreaId='usmf',CustomerAccount='${number}')`, { PaymentTerms: 'Net10' });
    };

    const [interrupted] = await engine.sync([item]);
    const [merged] = await engine.sync([item]);

    expect(interrupted?.faults).toMatchObject([{ code: 'DYNAMICS_UPDATE_CONFLICT', field: 'PaymentTerms' }]);
    expect(merged?.faults).toEqual([]);
    expect(merged?.writeBacks).toMatchObject({ PaymentTerms__c: 'Net 10' });
    expect(engine.rows('CustomersV3').find((row) => row['CustomerAccount'] === number)).toMatchObject({
      AddressCity: 'Los Angeles',
      PaymentTerms: 'Net10',
    });
  });

  it('creates each record once, however often the batch ended early', async () => {
    const names = ['Early', 'Refused', 'Late'].map((name) => `${name} ${anId('001')}`);
    const items = names.map((Name, index) =>
      engine.item(
        'Account_Customer',
        anId('001'),
        accountFields({ Name, ...(index === 1 ? { CurrencyIsoCode: 'XXX' } : {}) }),
      ),
    );

    const first = await engine.sync(items);
    const second = await engine.sync(items);

    expect(first.map(({ outcome }) => outcome)).toEqual(['created', 'rejected', 'deferred']);
    expect(second.map(({ outcome }) => outcome)).toEqual([
      expect.stringMatching(/unchanged|updated/),
      'rejected',
      expect.stringMatching(/created|deferred/),
    ]);
    const [last] = await engine.sync(items.slice(2));
    expect(last?.faults).toEqual([]);
    const created = engine.rows('CustomersV3').map((row) => row['OrganizationName']);
    expect(names.map((name) => created.filter((other) => other === name).length)).toEqual([1, 0, 1]);
  });

  it('writes, changes and releases a document without a false conflict', async () => {
    const line = aLine('D0001');
    const item = aDeal(engine, await aCustomer(engine), { lines: [line] });
    const [created] = await engine.sync([item]);
    const again = changed(item, created?.writeBacks ?? {});
    const children = Object.fromEntries(
      Object.entries(again.record.children).map(([name, lines]) => [
        name,
        lines.map((one) => ({ ...one, fields: { ...one.fields, Quantity: '7' } })),
      ]),
    );

    const [raised] = await engine.sync([{ ...again, record: { ...again.record, children } }]);

    expect(created).toMatchObject({ outcome: 'created', faults: [] });
    expect(raised).toMatchObject({ outcome: 'updated', faults: [] });
  });
});
