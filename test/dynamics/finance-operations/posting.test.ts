import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { anOrder, reasonOf, startUnderTest, type UnderTest } from './simulator-under-test.ts';

describe('posting', () => {
  let under: UnderTest;

  beforeAll(async () => {
    under = await startUnderTest({ clock: () => new Date('2026-03-10T09:30:00Z') });
  });
  beforeEach(() => under.simulator.admin.reset());
  afterAll(() => under.stop());

  const one = async (path: string): Promise<Record<string, unknown> | undefined> =>
    ((await under.get(path)).json['value'] as Record<string, unknown>[])[0];
  const open = async (): Promise<unknown[]> =>
    ((await under.get('CustTransOpens?$orderby=SysRecId')).json['value'] as { AmountCur: number }[]).map(
      ({ AmountCur }) => AmountCur,
    );
  const invoiced = async (overrides: Record<string, unknown> = {}): Promise<string> => {
    const order = await anOrder(under, [{ ItemNumber: 'D0001', OrderedSalesQuantity: 2 }], overrides);
    return under.simulator.admin.invoiceOrder({ company: 'usmf', order }).invoice;
  };

  it('posts an order’s invoice: documents, open transaction, statuses, due date from the terms', async () => {
    const order = await anOrder(under, [{ ItemNumber: 'D0001', OrderedSalesQuantity: 2 }, { ItemNumber: 'D0004' }], {
      CustomersOrderReference: 'PO 7',
      TotalDiscountPercentage: 10,
    });

    const posted = under.simulator.admin.invoiceOrder({ company: 'usmf', order });

    // 240 + 999 = 1239; less 10 % = 1115.10; CAST 7.25 % of 216 = 15.66, CASERV 1.5 % of 899.10 = 13.49.
    expect(posted).toEqual({
      invoice: 'CIV-000701',
      voucher: 'ARIV-000901',
      total: '1144.25',
      tax: '29.15',
      dueDate: '2026-03-20',
    });
    expect(await one(`SalesInvoiceHeadersV4?$filter=SalesOrderNumber eq '${order}'`)).toMatchObject({
      InvoiceNumber: 'CIV-000701',
      InvoiceDate: '2026-03-10T12:00:00Z',
      TotalInvoiceAmount: 1144.25,
      TotalTaxAmount: 29.15,
      EndDiscount: 123.9,
      CustomersOrderReference: 'PO 7',
    });
    expect((await under.get("SalesInvoiceV4Lines/$count?$filter=InvoiceNumber eq 'CIV-000701'")).text).toBe('2');
    expect(await one("CustTransOpens?$filter=AccountNum eq 'US-001'")).toMatchObject({
      AmountCur: 1144.25,
      DueDate: '2026-03-20T12:00:00Z',
    });
    expect(await one(`SalesOrderHeadersV4?$filter=SalesOrderNumber eq '${order}'`)).toMatchObject({
      SalesOrderStatus: 'Invoiced',
      SalesOrderProcessingStatus: 'Invoiced',
    });
  });

  it.each(['SalesInvoiceHeadersV2', 'SalesInvoiceHeadersV4', 'SalesInvoiceJournalHeaders'])(
    'shows the invoice through %s and reads it by its whole key',
    async (set) => {
      const invoice = await invoiced();

      const reply = await under.get(
        `${set}(dataAreaId='usmf',InvoiceNumber='${invoice}',InvoiceDate=2026-03-10T12:00:00Z,LedgerVoucher='ARIV-000901')`,
      );

      expect(reply.json).toMatchObject({ InvoiceNumber: invoice, TotalInvoiceAmount: 257.4 });
    },
  );

  it('refuses to confirm or invoice an order whose processing is stopped, and does both once released', async () => {
    const order = await anOrder(under, [{ ItemNumber: 'D0001' }], { IsSalesProcessingStopped: 'Yes' });
    const { admin } = under.simulator;

    expect(() => admin.confirmOrder({ company: 'usmf', order })).toThrow();
    expect(() => admin.invoiceOrder({ company: 'usmf', order })).toThrow();
    await under.patch(`SalesOrderHeadersV4(dataAreaId='usmf',SalesOrderNumber='${order}')`, {
      IsSalesProcessingStopped: 'No',
    });

    expect(admin.confirmOrder({ company: 'usmf', order }).confirmation).toBe('CON-000301');
    expect(admin.invoiceOrder({ company: 'usmf', order }).total).toBe('128.7');
  });

  it('refuses an empty order, a second invoice, an unknown order and a customer on hold for invoices', async () => {
    const { admin } = under.simulator;
    const empty = await anOrder(under, []);
    const order = await anOrder(under, [{ ItemNumber: 'D0001' }]);
    const held = await anOrder(under, [{ ItemNumber: 'D0001' }], { OrderingCustomerAccountNumber: 'US-002' });
    await under.patch("CustomersV3(dataAreaId='usmf',CustomerAccount='US-002')", { OnHoldStatus: 'Invoice' });
    admin.invoiceOrder({ company: 'usmf', order });

    for (const refused of [empty, order, 'NOPE', held]) {
      expect(() => admin.invoiceOrder({ company: 'usmf', order: refused })).toThrow();
    }
    expect((await under.get('SalesInvoiceHeadersV4/$count')).text).toBe('1');
  });

  it('refuses writes to posted documents', async () => {
    const invoice = await invoiced();
    const address = `SalesInvoiceHeadersV4(dataAreaId='usmf',InvoiceNumber='${invoice}',InvoiceDate=2026-03-10T12:00:00Z,LedgerVoucher='ARIV-000901')`;

    const changed = await under.patch(address, { CustomersOrderReference: 'x' });
    const created = await under.post('CustTransOpens', { AccountNum: 'US-001' });
    const order = await under.patch("SalesOrderHeadersV4(dataAreaId='usmf',SalesOrderNumber='001001')", {
      SalesOrderName: 'x',
    });

    expect([changed.status, created.status, order.status]).toEqual([400, 400, 400]);
    expect(reasonOf(order)).toContain('has status Invoiced and cannot be changed');
  });

  it('refuses dates in a closed period, for invoices, payments and journal lines', async () => {
    const order = await anOrder(under, [{ ItemNumber: 'D0001' }]);
    const { admin } = under.simulator;
    admin.closePeriod({ company: 'usmf', until: '2026-02-28' });
    const journal = await under.post('CustomerPaymentJournalHeaders', { JournalName: 'CustPay' });
    const line = {
      JournalBatchNumber: journal.json['JournalBatchNumber'],
      AccountDisplayValue: 'US\\-001',
      CreditAmount: 5,
    };

    const inClosed = await under.post('CustomerPaymentJournalLines', {
      ...line,
      TransactionDate: '2026-02-28T12:00:00Z',
    });
    const inOpen = await under.post('CustomerPaymentJournalLines', {
      ...line,
      TransactionDate: '2026-03-01T12:00:00Z',
    });

    expect(() => admin.invoiceOrder({ company: 'usmf', order, date: '2026-02-28' })).toThrow();
    expect(() => admin.postPayment({ company: 'usmf', customer: 'US-001', amount: '5', date: '2026-01-05' })).toThrow();
    expect(reasonOf(inClosed)).toContain("The fiscal period for date 2026-02-28 in company 'usmf' is closed");
    expect(inOpen.status).toBe(201);
  });

  it('settles an invoice in two parts and removes what is no longer open', async () => {
    const invoice = await invoiced();
    const { admin } = under.simulator;

    admin.postPayment({ company: 'usmf', customer: 'US-001', amount: '100', invoice, reference: 'wire 1' });
    expect(await open()).toEqual([157.4]);
    admin.postPayment({ company: 'usmf', customer: 'US-001', amount: '157.40', invoice });

    expect(await open()).toEqual([]);
    const marks = await under.get(`PaymentJournalLineSettledInvoices?$filter=InvoiceNumber eq '${invoice}'`);
    expect(
      (marks.json['value'] as { SettlementAmountInInvoiceCurrency: number }[]).map(
        (mark) => mark.SettlementAmountInInvoiceCurrency,
      ),
    ).toEqual([100, 157.4]);
    expect(await one('CustomerPaymentJournalHeaders')).toMatchObject({ IsPosted: 'Yes', JournalName: 'CustPay' });
    expect(await one('CustomerPaymentJournalLines')).toMatchObject({
      AccountDisplayValue: 'US\\-001',
      PaymentReference: 'wire 1',
      CreditAmount: 100,
      ExchangeRate: 100,
    });
  });

  it('leaves an overpayment open as credit', async () => {
    const invoice = await invoiced();

    under.simulator.admin.postPayment({ company: 'usmf', customer: 'US-001', amount: '300', invoice });

    expect(await open()).toEqual([-42.6]);
  });

  it('leaves an unmarked payment open as credit', async () => {
    under.simulator.admin.postPayment({ company: 'usmf', customer: 'US-001', amount: '50' });

    expect(await open()).toEqual([-50]);
  });

  it('takes a cash discount off the invoice', async () => {
    const invoice = await invoiced();

    under.simulator.admin.postPayment({
      company: 'usmf',
      customer: 'US-001',
      amount: '252.40',
      cashDiscount: '5',
      invoice,
    });

    expect(await open()).toEqual([]);
    expect(await one('PaymentJournalLineSettledInvoices')).toMatchObject({
      SettlementAmountInInvoiceCurrency: 252.4,
      CashDiscountToTakeInInvoiceCurrency: 5,
    });
  });

  it('settles an invoice of another currency at the exchange rate', async () => {
    const invoice = await invoiced({ CurrencyCode: 'EUR' });

    under.simulator.admin.postPayment({ company: 'usmf', customer: 'US-001', amount: '110', currency: 'USD', invoice });

    // 2 × 109.09 EUR plus 7.25 % tax = 234.00 EUR, of which 110 USD pay 100 EUR.
    expect(await open()).toEqual([134]);
    expect(await one('PaymentJournalLineSettledInvoices')).toMatchObject({ SettlementAmountInInvoiceCurrency: 100 });
  });

  it.each(['100', '257.40', '300'])(
    'reverses a payment of %s: the invoice is open again and nothing else is',
    async (amount) => {
      const invoice = await invoiced();
      const { admin } = under.simulator;
      const { journal } = admin.postPayment({ company: 'usmf', customer: 'US-001', amount, invoice });

      const reversal = admin.reversePayment({ company: 'usmf', journal });

      expect(await open()).toEqual([257.4]);
      expect(
        await one(`CustomerPaymentJournalLines?$filter=JournalBatchNumber eq '${reversal.journal}'`),
      ).toMatchObject({ DebitAmount: Number(amount), CreditAmount: 0 });
      expect(() => admin.reversePayment({ company: 'usmf', journal })).toThrow();
    },
  );

  it('posts a credit note as the negative document with an open credit', async () => {
    const invoice = await invoiced();

    const credit = under.simulator.admin.creditInvoice({ company: 'usmf', invoice });

    expect(credit).toMatchObject({ invoice: 'CIV-000702', total: '-257.4', tax: '-17.4' });
    expect(await one("SalesInvoiceV4Lines?$filter=InvoiceNumber eq 'CIV-000702'")).toMatchObject({
      InvoicedQuantity: -2,
      LineAmount: -240,
    });
    expect(await open()).toEqual([257.4, -257.4]);
  });

  it('posts a journal entered through OData and refuses to touch it afterwards', async () => {
    const invoice = await invoiced();
    const header = await under.post('CustomerPaymentJournalHeaders', {
      JournalName: 'CustPay',
      Description: 'Our batch',
    });
    const journal = String(header.json['JournalBatchNumber']);
    const line = await under.post('CustomerPaymentJournalLines', {
      JournalBatchNumber: journal,
      LineNumber: 1,
      AccountDisplayValue: 'US\\-001',
      CreditAmount: 57.4,
      MarkedInvoice: invoice,
    });

    expect(await open()).toEqual([257.4]);
    under.simulator.admin.postPaymentJournal({ company: 'usmf', journal });

    const late = await under.patch(`CustomerPaymentJournalHeaders(dataAreaId='usmf',JournalBatchNumber='${journal}')`, {
      Description: 'x',
    });
    expect(line.status).toBe(201);
    expect(await open()).toEqual([200]);
    expect(reasonOf(late)).toContain('is posted and cannot be changed');
    expect(() => under.simulator.admin.postPaymentJournal({ company: 'usmf', journal })).toThrow();
  });

  it('refuses journals and lines that name the wrong things', async () => {
    const wrongName = await under.post('CustomerPaymentJournalHeaders', { JournalName: 'GenJrn' });
    const header = await under.post('CustomerPaymentJournalHeaders', { JournalName: 'CustPay' });
    const JournalBatchNumber = header.json['JournalBatchNumber'];
    const unescaped = await under.post('CustomerPaymentJournalLines', {
      JournalBatchNumber,
      AccountDisplayValue: 'US-001',
      CreditAmount: 5,
    });
    const both = await under.post('CustomerPaymentJournalLines', {
      JournalBatchNumber,
      AccountDisplayValue: 'US\\-001',
      CreditAmount: 5,
      DebitAmount: 5,
    });
    const posted = await under.post('CustomerPaymentJournalHeaders', { JournalName: 'CustPay', IsPosted: 'Yes' });

    expect(reasonOf(wrongName)).toContain('is not a customer payment journal');
    expect(reasonOf(unescaped)).toContain(
      "The value 'US' in field 'Account' is not found in the related table 'Customers'",
    );
    expect(reasonOf(both)).toContain('either a debit or a credit');
    expect(reasonOf(posted)).toContain('is set by posting');
  });

  it('changes the journal’s tag with every line, as update conflicts of the real one show', async () => {
    const header = await under.post('CustomerPaymentJournalHeaders', { JournalName: 'CustPay' });
    const address = `CustomerPaymentJournalHeaders(dataAreaId='usmf',JournalBatchNumber='${String(header.json['JournalBatchNumber'])}')`;

    await under.post('CustomerPaymentJournalLines', {
      JournalBatchNumber: header.json['JournalBatchNumber'],
      AccountDisplayValue: 'US\\-001',
      CreditAmount: 5,
    });

    const stale = await under.send(
      'PATCH',
      address,
      { Description: 'x' },
      { 'If-Match': String(header.json['@odata.etag']) },
    );
    expect(stale.status).toBe(412);
  });

  it('rolls a failing posting back as a whole', async () => {
    const before = under.simulator.state.count('CustomerPaymentJournalHeaders');

    expect(() =>
      under.simulator.admin.postPayment({ company: 'usmf', customer: 'US-001', amount: '5', invoice: 'NOPE' }),
    ).toThrow();

    expect(under.simulator.state.count('CustomerPaymentJournalHeaders')).toBe(before);
  });
});
