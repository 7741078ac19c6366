import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Values } from '../../relay/src/dynamics/connector.ts';
import type { SyncItem, UnitResult } from '../../relay/src/sync/exchange.ts';
import { aCustomer, aDeal, aLine, changed, dealFields } from './contoso-records.ts';
import { type Engine, startEngine } from './engine-under-test.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterEach(() => engine.reset());
afterAll(() => engine.stop());

const one = async (item: SyncItem): Promise<UnitResult | undefined> => (await engine.sync([item]))[0];
const nameOf = (number: string): unknown =>
  engine.rows('CustomersV3').find((row) => row['CustomerAccount'] === number)?.['OrganizationName'];

function at(systemModstamp: string, item: SyncItem): SyncItem {
  return { ...item, record: { ...item.record, systemModstamp } };
}

/** A linked account, and it as a call brings it that read it at an instant. */
async function linked(): Promise<{ number: string; sent: (systemModstamp: string, values: Values) => SyncItem }> {
  const { id, fields, number } = await aCustomer(engine);
  const sent = (systemModstamp: string, values: Values): SyncItem =>
    at(systemModstamp, engine.item('Account_Customer', id, { ...fields, ...values }));
  return { number, sent };
}

describe('a call that was overtaken', () => {
  it('brings no old value back, and is sent again', async () => {
    const { number, sent } = await linked();
    const older = sent('2026-11-23T10:01:00Z', { Name: 'Old name' });
    await one(older);
    await one(sent('2026-11-23T10:05:00.000+0000', { Name: 'New name' }));

    const [first, second] = [await one(older), await one(older)];

    expect(first).toMatchObject({ outcome: 'deferred', retryAfterMs: 1_000, faults: [{ code: 'RECORD_OUTDATED' }] });
    expect(second).toEqual(first);
    expect(nameOf(number)).toBe('New name');
  });

  it('is repeated freely where nothing came between', async () => {
    const { number, sent } = await linked();
    const item = sent('2026-11-23T10:01:00Z', { Name: 'New name' });
    await one(item);

    expect(await one(item)).toMatchObject({ outcome: 'unchanged', faults: [] });
    expect(nameOf(number)).toBe('New name');
  });

  it('never holds up a newer state, also after one that moved nothing', async () => {
    const { number, sent } = await linked();
    await one(sent('2026-11-23T10:05:00Z', { Name: 'New name' }));
    await one(sent('2026-11-23T10:06:00Z', { Name: 'New name' }));

    expect(await one(sent('2026-11-23T10:07:00Z', { Name: 'Newer name' }))).toMatchObject({ outcome: 'updated' });
    expect(nameOf(number)).toBe('Newer name');
  });

  it('puts no old line into a document of which only the lines were changed', async () => {
    const account = await aCustomer(engine);
    const line = aLine('D0001');
    const item = aDeal(engine, account, { lines: [line] });
    const created = await one(at('2026-11-23T10:01:00Z', item));
    const fields = { ...dealFields(account), ...item.record.fields, ...created?.writeBacks };
    const withLine = (systemModstamp: string, quantity: string): SyncItem =>
      at(
        systemModstamp,
        changed(
          aDeal(engine, account, {
            id: item.record.id,
            lines: [{ id: line.id, fields: { ...line.fields, Quantity: quantity } }],
            fields,
          }),
          created?.writeBacks ?? {},
        ),
      );
    await one(withLine('2026-11-23T10:02:00Z', '5'));
    await one(withLine('2026-11-23T10:03:00Z', '9'));

    const replayed = await one(withLine('2026-11-23T10:02:00Z', '5'));

    expect(replayed?.faults).toMatchObject([{ code: 'RECORD_OUTDATED' }]);
    const lines = engine.rows('SalesOrderLinesV3').filter((row) => row['SalesOrderNumber'] === created?.number);
    expect(lines).toMatchObject([{ OrderedSalesQuantity: '9' }]);
  });
});
