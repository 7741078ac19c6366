import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { sweepDocuments } from '../../relay/src/sync/to-salesforce/sweep-documents.ts';
import { aCall } from '../dynamics/connector/connector-under-test.ts';
import { aHashKey } from '../support/mapping-builders.ts';
import { aCustomer, aDeal } from './contoso-records.ts';
import { type Engine, ORG, QUARANTINE_MS, startEngine } from './engine-under-test.ts';
import { anInvoice } from './inbound-documents.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterEach(() => engine.reset());
afterAll(() => engine.stop());

/** A second mapping of the customers, which no record is linked under: it takes their city for another field. */
function addProspects(document: { records: Record<string, Record<string, unknown>[]> }): void {
  const { EntityMapping__mdt: mappings = [], FieldMapping__mdt: fields = [] } = document.records;
  const { CompanyRoute__mdt: routes = [] } = document.records;
  const prospect = { EntityMapping__c: 'Account_Prospect' };
  const customers = mappings.find(({ DeveloperName: name }) => name === 'Account_Customer') ?? {};
  const where = '{"events":[{"businessEventId":"ProspectChanged","where":{"CustomerAccount":"CustomerAccount"}}]}';
  mappings.push({ ...customers, DeveloperName: 'Account_Prospect', Options__c: where });
  for (const records of [fields, routes]) {
    for (const record of records.filter(({ EntityMapping__c: of }) => of === 'Account_Customer')) {
      const isCity = record['DynamicsField__c'] === 'AddressCity';
      const name = `Prospect_${String(record['DeveloperName'])}`;
      const city = isCity ? { SalesforceField__c: 'ShippingCity' } : {};
      records.push({ ...record, ...prospect, ...city, DeveloperName: name });
    }
  }
}

it('merges an event under the mapping that the record is linked by, and under no other of the same entity', async () => {
  engine.configure(addProspects);
  const { id, number } = await aCustomer(engine);
  const before = engine.salesforce.get('Account', id);
  const key = `CustomersV3(dataAreaId='usmf',CustomerAccount='${number}')`;
  await engine.under.patch(key, { AddressCity: 'La Jolla' });

  await engine.event('ProspectChanged', 'usmf', { CustomerAccount: number });

  expect(engine.salesforce.get('Account', id)).toEqual(before);
});

it('writes no balance of a company that the account has left for another', async () => {
  const account = await aCustomer(engine);
  const [unit] = await engine.sync([aDeal(engine, account)]);
  const posted = engine.admin.invoiceOrder({ company: 'usmf', order: unit?.number ?? '' });
  const moved = { ...account.fields, BillingCountry: 'United Kingdom', BillingState: null, CurrencyIsoCode: 'GBP' };
  const [there] = await engine.sync([engine.item('Account_Customer', account.id, moved)]);
  engine.salesforce.put('Account', account.id, { ...moved, ...there?.writeBacks });
  const before = engine.salesforce.get('Account', account.id);

  await engine.event('SalesInvoicePostedBusinessEvent', 'usmf', { InvoiceId: posted.invoice });

  expect(before).toMatchObject({ CurrencyCode__c: 'GBP' });
  expect(engine.salesforce.all('Invoice__c').map((row) => row['Name'])).toContain(posted.invoice);
  expect(engine.salesforce.get('Account', account.id)).toEqual(before);
});

it('looks through the later open invoices although an earlier one is refused', async () => {
  const { invoice } = await anInvoice(engine);
  const shown = engine.salesforce.all('Invoice__c').filter((row) => row['Name'] === invoice);
  const salesforce: typeof engine.salesforce = {
    ...engine.salesforce,
    query: async (soql) =>
      soql.includes('ORDER BY Name LIMIT')
        ? Array<(typeof shown)[number]>(1_000).fill(shown[0] ?? {})
        : engine.salesforce.query(soql),
    upsertOwned: async (_type, _field, records) =>
      records.map(() => ({
        ok: false,
        fault: { code: 'SALESFORCE_REFUSED', field: null, message: 'A rule refuses it.', retryAfterMs: null },
      })),
  };
  const [due] = await engine.sync([aDeal(engine, await aCustomer(engine))]);
  engine.admin.invoiceOrder({ company: 'usmf', order: due?.number ?? '' });
  const deps = {
    store: engine.store,
    connector: () => engine.connector,
    salesforce: () => salesforce,
    currentConfiguration: async () => engine.configuration(),
    hashKey: () => aHashKey(),
    clock: () => new Date(),
    newId: randomUUID,
    holder: 'sweep',
    leaseMs: 120_000,
    quarantineMs: QUARANTINE_MS,
  };
  const request = { org: ORG, configuration: engine.configuration(), connector: engine.connector, io: aCall() };

  const swept = await sweepDocuments(deps, { ...request, salesforce });

  const place = { org: ORG, connection: 'contoso', company: 'usmf', mapping: 'SalesInvoice_Invoice@open' };
  expect(swept.failed).toBeGreaterThan(0);
  expect(await engine.store.cursor(place)).toBe(invoice);
});
