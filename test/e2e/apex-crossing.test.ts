import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { importX509, jwtVerify } from 'jose';
import type { PlainRecord } from '../org/plain-records.ts';
import { setPaused } from '../support/apex-setup.ts';
import { type Catalog, createAccount, createCatalog, createLoungeDeal, win } from '../support/contoso.ts';
import { type Product, startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';

let product: Product;
let catalog: Catalog;
let accountId: string;
let dealId: string;

const one = (soql: string): PlainRecord => product.org.query(soql)[0] ?? {};
const read = (type: string, id: string, fields: string): PlainRecord =>
  one(`SELECT ${fields} FROM ${type} WHERE Id = '${id}'`);
const statusOf = (id: string): PlainRecord =>
  one(`SELECT State__c, LastOutcome__c, Company__c, DynamicsNumber__c, Code__c, IsPrimary__c FROM SyncStatus__c
       WHERE RecordId__c = '${id}'`);
const rows = (set: string): Record<string, unknown>[] => product.dynamics.admin.rows({ set, company: 'usmf' });
const invoice = (): PlainRecord =>
  one(`SELECT Name, TotalAmount__c, PaymentStatus__c, PaidAmount__c, BalanceAmount__c FROM Invoice__c
       WHERE Opportunity__c = '${dealId}'`);

/** Waits until the org's own records say so. */
const orgShows = (look: () => PlainRecord, field: string, value: unknown): Promise<PlainRecord> =>
  until(() => (look()[field] === value ? look() : null), `the org shows ${field} ${String(value)}`, 60_000);

beforeAll(async () => {
  product = await startProduct();
  catalog = createCatalog(product.org, 'EUR');
  await product.outbox.drain();
}, 120_000);

afterAll(() => product.stop());

describe('the package in the org', () => {
  it('sends a saved account by itself and writes number and state back', async () => {
    accountId = createAccount(product.org);

    const status = await orgShows(() => statusOf(accountId), 'State__c', 'InSync');

    const [customer] = rows('CustomersV3').filter((row) => row['OrganizationName'] === 'Fourth Coffee Roasters');
    expect(status).toMatchObject({ LastOutcome__c: 'created', Company__c: 'usmf', Code__c: null, IsPrimary__c: true });
    expect(read('Account', accountId, 'CustomerNumber__c, DynamicsCompany__c')).toMatchObject({
      CustomerNumber__c: customer?.['CustomerAccount'],
      DynamicsCompany__c: 'usmf',
    });
    expect(product.outbox.rows()).toEqual([]);
  }, 90_000);

  it('runs as the user that sends and signs with the certificate of the org, for this relay alone', async () => {
    await product.outbox.drain();
    const tokens: string[] = [];
    product.wire.inspect(async ({ authorization }) => void tokens.push(authorization.replace('Bearer ', '')));
    product.outbox.request(accountId, 'Account_Customer');
    const [sent] = await product.outbox.drain();
    product.wire.inspect(null);

    const certificate = await readFile(path.join(product.directory, 'keys', 'org.crt'), 'utf8');
    const { payload } = await jwtVerify(tokens[0] ?? '', await importX509(certificate, 'RS256'));
    expect(payload).toMatchObject({
      iss: product.org.organizationId,
      sub: product.org.users.integration,
      aud: product.relayUrl,
    });
    expect(sent?.result.units).toMatchObject([{ outcome: 'unchanged' }]);
    const [job] = product.org.query(
      `SELECT ApexClass.Name, CreatedById, Status FROM AsyncApexJob WHERE JobType = 'Queueable' ORDER BY CreatedDate DESC`,
    );
    expect(job).toMatchObject({
      ApexClass: { Name: 'SyncDispatcher' },
      CreatedById: product.org.users.integration,
      Status: 'Completed',
    });
  });

  it('plans its schedule as the user that sends', () => {
    const planned = product.org.query('SELECT OwnerId, CronJobDetail.Name FROM CronTrigger');

    expect(planned).toMatchObject([
      { OwnerId: product.org.users.integration, CronJobDetail: { Name: 'Causeway schedule' } },
    ]);
  });

  it('hands a won deal over as an order, and the number stands on the opportunity', async () => {
    dealId = createLoungeDeal(product.org, accountId, catalog);
    await product.outbox.drain();
    expect(rows('SalesOrderHeadersV4').filter((row) => row['CausewayMarker'] !== '')).toEqual([]);

    win(product.org, dealId);
    await orgShows(() => statusOf(dealId), 'State__c', 'InSync');

    const written = read('Opportunity', dealId, 'SalesOrderNumber__c, DynamicsTotal__c');
    const [order] = rows('SalesOrderHeadersV4').filter((row) => row['CausewayMarker'] !== '');
    expect(order).toMatchObject({ SalesOrderNumber: written['SalesOrderNumber__c'], IsSalesProcessingStopped: 'No' });
    expect(written['DynamicsTotal__c']).toBe(order?.['OrderTotalAmount']);
    const lines = rows('SalesOrderLinesV3').filter((row) => row['SalesOrderNumber'] === order?.['SalesOrderNumber']);
    expect(lines.map((line) => line['ItemNumber'])).toEqual(['D0001', 'D0004', 'D0003', 'D0006']);
  }, 90_000);

  it('is asked for the same deal again and writes nothing', async () => {
    await product.outbox.drain();
    const before = rows('SalesOrderLinesV3');
    const stamp = read('Opportunity', dealId, 'SystemModstamp');

    for (let time = 0; time < 2; time += 1) {
      product.outbox.request(dealId, 'Opportunity_SalesOrder');
      const sent = await product.outbox.drain();
      expect(sent.map(({ result }) => result.units.map(({ outcome }) => outcome))).toEqual([['unchanged']]);
    }

    expect(statusOf(dealId)).toMatchObject({ State__c: 'InSync', LastOutcome__c: 'unchanged' });
    expect(rows('SalesOrderLinesV3')).toEqual(before);
    expect(read('Opportunity', dealId, 'SystemModstamp')).toEqual(stamp);
  }, 90_000);

  it('shows the invoice and both payments', async () => {
    const order = String(read('Opportunity', dealId, 'SalesOrderNumber__c')['SalesOrderNumber__c']);
    const customer = String(read('Account', accountId, 'CustomerNumber__c')['CustomerNumber__c']);
    const posted = product.dynamics.admin.invoiceOrder({ company: 'usmf', order });
    const open = await orgShows(invoice, 'PaymentStatus__c', 'Open');
    const pay = (amount: string): unknown =>
      product.dynamics.admin.postPayment({
        ...{ company: 'usmf', customer, amount, currency: 'EUR' },
        invoice: posted.invoice,
      });

    pay('1000.00');
    const partly = await orgShows(invoice, 'PaymentStatus__c', 'PartiallyPaid');
    pay(String(partly['BalanceAmount__c']));
    const paid = await orgShows(invoice, 'PaymentStatus__c', 'Paid');

    expect(open).toMatchObject({ Name: posted.invoice, TotalAmount__c: posted.total });
    expect(partly).toMatchObject({ PaidAmount__c: '1000' });
    expect(paid).toMatchObject({ PaidAmount__c: open['TotalAmount__c'], BalanceAmount__c: '0' });
    const deal = (): PlainRecord => read('Opportunity', dealId, 'PaymentStatus__c, PaidAmount__c');
    await orgShows(deal, 'PaymentStatus__c', 'Paid');
    await orgShows(() => read('Account', accountId, 'OpenBalance__c'), 'OpenBalance__c', '0');
  }, 120_000);

  it('keeps what Dynamics refuses with the reason, and the correction releases it', async () => {
    const refused = createAccount(product.org, { Name: 'Wide World', Type: 'Other', TaxNumber__c: 'US-5' });

    await orgShows(() => statusOf(refused), 'State__c', 'Rejected');
    const parked = product.outbox.rows();
    product.org.update('Account', refused, { Type: 'Customer - Direct' });
    const released = await orgShows(() => statusOf(refused), 'State__c', 'InSync');

    expect(parked).toMatchObject([{ State__c: 'Parked', Code__c: 'DYNAMICS_VALUE_NOT_FOUND' }]);
    expect(released).toMatchObject({ LastOutcome__c: 'created', Code__c: null });
    expect(product.outbox.rows()).toEqual([]);
  }, 90_000);

  it('sends nothing while it is paused, and everything afterwards', async () => {
    setPaused(product.org, true);
    const id = createAccount(product.org, { Name: 'Paused', TaxNumber__c: 'US-6', BillingPostalCode: '94106' });
    await product.org.runDueJobs();
    const kept = product.outbox.rows();

    setPaused(product.org, false);
    await product.outbox.drain();

    expect(kept).toMatchObject([{ State__c: 'Due', Attempts__c: '0' }]);
    expect(statusOf(id)).toMatchObject({ State__c: 'InSync' });
  }, 90_000);
});
