import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { aCustomer, aDeal, changed } from './contoso-records.ts';
import { edit, type Engine, ORG, startEngine } from './engine-under-test.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterEach(() => engine.reset());
afterAll(() => engine.stop());

const customer = (number: string) => engine.rows('CustomersV3').find((row) => row['CustomerAccount'] === number);

type Document = Parameters<NonNullable<Parameters<Engine['configure']>[0]>>[0];

/** Adds an entry to the value map of payment terms, in usmf. */
function addTerms(document: Document, name: string, entry: Readonly<Record<string, string>>): void {
  const entries = document.records['ValueMapEntry__mdt'] ?? [];
  const like = entries.find((candidate) => candidate['DeveloperName'] === 'PaymentTerms_Net_45');
  if (like === undefined) throw new Error('The terms Net 45 are not in the value map.');
  entries.push({ ...like, DeveloperName: name, ...entry });
}

const addSpecialTerms = (): void =>
  engine.configure((document) =>
    addTerms(document, 'PaymentTerms_Special', { SalesforceValue__c: 'Net 45 special', DynamicsValue__c: 'Net45' }),
  );

describe('a mended mapping', () => {
  it('carries the value that its map refused before', async () => {
    const { id, fields, number } = await aCustomer(engine);
    const item = engine.item('Account_Customer', id, { ...fields, PaymentTerms__c: 'Net 45 special' });

    const [refused] = await engine.sync([item]);
    addSpecialTerms();
    const [done] = await engine.sync([item]);

    expect([refused?.outcome, refused?.faults[0]?.code]).toEqual(['rejected', 'VALUE_NOT_MAPPED']);
    expect(done).toMatchObject({ outcome: 'updated', faults: [] });
    expect(customer(number)).toMatchObject({ PaymentTerms: 'Net45' });
  });

  it('carries the edit that its formula failed on before', async () => {
    const { id, fields, number } = await aCustomer(engine, { BillingCity: 'San Diego' });
    const setFormula = (formula: string): void =>
      engine.configure((document) => edit(document, 'FieldMapping__mdt', 'Account_City', { Formula__c: formula }));
    const item = engine.item('Account_Customer', id, { ...fields, BillingCity: 'Los Angeles', AnnualRevenue: '1' });

    setFormula('IF(1/(AnnualRevenue-1)>0, BillingCity, BillingCity)');
    const [failed] = await engine.sync([item]);
    setFormula('TRIM(BillingCity)');
    const [done] = await engine.sync([item]);

    expect(failed?.faults[0]?.code).toBe('FORMULA_FAILED');
    expect(done).toMatchObject({ outcome: 'updated', faults: [] });
    expect(customer(number)).toMatchObject({ AddressCity: 'Los Angeles' });
  });

  it('carries a line that was edited when its option changed', async () => {
    const item = aDeal(engine, await aCustomer(engine));
    const [created] = await engine.sync([item]);
    engine.configure((document) => {
      const quantities = (document.records['FieldMapping__mdt'] ?? []).filter(
        (record) => record['DynamicsField__c'] === 'OrderedSalesQuantity',
      );
      for (const quantity of quantities) quantity['Options__c'] = '{"scale": 3}';
    });
    const again = changed(item, created?.writeBacks ?? {});
    const [first, ...others] = again.record.children['OpportunityLineItems'] ?? [];
    if (first === undefined) throw new Error('The deal has no lines.');
    const children = {
      OpportunityLineItems: [{ ...first, fields: { ...first.fields, Quantity: '9' } }, ...others],
    };

    const [done] = await engine.sync([{ ...again, record: { ...again.record, children } }]);

    const lines = engine.rows('SalesOrderLinesV3').filter((row) => row['SalesOrderNumber'] === created?.number);
    expect(done).toMatchObject({ outcome: 'updated', faults: [] });
    expect(lines.map((line) => line['OrderedSalesQuantity'])).toContain('9');
  });
});

