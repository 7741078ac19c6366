import { amount, cents, Decimal, text, type Amount } from './amounts.ts';
import { eventDate } from './business-events.ts';
import { type Environment, field } from './environment.ts';
import { companyCurrency, exchangeRate } from './exchange-rates.ts';
import { nextNumber } from './number-sequences.ts';
import { recalculateOrder, type LineTotal, type Totals } from './order-totals.ts';
import { addDays, postingDate } from './posting-date.ts';
import { Refusal, writeRefused } from './refusals.ts';
import { refuseBlockedCustomer, refuseFinalOrder } from './sales-orders.ts';
import { type EntitySet } from './schema.ts';
import { type Row, type Values } from './state.ts';

/** A sales order to process. */
export type OrderReference = { company: string; order: string; date?: string };

/** A posted invoice or credit note. */
export type PostedInvoice = { invoice: string; voucher: string; total: string; tax: string; dueDate: string };

const BLOCKED_FOR_INVOICES = new Set(['All', 'Invoice', 'Never']);
const EVENT = 'SalesInvoicePostedBusinessEvent';

function orderSet(environment: Environment): EntitySet {
  const set = environment.schema.sets.get('SalesOrderHeadersV4');
  if (set === undefined) throw new Error('The catalogue has no sales orders.');
  return set;
}

function findOrder(environment: Environment, { company, order }: OrderReference): Row {
  const header = environment.state.get('SalesOrderHeaders', company, order);
  if (header === undefined) throw new Refusal(404, `Company '${company}' has no sales order '${order}'.`);
  return header;
}

function refuseStopped(environment: Environment, header: Row): void {
  if (header.values['IsSalesProcessingStopped'] !== 'Yes') return;
  throw writeRefused(
    orderSet(environment).aot,
    `Sales order ${header.values['SalesOrderNumber'] ?? ''} is on hold; processing is stopped`,
  );
}

/** Confirms a sales order, unless it is held back from processing. */
export function confirmOrder(environment: Environment, reference: OrderReference): { confirmation: string } {
  return environment.state.transaction(() => {
    const header = findOrder(environment, reference);
    refuseFinalOrder(orderSet(environment), header);
    refuseStopped(environment, header);
    const totals = recalculateOrder(environment, header);
    const confirmation = nextNumber(environment, reference.company, 'Confirmation');
    environment.state.insert('SalesOrderConfirmationHeaders', {
      dataAreaId: reference.company,
      SalesOrderNumber: reference.order,
      ConfirmationDate: postingDate(environment, reference.company, reference.date),
      ConfirmationNumber: confirmation,
      CurrencyCode: header.values['CurrencyCode'] ?? '',
      TotalConfirmedAmount: text(totals.total),
      TotalSalesTaxAmount: text(totals.tax),
    });
    environment.state.update(header, { SalesOrderProcessingStatus: 'Confirmed' });
    return { confirmation };
  });
}

/** Cancels an open sales order and its lines. */
export function cancelOrder(environment: Environment, reference: OrderReference): void {
  environment.state.transaction(() => {
    const header = findOrder(environment, reference);
    refuseFinalOrder(orderSet(environment), header);
    for (const { row } of recalculateOrder(environment, header).lines)
      environment.state.update(row, { SalesOrderLineStatus: 'Canceled' });
    environment.state.update(header, { SalesOrderStatus: 'Canceled', SalesOrderProcessingStatus: 'Canceled' });
  });
}

type Posting = {
  company: string;
  invoice: string;
  voucher: string;
  day: string;
  dueDate: string;
  sign: 1 | -1;
};

