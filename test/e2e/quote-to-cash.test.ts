import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PlainRecord } from '../org/plain-records.ts';
import { paymentsLanded } from '../support/compare-payments.ts';
import { type Catalog, createAccount, createCatalog, createLoungeDeal, win } from '../support/contoso.ts';
import { type Product, startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';

let product: Product;
let catalog: Catalog;
let accountId: string;
let dealId: string;

const one = (soql: string): PlainRecord => product.org.query(soql)[0] ?? {};
const account = (): PlainRecord =>
  one(`SELECT CustomerNumber__c, DynamicsCompany__c, OpenBalance__c FROM Account WHERE Id = '${accountId}'`);
const deal = (): PlainRecord =>
  one(`SELECT SalesOrderNumber__c, DynamicsTotal__c, InvoicedAmount__c, PaidAmount__c, PaymentStatus__c
       FROM Opportunity WHERE Id = '${dealId}'`);
const invoices = (): PlainRecord[] =>
  product.org.query(
    `SELECT Name, ExternalKey__c, TotalAmount__c, TaxAmount__c, PaidAmount__c, BalanceAmount__c, PaymentStatus__c, PaidOn__c,
            DueDate__c, CurrencyCode__c, ValuesFromEvent__c, Account__c
     FROM Invoice__c WHERE Opportunity__c = '${dealId}'`,
  );

const invoiceLines = (): number =>
  product.org.query(`SELECT Id FROM InvoiceLine__c WHERE Invoice__r.Opportunity__c = '${dealId}'`).length;
const allocations = (): PlainRecord[] => product.org.query('SELECT Amount__c FROM PaymentAllocation__c');

/** Waits until the deal's only invoice has this status. */
const invoiceIs = (status: string): Promise<PlainRecord> =>
  until(() => invoices().find((row) => row['PaymentStatus__c'] === status) ?? null, `the invoice is ${status}`);

beforeAll(async () => {
  product = await startProduct();
  catalog = createCatalog(product.org, 'EUR');
  await product.outbox.drain();
}, 60_000);

afterAll(() => product.stop());

describe('from Closed Won to reconciled payment', () => {
  it('creates the customer in the company that its route names and writes its number back', async () => {
    accountId = createAccount(product.org);

    const sent = await product.outbox.drain();

    const units = sent.flatMap(({ result }) => result.units);
    expect(units).toMatchObject([{ outcome: 'created', company: 'usmf', isPrimary: true }]);
    const [customer] = customers().filter((row) => row['OrganizationName'] === 'Fourth Coffee Roasters');
    expect(customer).toMatchObject({ CustomerGroupId: '10', SalesTaxGroup: 'CA', SalesCurrencyCode: 'USD' });
    expect(account()).toMatchObject({
      CustomerNumber__c: customer?.['CustomerAccount'],
      DynamicsCompany__c: 'usmf',
    });
  });

  it('hands a won deal over as a released sales order with all its lines, and writes number and total back', async () => {
    dealId = createLoungeDeal(product.org, accountId, catalog);
    await product.outbox.drain();
    win(product.org, dealId);

    const sent = await product.outbox.drain();

    expect(sent.flatMap(({ result }) => result.units)).toMatchObject([{ outcome: 'created', company: 'usmf' }]);
    const [order] = orders();
    expect(order).toMatchObject({
      SalesOrderNumber: deal()['SalesOrderNumber__c'],
      OrderingCustomerAccountNumber: account()['CustomerNumber__c'],
      CurrencyCode: 'EUR',
      TotalDiscountPercentage: '5',
      DefaultLedgerDimensionDisplayValue: '001-007--',
      IsSalesProcessingStopped: 'No',
    });
    expect(deal()['DynamicsTotal__c']).toBe(order?.['OrderTotalAmount']);
    expect(lines(String(order?.['SalesOrderNumber']))).toMatchObject([
      { ItemNumber: 'D0001', OrderedSalesQuantity: '8', LineDiscountPercentage: '10', SalesTaxItemGroupCode: 'FULL' },
      { ItemNumber: 'D0004', OrderedSalesQuantity: '2', SalesPrice: '1990', SalesTaxItemGroupCode: 'FULL' },
      { ItemNumber: 'D0003', SalesPrice: '89.99' },
      { ItemNumber: 'D0006', SalesTaxItemGroupCode: 'SERVICE' },
    ]);
  });

  it('sends the same deal again without writing anything', async () => {
    const before = product.dynamics.admin.rows({ set: 'SalesOrderLinesV3', company: 'usmf' });
    const orderBefore = orders();
    product.outbox.request(dealId, 'Opportunity_SalesOrder');

    const sent = await product.outbox.drain();

    expect(sent.flatMap(({ result }) => result.units)).toMatchObject([{ outcome: 'unchanged' }]);
    expect(product.dynamics.admin.rows({ set: 'SalesOrderLinesV3', company: 'usmf' })).toEqual(before);
    expect(orders()).toEqual(orderBefore);
  });

  it('shows the posted invoice with its lines and due date on account and opportunity', async () => {
    const order = String(deal()['SalesOrderNumber__c']);

    const posted = product.dynamics.admin.invoiceOrder({ company: 'usmf', order });

    const invoice = await invoiceIs('Open');
    expect(invoice).toMatchObject({
      Name: posted.invoice,
      ExternalKey__c: expect.stringContaining(posted.invoice),
      Account__c: accountId,
      CurrencyCode__c: 'EUR',
      TotalAmount__c: posted.total,
      BalanceAmount__c: posted.total,
      DueDate__c: posted.dueDate,
      ValuesFromEvent__c: 'DueDate__c',
    });
    await until(() => (invoiceLines() === 4 ? true : null), 'its lines are there');
    await until(() => (deal()['InvoicedAmount__c'] === posted.total ? deal() : null), 'the deal shows the invoice');
  });

  it('shows a partial payment and then the rest, on the invoice, the opportunity and the account', async () => {
    const invoice = await invoiceIs('Open');
    const customer = String(account()['CustomerNumber__c']);
    const pay = (amount: string) =>
      product.dynamics.admin.postPayment({
        company: 'usmf',
        customer,
        amount,
        currency: 'EUR',
        invoice: String(invoice['Name']),
      });

    pay('1000.00');
    const partly = await invoiceIs('PartiallyPaid');
    await until(() => (deal()['PaymentStatus__c'] === 'PartiallyPaid' ? true : null), 'the deal is paid in part');
    pay(String(partly['BalanceAmount__c']));
    const paid = await invoiceIs('Paid');

    expect(partly['PaidAmount__c']).toBe('1000');
    expect(paid).toMatchObject({ BalanceAmount__c: '0', PaidAmount__c: invoice['TotalAmount__c'] });
    expect(paid['PaidOn__c']).toMatch(/^\d{4}-\d\d-\d\d$/);
    await until(() => (deal()['PaymentStatus__c'] === 'Paid' ? true : null), 'the deal is paid');
    await until(() => (account()['OpenBalance__c'] === '0' ? true : null), 'the account owes nothing');
    await until(() => (allocations().length === 2 ? true : null), 'both payments are allocated to the invoice');
  });

  it('delivers an event twice without showing anything twice', async () => {
    const before = product.org.query('SELECT Id FROM Payment__c').length;
    product.dynamics.admin.eventSettings({ duplicate: true });
    const customer = String(account()['CustomerNumber__c']);

    product.dynamics.admin.postPayment({ company: 'usmf', customer, amount: '50.00', currency: 'EUR' });

    await until(
      () => (product.org.query('SELECT Id FROM Payment__c').length === before + 1 ? true : null),
      'the payment on account arrives',
    );
    await product.dynamics.admin.eventsDelivered();
    expect(product.org.query('SELECT Id FROM Payment__c')).toHaveLength(before + 1);
    expect(await paymentsLanded(product)).toEqual([]);
    product.dynamics.admin.eventSettings({ duplicate: false });
  });

  it('parks a customer that Dynamics refuses with the reason in words, and the fix releases it', async () => {
    const refused = createAccount(product.org, {
      Name: 'Wide World',
      Type: 'Other',
      TaxNumber__c: 'US-5',
      BillingPostalCode: '94105',
    });

    const first = await product.outbox.drain();
    const parked = product.outbox.rows();
    product.org.update('Account', refused, { Type: 'Customer - Direct' });
    const second = await product.outbox.drain();

    const [fault] = first.flatMap(({ result }) => result.units.flatMap((unit) => unit.faults));
    expect(fault).toMatchObject({ code: 'DYNAMICS_VALUE_NOT_FOUND', field: 'CustomerGroupId', owner: 'user' });
    expect(parked).toMatchObject([{ State__c: 'Parked', Code__c: 'DYNAMICS_VALUE_NOT_FOUND' }]);
    expect(second.flatMap(({ result }) => result.units)).toMatchObject([{ outcome: 'created' }]);
    expect(product.outbox.rows()).toEqual([]);
  });
});

function customers(): Record<string, unknown>[] {
  return product.dynamics.admin.rows({ set: 'CustomersV3', company: 'usmf' });
}

function orders(): Record<string, unknown>[] {
  return product.dynamics.admin.rows({ set: 'SalesOrderHeadersV4', company: 'usmf' });
}

function lines(order: string): Record<string, unknown>[] {
  return product.dynamics.admin
    .rows({ set: 'SalesOrderLinesV3', company: 'usmf' })
    .filter((row) => row['SalesOrderNumber'] === order);
}
