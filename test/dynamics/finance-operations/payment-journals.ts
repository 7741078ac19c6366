import { amount, Decimal } from './amounts.ts';
import { dimensionDelimiter, splitDisplayValue } from './dimensions.ts';
import { type Draft, type Environment, type TableRules, field, fill, today } from './environment.ts';
import { refuseClosedPeriod } from './ledger-periods.ts';
import { nextNumber } from './number-sequences.ts';
import { fieldRefused, infolog, writeRefused } from './refusals.ts';
import { nextLineNumber } from './sales-order-lines.ts';
import { type EntitySet } from './schema.ts';
import { type Row, type Values } from './state.ts';

/** The customer account inside a ledger display value: a delimiter inside it is backslash-escaped. */
export function accountOf(environment: Environment, displayValue: string): string {
  return splitDisplayValue(displayValue, dimensionDelimiter(environment))[0] ?? '';
}

/** A customer account written as a ledger display value. */
export function displayValueOf(environment: Environment, account: string): string {
  const delimiter = dimensionDelimiter(environment);
  return account.replaceAll('\\', '\\\\').replaceAll(delimiter, `\\${delimiter}`);
}

function headerOf(environment: Environment, company: string, journal: string): Row | undefined {
  return environment.state.get('CustomerPaymentJournalHeaders', company, journal);
}

/** The lines of a payment journal, in line order. */
export function journalLines(environment: Environment, company: string, journal: string): Row[] {
  return [...environment.state.rowsWith('CustomerPaymentJournalLines', 'JournalBatchNumber', journal)]
    .filter(({ values }) => values['dataAreaId'] === company)
    .sort((left, right) => Number(left.values['LineNumber'] ?? 0) - Number(right.values['LineNumber'] ?? 0));
}

function refusePosted(set: EntitySet, header: Row | undefined): void {
  if (header?.values['IsPosted'] !== 'Yes') return;
  throw writeRefused(set.aot, `Journal ${header.values['JournalBatchNumber'] ?? ''} is posted and cannot be changed`);
}

/** Payment journal headers: numbered by the environment, for a customer payment journal name. */
export const paymentHeaderRules: TableRules = {
  complete({ environment, set, company, given, values }) {
    const name = environment.state.get('JournalNames', company, values['JournalName'] ?? '')?.values;
    if (name === undefined) throw infolog(set.aot, ["Warning: Field 'Name' must be filled in."]);
    if (name['Type'] !== 'CustPayment') {
      throw fieldRefused(
        set.aot,
        'JournalName',
        `Journal name '${values['JournalName'] ?? ''}' is not a customer payment journal.`,
      );
    }
    if (given['IsPosted'] === 'Yes') throw fieldRefused(set.aot, 'IsPosted', "Field 'Posted' is set by posting.");
    values['JournalBatchNumber'] ??= nextNumber(environment, company, 'Journal');
    values['Description'] ??= name['Description'] ?? '';
  },
  change({ set, row, given }) {
    refusePosted(set, row);
    if (given['IsPosted'] === 'Yes') throw fieldRefused(set.aot, 'IsPosted', "Field 'Posted' is set by posting.");
  },
  removing(row, set, environment) {
    refusePosted(set, row);
    const lines = journalLines(environment, row.values['dataAreaId'] ?? '', row.values['JournalBatchNumber'] ?? '');
    if (lines.length > 0)
      throw infolog(set.aot, ['Error: Ledger journal table cannot be deleted while dependent Journal lines exist.']);
  },
};

function checkAmounts(set: EntitySet, values: Readonly<Values>): void {
  const credit = amount(values['CreditAmount']);
  const debit = amount(values['DebitAmount']);
  if (!credit.isZero() && !debit.isZero())
    throw writeRefused(set.aot, 'A journal line holds either a debit or a credit amount');
}

