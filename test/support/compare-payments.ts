import { Decimal } from 'decimal.js';
import type { PlainRecord } from '../org/plain-records.ts';
import type { Product } from './product.ts';
import { until } from './until.ts';

type Row = Readonly<Record<string, string | null>>;
type Sides = {
  readonly org: Pick<Product['org'], 'query'>;
  readonly dynamics: { readonly admin: Pick<Product['dynamics']['admin'], 'rows'> };
};

/**
 * Compares every posted payment of our customers, what it settled of which invoice, and what each customer owes with what Salesforce
 * shows, and says in words what is lost, doubled or different. An empty answer is the proof.
 */
export function comparePayments({ org, dynamics }: Sides): string[] {
  const rows = (set: string): Row[] => dynamics.admin.rows({ set });
  const accounts = new Map<string, PlainRecord>(
    org
      .query(
        'SELECT CustomerNumber__c, DynamicsCompany__c, OpenBalance__c FROM Account WHERE CustomerNumber__c != null',
      )
      .map((row) => [`${text(row['DynamicsCompany__c'])}/${text(row['CustomerNumber__c'])}`, row] as const),
  );
  const journals = rows('CustomerPaymentJournalHeaders').filter((row) => row['IsPosted'] === 'Yes');
  const posted = new Set(journals.map((row) => `${text(row['dataAreaId'])}/${text(row['JournalBatchNumber'])}`));
  const lines = rows('CustomerPaymentJournalLines').filter(
    (row) =>
      posted.has(`${text(row['dataAreaId'])}/${text(row['JournalBatchNumber'])}`) && accounts.has(customerOf(row)),
  );
  return [
    ...comparePosted(org, lines),
    ...compareSettlements(org, { lines, settled: rows('PaymentJournalLineSettledInvoices') }),
    ...[...accounts].flatMap(([customer, account]) => compareBalance(customer, account, rows('CustTransOpens'))),
  ];
}

/** Waits until every payment is shown as it should be; answers what is still wrong when the time is over. */
export async function paymentsLanded(product: Sides, timeoutMs = 60_000): Promise<string[]> {
  const isRight = (): true | null => (comparePayments(product).length === 0 ? true : null);
  await until(isRight, 'all payments are there', timeoutMs).catch(() => null);
  return comparePayments(product);
}

function comparePosted(org: Sides['org'], lines: readonly Row[]): string[] {
  const shown = Map.groupBy(
    org.query('SELECT Name, Company__c, Amount__c, CurrencyCode__c, Account__r.CustomerNumber__c FROM Payment__c'),
    (row) => `${text(row['Company__c'])}/${text(row['Name'])}`,
  );
  const found = lines.flatMap((line) => {
    const name = nameOf(line);
    const payments = shown.get(name) ?? [];
    shown.delete(name);
    const [payment] = payments;
    if (payment === undefined || payments.length > 1) return [`Payment ${name}: shown ${payments.length} times`];
    const account = payment['Account__r'] as PlainRecord | null;
    const paid = decimal(line['CreditAmount']).minus(decimal(line['DebitAmount']));
    return [
      ...differ(`Payment ${name}: amount`, decimal(payment['Amount__c']).toFixed(), paid.toFixed()),
      ...differ(`Payment ${name}: currency`, payment['CurrencyCode__c'], line['CurrencyCode']),
      ...differ(
        `Payment ${name}: customer`,
        `${text(line['dataAreaId'])}/${text(account?.['CustomerNumber__c'])}`,
        customerOf(line),
      ),
    ];
  });
  return [...found, ...[...shown.keys()].map((name) => `Payment ${name}: never posted`)];
}

function compareSettlements(
  org: Sides['org'],
  { lines, settled }: { readonly lines: readonly Row[]; readonly settled: readonly Row[] },
): string[] {
  const names = new Set(lines.map(nameOf));
  const expected = settled
    .map((row) => ({
      payment: `${text(row['JournalLineCompany'])}/${text(row['JournalBatchNumber'])}-${decimal(row['JournalLineNumber']).toFixed()}`,
      invoice: text(row['InvoiceNumber']),
      amount: decimal(row['SettlementAmountInInvoiceCurrency']).toFixed(),
    }))
    .filter(({ payment }) => names.has(payment));
  const actual = org
    .query('SELECT Amount__c, Payment__r.Name, Payment__r.Company__c, Invoice__r.Name FROM PaymentAllocation__c')
    .map((row) => {
      const payment = row['Payment__r'] as PlainRecord | null;
      return {
        payment: `${text(payment?.['Company__c'])}/${text(payment?.['Name'])}`,
        invoice: text((row['Invoice__r'] as PlainRecord | null)?.['Name']),
        amount: decimal(row['Amount__c']).toFixed(),
      };
    });
  return differ('Settlements', listed(actual), listed(expected));
}

function compareBalance(customer: string, account: PlainRecord, open: readonly Row[]): string[] {
  // Shown with the first document of a customer; nothing shown and nothing owed is the same.
  const owed = open
    .filter((row) => `${text(row['dataAreaId'])}/${text(row['AccountNum'])}` === customer)
    .reduce((sum, row) => sum.plus(decimal(row['AmountMST'])), new Decimal(0));
  return differ(`Account ${customer}: balance`, decimal(account['OpenBalance__c']).toFixed(), owed.toFixed());
}

const nameOf = (line: Row): string =>
  `${text(line['dataAreaId'])}/${text(line['JournalBatchNumber'])}-${decimal(line['LineNumber']).toFixed()}`;
const customerOf = (line: Row): string =>
  `${text(line['dataAreaId'])}/${text(line['AccountDisplayValue']).replaceAll('\\', '')}`;
const listed = (settlements: readonly { payment: string; invoice: string; amount: string }[]): string =>
  settlements
    .map(({ payment, invoice, amount }) => `${payment} ${invoice} ${amount}`)
    .toSorted()
    .join(' | ');

function differ(what: string, actual: unknown, expected: unknown): string[] {
  return actual === expected ? [] : [`${what}: ${String(actual)} instead of ${String(expected)}`];
}

function decimal(value: unknown): Decimal {
  return new Decimal(typeof value === 'string' && value !== '' ? value : '0');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
