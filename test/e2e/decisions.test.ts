import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SyncAnswer, SyncCall, UnitResult } from '../../relay/src/sync/exchange.ts';
import type { PlainRecord } from '../org/plain-records.ts';
import { type Catalog, createAccount, createCatalog, createDeal, win } from '../support/contoso.ts';
import type { Dispatch } from '../support/outbox.ts';
import { type Product, startProduct } from '../support/product.ts';

import { until } from '../support/until.ts';

let product: Product;
let catalog: Catalog;
let serial = 0;

beforeAll(async () => {
  product = await startProduct({ quarantineSeconds: 1 });
  catalog = createCatalog(product.org, 'EUR');
  await product.outbox.drain();
}, 60_000);

afterAll(() => product.stop());

const units = (sent: readonly Dispatch[]): UnitResult[] => sent.flatMap(({ result }) => result.units);
const drain = async (): Promise<UnitResult[]> => units(await product.outbox.drain(10_000));
const rows = (set: string, company = 'usmf'): Record<string, unknown>[] =>
  product.dynamics.admin.rows({ set, company });
const read = (type: string, id: string, fields: string): PlainRecord =>
  product.org.query(`SELECT ${fields} FROM ${type} WHERE Id = '${id}'`)[0] ?? {};

/** An account that nothing else resembles. */
function account(fields: Record<string, string | null> = {}): string {
  serial += 1;
  return createAccount(product.org, {
    Name: `Customer ${serial}`,
    TaxNumber__c: `T-${serial}`,
    BillingPostalCode: `900${String(serial).padStart(2, '0')}`,
    ...fields,
  });
}

async function linkedAccount(fields: Record<string, string | null> = {}): Promise<string> {
  const id = account(fields);
  expect(await drain()).toMatchObject([{ outcome: 'created' }]);
  return id;
}

function deal(accountId: string, fields: Record<string, string> = {}): string {
  serial += 1;
  return createDeal(product.org, {
    accountId,
    catalog,
    currency: 'EUR',
    fields: { Name: `Deal ${serial}`, ...fields },
    lines: [
      { item: 'D0001', quantity: '2', price: '500.00' },
      { item: 'D0002', quantity: '1', price: '349.50' },
    ],
  });
}

async function wonDeal(accountId: string): Promise<{ id: string; order: string }> {
  const id = deal(accountId);
  await drain();
  win(product.org, id);
  const [unit] = await drain();
  expect(unit).toMatchObject({ outcome: 'created' });
  return { id, order: unit?.number ?? '' };
}

const linesOf = (order: string, company = 'usmf'): Record<string, unknown>[] =>
  rows('SalesOrderLinesV3', company).filter((row) => row['SalesOrderNumber'] === order);

describe('finding the customer', () => {
  it('links an account to the customer with the same tax number instead of creating a second one', async () => {
    const before = rows('CustomersV3').length;

    account({ Name: 'Contoso San Diego', TaxNumber__c: 'US770001' });

    expect(await drain()).toMatchObject([{ outcome: 'linked', number: 'US-001' }]);
    expect(rows('CustomersV3')).toHaveLength(before);
  });

  it('creates nothing where two customers match, and names both', async () => {
    const before = rows('CustomersV3').length;

    account({ TaxNumber__c: 'US770777' });

    const [unit] = await drain();
    expect(unit).toMatchObject({ outcome: 'conflict', faults: [{ code: 'MATCH_AMBIGUOUS', owner: 'admin' }] });
    expect(unit?.faults[0]?.message).toContain('US-003');
    expect(unit?.faults[0]?.message).toContain('US-004');
    expect(rows('CustomersV3')).toHaveLength(before);
  });

  it('refuses a second account for a customer that is linked already', async () => {
    account({ Name: 'Contoso Los Angeles', TaxNumber__c: 'US770002' });
    expect(await drain()).toMatchObject([{ outcome: 'linked', number: 'US-002' }]);

    account({ Name: 'Contoso L.A.', TaxNumber__c: 'US770002' });

    expect(await drain()).toMatchObject([{ outcome: 'rejected', faults: [{ code: 'ALREADY_LINKED' }] }]);
  });

  it('finds its own customer again after the answer to its creation was lost', async () => {
    const before = rows('CustomersV3').length;
    product.dynamics.admin.fault({ kind: 'cutAfter', set: 'CustomersV3', verb: 'POST' });

    account();

    const outcomes = (await drain()).map((unit) => unit.outcome);
    expect(outcomes).toEqual(['deferred', 'created']);
    expect(rows('CustomersV3')).toHaveLength(before + 1);
  });
});