function invoiceLine(line: LineTotal, posting: Posting): Values {
  const signed = (value: Amount): string => text(value.times(posting.sign));
  const { values } = line.row;
  return {
    dataAreaId: posting.company,
    InvoiceNumber: posting.invoice,
    InvoiceDate: posting.day,
    LedgerVoucher: posting.voucher,
    LineCreationSequenceNumber: values['LineCreationSequenceNumber'] ?? '0',
    ProductNumber: values['ProductNumber'] ?? '',
    ProductName: values['ProductName'] ?? '',
    ProductDescription: values['LineDescription'] ?? '',
    InvoicedQuantity: signed(amount(values['OrderedSalesQuantity'])),
    SalesUnitSymbol: values['SalesUnitSymbol'] ?? '',
    SalesPrice: values['SalesPrice'] ?? '0',
    LineAmount: signed(line.amount),
    LineTotalTaxAmount: signed(line.tax),
    LineTotalDiscountAmount: signed(line.lineDiscount),
    CurrencyCode: values['CurrencyCode'] ?? '',
    InventorySiteId: values['ShippingSiteId'] ?? '',
    InventoryWarehouseId: values['ShippingWarehouseId'] ?? '',
  };
}

/** Fields of the posted header that the order gives as they are. */
const FROM_ORDER: Readonly<Record<string, string>> = {
  SalesOrderNumber: 'SalesOrderNumber',
  InvoiceCustomerAccountNumber: 'InvoiceCustomerAccountNumber',
  CurrencyCode: 'CurrencyCode',
  CustomersOrderReference: 'CustomersOrderReference',
  PaymentTermsName: 'PaymentTermsName',
  DeliveryModeCode: 'DeliveryModeCode',
  DeliveryTermsCode: 'DeliveryTermsCode',
  ContactPersonId: 'ContactPersonId',
  SalesOrderOriginCode: 'SalesOrderOriginCode',
  InvoiceAddressStreet: 'DeliveryAddressStreet',
  InvoiceAddressCity: 'DeliveryAddressCity',
  InvoiceAddressState: 'DeliveryAddressStateId',
  InvoiceAddressZipCode: 'DeliveryAddressZipCode',
  InvoiceAddressCountryRegionId: 'DeliveryAddressCountryRegionId',
};

function invoiceHeader(header: Readonly<Values>, totals: Totals, posting: Posting): Values {
  const signed = (value: Amount): string => text(value.times(posting.sign));
  const copied = Object.entries(FROM_ORDER).map(([name, source]) => [name, field(header, source)] as const);
  return {
    ...Object.fromEntries(copied),
    dataAreaId: posting.company,
    InvoiceNumber: posting.invoice,
    InvoiceDate: posting.day,
    LedgerVoucher: posting.voucher,
    TotalInvoiceAmount: signed(totals.total),
    TotalTaxAmount: signed(totals.tax),
    EndDiscount: signed(totals.endDiscount),
    TotalLineDiscount: signed(totals.lineDiscount),
    TotalDiscountAmount: signed(totals.endDiscount),
  };
}

/** Opens a customer transaction; the invoice number is kept beside it, unseen, because the entity does not show one. */
export function openTransaction(
  environment: Environment,
  open: {
    company: string;
    account: string;
    currency: string;
    day: string;
    dueDate: string;
    amount: Amount;
    invoice: string;
  },
): Row {
  const rate = exchangeRate(environment, open.currency, companyCurrency(environment, open.company)) ?? new Decimal(1);
  const { state } = environment;
  return state.insert('CustTransOpens', {
    dataAreaId: open.company,
    SysRecId: String(state.nextRecId()),
    SysDataAreaId: open.company,
    AccountNum: open.account,
    TransDate: open.day,
    DueDate: open.dueDate,
    AmountCur: text(open.amount),
    AmountMST: text(cents(open.amount.times(rate))),
    RefRecId: String(state.nextRecId()),
    $invoice: open.invoice,
    $currency: open.currency,
    $rate: rate.toFixed(),
  });
}

function dueDateOf(environment: Environment, company: string, terms: string, day: string): string {
  return addDays(day, Number(environment.state.get('PaymentTerms', company, terms)?.values['NumberOfDays'] ?? 0));
}

