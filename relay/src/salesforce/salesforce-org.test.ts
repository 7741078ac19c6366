import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { generate } from 'selfsigned';

import { startOrg, type LocalOrg } from '../../../test/org/start-org.ts';
import type { OrgSettings } from '../settings.ts';
import { createSalesforce } from './salesforce-org.ts';

let org: LocalOrg;
let settings: OrgSettings;
let account: string;

beforeAll(async () => {
  const app = await generate(undefined, { keySize: 2048, algorithm: 'sha256' });
  org = await startOrg({
    sources: ['force-app'],
    connectedApps: [{ clientId: 'relay', certificates: [app.cert] }],
    queryBatchSize: 200,
  });
  settings = {
    organizationId: org.organizationId,
    loginUrl: org.baseUrl,
    clientId: 'relay',
    username: 'integration@causeway.example',
    privateKeyPem: app.private,
    connections: ['contoso'],
  };
  account = org.insert('Account', { Name: 'Acme', AnnualRevenue: '90071992547409.55' });
});

afterEach(() => org.faults.clear());
afterAll(() => org.stop());

function theRelay(change: Partial<OrgSettings> = {}) {
  const clock = () => new Date();
  return createSalesforce({ org: { ...settings, ...change }, clock, wait: async () => undefined, random: () => 0 });
}

function anInvoice(number: number, parent = account, total = '10.50') {
  return {
    externalId: `contoso/usmf/INV-${number}`,
    parent,
    fields: { Name: `INV-${number}`, Account__c: parent, TotalAmount__c: total, InvoiceDate__c: '2026-11-23' },
  };
}

const invoicesOf = (id: string) => org.query(`SELECT Id FROM Invoice__c WHERE Account__c = '${id}'`);

describe('sign-in', () => {
  it('leads to the organization', async () => {
    expect((await theRelay().organization()).id).toBe(org.organizationId);
  });

  it.each([{ clientId: 'stranger' }, { username: 'nobody@example.com' }])('is refused with %p', async (change) => {
    await expect(theRelay(change).organization()).rejects.toMatchObject({ code: 'CREDENTIAL_REFUSED' });
  });

  it('is repeated when the org ends the session', async () => {
    const relay = theRelay();
    await relay.organization();

    org.expireSessions();

    expect((await relay.organization()).id).toBe(org.organizationId);
  });

  it('tells the API budget', async () => {
    const relay = theRelay();

    await relay.organization();

    expect(relay.apiBudget()).toMatchObject({ limit: 100_000 });
  });
});