function checkAccount(environment: Environment, set: EntitySet, company: string, values: Readonly<Values>): string {
  const account = accountOf(environment, values['AccountDisplayValue'] ?? '');
  const customer = environment.state.get('CustomersV3', company, account);
  if (customer !== undefined) return account;
  throw fieldRefused(
    set.aot,
    'AccountDisplayValue',
    `The value '${account}' in field 'Account' is not found in the related table 'Customers'.`,
  );
}

function completeLine({ environment, set, company, values }: Draft): void {
  const journal = field(values, 'JournalBatchNumber');
  const header = headerOf(environment, company, journal);
  if (header === undefined) throw infolog(set.aot, ["Warning: Field 'Journal batch number' must be filled in."]);
  refusePosted(set, header);
  const account = checkAccount(environment, set, company, values);
  const customer = environment.state.get('CustomersV3', company, account)?.values ?? {};
  checkAmounts(set, values);
  const day = values['TransactionDate'] ?? today(environment);
  refuseClosedPeriod(environment, set.aot, company, day);
  fill(values, {
    AccountType: 'Cust',
    LineNumber: nextLineNumber(journalLines(environment, company, journal), 'LineNumber'),
    TransactionDate: day,
    Company: company,
    CurrencyCode: customer['SalesCurrencyCode'],
    ExchangeRate: '100',
    CustomerName: customer['OrganizationName'],
    OffsetAccountType: 'Bank',
  });
  values['Voucher'] ??= nextNumber(environment, company, 'PaymentVoucher');
}

/** Payment journal lines: for an open journal, a known customer, an open period; each write touches the header too. */
export const paymentLineRules: TableRules = {
  complete: completeLine,
  // Captured update conflicts show that writing a line also writes its journal.
  created: (row, { environment, company }) => touchHeader(environment, company, row),
  change({ environment, set, row, changes }) {
    const company = row.values['dataAreaId'] ?? '';
    refusePosted(set, headerOf(environment, company, row.values['JournalBatchNumber'] ?? ''));
    const after = { ...row.values, ...changes };
    checkAccount(environment, set, company, after);
    checkAmounts(set, after);
    refuseClosedPeriod(environment, set.aot, company, after['TransactionDate'] ?? today(environment));
  },
  changed: ({ environment, row }) => touchHeader(environment, row.values['dataAreaId'] ?? '', row),
  removing(row, set, environment) {
    refusePosted(set, headerOf(environment, row.values['dataAreaId'] ?? '', row.values['JournalBatchNumber'] ?? ''));
  },
};

function touchHeader(environment: Environment, company: string, line: Row): void {
  const header = headerOf(environment, company, line.values['JournalBatchNumber'] ?? '');
  if (header !== undefined) environment.state.update(header, {});
}

/** Invoices marked for settlement: on a line of an open journal, with a positive amount. */
export const settledInvoiceRules: TableRules = {
  complete({ environment, set, values }) {
    const company = (values['JournalLineCompany'] ?? '').toLowerCase();
    const header = headerOf(environment, company, values['JournalBatchNumber'] ?? '');
    if (header === undefined) throw infolog(set.aot, ["Warning: Field 'Journal batch number' must be filled in."]);
    refusePosted(set, header);
    values['JournalLineCompany'] = company;
    values['InvoiceCompany'] = (values['InvoiceCompany'] ?? company).toLowerCase();
    if (new Decimal(values['SettlementAmountInInvoiceCurrency'] ?? '0').isZero()) {
      throw infolog(set.aot, ["Warning: Field 'Settlement amount in invoice currency' must be filled in."]);
    }
  },
  change({ environment, set, row }) {
    refusePosted(
      set,
      headerOf(environment, row.values['JournalLineCompany'] ?? '', row.values['JournalBatchNumber'] ?? ''),
    );
  },
  removing(row, set, environment) {
    refusePosted(
      set,
      headerOf(environment, row.values['JournalLineCompany'] ?? '', row.values['JournalBatchNumber'] ?? ''),
    );
  },
};