function raiseInvoicePosted(
  environment: Environment,
  header: Readonly<Values>,
  posting: Posting,
  totals: Totals,
): void {
  const rate =
    exchangeRate(environment, header['CurrencyCode'] ?? '', companyCurrency(environment, posting.company)) ??
    new Decimal(1);
  const inBooks = (value: Amount): string => text(cents(value.times(rate).times(posting.sign)));
  environment.state.afterCommit(() =>
    environment.events.raise({
      businessEventId: EVENT,
      company: posting.company,
      members: {
        InvoiceAccount: JSON.stringify(header['InvoiceCustomerAccountNumber'] ?? ''),
        InvoiceId: JSON.stringify(posting.invoice),
        SalesOrderId: JSON.stringify(header['SalesOrderNumber'] ?? ''),
        InvoiceDate: JSON.stringify(eventDate(posting.day)),
        InvoiceDueDate: JSON.stringify(eventDate(posting.dueDate)),
        InvoiceAmountInAccountingCurrency: inBooks(totals.total),
        InvoiceTaxAmount: inBooks(totals.tax),
        LegalEntity: JSON.stringify(posting.company),
      },
    }),
  );
}

function post(environment: Environment, header: Row, totals: Totals, posting: Posting): PostedInvoice {
  const { state } = environment;
  state.insert('SalesInvoiceHeaders', invoiceHeader(header.values, totals, posting));
  for (const line of totals.lines) state.insert('SalesInvoiceLines', invoiceLine(line, posting));
  openTransaction(environment, {
    company: posting.company,
    account: header.values['InvoiceCustomerAccountNumber'] ?? '',
    currency: header.values['CurrencyCode'] ?? '',
    day: posting.day,
    dueDate: posting.dueDate,
    amount: totals.total.times(posting.sign),
    invoice: posting.invoice,
  });
  raiseInvoicePosted(environment, header.values, posting, totals);
  return {
    invoice: posting.invoice,
    voucher: posting.voucher,
    total: text(totals.total.times(posting.sign)),
    tax: text(totals.tax.times(posting.sign)),
    dueDate: posting.dueDate.slice(0, 10),
  };
}

function preparePosting(
  environment: Environment,
  header: Row,
  company: string,
  options: { date: string | undefined; sign: 1 | -1 },
): Posting {
  const day = postingDate(environment, company, options.date);
  return {
    company,
    invoice: nextNumber(environment, company, 'Invoice'),
    voucher: nextNumber(environment, company, 'InvoiceVoucher'),
    day,
    dueDate: dueDateOf(environment, company, header.values['PaymentTermsName'] ?? '', day),
    sign: options.sign,
  };
}

/** Posts the invoice of a whole sales order: posted documents, open transaction, order status and the business event. */
export function invoiceOrder(environment: Environment, reference: OrderReference): PostedInvoice {
  return environment.state.transaction(() => {
    const header = findOrder(environment, reference);
    const set = orderSet(environment);
    refuseFinalOrder(set, header);
    refuseStopped(environment, header);
    const account = header.values['InvoiceCustomerAccountNumber'] ?? '';
    const customer = environment.state.get('CustomersV3', reference.company, account)?.values ?? {};
    refuseBlockedCustomer(set, customer, BLOCKED_FOR_INVOICES);
    const totals = recalculateOrder(environment, header);
    if (totals.lines.length === 0) throw writeRefused(set.aot, 'Nothing to post: the sales order has no lines');
    const posting = preparePosting(environment, header, reference.company, { date: reference.date, sign: 1 });
    const posted = post(environment, header, totals, posting);
    for (const { row } of totals.lines) environment.state.update(row, { SalesOrderLineStatus: 'Invoiced' });
    environment.state.update(header, { SalesOrderStatus: 'Invoiced', SalesOrderProcessingStatus: 'Invoiced' });
    return posted;
  });
}

/** Posts a credit note for a whole posted invoice: the same document with negative amounts and a number of its own. */
export function creditInvoice(
  environment: Environment,
  credit: { company: string; invoice: string; date?: string },
): PostedInvoice {
  return environment.state.transaction(() => {
    const { company, invoice, date } = credit;
    const [original] = [...environment.state.rowsWith('SalesInvoiceHeaders', 'InvoiceNumber', invoice)].filter(
      ({ values }) => values['dataAreaId'] === company,
    );
    if (original === undefined) throw new Refusal(404, `Company '${company}' has no invoice '${invoice}'.`);
    const header = findOrder(environment, { company, order: original.values['SalesOrderNumber'] ?? '' });
    const posting = preparePosting(environment, header, company, { date, sign: -1 });
    return post(environment, header, recalculateOrder(environment, header), posting);
  });
}
