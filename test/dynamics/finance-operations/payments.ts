import { amount, cents, Decimal, text, type Amount } from './amounts.ts';
import { eventDate } from './business-events.ts';
import { type Environment, field } from './environment.ts';
import { companyCurrency, exchangeRate } from './exchange-rates.ts';
import { openTransaction } from './invoices.ts';
import { nextNumber } from './number-sequences.ts';
import { accountOf, displayValueOf, journalLines } from './payment-journals.ts';
import { postingDate } from './posting-date.ts';
import { Refusal, writeRefused } from './refusals.ts';
import { type Row, type Values } from './state.ts';

/** A customer's payment as a clerk would enter and post it. */
export type Payment = {
  company: string;
  customer: string;
  amount: string;
  currency?: string;
  invoice?: string;
  method?: string;
  reference?: string;
  date?: string;
  cashDiscount?: string;
};

const HEADER_AOT = 'CustomerPaymentJournalHeaderEntity';
const JOURNAL_NAME = 'CustPay';

function openInvoice(environment: Environment, company: string, invoice: string): Row | undefined {
  const rows = [...environment.state.rowsWith('CustTransOpens', '$invoice', invoice)];
  return rows.find(({ values }) => values['dataAreaId'] === company && !values['$payment']);
}

/** Changes what is open on a transaction; one that reaches zero is no longer open. */
function changeOpen(environment: Environment, open: Row, by: Amount): void {
  const left = amount(open.values['AmountCur']).plus(by);
  if (left.isZero()) {
    environment.state.remove(open);
    return;
  }
  const rate = amount(open.values['$rate'] ?? '1');
  environment.state.update(open, { AmountCur: text(left), AmountMST: text(cents(left.times(rate))) });
}

type Settlement = { marked: Row; open: Row; amount: Amount; discount: Amount; crossRate: Amount };

function settlementsOf(environment: Environment, line: Row): Settlement[] {
  const company = line.values['dataAreaId'] ?? '';
  const currency = line.values['CurrencyCode'] ?? '';
  const marks = [
    ...environment.state.rowsWith(
      'PaymentJournalLineSettledInvoices',
      'JournalBatchNumber',
      line.values['JournalBatchNumber'] ?? '',
    ),
  ];
  return marks
    .filter(
      ({ values }) =>
        values['JournalLineCompany'] === company && values['JournalLineNumber'] === line.values['LineNumber'],
    )
    .map((marked) => {
      const invoice = marked.values['InvoiceNumber'] ?? '';
      const open = openInvoice(environment, marked.values['InvoiceCompany'] ?? company, invoice);
      if (open === undefined) throw writeRefused(HEADER_AOT, `Invoice ${invoice} is not open and cannot be settled`);
      const crossRate = exchangeRate(environment, open.values['$currency'] ?? currency, currency) ?? new Decimal(1);
      const settled = amount(marked.values['SettlementAmountInInvoiceCurrency']);
      return {
        marked,
        open,
        amount: settled,
        discount: amount(marked.values['CashDiscountToTakeInInvoiceCurrency']),
        crossRate,
      };
    });
}

/** A line that only names its invoice settles as much of it as it pays. */
function markNamedInvoice(environment: Environment, line: Row): void {
  const invoice = line.values['MarkedInvoice'] ?? '';
  if (invoice === '' || settlementsOf(environment, line).length > 0) return;
  mark(environment, line, { invoice, cashDiscount: '0' });
}

function mark(environment: Environment, line: Row, settle: { invoice: string; cashDiscount: string }): void {
  const company = line.values['dataAreaId'] ?? '';
  const open = openInvoice(environment, company, settle.invoice);
  if (open === undefined) throw writeRefused(HEADER_AOT, `Invoice ${settle.invoice} is not open and cannot be settled`);
  const crossRate =
    exchangeRate(environment, open.values['$currency'] ?? '', line.values['CurrencyCode'] ?? '') ?? new Decimal(1);
  const paid = cents(
    amount(line.values['CreditAmount']).minus(amount(line.values['DebitAmount'])).dividedBy(crossRate),
  );
  const owed = amount(open.values['AmountCur']).minus(amount(settle.cashDiscount));
  environment.state.insert('PaymentJournalLineSettledInvoices', {
    JournalLineCompany: company,
    JournalBatchNumber: line.values['JournalBatchNumber'] ?? '',
    JournalLineNumber: line.values['LineNumber'] ?? '1',
    InvoiceNumber: settle.invoice,
    InvoiceCompany: company,
    InvoiceDueDate: open.values['DueDate'] ?? '',
    SettlementAmountInInvoiceCurrency: text(Decimal.min(paid, owed)),
    CashDiscountToTakeInInvoiceCurrency: settle.cashDiscount,
    InvoiceToPaymentCrossRate: text(crossRate.times(100)),
    AccountDisplayValue: line.values['AccountDisplayValue'] ?? '',
    invoiceAccount: open.values['AccountNum'] ?? '',
  });
}

