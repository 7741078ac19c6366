import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { UnitResult } from '../../relay/src/sync/exchange.ts';
import type { PlainRecord } from '../org/plain-records.ts';
import { type Catalog, createAccount, createCatalog, createDeal, createOrder, win } from '../support/contoso.ts';
import { type Product, startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';

let product: Product;
let catalog: Catalog;

beforeAll(async () => {
  product = await startProduct({ quarantineSeconds: 1 });
  catalog = createCatalog(product.org, 'GBP');
  await product.outbox.drain();
}, 60_000);

afterAll(() => product.stop());

const drain = async (): Promise<UnitResult[]> =>
  (await product.outbox.drain(10_000)).flatMap(({ result }) => result.units);
const read = (type: string, id: string, fields: string): PlainRecord =>
  product.org.query(`SELECT ${fields} FROM ${type} WHERE Id = '${id}'`)[0] ?? {};
const orders = (company: string): number => product.dynamics.admin.rows({ set: 'SalesOrderHeadersV4', company }).length;

async function customer(name: string, country: string): Promise<string> {
  const place = country === 'United Kingdom' ? { BillingCountry: country, BillingState: null } : {};
  const id = createAccount(product.org, { Name: name, TaxNumber__c: name, CurrencyIsoCode: 'GBP', ...place });
  await drain();
  return id;
}

async function openDeal(accountId: string): Promise<string> {
  const lines = [{ item: 'D0001', quantity: '2', price: '500.00' }] as const;
  const id = createDeal(product.org, { accountId, catalog, currency: 'GBP', lines });
  await drain();
  return id;
}

describe('where the Order hands over', () => {
  it('the won Opportunity leaves it to the Order, and shows its number, total and invoice as soon as they are there', async () => {
    const accountId = await customer('Hand-off Ltd', 'United Kingdom');
    const opportunityId = await openDeal(accountId);
    const before = orders('gbsi');

    win(product.org, opportunityId);
    const alone = await drain();
    createOrder(product.org, { accountId, catalog, currency: 'GBP', opportunityId });
    const units = await drain();
    const number = units.find(({ outcome }) => outcome === 'created')?.number ?? '';
    product.dynamics.admin.invoiceOrder({ company: 'gbsi', order: number });

    expect(alone).toMatchObject([{ outcome: 'skipped', faults: [{ code: 'NOT_WANTED' }] }]);
    expect(units.at(-1)).toMatchObject({ outcome: 'linked', number });
    expect(read('Opportunity', opportunityId, 'SalesOrderNumber__c, DynamicsTotal__c')).toMatchObject({
      SalesOrderNumber__c: number,
      DynamicsTotal__c: expect.stringMatching(/^[1-9]/),
    });
    await until(
      () => (read('Opportunity', opportunityId, 'PaymentStatus__c')['PaymentStatus__c'] === 'Open' ? true : null),
      'the invoice shows on the opportunity',
    );
    expect(orders('gbsi')).toBe(before + 1);
    expect(product.outbox.rows()).toEqual([]);
  });
});

describe('where the Opportunity hands over', () => {
  it('an Order that was activated before the deal was won is not lost: it follows once the deal is won', async () => {
    const accountId = await customer('Early Order Inc.', 'United States');
    const opportunityId = await openDeal(accountId);
    const before = orders('usmf');

    const orderId = createOrder(product.org, { accountId, catalog, currency: 'GBP', opportunityId });
    const early = await drain();
    win(product.org, opportunityId);
    await drain();

    expect(early).toMatchObject([{ outcome: 'skipped', faults: [{ code: 'NOT_WANTED' }] }]);
    const { SalesOrderNumber__c: number } = read('Opportunity', opportunityId, 'SalesOrderNumber__c');
    expect(number).toEqual(expect.any(String));
    expect(read('Order', orderId, 'SalesOrderNumber__c')).toMatchObject({ SalesOrderNumber__c: number });
    expect(orders('usmf')).toBe(before + 1);
    expect(product.outbox.rows()).toEqual([]);
  });

  it('an Order that is sent alone has its won Opportunity sent first', async () => {
    const accountId = await customer('Only Order Inc.', 'United States');
    const opportunityId = await openDeal(accountId);
    win(product.org, opportunityId);
    const orderId = createOrder(product.org, { accountId, catalog, currency: 'GBP', opportunityId });
    for (const row of product.org.query('SELECT Id, Mapping__c FROM SyncRequest__c')) {
      if (row['Mapping__c'] === 'Opportunity_SalesOrder') product.org.delete('SyncRequest__c', String(row['Id']));
    }

    const units = await drain();

    expect(units.map(({ outcome }) => outcome)).toEqual(['waiting', 'created', 'linked']);
    expect(units[0]).toMatchObject({ waitingFor: `${opportunityId}/Opportunity_SalesOrder` });
    expect(read('Order', orderId, 'SalesOrderNumber__c')['SalesOrderNumber__c']).toBe(units[1]?.number);
  });
});
