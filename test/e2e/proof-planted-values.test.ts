import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAccount, createCatalog, createDeal, win } from '../support/contoso.ts';
import { type Journal, openJournal } from '../support/load-journal.ts';
import { findInFiles, findInTables, findInText, type Planted } from '../support/planted-values.ts';
import { type Product, startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';

/** Values that occur nowhere else, in every field that people fill and amounts are computed from. */
const BUSINESS = {
  accountName: 'Quillwort Vexillology',
  accountPhone: '+1 5559 1738 4462',
  street: '77 Xanthophyll Crescent',
  city: 'Zyzzyvatown',
  taxNumber: 'ZQX-8846-1193',
  dealName: 'Perchlorate Bassoon',
  lineDescription: 'Ultramarine gasket for Mr. Wobblethorpe',
  price: '48151.62',
  discount: '13.37',
  unknownItem: 'ZQX-NOSUCHITEM',
  rejectedName: 'Brobdingnag Refused',
  editedInDynamics: 'Tintinnabulation Street',
  conflictSalesforce: '7770001112',
  conflictDynamics: '8880001113',
  paymentReference: 'ZQXREF-551199',
  paidAmount: '1234.57',
  eventMember: 'Kumquat Zephyr Holdings',
} as const;

let product: Product;
let journal: Journal;
let accountId: string;
let order: string;
let planted: Planted;

const read = (soql: string): Record<string, unknown> => product.org.query(soql)[0] ?? {};

beforeAll(async () => {
  product = await startProduct({ quarantineSeconds: 1, logLevel: 'trace' });
  journal = await openJournal(product);
  planted = { ...BUSINESS, ...(await secrets()) };
  await sellAndRefuse();
  await disagree();
  await invoiceAndPay();
  await leaveAnEventWaiting();
}, 120_000);

afterAll(async () => {
  await journal.close();
  await product.stop();
});

/** What may be in no file and no log: keys, the event secret, and the beginnings of every JWT. */
async function secrets(): Promise<Record<string, string>> {
  const keyFile = (name: string): Promise<string> => readFile(path.join(product.directory, 'keys', name), 'utf8');
  const secretLine = (pem: string): string => pem.split('\n')[5]?.trim() ?? '';
  return {
    eventSecret: product.eventsUrl.split('/').at(-1) ?? '',
    masterKey: (await keyFile('master.key')).trim().slice(-30),
    entraKey: secretLine(await keyFile('entra.key')),
    salesforceKey: secretLine(await keyFile('salesforce.key')),
    jwtAlgFirst: 'eyJhbGciOi',
    jwtTypeFirst: 'eyJ0eXAiOi',
    salesforceSession: '00D!',
  };
}

/** An order that stands, one that Dynamics refuses by its item, and a customer that it refuses by its group. */
async function sellAndRefuse(): Promise<void> {
  const { org, outbox } = product;
  const catalog = createCatalog(org, 'EUR');
  accountId = createAccount(org, {
    Name: BUSINESS.accountName,
    Phone: BUSINESS.accountPhone,
    BillingStreet: BUSINESS.street,
    BillingCity: BUSINESS.city,
    TaxNumber__c: BUSINESS.taxNumber,
  });
  createAccount(org, { Name: BUSINESS.rejectedName, Type: 'Other', TaxNumber__c: 'R-1' });
  const unknown = org.insert('Product2', { Name: 'Unknown', ProductCode: BUSINESS.unknownItem, IsActive: true });
  const [book] = org.query('SELECT Id FROM Pricebook2 WHERE IsStandard = true');
  const Pricebook2Id = String(book?.['Id']);
  const entry = org.insert('PricebookEntry', {
    ...{ Pricebook2Id, Product2Id: unknown, UnitPrice: '1', CurrencyIsoCode: 'EUR', IsActive: true },
  });
  const line = { quantity: '1', price: BUSINESS.price, discount: BUSINESS.discount };
  const deal = (item: 'D0001' | 'D0002'): string =>
    createDeal(org, {
      ...{ accountId, catalog, currency: 'EUR', fields: { Name: BUSINESS.dealName } },
      lines: [{ item, ...line }],
    });
  const good = deal('D0001');
  const [goodLine] = org.query(`SELECT Id FROM OpportunityLineItem WHERE OpportunityId = '${good}'`);
  org.update('OpportunityLineItem', String(goodLine?.['Id']), { Description: BUSINESS.lineDescription });
  const bad = deal('D0002');
  org.insert('OpportunityLineItem', { OpportunityId: bad, PricebookEntryId: entry, Quantity: '1', UnitPrice: '1' });
  win(org, good);
  win(org, bad);
  await outbox.drain(20_000);
  order = String(read(`SELECT SalesOrderNumber__c FROM Opportunity WHERE Id = '${good}'`)['SalesOrderNumber__c']);
}

/** One field that finance changed, one that both changed. */
async function disagree(): Promise<void> {
  const number = String(read(`SELECT CustomerNumber__c FROM Account WHERE Id = '${accountId}'`)['CustomerNumber__c']);
  await product.editInDynamics(`CustomersV3(dataAreaId='usmf',CustomerAccount='${number}')`, {
    AddressStreet: BUSINESS.editedInDynamics,
    PrimaryContactPhone: BUSINESS.conflictDynamics,
  });
  product.org.update('Account', accountId, { Phone: BUSINESS.conflictSalesforce });
  await product.outbox.drain(20_000);
}

async function invoiceAndPay(): Promise<void> {
  const { admin } = product.dynamics;
  const posted = admin.invoiceOrder({ company: 'usmf', order });
  const customer = String(read(`SELECT CustomerNumber__c FROM Account WHERE Id = '${accountId}'`)['CustomerNumber__c']);
  const payment = { amount: BUSINESS.paidAmount, reference: BUSINESS.paymentReference, currency: 'EUR' };
  admin.postPayment({ company: 'usmf', customer, invoice: posted.invoice, ...payment });
  const paid = `SELECT Id FROM Invoice__c WHERE PaidAmount__c = ${BUSINESS.paidAmount}`;
  await until(() => product.org.query(paid)[0] ?? null, 'the payment shows on the invoice');
}

/** An event about an invoice that is not there: its job stays in the queue, with all that it carries. */
async function leaveAnEventWaiting(): Promise<void> {
  const response = await fetch(product.eventsUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ BusinessEventId: 'SalesInvoicePostedBusinessEvent', BusinessEventLegalEntity: 'usmf', MajorVersion: 0 },
      ...{ EventId: randomUUID(), ControlNumber: 5_637_144_576, EventTime: '/Date(1764000000000)/' },
      ...{ InvoiceId: 'CIV-999999', InvoiceAccountName: BUSINESS.eventMember, LegalEntity: 'usmf' },
    }),
  });
  expect(response.ok).toBe(true);
}