describe('documents', () => {
  it('waits for a customer that is not there yet and follows it by itself', async () => {
    const accountId = account({ Type: 'Other' });
    expect(await drain()).toMatchObject([{ outcome: 'rejected' }]);
    const dealId = deal(accountId);
    win(product.org, dealId);
    const [waiting] = await drain();
    product.org.update('Account', accountId, { Type: 'Customer - Direct' });

    const done = await drain();

    expect(waiting).toMatchObject({ outcome: 'waiting', waitingFor: `${accountId}/Account_Customer` });
    expect(done.map((unit) => unit.outcome)).toEqual(['created', 'created']);
  });

  it('keeps a document held while one of its lines is refused, and completes it after the fix', async () => {
    const accountId = await linkedAccount();
    const dealId = deal(accountId);
    const bad = product.org.insert('Product2', {
      Name: 'Unknown',
      ProductCode: 'D9999',
      Family: 'Hardware',
      IsActive: false,
    });
    const [book] = product.org.query('SELECT Id FROM Pricebook2 WHERE IsStandard = true');
    const entry = product.org.insert('PricebookEntry', {
      Pricebook2Id: String(book?.['Id']),
      Product2Id: bad,
      UnitPrice: '10',
      CurrencyIsoCode: 'EUR',
      IsActive: true,
    });
    const line = product.org.insert('OpportunityLineItem', {
      OpportunityId: dealId,
      PricebookEntryId: entry,
      Quantity: '1',
      UnitPrice: '10',
    });
    win(product.org, dealId);

    const partial = (await drain()).at(-1);
    const held = rows('SalesOrderHeadersV4').find((row) => row['SalesOrderNumber'] === partial?.number);
    product.org.delete('OpportunityLineItem', line);
    const done = (await drain()).at(-1);

    expect(partial).toMatchObject({ outcome: 'partial' });
    expect(partial?.faults.map(({ code }) => code)).toContain('DYNAMICS_VALUE_NOT_FOUND');
    expect(held).toMatchObject({ IsSalesProcessingStopped: 'Yes' });
    expect(linesOf(String(partial?.number))).toHaveLength(2);
    expect(done).toMatchObject({ outcome: 'updated', number: partial?.number });
    const released = rows('SalesOrderHeadersV4').find((row) => row['SalesOrderNumber'] === partial?.number);
    expect(released).toMatchObject({ IsSalesProcessingStopped: 'No' });
  });

  it('carries changed, added and removed lines to the order that is there', async () => {
    const { id, order } = await wonDeal(await linkedAccount());
    const [first, second] = product.org.query(
      `SELECT Id FROM OpportunityLineItem WHERE OpportunityId = '${id}' ORDER BY CreatedDate, Id`,
    );
    product.org.transaction(() => {
      product.org.update('OpportunityLineItem', String(first?.['Id']), { Quantity: '7' });
      product.org.delete('OpportunityLineItem', String(second?.['Id']));
      product.org.insert('OpportunityLineItem', {
        OpportunityId: id,
        PricebookEntryId: catalog.get('D0004') ?? '',
        Quantity: '1',
        UnitPrice: '1990',
      });
    });

    expect(await drain()).toMatchObject([{ outcome: 'updated', number: order }]);

    const lines = linesOf(order).map((row) => [row['ItemNumber'], row['OrderedSalesQuantity']]);
    expect(lines).toEqual([
      ['D0001', '7'],
      ['D0004', '1'],
    ]);
    expect(read('Opportunity', id, 'DynamicsTotal__c')['DynamicsTotal__c']).not.toBeNull();
  });

  it('writes header and lines in one changeset, under its own number, where the company numbers by hand', async () => {
    const accountId = await linkedAccount({ BillingCountry: 'Germany', BillingState: null, CurrencyIsoCode: 'EUR' });

    const { id, order } = await wonDeal(accountId);

    expect(order).toBe(id);
    expect(linesOf(order, 'demf')).toHaveLength(2);
  });

  it('does not touch an invoiced order', async () => {
    const { id, order } = await wonDeal(await linkedAccount());
    product.dynamics.admin.invoiceOrder({ company: 'usmf', order });
    const before = linesOf(order);
    const [line] = product.org.query(`SELECT Id FROM OpportunityLineItem WHERE OpportunityId = '${id}'`);
    product.org.update('OpportunityLineItem', String(line?.['Id']), { Quantity: '99' });

    expect(await drain()).toMatchObject([
      { outcome: 'rejected', faults: [{ code: 'DOCUMENT_POSTED', owner: 'finance' }] },
    ]);

    expect(linesOf(order)).toEqual(before);
  });

  it('lets an Order follow the deal that its Opportunity handed over, and shows the invoice on both', async () => {
    const accountId = await linkedAccount();
    const { id, order } = await wonDeal(accountId);
    const [book] = product.org.query('SELECT Id FROM Pricebook2 WHERE IsStandard = true');
    const orderId = product.org.insert('Order', {
      AccountId: accountId,
      OpportunityId: id,
      Status: 'Draft',
      EffectiveDate: '2026-12-01',
      Pricebook2Id: String(book?.['Id']),
      CurrencyIsoCode: 'EUR',
    });
    product.org.insert('OrderItem', {
      OrderId: orderId,
      PricebookEntryId: catalog.get('D0001') ?? '',
      Quantity: '2',
      UnitPrice: '500',
    });
    product.org.update('Order', orderId, { Status: 'Activated' });

    const followed = (await drain()).at(-1);
    product.dynamics.admin.invoiceOrder({ company: 'usmf', order });

    expect(followed).toMatchObject({ outcome: 'linked', number: order });
    const invoice = await until(
      () =>
        product.org.query(`SELECT Opportunity__c, Order__c FROM Invoice__c WHERE Order__c = '${orderId}'`)[0] ?? null,
      'the invoice shows on the order',
    );
    expect(invoice).toMatchObject({ Opportunity__c: id, Order__c: orderId });
    expect(rows('SalesOrderHeadersV4').filter((row) => row['SalesOrderNumber'] === order)).toHaveLength(1);
  });
});