describe('reading', () => {
  it('keeps every digit, and reads parents and blanks', async () => {
    const contact = org.insert('Contact', { LastName: "O'Neil", AccountId: account });

    const [record] = await theRelay().readRecords({
      type: 'Contact',
      ids: [contact],
      fields: ['LastName', 'Account.Name', 'Account.AnnualRevenue', 'Email', 'CreatedDate'],
      children: [],
    });

    expect(record?.fields).toMatchObject({
      LastName: "O'Neil",
      'Account.Name': 'Acme',
      'Account.AnnualRevenue': '90071992547409.55',
      Email: null,
    });
    expect(record?.fields.CreatedDate).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('follows pages, and leaves deleted records out', async () => {
    const ids = Array.from({ length: 450 }, (_, number) => org.insert('Account', { Name: `Page ${number}` }));
    org.delete('Account', String(ids[7]));

    const records = await theRelay().readRecords({ type: 'Account', ids, fields: ['Name'], children: [] });
    const rows = await theRelay().query("SELECT Id FROM Account WHERE Name LIKE 'Page %'");

    expect(records.map(({ id }) => id)).toEqual(ids.filter((_, index) => index !== 7));
    expect(rows).toHaveLength(449);
  });

  it('reads children of a record', async () => {
    const parent = org.insert('Account', { Name: 'With contacts' });
    org.insert('Contact', { LastName: 'One', AccountId: parent });
    org.insert('Contact', { LastName: 'Two', AccountId: parent });

    const [record] = await theRelay().readRecords({
      type: 'Account',
      ids: [parent],
      fields: [],
      children: [{ relationship: 'Contacts', fields: ['LastName'] }],
    });

    expect(record?.children.Contacts?.map(({ fields }) => fields.LastName).toSorted()).toEqual(['One', 'Two']);
  });
});

describe('writing what only we write', () => {
  it('writes 450 records, and nothing the second time', async () => {
    const parent = org.insert('Account', { Name: 'Many invoices' });
    const records = Array.from({ length: 450 }, (_, number) => anInvoice(number, parent));
    const first = await theRelay().upsertOwned('Invoice__c', 'ExternalKey__c', records);
    const changes: unknown[] = [];
    const stopListening = org.onChange((change) => changes.push(change));

    const second = await theRelay().upsertOwned('Invoice__c', 'ExternalKey__c', records);

    stopListening();
    expect(first.every((result) => result.ok && result.isCreated)).toBe(true);
    expect(second.map((result) => result.ok && result.id)).toEqual(first.map((result) => result.ok && result.id));
    expect(changes).toEqual([]);
    expect(invoicesOf(parent)).toHaveLength(450);
  });

  it('refuses one record without stopping the others', async () => {
    const parent = org.insert('Account', { Name: 'One refused' });
    const bad = { ...anInvoice(1001, parent), fields: { ...anInvoice(1001, parent).fields, Type__c: 'Nonsense' } };

    const results = await theRelay().upsertOwned('Invoice__c', 'ExternalKey__c', [
      anInvoice(1000, parent),
      bad,
      anInvoice(1002, parent),
    ]);

    expect(results.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(results[1]).toMatchObject({ fault: { code: 'SALESFORCE_REFUSED', field: 'Type__c' } });
    expect(invoicesOf(parent)).toHaveLength(2);
  });

  it('comes through a row lock', async () => {
    const parent = org.insert('Account', { Name: 'Locked for a moment' });
    const id = org.insert('Invoice__c', {
      ...anInvoice(2000, parent).fields,
      ExternalKey__c: anInvoice(2000).externalId,
    });
    org.faults.lock(id, 2);

    const results = await theRelay().upsertOwned('Invoice__c', 'ExternalKey__c', [anInvoice(2000, parent, '11')]);

    expect(results).toEqual([{ ok: true, id, isCreated: false, written: ['TotalAmount__c'] }]);
    expect(org.query(`SELECT TotalAmount__c FROM Invoice__c WHERE Id = '${id}'`)[0]).toMatchObject({
      TotalAmount__c: '11',
    });
  });

  it('tells a lock that stays', async () => {
    const parent = org.insert('Account', { Name: 'Locked for long' });
    const id = org.insert('Invoice__c', {
      ...anInvoice(2001, parent).fields,
      ExternalKey__c: anInvoice(2001).externalId,
    });
    org.faults.lock(id, 4);

    const results = await theRelay().upsertOwned('Invoice__c', 'ExternalKey__c', [anInvoice(2001, parent, '11')]);

    expect(results).toMatchObject([{ ok: false, fault: { code: 'SALESFORCE_ROW_LOCKED' } }]);
  });

  it('leaves one record where the answer was lost after the commit', async () => {
    const parent = org.insert('Account', { Name: 'Answer lost' });
    const relay = theRelay();
    org.faults.add({ kind: 'cutAfter', count: 1, pathContains: 'composite/sobjects' });
    await expect(relay.upsertOwned('Invoice__c', 'ExternalKey__c', [anInvoice(3000, parent)])).rejects.toMatchObject({
      code: 'SALESFORCE_UNAVAILABLE',
    });

    const results = await relay.upsertOwned('Invoice__c', 'ExternalKey__c', [anInvoice(3000, parent)]);

    expect(results).toMatchObject([{ ok: true, isCreated: false }]);
    expect(invoicesOf(parent)).toHaveLength(1);
  });
});

describe('the org in trouble', () => {
  it.each([
    ['unavailable', 'SALESFORCE_UNAVAILABLE'],
    ['requestLimit', 'SALESFORCE_LIMIT'],
    ['cutBefore', 'SALESFORCE_UNAVAILABLE'],
  ] as const)('with %s is %s', async (kind, code) => {
    const relay = theRelay();
    await relay.organization();
    org.faults.add({ kind, count: 1 });

    await expect(relay.organization()).rejects.toMatchObject({ code });
    await expect(relay.organization()).resolves.toMatchObject({ id: org.organizationId });
  });
});

describe('the configuration', () => {
  it('holds no templates and is named by its hash', async () => {
    org.deploy([
      {
        type: 'Connection__mdt',
        developerName: 'Contoso',
        label: 'Contoso',
        values: new Map([
          ['ConnectionKey__c', 'contoso'],
          ['Platform__c', 'FinanceOperations'],
          ['IsDefault__c', 'true'],
        ]),
      },
      {
        type: 'EntityMapping__mdt',
        developerName: 'Mine',
        label: 'Mine',
        values: new Map([
          ['SalesforceObject__c', 'Account'],
          ['EntitySet__c', 'CustomersV3'],
          ['Direction__c', 'Both'],
          ['Connection__c', 'Contoso'],
        ]),
      },
    ]);

    const { hash, document } = await theRelay().readConfiguration();

    const { records } = JSON.parse(document) as {
      records: Record<string, { DeveloperName: string; Connection__c?: string }[]>;
    };
    expect(records.EntityMapping__mdt).toMatchObject([{ DeveloperName: 'Mine', Connection__c: 'Contoso' }]);
    expect(records.FieldMapping__mdt).toEqual([]);
    expect(hash).toBe(`sha256:${createHash('sha256').update(document).digest('hex')}`);
  });
});
