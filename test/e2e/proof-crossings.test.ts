import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { UnitResult } from '../../relay/src/sync/exchange.ts';
import type { Outbox, Dispatch } from '../support/outbox.ts';
import { compareSides } from '../support/compare-sides.ts';
import { type Catalog, createCatalog } from '../support/contoso.ts';
import { createRandom } from '../support/load-random.ts';
import { createAccounts, createWonDeals } from '../support/load.ts';
import { type Product, startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';

const random = createRandom(8_128);
let product: Product;
let outbox: Outbox;
let catalog: Catalog;

beforeAll(async () => {
  product = await startProduct({ quarantineSeconds: 5, batchSize: 50 });
  outbox = product.outbox;
  catalog = createCatalog(product.org, 'EUR');
  await outbox.drain();
}, 60_000);

afterEach(() => product.dynamics.admin.clearFaults());

afterAll(() => product.stop());

type Audited = { readonly outcome: string | null; readonly fields: readonly { readonly verdict: string }[] };

const units = (sent: readonly Dispatch[]): UnitResult[] => sent.flatMap(({ result }) => result.units);
const read = (type: string, id: string, fields: string): Record<string, unknown> =>
  product.org.query(`SELECT ${fields} FROM ${type} WHERE Id = '${id}'`)[0] ?? {};
const customerOf = (id: string): string => String(read('Account', id, 'CustomerNumber__c')['CustomerNumber__c']);
const customer = (number: string): Record<string, unknown> =>
  product.dynamics.admin.rows({ set: 'CustomersV3' }).find((row) => row['CustomerAccount'] === number) ?? {};

async function oneAccount(): Promise<string> {
  const [id = ''] = createAccounts(product.org, random, 1);
  await outbox.drain();
  return id;
}

/** Loses the relay's answer to what the org sends next, and waits until it is lost. */
async function loseAnswerTo(save: () => void): Promise<void> {
  const { wire } = product;
  const before = wire.lost();
  wire.loseAnswers(1);
  save();
  await until(() => (wire.lost() > before ? true : null), 'the answer is lost');
}

/** Waits until the org has sent what was saved and waits for the answer. */
const underWay = (): Promise<true> => until(() => (product.wire.open() > 0 ? true : null), 'the org has sent it');

async function audit(recordId: string): Promise<Audited[]> {
  const { body } = await product.call('GET', `/v1/audit?recordId=${recordId}`);
  return (body as { events: Audited[] }).events;
}

const verdictsOf = (events: readonly Audited[]): string[] =>
  events.flatMap(({ fields }) => fields.map(({ verdict }) => verdict));

describe('a write-back that got lost', () => {
  it('is repeated by the next sync, and the record counts as untouched', async () => {
    let id = '';
    await loseAnswerTo(() => ([id = ''] = createAccounts(product.org, random, 1)));
    expect(read('Account', id, 'CustomerNumber__c')).toMatchObject({ CustomerNumber__c: null });

    const [again] = units(await outbox.drain());

    expect(again).toMatchObject({ outcome: 'updated', faults: [] });
    expect(customerOf(id)).toBe(again?.number);
    const [repetition, ...before] = await audit(id);
    expect(before.map(({ outcome }) => outcome)).toEqual(['created']);
    expect(verdictsOf(repetition === undefined ? [] : [repetition]).join()).not.toMatch(/toDynamics|conflict/);
    expect(compareSides(product)).toEqual([]);
  });

  it('of what finance changed is taken again, not mistaken for an edit of sales', async () => {
    const id = await oneAccount();
    const number = customerOf(id);
    await product.editInDynamics(`CustomersV3(dataAreaId='usmf',CustomerAccount='${number}')`, {
      AddressCity: 'La Jolla',
    });
    await loseAnswerTo(() => product.org.update('Account', id, { Name: 'Renamed while finance edits' }));
    expect(read('Account', id, 'BillingCity')).toMatchObject({ BillingCity: 'San Diego' });

    await outbox.drain();
    await outbox.drain();

    expect(read('Account', id, 'Name, BillingCity')).toMatchObject({
      Name: 'Renamed while finance edits',
      BillingCity: 'La Jolla',
    });
    expect(customer(number)).toMatchObject({
      OrganizationName: 'Renamed while finance edits',
      AddressCity: 'La Jolla',
    });
    const events = await audit(id);
    expect(events.map(({ outcome }) => outcome)).not.toContain('conflict');
    expect(verdictsOf(events).join()).not.toContain('conflict');
  });

  it('of orders leaves each deal with its one order and its number', async () => {
    const id = await oneAccount();
    const before = product.wire.lost();
    product.wire.loseAnswers(2);
    createWonDeals(product.org, random, { accountIds: [id], catalog, count: 20 });

    await outbox.drain();

    expect(product.wire.lost()).toBe(before + 2);
    expect(compareSides(product)).toEqual([]);
  }, 60_000);
});

describe('a record that changes while it is on its way', () => {
  it('is sent again, and the newer state stands in the end', async () => {
    const id = await oneAccount();
    product.dynamics.admin.fault({ kind: 'delay', milliseconds: 400, set: 'CustomersV3', verb: 'PATCH' });
    product.org.update('Account', id, { Name: 'Older name' });
    await underWay();
    product.org.update('Account', id, { Name: 'Newer name' });

    const sent = await outbox.drain();

    expect(sent.map(({ item }) => item.record.fields['Name'])).toEqual(['Older name', 'Newer name']);
    expect(customer(customerOf(id))).toMatchObject({ OrganizationName: 'Newer name' });
    expect(compareSides(product)).toEqual([]);
  });

  it('gets its changed, added and removed lines into the order that was being made', async () => {
    const id = await oneAccount();
    product.dynamics.admin.fault({ kind: 'delay', milliseconds: 400, set: 'SalesOrderLinesV3', verb: 'POST' });
    const [deal = ''] = createWonDeals(product.org, random, { accountIds: [id], catalog, count: 1 });
    await underWay();

    const lines = product.org.query(`SELECT Id FROM OpportunityLineItem WHERE OpportunityId = '${deal}' ORDER BY Id`);
    product.org.update('OpportunityLineItem', String(lines[0]?.['Id']), { Quantity: '77' });
    for (const line of lines.slice(1)) product.org.delete('OpportunityLineItem', String(line['Id']));
    const added = {
      OpportunityId: deal,
      PricebookEntryId: catalog.get('D0004') ?? '',
      Quantity: '3',
      UnitPrice: '1990',
    };
    product.org.insert('OpportunityLineItem', added);
    await outbox.drain();

    expect(compareSides(product)).toEqual([]);
  });
});

describe('an event about an order whose link is not stored yet', () => {
  it('waits for the link and then lands on the right deal', async () => {
    const id = await oneAccount();
    // The orders of one call are stored together: a slow line of one keeps the link of the other from being stored.
    product.dynamics.admin.fault({ kind: 'delay', milliseconds: 2_000, set: 'SalesOrderLinesV3', verb: 'POST' });
    const deals = product.org.transaction(() =>
      createWonDeals(product.org, random, { accountIds: [id], catalog, count: 2 }),
    );
    const names = new Map(deals.map((deal) => [String(read('Opportunity', deal, 'Name')['Name']), deal]));
    const order = await until(() => {
      const rows = product.dynamics.admin.rows({ set: 'SalesOrderHeadersV4', company: 'usmf' });
      const isOurs = (row: (typeof rows)[number]): boolean => row['OrderingCustomerAccountNumber'] === customerOf(id);
      return rows.find((row) => isOurs(row) && row['IsSalesProcessingStopped'] === 'No') ?? null;
    }, 'one of the orders is released');
    const deal = names.get(String(order['SalesOrderName'])) ?? '';

    const posted = product.dynamics.admin.invoiceOrder({ company: 'usmf', order: String(order['SalesOrderNumber']) });

    await until(() => (product.relay().log().includes('EVENT_AHEAD') ? true : null), 'the event waits');
    expect(read('Opportunity', deal, 'SalesOrderNumber__c')).toMatchObject({ SalesOrderNumber__c: null });
    expect(product.org.query('SELECT Id FROM Invoice__c')).toEqual([]);
    const invoice = await until(
      () => product.org.query('SELECT Name, Opportunity__c, Account__c FROM Invoice__c')[0] ?? null,
      'the invoice lands',
    );
    expect(invoice).toEqual(expect.objectContaining({ Name: posted.invoice, Opportunity__c: deal, Account__c: id }));
    const total = (): unknown => read('Opportunity', deal, 'InvoicedAmount__c')['InvoicedAmount__c'];
    await until(() => (total() === posted.total ? true : null), 'the deal shows what was invoiced');
  }, 60_000);
});
