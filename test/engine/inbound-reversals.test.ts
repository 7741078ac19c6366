import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { Decimal } from 'decimal.js';
import type { Values } from '../../relay/src/dynamics/connector.ts';
import { type Engine, startEngine } from './engine-under-test.ts';
import { anInvoice, type Invoiced, shownInvoice } from './inbound-documents.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterEach(() => engine.reset());
afterAll(() => engine.stop());

const tell = ({ journal, voucher }: { journal: string; voucher: string }) =>
  engine.event('CustomerPaymentPostedBusinessEvent', 'usmf', { JournalBatchNumber: journal, Voucher: voucher });

async function pay(of: Invoiced, amount: string, more: { reference?: string; invoice?: string } = {}) {
  const paid = engine.admin.postPayment({
    company: 'usmf',
    customer: of.customer,
    amount,
    invoice: of.invoice,
    ...more,
  });
  await tell(paid);
  return paid;
}

const reverse = ({ journal }: { journal: string }) => engine.admin.reversePayment({ company: 'usmf', journal });
const invoice = (of: Invoiced): Values => shownInvoice(engine, of);
const states = (of: Invoiced): unknown[][] =>
  engine.salesforce
    .all('Payment__c')
    .filter((row) => row['Account__c'] === of.account)
    .map((row) => [row['Amount__c'], row['State__c']]);
const allocated = (of: Invoiced): unknown[] =>
  engine.salesforce
    .all('PaymentAllocation__c')
    .filter((row) => row['Invoice__c'] === invoice(of)['Id'])
    .map((row) => row['Amount__c']);

it('shows a payment that was taken back as reversed, its allocation as nothing, and the invoice as open', async () => {
  const deal = await anInvoice(engine);
  const paid = await pay(deal, deal.total);
  const before = [...states(deal), allocated(deal)];

  const reversal = reverse(paid);
  await tell(reversal);
  const writes = engine.salesforce.writes();
  await tell(reversal);

  expect(before).toEqual([[deal.total, 'Posted'], [deal.total]]);
  expect(states(deal)).toEqual([
    [deal.total, 'Reversed'],
    [`-${deal.total}`, 'Posted'],
  ]);
  expect(allocated(deal)).toEqual(['0']);
  expect(invoice(deal)).toMatchObject({ PaymentStatus__c: 'Open', PaidAmount__c: '0', BalanceAmount__c: deal.total });
  expect(engine.salesforce.get('Account', deal.account)).toMatchObject({ OpenBalance__c: deal.total });
  expect(engine.salesforce.writes()).toBe(writes);
});

it('reverses the payment that was taken back and no other of the same amount', async () => {
  const deal = await anInvoice(engine);
  const [first] = [await pay(deal, '50'), await pay(deal, '50')];

  await tell(reverse(first));

  expect(states(deal)).toEqual([
    ['50', 'Reversed'],
    ['50', 'Posted'],
    ['-50', 'Posted'],
  ]);
  expect(allocated(deal)).toEqual(['0', '50']);
  expect(invoice(deal)).toMatchObject({ PaymentStatus__c: 'PartiallyPaid', PaidAmount__c: '50' });
});

it('keeps the state whichever event comes first, or again', async () => {
  const deal = await anInvoice(engine);
  const paid = engine.admin.postPayment({
    company: 'usmf',
    customer: deal.customer,
    amount: '70',
    invoice: deal.invoice,
  });
  const reversal = reverse(paid);

  await tell(reversal);
  await tell(paid);
  await tell(paid);

  expect(states(deal)).toEqual([
    ['-70', 'Posted'],
    ['70', 'Reversed'],
  ]);
  expect(invoice(deal)).toMatchObject({ PaymentStatus__c: 'Open', BalanceAmount__c: deal.total });
});

it('leaves a payment posted that was taken back in part, and reverses it with the rest', async () => {
  const deal = await anInvoice(engine);
  await pay(deal, '100', { reference: 'R-1' });

  await pay(deal, '-40', { reference: 'R-1' });
  const inPart = [states(deal)[0], invoice(deal)];
  await pay(deal, '-60', { reference: 'R-1' });

  const left = new Decimal(deal.total).minus('60').toFixed();
  expect(inPart).toMatchObject([
    ['100', 'Posted'],
    { PaymentStatus__c: 'PartiallyPaid', PaidAmount__c: '60', BalanceAmount__c: left },
  ]);
  expect(states(deal)[0]).toEqual(['100', 'Reversed']);
  expect(invoice(deal)).toMatchObject({
    PaymentStatus__c: 'Reversed',
    PaidAmount__c: '0',
    BalanceAmount__c: deal.total,
  });
});

it('does not take a refund of a credit note for the reversal of a payment of the same amount', async () => {
  const deal = await anInvoice(engine);
  const other = await anInvoice(engine);
  await pay(deal, deal.total);
  const credit = engine.admin.creditInvoice({ company: 'usmf', invoice: deal.invoice });
  await engine.event('SalesInvoicePostedBusinessEvent', 'usmf', { InvoiceId: credit.invoice });

  await pay(deal, `-${deal.total}`, { invoice: credit.invoice });

  expect(states(deal)).toEqual([
    [deal.total, 'Posted'],
    [`-${deal.total}`, 'Posted'],
  ]);
  expect(invoice(deal)).toMatchObject({ PaymentStatus__c: 'Paid' });
  expect(states(other)).toEqual([]);
});
