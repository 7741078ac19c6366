import { Decimal } from 'decimal.js';
import type { Call, Connector, EntityRecord, Value, Values } from '../connector.ts';
import {
  headerKey,
  JOURNAL_HEADERS,
  JOURNAL_LINES,
  type PaymentReader,
  readEach,
  SETTLED_INVOICES,
  valueOf,
} from './payments.ts';

// Payments of one amount or one reference; beyond it nothing is decided.
const AT_MOST = 1_000;
const FIELDS = [
  'AccountDisplayValue',
  'CreditAmount',
  'DebitAmount',
  'CurrencyCode',
  'TransactionDate',
  'PaymentReference',
];

const Exact = Decimal.clone({ precision: 40 });

/** A posted line of a payment journal: above zero the customer paid, below it money went back. */
export type PaymentLine = {
  readonly id: string;
  readonly amount: Decimal;
  readonly currency: string;
  readonly paidOn: string;
  readonly reference: string;
  /** What it settles, by invoice. */
  readonly settles: ReadonlyMap<string, Decimal>;
};

/**
 * Which payments were taken back. Finance & Operations marks none in its entities: a line below zero takes back a payment of the same
 * amount, or all payments of one reference whose sum it uses up, where nothing of their settlements stands. Of several the one with
 * the same reference goes first, then the newest; one line takes back one payment.
 */
export function reversedPayments(lines: readonly PaymentLine[]): ReadonlySet<string> {
  const payments = lines.filter(({ amount }) => amount.greaterThan(0));
  const returns = lines
    .filter(({ amount }) => amount.lessThan(0))
    .toSorted((a, b) => a.paidOn.localeCompare(b.paidOn) || a.id.localeCompare(b.id));
  const reversed = new Set<string>();
  const used = new Set<string>();
  for (const back of returns) {
    const [payment] = payments
      .filter((one) => !reversed.has(one.id) && takesBack(back, one))
      .toSorted((a, b) => likeness(b, back) - likeness(a, back) || b.paidOn.localeCompare(a.paidOn));
    if (payment === undefined) continue;
    reversed.add(payment.id);
    used.add(back.id);
  }
  const left = lines.filter(({ id, reference }) => reference !== '' && !reversed.has(id) && !used.has(id));
  for (const together of Map.groupBy(left, ({ currency, reference }) => `${currency}/${reference}`).values()) {
    if (!sum(together).greaterThan(0) && nothingStands(together)) for (const { id } of together) reversed.add(id);
  }
  return new Set(payments.map(({ id }) => id).filter((id) => reversed.has(id)));
}

function takesBack(back: PaymentLine, payment: PaymentLine): boolean {
  const isOpposite = back.amount.negated().equals(payment.amount) && back.currency === payment.currency;
  return isOpposite && payment.paidOn <= back.paidOn && nothingStands([payment, back]);
}

function likeness(payment: PaymentLine, back: PaymentLine): number {
  return payment.reference !== '' && payment.reference === back.reference ? 1 : 0;
}

function sum(lines: readonly PaymentLine[]): Decimal {
  return lines.reduce((total, { amount }) => total.plus(amount), new Exact(0));
}

function nothingStands(lines: readonly PaymentLine[]): boolean {
  const invoices = new Set(lines.flatMap(({ settles }) => [...settles.keys()]));
  return [...invoices].every((invoice) =>
    lines.reduce((total, { settles }) => total.plus(settles.get(invoice) ?? 0), new Exact(0)).isZero(),
  );
}

/** Binds the question to a connector's reading. */
export function createReversals(reader: PaymentReader): Pick<Connector, 'isPaymentReversed'> {
  return {
    async isPaymentReversed({ key }, call) {
      const [answer] = await reader.read([{ entitySet: JOURNAL_LINES, key, fields: FIELDS }], call);
      const record = valueOf(answer);
      if (record === null || !amountOf(record.values).greaterThan(0)) return false;
      const alike = await linesLike(reader, record, call);
      if (!alike.some(({ values }) => amountOf(values).lessThan(0))) return false;
      const posted = await postedOnly(reader, alike, call);
      return reversedPayments(await withSettlements(reader, posted, call)).has(lineId(record.key));
    },
  };
}