describe('planted values', () => {
  it('are in both systems, so that there was something to leak', () => {
    const customers = JSON.stringify(product.dynamics.admin.rows({ set: 'CustomersV3' }));
    const lines = JSON.stringify(product.dynamics.admin.rows({ set: 'SalesOrderLinesV3' }));

    expect(customers).toContain(BUSINESS.accountName);
    expect(customers).toContain(BUSINESS.editedInDynamics);
    expect(lines).toContain(BUSINESS.lineDescription);
    expect(lines).toContain(BUSINESS.price);
    const refusals = product.org.query('SELECT Detail__c FROM SyncStatus__c WHERE Code__c != null');
    expect(JSON.stringify(refusals)).toContain(BUSINESS.unknownItem);
  });

  it('are searched for where record ids and document numbers are found', async () => {
    const keys = { recordId: accountId, orderNumber: order };

    const inTables = await findInTables(journal, keys);
    const inFiles = await findInFiles(journal.serverDirectory, keys);

    expect(inTables).toEqual(
      expect.arrayContaining(['recordId in table causeway.links', 'orderNumber in table causeway.links']),
    );
    expect(inFiles.filter((find) => find.includes('pg_wal'))).toEqual(
      expect.arrayContaining([expect.stringContaining('recordId'), expect.stringContaining('orderNumber')]),
    );
  });

  it('are in no table of the journal or the queue, waiting events included', async () => {
    const waiting = await journal.query(`select 1 from pgboss.job where name = 'event.finance-operations'`);

    expect(waiting.length).toBeGreaterThan(0);
    expect(await findInTables(journal, planted)).toEqual([]);
  });

  it('are in no file of the data directory, database pages and write-ahead log included', async () => {
    await journal.query('checkpoint');

    expect(await findInFiles(product.dataDirectory, planted)).toEqual([]);
    expect(await findInFiles(path.dirname(journal.serverDirectory), planted)).toEqual([]);
  });

  it('are in no line of the log, at its most talkative', () => {
    const log = product.relay().log();

    expect(log).toContain('The relay serves');
    expect(findInText('the log', log, planted)).toEqual([]);
  });
});
