import { text } from './amounts.ts';
import { type Environment, type TableRules, field, fill, today } from './environment.ts';
import { nextNumber, settleNumber } from './number-sequences.ts';
import { lineAmount, totalsOf } from './order-totals.ts';
import { infolog, writeRefused } from './refusals.ts';
import { basePrice, nextLineNumber } from './sales-order-lines.ts';
import { defaultFromCustomer } from './sales-orders.ts';
import { type EntitySet } from './schema.ts';
import { type Row, type Values } from './state.ts';

const FINAL = new Set(['Confirmed', 'Lost', 'Cancelled']);

function headerOf(environment: Environment, values: Readonly<Values>): Row | undefined {
  return environment.state.get(
    'SalesQuotationHeaders',
    values['dataAreaId'] ?? '',
    values['SalesQuotationNumber'] ?? '',
  );
}

function linesOf(environment: Environment, header: Row): Row[] {
  const number = header.values['SalesQuotationNumber'] ?? '';
  return [...environment.state.rowsWith('SalesQuotationLines', 'SalesQuotationNumber', number)].filter(
    ({ values }) => values['dataAreaId'] === header.values['dataAreaId'],
  );
}

function recalculate(environment: Environment, header: Row | undefined): void {
  if (header === undefined) return;
  const totals = totalsOf(environment, header, linesOf(environment, header), 'RequestedSalesQuantity');
  environment.state.update(
    header,
    {
      QuotationTotalAmount: text(totals.total),
      QuotationTotalTaxAmount: text(totals.tax),
      QuotationTotalDiscountAmount: text(totals.endDiscount.plus(totals.lineDiscount)),
    },
    { keepVersion: true },
  );
}

function refuseFinal(set: EntitySet, header: Row | undefined): void {
  const status = header?.values['SalesQuotationStatus'] ?? 'Created';
  if (FINAL.has(status))
    throw writeRefused(
      set.aot,
      `Quotation ${header?.values['SalesQuotationNumber'] ?? ''} has status ${status} and cannot be changed`,
    );
}

/** Quotation headers: numbered, for a customer or a prospect, totals calculated. */
export const quotationRules: TableRules = {
  complete(draft) {
    const { environment, set, company, values } = draft;
    const account = values['RequestingCustomerAccountNumber'] ?? '';
    if (account === '' && (values['ProspectId'] ?? '') === '') {
      throw infolog(set.aot, ["Warning: Field 'Customer account' or 'Prospect' must be filled in."]);
    }
    values['SalesQuotationNumber'] = settleNumber(draft, 'SalesQuotationNumber', 'SalesQuotation');
    const customer = environment.state.get('CustomersV3', company, account)?.values ?? {};
    defaultFromCustomer(set, values, customer);
    values['InvoiceCustomerAccountNumber'] ??= account;
    values['RequestedShippingDate'] ??= today(environment);
    values['SalesQuotationStatus'] = 'Created';
  },
  change: ({ set, row }) => refuseFinal(set, row),
  changed: ({ environment, row }) => recalculate(environment, row),
  removed(row, environment) {
    for (const line of linesOf(environment, row)) environment.state.remove(line);
  },
};

/** Quotation lines: item defaults and amounts as on order lines. */
export const quotationLineRules: TableRules = {
  complete({ environment, set, company, given, values }) {
    const header = headerOf(environment, values);
    if (header === undefined) throw infolog(set.aot, ["Warning: Field 'Quotation' must be filled in."]);
    refuseFinal(set, header);
    const item = environment.state.get('ReleasedProductsV2', company, values['ItemNumber'] ?? '')?.values;
    if (item === undefined) throw infolog(set.aot, ["Warning: Field 'Item number' must be filled in."]);
    values['InventoryLotId'] = nextNumber(environment, company, 'Lot');
    fill(values, {
      LineCreationSequenceNumber: nextLineNumber(linesOf(environment, header), 'LineCreationSequenceNumber'),
      RequestedSalesQuantity: '1',
      SalesUnitSymbol: item['SalesUnitSymbol'],
      SalesPriceQuantity: '1',
      SalesPrice: basePrice(environment, company, item, field(header.values, 'CurrencyCode')),
      SalesTaxGroupCode: header.values['SalesTaxGroupCode'],
      SalesTaxItemGroupCode: item['SalesSalesTaxItemGroupCode'],
    });
    values['SalesQuotationStatus'] = 'Created';
    if (!('LineAmount' in given)) values['LineAmount'] = text(lineAmount(values, 'RequestedSalesQuantity'));
  },
  created: (row, { environment }) => recalculate(environment, headerOf(environment, row.values)),
  change({ environment, set, row, given, changes }) {
    refuseFinal(set, headerOf(environment, row.values));
    if (!('LineAmount' in given))
      changes['LineAmount'] = text(lineAmount({ ...row.values, ...changes }, 'RequestedSalesQuantity'));
  },
  changed: ({ environment, row }) => recalculate(environment, headerOf(environment, row.values)),
  removed: (row, environment) => recalculate(environment, headerOf(environment, row.values)),
};