describe('two sides editing', () => {
  const customerOf = (id: string): string => String(read('Account', id, 'CustomerNumber__c')['CustomerNumber__c']);
  const edit = (accountId: string, values: Record<string, string>): Promise<void> =>
    product.editInDynamics(`CustomersV3(dataAreaId='usmf',CustomerAccount='${customerOf(accountId)}')`, values);

  it('brings what finance changed to Salesforce with the next sync and keeps what sales changed', async () => {
    const id = await linkedAccount();
    await edit(id, { AddressCity: 'La Jolla' });
    product.org.update('Account', id, { Name: 'Renamed by sales' });

    await drain();

    expect(read('Account', id, 'Name, BillingCity')).toMatchObject({
      Name: 'Renamed by sales',
      BillingCity: 'La Jolla',
    });
    const [customer] = rows('CustomersV3').filter((row) => row['CustomerAccount'] === customerOf(id));
    expect(customer).toMatchObject({ OrganizationName: 'Renamed by sales', AddressCity: 'La Jolla' });
  });

  it('asks where both sides changed a field under Ask, and still carries the other fields', async () => {
    const id = await linkedAccount();
    await edit(id, { PrimaryContactPhone: '111' });
    product.org.update('Account', id, { Phone: '222', Name: 'Other field' });

    const [unit] = await drain();

    expect(unit).toMatchObject({ outcome: 'conflict', faults: [{ code: 'FIELDS_IN_CONFLICT', field: 'Phone' }] });
    const [customer] = rows('CustomersV3').filter((row) => row['CustomerAccount'] === customerOf(id));
    expect(customer).toMatchObject({ PrimaryContactPhone: '111', OrganizationName: 'Other field' });
    expect(read('Account', id, 'Phone')).toMatchObject({ Phone: '222' });
  });
});

describe('a dry run', () => {
  it('tells what would be sent, why, and sends nothing', async () => {
    const before = rows('CustomersV3').length;
    const rehearsals: { readonly answer: SyncAnswer; readonly customers: number }[] = [];
    product.wire.inspect(async ({ body }) => {
      const call = { ...(JSON.parse(body) as SyncCall), requestId: crypto.randomUUID(), dryRun: true };
      const answer = (await product.call('POST', '/v1/sync', call)).body as SyncAnswer;
      rehearsals.push({ answer, customers: rows('CustomersV3').length });
    });

    account();
    await drain();
    product.wire.inspect(null);

    const [rehearsal] = rehearsals;
    const plan = rehearsal?.answer.items[0]?.units[0]?.plan;
    expect(plan).toMatchObject({
      action: 'create',
      requests: [{ method: 'POST', path: 'CustomersV3?cross-company=true' }],
    });
    expect(plan?.fields.find(({ mapping }) => mapping === 'Account_Name')).toMatchObject({ verdict: 'toDynamics' });
    expect(plan?.rules.join()).toContain('usmf');
    expect(rehearsal?.customers).toBe(before);
    expect(rows('CustomersV3')).toHaveLength(before + 1);
  });
});

describe('problems and audit', () => {
  it('keeps a problem while its cause stands, lets it be retried, and closes it', async () => {
    const id = account({ Type: 'Other' });
    await drain();
    const open = (await product.call('GET', '/v1/problems')).body as {
      problems: { id: string; code: string; field: string }[];
    };
    const problem = open.problems.find(
      ({ code, field }) => code === 'DYNAMICS_VALUE_NOT_FOUND' && field === 'CustomerGroupId',
    );

    const retried = await product.call('POST', `/v1/problems/${problem?.id ?? ''}/retry`);
    const again = await drain();
    product.org.update('Account', id, { Type: 'Customer - Direct' });
    await drain();

    expect(retried).toMatchObject({ status: 202, body: { requested: 1 } });
    expect(again).toMatchObject([{ outcome: 'rejected' }]);
    const left = (await product.call('GET', '/v1/problems')).body as typeof open;
    expect(left.problems.map((one) => one.id)).not.toContain(problem?.id);
  });

  it('records every decision with names and hashes, never values', async () => {
    const id = await linkedAccount({ Name: 'Secretive Holdings' });

    const { body } = await product.call('GET', `/v1/audit?recordId=${id}`);

    const text = JSON.stringify(body);
    expect(text).toContain('Account_Name');
    expect(text).toContain('created');
    expect(text).not.toContain('Secretive');
  });
});
