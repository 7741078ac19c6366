import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generate } from 'selfsigned';
import { startOrg, type LocalOrg } from '../../../test/org/start-org.ts';
import { createApplyResource } from '../../../test/support/apply-resource.ts';
import type { OrgSettings } from '../settings.ts';
import { createSalesforce } from './salesforce-org.ts';

let org: LocalOrg;
let settings: OrgSettings;
let account: string;

beforeAll(async () => {
  const app = await generate(undefined, { keySize: 2048, algorithm: 'sha256' });
  org = await startOrg({
    sources: ['unpackaged/demo'],
    installed: { namespace: 'causeway', sources: ['force-app'] },
    apexRest: createApplyResource,
    connectedApps: [{ clientId: 'relay', certificates: [app.cert] }],
  });
  settings = {
    organizationId: org.organizationId,
    loginUrl: org.baseUrl,
    clientId: 'relay',
    username: 'integration@causeway.example',
    privateKeyPem: app.private,
    connections: ['contoso'],
  };
  account = org.insert('Account', {
    Name: 'Acme',
    causeway__CustomerNumber__c: 'US-001',
    PaymentTerms__c: 'Net 30',
  });
});

afterAll(() => org.stop());

const theRelay = (namespace?: string) =>
  createSalesforce({
    org: namespace === undefined ? settings : { ...settings, namespace },
    clock: () => new Date(),
    wait: async () => undefined,
  });

const anInvoice = (number: string, more = {}) => ({
  externalId: `contoso/usmf/${number}`,
  parent: account,
  fields: { Name: number, Account__c: account, TotalAmount__c: '10.50', BalanceAmount__c: '10.50', ...more },
});

describe('an org where the package is installed', () => {
  it('answers to nothing but prefixed names, so that this file proves something', () => {
    expect(() => org.query('SELECT Id FROM Invoice__c')).toThrow('Invoice__c');
    expect(() => org.query('SELECT CustomerNumber__c FROM Account')).toThrow('CustomerNumber__c');
  });

  it('is described in the words of mappings', async () => {
    const described = await theRelay().describe('Invoice__c');

    expect(described.name).toBe('Invoice__c');
    expect(described.fields.get('Account__c')).toMatchObject({ name: 'Account__c', relationshipName: 'Account__r' });
    expect(described.children.get('Lines__r')).toEqual({ object: 'InvoiceLine__c', field: 'Invoice__c' });
    expect((await theRelay().describe('InvoiceLine__c')).fields.get('Invoice__c')?.referenceTo).toEqual(['Invoice__c']);
  });

  it('takes owned records and sends a repeat nothing', async () => {
    const relay = theRelay();

    const [created] = await relay.upsertOwned('Invoice__c', 'ExternalKey__c', [anInvoice('INV-1')]);
    const [repeated] = await relay.upsertOwned('Invoice__c', 'ExternalKey__c', [anInvoice('INV-1')]);

    expect([created, repeated]).toMatchObject([
      { ok: true, isCreated: true },
      { ok: true, isCreated: false },
    ]);
    expect(org.query('SELECT Name, causeway__TotalAmount__c FROM causeway__Invoice__c')).toMatchObject([
      { Name: 'INV-1', causeway__TotalAmount__c: '10.5' },
    ]);
  });

  it('names the field of a refused record as the mapping does', async () => {
    const [refused] = await theRelay().upsertOwned('Invoice__c', 'ExternalKey__c', [
      anInvoice('INV-2', { PaymentStatus__c: 'Forgotten' }),
    ]);

    expect(refused).toMatchObject({ ok: false, fault: { field: 'PaymentStatus__c' } });
  });

  it('is read with its own fields and ours, through parents and children', async () => {
    const relay = theRelay();
    const [invoice] = await relay.upsertOwned('Invoice__c', 'ExternalKey__c', [anInvoice('INV-3')]);
    if (invoice?.ok !== true) throw new Error('The invoice was refused.');
    const line = { Invoice__c: invoice.id, ItemNumber__c: 'D0001', LineNumber__c: '1' };
    await relay.upsertOwned('InvoiceLine__c', 'ExternalKey__c', [
      { externalId: 'contoso/usmf/INV-3/1', parent: invoice.id, fields: line },
    ]);

    const [record] = await relay.readRecords({
      type: 'Invoice__c',
      ids: [invoice.id],
      fields: ['BalanceAmount__c', 'IsOverdue__c', 'Account__r.CustomerNumber__c', 'Account__r.PaymentTerms__c'],
      children: [{ relationship: 'Lines__r', fields: ['ItemNumber__c', 'Invoice__r.Account__r.CustomerNumber__c'] }],
    });

    expect(record).toMatchObject({
      type: 'Invoice__c',
      fields: {
        BalanceAmount__c: '10.5',
        IsOverdue__c: false,
        'Account__r.CustomerNumber__c': 'US-001',
        'Account__r.PaymentTerms__c': 'Net 30',
      },
      children: {
        Lines__r: [{ fields: { ItemNumber__c: 'D0001', 'Invoice__r.Account__r.CustomerNumber__c': 'US-001' } }],
      },
    });
  });

  it('is queried by our names, and texts stay as they are', async () => {
    const rows = await theRelay().query(
      "SELECT Name, PaymentTerms__c FROM Account WHERE CustomerNumber__c = 'US-001' AND Name != 'CustomerNumber__c'",
    );

    expect(rows).toEqual([{ Name: 'Acme', PaymentTerms__c: 'Net 30' }]);
  });

  it('is written conditionally, in ours and in its own', async () => {
    const write = {
      type: 'Account',
      id: account,
      expected: { CustomerNumber__c: 'US-001', PaymentTerms__c: 'Net 30' },
      wanted: { CustomerNumber__c: 'US-002', PaymentTerms__c: 'Net 45' },
    };
    const relay = theRelay();

    const [first, second] = [await relay.apply(write), await relay.apply(write)];
    const stale = await relay.apply({ ...write, wanted: { CustomerNumber__c: 'US-003' } });

    expect([first, second]).toEqual([{ status: 'applied' }, { status: 'unchanged' }]);
    expect(stale).toEqual({ status: 'mismatch', current: { CustomerNumber__c: 'US-002' } });
    expect(org.query(`SELECT causeway__CustomerNumber__c, PaymentTerms__c FROM Account`)).toMatchObject([
      { causeway__CustomerNumber__c: 'US-002', PaymentTerms__c: 'Net 45' },
    ]);
  });

  it('asks once what its namespace is, and not at all where the settings say so', async () => {
    const before = org.apiRequests();
    const told = theRelay('causeway');
    await told.describe('Invoice__c');
    const whenTold = org.apiRequests() - before;
    const found = theRelay();
    await Promise.all([found.describe('Invoice__c'), found.describe('Payment__c')]);

    expect(org.apiRequests() - before - whenTold).toBe(whenTold + 2);
  });

  it('has the same configuration document as an org where the package is developed', async () => {
    const golden = await readFile('contracts/fixtures/configuration.json', 'utf8');

    const { document } = await theRelay().readConfiguration();

    expect(isDeepStrictEqual(JSON.parse(document), JSON.parse(golden))).toBe(true);
  });
});
