import { amount, cents, Decimal, text, type Amount } from './amounts.ts';
import { type Environment } from './environment.ts';
import { type Row, type Values } from './state.ts';
import { lineTax, taxRates } from './taxes.ts';

const HUNDRED = new Decimal(100);
const ZERO = new Decimal(0);

/** What one line contributes to the totals of its document. */
export type LineTotal = { row: Row; amount: Amount; tax: Amount; lineDiscount: Amount };

/** The totals of a sales document, in its own currency. */
export type Totals = {
  lines: LineTotal[];
  subtotal: Amount;
  endDiscount: Amount;
  lineDiscount: Amount;
  tax: Amount;
  total: Amount;
};

/** The net amount of a line: quantity times price less discounts; the discount amount is per price unit. */
export function lineAmount(values: Readonly<Values>, quantityField: string): Amount {
  const quantity = amount(values[quantityField]);
  const priceUnit = amount(values['SalesPriceQuantity']);
  const price = amount(values['SalesPrice']).minus(amount(values['LineDiscountAmount']));
  const keeps = HUNDRED.minus(amount(values['LineDiscountPercentage'])).dividedBy(HUNDRED);
  return cents(
    quantity
      .times(price)
      .dividedBy(priceUnit.isZero() ? 1 : priceUnit)
      .times(keeps),
  );
}

function grossAmount(values: Readonly<Values>, quantityField: string): Amount {
  const priceUnit = amount(values['SalesPriceQuantity']);
  return cents(
    amount(values[quantityField])
      .times(amount(values['SalesPrice']))
      .dividedBy(priceUnit.isZero() ? 1 : priceUnit),
  );
}

/** The share of the subtotal that the header's total discount takes: its percentage, else its amount. */
function discountShare(header: Readonly<Values>, subtotal: Amount): Amount {
  const percentage = amount(header['TotalDiscountPercentage']);
  if (!percentage.isZero()) return percentage.dividedBy(HUNDRED);
  return subtotal.isZero() ? ZERO : amount(header['TotalDiscountAmount']).dividedBy(subtotal);
}

/** Adds up a sales document: tax per line and code on the discounted amount, rounded to cents. */
export function totalsOf(environment: Environment, header: Row, lines: readonly Row[], quantityField: string): Totals {
  const company = header.values['dataAreaId'] ?? '';
  const isIncluded = header.values['ArePricesIncludingSalesTax'] === 'Yes';
  const subtotal = lines.reduce((sum, { values }) => sum.plus(amount(values['LineAmount'])), ZERO);
  const share = discountShare(header.values, subtotal);
  const totals = lines.map((row): LineTotal => {
    const net = amount(row.values['LineAmount']);
    const taxGroup = row.values['SalesTaxGroupCode'] ?? '';
    const rates = taxRates(environment, { company, taxGroup, itemTaxGroup: row.values['SalesTaxItemGroupCode'] ?? '' });
    const tax = lineTax(net.times(new Decimal(1).minus(share)), rates, isIncluded);
    return { row, amount: net, tax, lineDiscount: grossAmount(row.values, quantityField).minus(net) };
  });
  const endDiscount = cents(subtotal.times(share));
  const tax = totals.reduce((sum, line) => sum.plus(line.tax), ZERO);
  const lineDiscount = totals.reduce((sum, line) => sum.plus(line.lineDiscount), ZERO);
  const total = subtotal.minus(endDiscount).plus(isIncluded ? ZERO : tax);
  return { lines: totals, subtotal, endDiscount, lineDiscount, tax, total };
}

/** The open lines of a sales order, in line order. */
export function orderLines(environment: Environment, header: Row): Row[] {
  const { state } = environment;
  const lines = [...state.rowsWith('SalesOrderLines', 'SalesOrderNumber', header.values['SalesOrderNumber'] ?? '')];
  return lines
    .filter(({ values }) => values['dataAreaId'] === header.values['dataAreaId'])
    .sort((left, right) => Number(left.values['LineNumber'] ?? 0) - Number(right.values['LineNumber'] ?? 0));
}

/** Brings the calculated fields of an order up to date; the record version stays, because no one wrote the order. */
export function recalculateOrder(environment: Environment, header: Row): Totals {
  const totals = totalsOf(environment, header, orderLines(environment, header), 'OrderedSalesQuantity');
  const { state } = environment;
  for (const line of totals.lines) state.update(line.row, { TotalTaxAmount: text(line.tax) }, { keepVersion: true });
  state.update(
    header,
    {
      OrderTotalAmount: text(totals.total),
      OrderTotalTaxAmount: text(totals.tax),
      // Line and total discounts together: how the entity adds them is an assumption.
      OrderTotalDiscountAmount: text(totals.endDiscount.plus(totals.lineDiscount)),
      AreTotalsCalculated: 'Yes',
    },
    { keepVersion: true },
  );
  return totals;
}
