import { Decimal } from 'decimal.js';
import { RelayError, toFault } from '../../errors.ts';
import type {
  Answer,
  Call,
  Connector,
  CustomerBalance,
  EntityRecord,
  Settlement,
  Value,
  Values,
} from '../connector.ts';

export const SETTLED_INVOICES = 'PaymentJournalLineSettledInvoices';
export const JOURNAL_HEADERS = 'CustomerPaymentJournalHeaders';
export const JOURNAL_LINES = 'CustomerPaymentJournalLines';
const OPEN = 'CustTransOpens';
// More than one customer or one call's invoices can have: beyond it nothing is computed, because a part of the truth is a wrong figure.
const AT_MOST = 100_000;

const Exact = Decimal.clone({ precision: 40 });

/** How the payment questions read Dynamics. */
export type PaymentReader = Pick<Connector, 'describe' | 'read' | 'find'>;

/** What customers paid and owe, as the posted journals and open transactions tell. */
export type Payments = Pick<Connector, 'settlements' | 'customerBalance'>;

/** Binds the payment questions to a connector's reading. */
export function createPayments(reader: PaymentReader): Payments {
  return {
    async settlements({ company, invoiceNumbers }, call) {
      const invoiceCompany = { field: 'InvoiceCompany', value: company.toLowerCase() };
      const anyOf = invoiceNumbers.map((value) => [invoiceCompany, { field: 'InvoiceNumber', value }]);
      const fields = ['SettlementAmountInInvoiceCurrency', 'CashDiscountToTakeInInvoiceCurrency'];
      const [found] = await reader.find(
        [{ entitySet: SETTLED_INVOICES, company: null, anyOf, fields, limit: AT_MOST, isWhole: true }],
        call,
      );
      const marks = valueOf(found) ?? [];
      const lines = marks.map(({ key }) => lineKey(key));
      const isPosted = await readEach(
        reader,
        { entitySet: JOURNAL_HEADERS, keys: lines.map(headerKey), field: 'IsPosted' },
        call,
      );
      const paidOn = await readEach(reader, { entitySet: JOURNAL_LINES, keys: lines, field: 'TransactionDate' }, call);
      return marks.flatMap((mark, index) => {
        const settledOn = paidOn[index] ?? null;
        // A mark in an unposted journal is a plan, not a payment.
        return isPosted[index] === 'Yes' && settledOn !== null ? [settlement(mark, String(settledOn))] : [];
      });
    },
    async customerBalance({ company, customer, asOf }, call) {
      if (!(await hasOpenTransactions(reader, call))) return null;
      const anyOf = [[{ field: 'AccountNum', value: customer }]];
      const fields = ['AmountMST', 'DueDate'];
      const request = { entitySet: OPEN, company, anyOf, fields, limit: AT_MOST, isWhole: true };
      const [found] = await reader.find([request], call);
      return balance(valueOf(found) ?? [], asOf);
    },
  };
}

function settlement({ key, values }: EntityRecord, settledOn: string): Settlement {
  return {
    invoiceNumber: String(key['InvoiceNumber']),
    amount: text(values['SettlementAmountInInvoiceCurrency']),
    discount: text(values['CashDiscountToTakeInInvoiceCurrency']),
    settledOn,
    dueOn: dateOf(key['InvoiceDueDate']),
  };
}

function lineKey(mark: Values): Values {
  return {
    dataAreaId: mark['JournalLineCompany'] ?? null,
    JournalBatchNumber: mark['JournalBatchNumber'] ?? null,
    LineNumber: mark['JournalLineNumber'] ?? null,
  };
}

/** The key of the journal that a line stands in. */
export function headerKey({ dataAreaId, JournalBatchNumber }: Values): Values {
  return { dataAreaId: dataAreaId ?? null, JournalBatchNumber: JournalBatchNumber ?? null };
}

type FieldOfEach = { readonly entitySet: string; readonly keys: readonly Values[]; readonly field: string };

/** One field of each record; a record that several keys name is read once. */
export async function readEach(
  reader: PaymentReader,
  { entitySet, keys, field }: FieldOfEach,
  call: Call,
): Promise<Value[]> {
  const names = keys.map((key) => JSON.stringify(key));
  const distinct = [...new Map(keys.map((key, index) => [names[index], key]))];
  const requests = distinct.map(([, key]) => ({ entitySet, key, fields: [field] }));
  const answers = await reader.read(requests, call);
  const byName = new Map(distinct.map(([name], index) => [name, valueOf(answers[index])?.values[field] ?? null]));
  return names.map((name) => byName.get(name) ?? null);
}

async function hasOpenTransactions(reader: PaymentReader, call: Call): Promise<boolean> {
  try {
    await reader.describe(OPEN, call);
    return true;
  } catch (error) {
    if (toFault(error).code === 'ENTITY_SET_UNKNOWN') return false;
    throw error;
  }
}

function balance(open: readonly EntityRecord[], asOf: string): CustomerBalance {
  const overdue = open.filter(({ values }) => {
    const due = dateOf(values['DueDate']);
    return due !== null && due < asOf;
  });
  return { open: sum(open), overdue: sum(overdue) };
}

function sum(records: readonly EntityRecord[]): string {
  const total = records.reduce((all, { values }) => all.plus(text(values['AmountMST'])), new Exact(0));
  return total.isZero() ? '0' : total.toFixed();
}

function text(value: Value | undefined): string {
  return typeof value === 'string' ? value : '0';
}

function dateOf(value: Value | undefined): string | null {
  return typeof value === 'string' ? value.slice(0, 10) : null;
}

/** What an answer holds, null where there is none; a refusal becomes the error that the queue decides by. */
export function valueOf<T>(answer: Answer<T> | undefined): T | null {
  if (answer === undefined) return null;
  if (answer.ok) return answer.value;
  const { code, message, retryAfterMs } = answer.fault;
  throw new RelayError(code, message, retryAfterMs === null ? {} : { retryAfterMs });
}