function raisePaymentPosted(environment: Environment, line: Readonly<Values>, account: string, paid: Amount): void {
  const company = line['dataAreaId'] ?? '';
  const currency = line['CurrencyCode'] ?? '';
  const rate = exchangeRate(environment, currency, companyCurrency(environment, company)) ?? new Decimal(1);
  // The class name and members of this event are an assumption: no public source shows its payload.
  environment.state.afterCommit(() =>
    environment.events.raise({
      businessEventId: environment.paymentPostedEvent,
      company,
      members: {
        CustomerAccount: JSON.stringify(account),
        JournalBatchNumber: JSON.stringify(line['JournalBatchNumber'] ?? ''),
        Voucher: JSON.stringify(line['Voucher'] ?? ''),
        PaymentAmount: text(paid),
        PaymentCurrency: JSON.stringify(currency),
        PaymentAmountInAccountingCurrency: text(cents(paid.times(rate))),
        PaymentReference: JSON.stringify(line['PaymentReference'] ?? ''),
        TransactionDate: JSON.stringify(eventDate(line['TransactionDate'] ?? '')),
        LegalEntity: JSON.stringify(company),
      },
    }),
  );
}

function postLine(environment: Environment, line: Row): void {
  const { values } = line;
  const company = values['dataAreaId'] ?? '';
  const account = accountOf(environment, values['AccountDisplayValue'] ?? '');
  const paid = amount(values['CreditAmount']).minus(amount(values['DebitAmount']));
  postingDate(environment, company, values['TransactionDate']);
  markNamedInvoice(environment, line);
  let unsettled = paid;
  for (const settlement of settlementsOf(environment, line)) {
    changeOpen(environment, settlement.open, settlement.amount.plus(settlement.discount).negated());
    unsettled = unsettled.minus(cents(settlement.amount.times(settlement.crossRate)));
  }
  if (!unsettled.isZero()) {
    const day = values['TransactionDate'] ?? '';
    const rest = {
      company,
      account,
      currency: values['CurrencyCode'] ?? '',
      day,
      dueDate: day,
      amount: unsettled.negated(),
      invoice: '',
    };
    const row = openTransaction(environment, rest);
    environment.state.update(row, { $payment: values['Voucher'] ?? '' }, { keepVersion: true });
  }
  raisePaymentPosted(environment, values, account, paid);
}

function findJournal(environment: Environment, company: string, journal: string): Row {
  const header = environment.state.get('CustomerPaymentJournalHeaders', company, journal);
  if (header === undefined) throw new Refusal(404, `Company '${company}' has no payment journal '${journal}'.`);
  return header;
}

/** Posts an open payment journal: settles what its lines mark, leaves the rest open, tells the world. */
export function postPaymentJournal(
  environment: Environment,
  { company, journal }: { company: string; journal: string },
): { vouchers: string[] } {
  return environment.state.transaction(() => {
    const header = findJournal(environment, company, journal);
    if (header.values['IsPosted'] === 'Yes') throw writeRefused(HEADER_AOT, `Journal ${journal} is already posted`);
    const lines = journalLines(environment, company, journal);
    if (lines.length === 0) throw writeRefused(HEADER_AOT, `Journal ${journal} has no lines`);
    for (const line of lines) postLine(environment, line);
    environment.state.update(header, { IsPosted: 'Yes' });
    return { vouchers: lines.map(({ values }) => values['Voucher'] ?? '') };
  });
}

function enterJournal(environment: Environment, company: string, line: Values): Row {
  const journal = nextNumber(environment, company, 'Journal');
  environment.state.insert('CustomerPaymentJournalHeaders', {
    dataAreaId: company,
    JournalBatchNumber: journal,
    JournalName: JOURNAL_NAME,
    Description: 'Customer payments',
    IsPosted: 'No',
  });
  return environment.state.insert('CustomerPaymentJournalLines', {
    dataAreaId: company,
    JournalBatchNumber: journal,
    LineNumber: '1',
    AccountType: 'Cust',
    Company: company,
    ExchangeRate: '100',
    OffsetAccountType: 'Bank',
    Voucher: nextNumber(environment, company, 'PaymentVoucher'),
    ...line,
  });
}

function paymentLine(environment: Environment, payment: Payment, customer: Readonly<Values>): Values {
  const { company, method = 'ELECTRONIC', reference = '', invoice } = payment;
  return {
    AccountDisplayValue: displayValueOf(environment, payment.customer),
    CustomerName: field(customer, 'OrganizationName'),
    TransactionDate: postingDate(environment, company, payment.date),
    CurrencyCode: payment.currency ?? field(customer, 'SalesCurrencyCode'),
    CreditAmount: text(amount(payment.amount)),
    PaymentMethodName: method,
    PaymentReference: reference,
    ...(invoice === undefined ? {} : { MarkedInvoice: invoice, MarkedInvoiceCompany: company }),
  };
}

