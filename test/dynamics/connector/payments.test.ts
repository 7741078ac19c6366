import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { FindRequest } from '../../../relay/src/dynamics/connector.ts';
import { createPayments } from '../../../relay/src/dynamics/finance-operations/payments.ts';
import { anOrder } from '../finance-operations/simulator-under-test.ts';
import { aCall, connectionTo, startConnector, type ConnectorUnderTest } from './connector-under-test.ts';

describe('payments in Finance & Operations', () => {
  let test: ConnectorUnderTest;

  const anInvoice = async (): Promise<{ invoice: string; total: string; dueDate: string }> => {
    const { admin } = test.under.simulator;
    const order = await anOrder(test.under, [{ ItemNumber: 'D0001', OrderedSalesQuantity: 2 }]);
    admin.confirmOrder({ company: 'usmf', order });
    return admin.invoiceOrder({ company: 'usmf', order });
  };
  const settlements = (...invoiceNumbers: string[]): ReturnType<ConnectorUnderTest['connector']['settlements']> =>
    test.connector.settlements({ company: 'USMF', invoiceNumbers }, aCall());

  beforeAll(async () => {
    test = await startConnector();
  });
  beforeEach(() => test.under.simulator.admin.reset());
  afterAll(() => test.stop());

  it('tells each settlement of an invoice with its date and amount, and none of another', async () => {
    const { admin } = test.under.simulator;
    const first = await anInvoice();
    const second = await anInvoice();
    admin.postPayment({
      company: 'usmf',
      customer: 'US-001',
      amount: '10.25',
      invoice: first.invoice,
      date: '2026-01-15',
    });
    admin.postPayment({
      company: 'usmf',
      customer: 'US-001',
      amount: '20',
      invoice: first.invoice,
      date: '2026-02-01',
    });

    const paid = await settlements(first.invoice);

    expect(paid.toSorted((a, b) => (a.settledOn < b.settledOn ? -1 : 1))).toMatchObject([
      { invoiceNumber: first.invoice, amount: '10.25', discount: '0', settledOn: '2026-01-15' },
      { invoiceNumber: first.invoice, amount: '20', discount: '0', settledOn: '2026-02-01' },
    ]);
    expect(await settlements(second.invoice)).toEqual([]);
    expect(await settlements()).toEqual([]);
  });

  it('counts no journal that is not posted', async () => {
    const { invoice } = await anInvoice();
    const header = await test.under.post('CustomerPaymentJournalHeaders', {
      dataAreaId: 'usmf',
      JournalName: 'CustPay',
    });
    const line = await test.under.post('CustomerPaymentJournalLines', {
      dataAreaId: 'usmf',
      JournalBatchNumber: header.json['JournalBatchNumber'],
      LineNumber: 1,
      AccountType: 'Cust',
      AccountDisplayValue: 'US\\-001',
      CreditAmount: 5,
      CurrencyCode: 'USD',
      MarkedInvoice: invoice,
    });

    expect([header.status, line.status]).toEqual([201, 201]);
    expect(await settlements(invoice)).toEqual([]);
  });

  it('sums what a customer owes and what of it is overdue', async () => {
    const { admin } = test.under.simulator;
    const { invoice, dueDate } = await anInvoice();
    admin.postPayment({ company: 'usmf', customer: 'US-001', amount: '0.01', invoice });
    const open = admin
      .rows({ set: 'CustTransOpens', company: 'usmf' })
      .filter((row) => row['AccountNum'] === 'US-001')
      .map((row) => Number(row['AmountMST']))
      .reduce((sum, value) => sum + value, 0);
    const request = { company: 'usmf', customer: 'US-001' };

    const before = await test.connector.customerBalance({ ...request, asOf: dueDate.slice(0, 10) }, aCall());
    const after = await test.connector.customerBalance({ ...request, asOf: '2100-01-01' }, aCall());

    expect(Number(before?.open)).toBeCloseTo(open, 6);
    expect(before?.overdue).toBe('0');
    expect(after?.overdue).toBe(after?.open);
  });

  it('answers a customer without open transactions with nothing owed', async () => {
    const balance = await test.connector.customerBalance(
      { company: 'usmf', customer: 'NOPE', asOf: '2026-01-01' },
      aCall(),
    );

    expect(balance).toEqual({ open: '0', overdue: '0' });
  });

  it('computes no figure from a part of the truth', async () => {
    const asked: FindRequest[] = [];
    const fault = { code: 'TOO_MANY_RECORDS', field: null, message: 'More than 100000.', retryAfterMs: null } as const;
    const { settlements: settled, customerBalance } = createPayments({
      ...test.connector,
      find: async (requests) => {
        asked.push(...requests);
        return [{ ok: false, fault, isUnknown: false }];
      },
    });

    await expect(settled({ company: 'usmf', invoiceNumbers: ['1'] }, aCall())).rejects.toMatchObject({
      code: 'TOO_MANY_RECORDS',
    });
    await expect(
      customerBalance({ company: 'usmf', customer: 'US-001', asOf: '2026-01-01' }, aCall()),
    ).rejects.toMatchObject({ code: 'TOO_MANY_RECORDS' });
    expect(asked.map(({ isWhole }) => isWhole)).toEqual([true, true]);
  });

  it('needs the read permission for each set it looks at', async () => {
    const connector = test.another({ settings: { ...connectionTo(test.under.simulator.baseUrl), allowed: new Map() } });

    await expect(connector.settlements({ company: 'usmf', invoiceNumbers: ['1'] }, aCall())).rejects.toMatchObject({
      code: 'ENTITY_SET_NOT_ALLOWED',
    });
  });
});
