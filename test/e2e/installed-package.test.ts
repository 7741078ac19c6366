import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Values } from '../../relay/src/dynamics/connector.ts';
import type { SyncAnswer, UnitResult } from '../../relay/src/sync/exchange.ts';
import type { PlainRecord } from '../org/plain-records.ts';
import { createAccount, createCatalog, createDeal } from '../support/contoso.ts';
import { type Product, startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';

let product: Product;

beforeAll(async () => {
  product = await startProduct({ isInstalled: true });
}, 60_000);

afterAll(() => product.stop());

/** What the package's Apex will send: names without prefix, as the mapping says them. */
async function sync(name: string, id: string, fields: Values, lines: readonly PlainRecord[] = []): Promise<UnitResult> {
  const configuration = await product.configuration();
  const mapping = configuration.mappings.get(name);
  const [child] = mapping?.children ?? [];
  const filled = (reads: readonly string[] = [], values: Values): Values => ({
    ...Object.fromEntries(reads.map((path) => [path, null])),
    ...values,
  });
  const children = lines.map((line) => ({
    id: String(line['Id']),
    fields: filled(child?.reads, {
      Quantity: '2',
      UnitPrice: '500',
      'Product2.ProductCode': 'D0001',
      'Product2.Family': 'Hardware',
    }),
  }));
  const item = {
    key: `${id}/${name}`,
    generation: 1,
    mapping: name,
    operation: 'upsert',
    initiator: { userId: null, reason: 'saved' },
    approvedFingerprint: null,
    record: {
      type: mapping?.salesforceObject,
      id,
      systemModstamp: new Date().toISOString(),
      fields: filled(mapping?.reads, { ...fields, Id: id }),
      children: child === undefined ? {} : { [child.childRelationship ?? '']: children },
    },
  };
  const { hash } = configuration;
  const call = { contract: 1, requestId: crypto.randomUUID(), configuration: hash, dryRun: false, items: [item] };
  const { status, body } = await product.call('POST', '/v1/sync', call);
  const [unit] = status === 200 ? ((body as SyncAnswer).items[0]?.units ?? []) : [];
  if (unit === undefined) throw new Error(`The relay answered ${status}: ${JSON.stringify(body)}`);
  return unit;
}

it('syncs a deal out of an org where the package is installed, and its invoice back into prefixed fields', async () => {
  const { org, dynamics } = product;
  const accountId = createAccount(org);
  const catalog = createCatalog(org, 'USD');
  const line = { item: 'D0001', quantity: '2', price: '500' } as const;
  const dealId = createDeal(org, { accountId, catalog, currency: 'USD', lines: [line] });
  const [account = {}] = org.query(
    `SELECT Name, Type, BillingCountry, BillingState, BillingPostalCode, CurrencyIsoCode, PaymentTerms__c, TaxNumber__c
     FROM Account WHERE Id = '${accountId}'`,
  );
  const lines = org.query(`SELECT Id FROM OpportunityLineItem WHERE OpportunityId = '${dealId}'`);

  const customer = await sync('Account_Customer', accountId, account as Values);
  const deal = { Name: 'Sound', AccountId: accountId, IsWon: true, CurrencyIsoCode: 'USD' };
  const order = await sync(
    'Opportunity_SalesOrder',
    dealId,
    { ...deal, 'Account.BillingCountry': 'United States' },
    lines,
  );
  const posted = dynamics.admin.invoiceOrder({ company: 'usmf', order: order.number ?? '' });
  const look = () =>
    org.query(`SELECT Name, causeway__TotalAmount__c, causeway__PaymentStatus__c, causeway__Account__c,
      causeway__Opportunity__r.causeway__InvoicedAmount__c, causeway__Account__r.causeway__OpenBalance__c,
      (SELECT causeway__ItemNumber__c FROM causeway__Lines__r) FROM causeway__Invoice__c`);
  const isThere = (row: PlainRecord | undefined): boolean =>
    row !== undefined && (row['causeway__Account__r'] as PlainRecord)['causeway__OpenBalance__c'] === posted.total;
  const [invoice] = await until(() => (isThere(look()[0]) ? look() : null), 'the invoice and the balance are shown');

  expect([customer, order]).toMatchObject([
    { outcome: 'created', company: 'usmf', writeBacks: { CustomerNumber__c: customer.number } },
    { outcome: 'created', company: 'usmf', writeBacks: { SalesOrderNumber__c: order.number } },
  ]);
  expect(dynamics.admin.rows({ set: 'CustomersV3', company: 'usmf' }).at(-1)).toMatchObject({ PaymentTerms: 'Net30' });
  expect(invoice).toMatchObject({
    Name: posted.invoice,
    causeway__TotalAmount__c: posted.total,
    causeway__PaymentStatus__c: 'Open',
    causeway__Account__c: accountId,
    causeway__Opportunity__r: { causeway__InvoicedAmount__c: posted.total },
    causeway__Lines__r: [{ causeway__ItemNumber__c: 'D0001' }],
  });
}, 60_000);