/** Enters and posts one customer payment in a journal of its own. */
export function postPayment(environment: Environment, payment: Payment): { journal: string; voucher: string } {
  return environment.state.transaction(() => {
    const { company, customer, invoice, cashDiscount = '0' } = payment;
    const values = environment.state.get('CustomersV3', company, customer)?.values;
    if (values === undefined) throw new Refusal(404, `Company '${company}' has no customer '${customer}'.`);
    const line = enterJournal(environment, company, paymentLine(environment, payment, values));
    const journal = field(line.values, 'JournalBatchNumber');
    if (invoice !== undefined) mark(environment, line, { invoice, cashDiscount });
    postPaymentJournal(environment, { company, journal });
    return { journal, voucher: field(line.values, 'Voucher') };
  });
}

function reopen(environment: Environment, line: Row): void {
  const company = line.values['dataAreaId'] ?? '';
  const marks = [
    ...environment.state.rowsWith(
      'PaymentJournalLineSettledInvoices',
      'JournalBatchNumber',
      line.values['JournalBatchNumber'] ?? '',
    ),
  ];
  for (const marked of marks.filter(({ values }) => values['JournalLineCompany'] === company)) {
    const invoice = marked.values['InvoiceNumber'] ?? '';
    const back = amount(marked.values['SettlementAmountInInvoiceCurrency']).plus(
      amount(marked.values['CashDiscountToTakeInInvoiceCurrency']),
    );
    const open = openInvoice(environment, company, invoice);
    if (open !== undefined) changeOpen(environment, open, back);
    else reopenClosed(environment, company, invoice, { amount: back, dueDate: marked.values['InvoiceDueDate'] ?? '' });
    environment.state.remove(marked);
  }
}

function reopenClosed(
  environment: Environment,
  company: string,
  invoice: string,
  back: { amount: Amount; dueDate: string },
): void {
  const headers = [...environment.state.rowsWith('SalesInvoiceHeaders', 'InvoiceNumber', invoice)];
  const header = headers.find(({ values }) => values['dataAreaId'] === company)?.values ?? {};
  openTransaction(environment, {
    company,
    account: header['InvoiceCustomerAccountNumber'] ?? '',
    currency: header['CurrencyCode'] ?? '',
    day: header['InvoiceDate'] ?? back.dueDate,
    dueDate: back.dueDate,
    amount: back.amount,
    invoice,
  });
}

function enterReversal(environment: Environment, company: string, line: Readonly<Values>): Row {
  const {
    CreditAmount = '0',
    DebitAmount = '0',
    AccountDisplayValue = '',
    CurrencyCode = '',
    CustomerName = '',
  } = line;
  return enterJournal(environment, company, {
    AccountDisplayValue,
    CurrencyCode,
    CustomerName,
    CreditAmount: DebitAmount,
    DebitAmount: CreditAmount,
    TransactionDate: postingDate(environment, company, undefined),
    PaymentReference: field(line, 'PaymentReference'),
    TransactionText: `Reversal of ${field(line, 'Voucher')}`,
  });
}

function postedLine(environment: Environment, company: string, journal: string): Row {
  const header = findJournal(environment, company, journal);
  const [line] = journalLines(environment, company, journal);
  if (header.values['IsPosted'] !== 'Yes' || line === undefined)
    throw writeRefused(HEADER_AOT, `Journal ${journal} is not posted`);
  if (header.values['$reversedBy'] !== undefined)
    throw writeRefused(HEADER_AOT, `Journal ${journal} is already reversed`);
  return line;
}

/** Reverses a posted payment: invoices are open again, the unsettled rest is gone, a reversing journal is posted. */
export function reversePayment(
  environment: Environment,
  { company, journal }: { company: string; journal: string },
): { journal: string; voucher: string } {
  const { state } = environment;
  return state.transaction(() => {
    const line = postedLine(environment, company, journal);
    reopen(environment, line);
    for (const rest of state.rowsWith('CustTransOpens', '$payment', field(line.values, 'Voucher'))) state.remove(rest);
    const { values } = enterReversal(environment, company, line.values);
    const number = field(values, 'JournalBatchNumber');
    state.update(findJournal(environment, company, number), { IsPosted: 'Yes' });
    state.update(findJournal(environment, company, journal), { $reversedBy: number });
    const account = accountOf(environment, field(values, 'AccountDisplayValue'));
    raisePaymentPosted(
      environment,
      values,
      account,
      amount(values['CreditAmount']).minus(amount(values['DebitAmount'])),
    );
    return { journal: number, voucher: field(values, 'Voucher') };
  });
}
