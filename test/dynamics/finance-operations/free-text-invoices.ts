import { customerName } from './customers.ts';
import { type TableRules, field, fill, today } from './environment.ts';
import { refuseClosedPeriod } from './ledger-periods.ts';
import { infolog, writeRefused } from './refusals.ts';

/** Free text invoices: drafts with a server-assigned record id; posted ones refuse edits. */
export const freeTextInvoiceRules: TableRules = {
  complete({ environment, set, company, values }) {
    const account = field(values, 'CustomerAccount');
    if (account === '') throw infolog(set.aot, ["Warning: Field 'Customer account' must be filled in."]);
    const customer = environment.state.get('CustomersV3', company, account)?.values ?? {};
    const day = values['InvoiceDate'] ?? today(environment);
    fill(values, {
      InvoiceAccount: account,
      InvoiceName: customerName(customer),
      CurrencyCode: customer['SalesCurrencyCode'],
      TermsOfPayment: customer['PaymentTerms'],
      SalesTaxGroupId: customer['SalesTaxGroup'],
      InvoiceDate: day,
    });
    refuseClosedPeriod(environment, set.aot, company, day);
    values['IsPosted'] = 'No';
  },
  change({ set, row }) {
    if (row.values['IsPosted'] === 'Yes') throw writeRefused(set.aot, 'A posted free text invoice cannot be changed');
  },
  removing(row, set) {
    if (row.values['IsPosted'] === 'Yes') throw writeRefused(set.aot, 'A posted free text invoice cannot be deleted');
  },
};