/** The customer's lines of the same amount, either way, and of the same reference. */
async function linesLike(reader: PaymentReader, { key, values }: EntityRecord, call: Call): Promise<EntityRecord[]> {
  const account = { field: 'AccountDisplayValue', value: values['AccountDisplayValue'] ?? null };
  const value = amountOf(values).toFixed();
  const reference = values['PaymentReference'] ?? null;
  const anyOf = [
    [account, { field: 'CreditAmount', value }],
    [account, { field: 'DebitAmount', value }],
    ...(reference === null ? [] : [[account, { field: 'PaymentReference', value: reference }]]),
  ];
  const company = String(key['dataAreaId']);
  const request = { entitySet: JOURNAL_LINES, company, anyOf, fields: FIELDS, limit: AT_MOST, isWhole: true };
  const [found] = await reader.find([request], call);
  return valueOf(found) ?? [];
}

async function postedOnly(
  reader: PaymentReader,
  lines: readonly EntityRecord[],
  call: Call,
): Promise<readonly EntityRecord[]> {
  const keys = lines.map(({ key }) => headerKey(key));
  const isPosted = await readEach(reader, { entitySet: JOURNAL_HEADERS, keys, field: 'IsPosted' }, call);
  return lines.filter((_, index) => isPosted[index] === 'Yes');
}

async function withSettlements(
  reader: PaymentReader,
  lines: readonly EntityRecord[],
  call: Call,
): Promise<PaymentLine[]> {
  const anyOf = lines.map(({ key }) => [
    { field: 'JournalLineCompany', value: key['dataAreaId'] ?? null },
    { field: 'JournalBatchNumber', value: key['JournalBatchNumber'] ?? null },
    { field: 'JournalLineNumber', value: key['LineNumber'] ?? null },
  ]);
  const fields = ['SettlementAmountInInvoiceCurrency', 'CashDiscountToTakeInInvoiceCurrency'];
  const request = { entitySet: SETTLED_INVOICES, company: null, anyOf, fields, limit: AT_MOST, isWhole: true };
  const [found] = await reader.find([request], call);
  const marks = Map.groupBy(valueOf(found) ?? [], ({ key }) =>
    [key['JournalLineCompany'], key['JournalBatchNumber'], key['JournalLineNumber']].join('/'),
  );
  return lines.map(({ key, values }) => ({
    id: lineId(key),
    amount: amountOf(values),
    currency: text(values['CurrencyCode']),
    paidOn: text(values['TransactionDate']).slice(0, 10),
    reference: text(values['PaymentReference']),
    settles: settled(marks.get(lineId(key)) ?? []),
  }));
}

function settled(marks: readonly EntityRecord[]): ReadonlyMap<string, Decimal> {
  const byInvoice = new Map<string, Decimal>();
  for (const { key, values } of marks) {
    const invoice = [key['InvoiceCompany'], key['InvoiceNumber']].join('/');
    const amount = decimal(values['SettlementAmountInInvoiceCurrency']);
    const whole = amount.plus(decimal(values['CashDiscountToTakeInInvoiceCurrency']));
    byInvoice.set(invoice, whole.plus(byInvoice.get(invoice) ?? 0));
  }
  return byInvoice;
}

function lineId(key: Values): string {
  return [key['dataAreaId'], key['JournalBatchNumber'], key['LineNumber']].join('/');
}

function amountOf(values: Values): Decimal {
  return decimal(values['CreditAmount']).minus(decimal(values['DebitAmount']));
}

function decimal(value: Value | undefined): Decimal {
  return new Exact(typeof value === 'string' ? value : 0);
}

function text(value: Value | undefined): string {
  return typeof value === 'string' ? value : '';
}