describe('a mapping that makes something else of what nobody edited', () => {
  it('writes nothing, is told until it is settled, and holds up no other field', async () => {
    const { id, fields, number } = await aCustomer(engine, { BillingCity: 'San Diego' });
    engine.configure((document) =>
      edit(document, 'FieldMapping__mdt', 'Account_City', { Formula__c: 'UPPER(BillingCity) & "!"' }),
    );

    const [told] = await engine.sync([engine.item('Account_Customer', id, { ...fields, Name: 'Renamed' })]);
    const [again] = await engine.sync([engine.item('Account_Customer', id, { ...fields, Name: 'Renamed' })]);
    const kept = customer(number);
    const edited = { ...fields, Name: 'Renamed', BillingCity: 'Irvine' };
    const [settled] = await engine.sync([engine.item('Account_Customer', id, edited)]);

    expect([told, again].map((unit) => [unit?.outcome, unit?.faults[0]?.code])).toEqual([
      ['conflict', 'FIELDS_IN_CONFLICT'],
      ['conflict', 'FIELDS_IN_CONFLICT'],
    ]);
    expect(kept).toMatchObject({ AddressCity: 'San Diego', OrganizationName: 'Renamed' });
    expect(settled).toMatchObject({ outcome: 'updated', faults: [] });
    expect(customer(number)).toMatchObject({ AddressCity: 'IRVINE!' });
  });

  it('leaves records alone whose own value it maps as before', async () => {
    const { id, fields } = await aCustomer(engine);
    addSpecialTerms();

    const [unit] = await engine.sync([engine.item('Account_Customer', id, fields)]);

    expect(unit).toMatchObject({ outcome: 'unchanged', faults: [] });
  });
});

describe('a value of Dynamics that maps back to another', () => {
  /** Finance sets Net10, which Salesforce shows as Net 45, which maps to Net45. */
  async function aLossyCustomer(policy: string) {
    engine.configure((document) => {
      edit(document, 'FieldMapping__mdt', 'Account_PaymentTerms', { Direction__c: 'Both', Policy__c: policy });
      edit(document, 'EntityMapping__mdt', 'Account_Customer', {
        Options__c:
          '{"events": [{"businessEventId": "CustomerChanged", "where": {"CustomerAccount": "CustomerAccount"}}]}',
      });
      const lossy = { SalesforceValue__c: 'Net 45', DynamicsValue__c: 'Net10', Direction__c: 'ToSalesforce' };
      addTerms(document, 'PaymentTerms_In', lossy);
    });
    const account = await aCustomer(engine);
    const path = `CustomersV3(dataAreaId='usmf',CustomerAccount='${account.number}')`;
    const { status } = await engine.under.patch(path, { PaymentTerms: 'Net10' });
    expect(status).toBe(204);
    const [brought] = await engine.sync([engine.item('Account_Customer', account.id, account.fields)]);
    expect(brought?.writeBacks).toMatchObject({ PaymentTerms__c: 'Net 45' });
    return { ...account, shown: { ...account.fields, ...brought?.writeBacks } };
  }

  it.each(['Salesforce', 'Dynamics', 'Ask'])('is not sent back changed, policy %s', async (policy) => {
    const { id, number, shown } = await aLossyCustomer(policy);

    const [after] = await engine.sync([engine.item('Account_Customer', id, shown)]);
    const [later] = await engine.sync([engine.item('Account_Customer', id, shown)]);

    expect([after, later]).toMatchObject([
      { outcome: 'unchanged', faults: [] },
      { outcome: 'unchanged', faults: [] },
    ]);
    expect(customer(number)).toMatchObject({ PaymentTerms: 'Net10' });
  });

  it('is no conflict for an event that comes when Salesforce shows it already', async () => {
    const { id, number, shown } = await aLossyCustomer('Ask');
    engine.salesforce.put('Account', id, shown);

    await engine.event('CustomerChanged', 'usmf', { CustomerAccount: number });

    const audits = await engine.store.findAudit({ org: ORG, recordId: id, limit: 100 });
    const [heard] = audits.filter(({ action }) => action === 'sync.to-salesforce');
    expect(heard).toMatchObject({ outcome: 'unchanged' });
    expect(engine.salesforce.get('Account', id)).toMatchObject({ PaymentTerms__c: 'Net 45' });
  });
});
