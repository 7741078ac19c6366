import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { SyncItem, UnitResult } from '../../relay/src/sync/exchange.ts';
import { accountFields, anId, changed, GERMANY } from './contoso-records.ts';
import { edit, type Engine, ORG, startEngine } from './engine-under-test.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterEach(() => engine.reset());
afterAll(() => engine.stop());

const one = async (item: SyncItem): Promise<UnitResult | undefined> => (await engine.sync([item]))[0];
const customer = (number: string) =>
  engine.rows('CustomersV3', 'demf').find((row) => row['CustomerAccount'] === number);
const german = (number: string, id = anId('001')): SyncItem =>
  engine.item('Account_Customer', id, accountFields({ ...GERMANY, AccountNumber: number }));
/** Finance created this customer by hand. */
const plant = (number: string, values: Record<string, string> = {}): Promise<unknown> =>
  engine.under.post('CustomersV3', {
    dataAreaId: 'demf',
    CustomerAccount: number,
    OrganizationName: 'Of finance',
    CustomerGroupId: '10',
    SalesCurrencyCode: 'EUR',
    ...values,
  });

describe('a record under our number that nobody of us created', () => {
  it('is not taken over: the key is told, and nothing is written', async () => {
    await plant('DE-900');

    const refused = await one(german('DE-900'));

    expect(refused).toMatchObject({ outcome: 'rejected', faults: [{ code: 'DYNAMICS_DUPLICATE' }] });
    expect(refused?.faults[0]?.message).toContain("CustomerAccount='DE-900'");
    expect(customer('DE-900')).toMatchObject({ OrganizationName: 'Of finance' });
  });

  it('is not taken over where it carries the marker of another record', async () => {
    const first = await one(german('DE-901'));
    const second = await one(german('DE-901'));

    expect(first).toMatchObject({ outcome: 'created' });
    expect(second).toMatchObject({ outcome: 'rejected', faults: [{ code: 'DYNAMICS_DUPLICATE' }] });
  });

  it('is linked where a match rule of the admin finds it', async () => {
    await plant('DE-902', { TaxExemptNumber: 'DE902' });
    const item = german('DE-902');

    const linked = await one(changed(item, { TaxNumber__c: 'DE902' }));

    expect(linked).toMatchObject({ outcome: 'linked', number: 'DE-902' });
  });
});

describe('a record under our number that a create of ours may have left', () => {
  it('is taken up by its marker after the answer was lost', async () => {
    const item = german('DE-903');
    engine.admin.fault({ kind: 'cutAfter', set: 'CustomersV3', verb: 'POST' });

    const [lost, done] = [await one(item), await one(item)];

    expect([lost?.outcome, done?.outcome]).toEqual(['deferred', 'created']);
    expect(done?.number).toBe('DE-903');
  });

  it('is taken up by the open intent where there is no field to mark', async () => {
    engine.configure((document) => {
      const mapping = document.records['EntityMapping__mdt']?.find(
        (one) => one['DeveloperName'] === 'Account_Customer',
      );
      Reflect.deleteProperty(mapping ?? {}, 'MarkerField__c');
      edit(document, 'EntityMapping__mdt', 'Account_Customer', { CreateStrategy__c: 'OwnKey', MatchRules__c: '[]' });
    });
    const item = german('DE-904');
    engine.admin.fault({ kind: 'cutAfter', set: 'CustomersV3', verb: 'POST' });
    await one(item);
    const unit = {
      org: ORG,
      recordId: item.record.id,
      mapping: 'Account_Customer',
      connection: 'contoso',
      company: 'demf',
    };
    const intents = await engine.store.intentsOfUnits([unit]);

    const done = await one(item);
    const foreign = await one(german('DE-904'));

    expect(intents).toMatchObject([{ state: 'unknown' }]);
    expect(done).toMatchObject({ outcome: 'created', number: 'DE-904' });
    expect(foreign).toMatchObject({ outcome: 'rejected', faults: [{ code: 'DYNAMICS_DUPLICATE' }] });
  });
});

describe('looking for links of others', () => {
  it('asks the store once for all records of a call', async () => {
    for (const number of ['DE-910', 'DE-911', 'DE-912']) await plant(number, { TaxExemptNumber: number });
    const items = ['DE-910', 'DE-911', 'DE-912'].map((number) => changed(german(number), { TaxNumber__c: number }));
    const asked: number[] = [];
    engine.hooks.linksOfKeys = (keys) => void asked.push(keys.length);

    const units = await engine.sync(items);

    expect(units.map(({ outcome }) => outcome)).toEqual(['linked', 'linked', 'linked']);
    expect(asked).toEqual([3]);
  });

  it('links one of two records of a call that find the same customer, and tells the other', async () => {
    await plant('DE-920', { TaxExemptNumber: 'DE920' });
    const items = [german('DE-921'), german('DE-922')].map((item) => changed(item, { TaxNumber__c: 'DE920' }));

    const units = await engine.sync(items);

    expect(units.map(({ outcome }) => outcome).toSorted()).toEqual(['linked', 'rejected']);
    expect(units.flatMap(({ faults }) => faults)).toMatchObject([{ code: 'ALREADY_LINKED' }]);
  });
});
