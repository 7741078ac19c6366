import { amount, cents, text } from './amounts.ts';
import { type Change, type Draft, type Environment, type TableRules, field, fill } from './environment.ts';
import { exchangeRate, companyCurrency } from './exchange-rates.ts';
import { nextNumber } from './number-sequences.ts';
import { lineAmount, orderLines, recalculateOrder } from './order-totals.ts';
import { fieldRefused, infolog, writeRefused } from './refusals.ts';
import { refuseFinalOrder } from './sales-orders.ts';
import { type EntitySet } from './schema.ts';
import { type Row, type Values } from './state.ts';

const PRICING = [
  'OrderedSalesQuantity',
  'SalesPrice',
  'SalesPriceQuantity',
  'LineDiscountAmount',
  'LineDiscountPercentage',
];

function headerOf(environment: Environment, values: Readonly<Values>): Row | undefined {
  return environment.state.get('SalesOrderHeaders', values['dataAreaId'] ?? '', values['SalesOrderNumber'] ?? '');
}

function mustHave(set: EntitySet, values: Readonly<Values>, field: string): void {
  if ((values[field] ?? '') !== '') return;
  throw infolog(set.aot, [`Warning: Field '${set.properties.get(field)?.label ?? field}' must be filled in.`]);
}

/** The item's base sales price in the document's currency. */
export function basePrice(environment: Environment, company: string, item: Readonly<Values>, currency: string): string {
  const rate = exchangeRate(environment, companyCurrency(environment, company), currency);
  return rate === null ? '0' : text(cents(amount(item['SalesPrice']).times(rate)));
}

// Dual-write shaped lines name the product number instead of the item number.
function itemNumberOf({ environment, company, values }: Draft): string {
  const number = field(values, 'ItemNumber');
  const product = field(values, 'ProductNumber');
  if (number !== '' || product === '') return number;
  const items = [...environment.state.rowsWith('ReleasedProductsV2', 'ProductNumber', product)];
  return field(items.find((item) => item.values['dataAreaId'] === company)?.values, 'ItemNumber');
}

function settleItem(draft: Draft): Readonly<Values> {
  const { environment, set, company, values } = draft;
  mustHave(set, values, set.properties.has('ItemNumber') ? 'ItemNumber' : 'ProductNumber');
  const number = itemNumberOf(draft);
  const item = environment.state.get('ReleasedProductsV2', company, number)?.values;
  if (item === undefined) {
    const reason = `The value '${field(values, 'ProductNumber')}' in field 'Product number' is not found in the related table 'Items'.`;
    throw fieldRefused(set.aot, 'ProductNumber', reason);
  }
  if (item['$blockedForSales'] === 'Yes') throw writeRefused(set.aot, `Item '${number}' is blocked for 'Sales order'`);
  values['ItemNumber'] = number;
  return item;
}

function settleShipping(draft: Draft, header: Readonly<Values>, item: Readonly<Values>): void {
  const { environment, set, company, values } = draft;
  values['ShippingWarehouseId'] ??= header['DefaultShippingWarehouseId'] ?? item['$warehouse'] ?? '';
  const warehouse = environment.state.get('Warehouses', company, values['ShippingWarehouseId'])?.values;
  values['ShippingSiteId'] ??=
    warehouse?.['OperationalSiteId'] ?? header['DefaultShippingSiteId'] ?? item['$site'] ?? '';
  if (values['ShippingSiteId'] !== '') return;
  throw infolog(set.aot, [
    'Error: Inventory dimension Site is mandatory and must consequently be specified.',
    'Error: Update has been canceled.',
  ]);
}

/** Orders a document's next line number: one more than the highest there is. */
export function nextLineNumber(lines: readonly Row[], field: string): string {
  return String(
    lines.reduce((highest, { values }) => Math.max(highest, Math.floor(Number(values[field] ?? 0))), 0) + 1,
  );
}

function openOrder({ environment, set, values }: Draft): Row {
  mustHave(set, values, 'SalesOrderNumber');
  const header = headerOf(environment, values);
  if (header === undefined) throw infolog(set.aot, ['Error: The sales order does not exist.']);
  refuseFinalOrder(set, header);
  const currency = field(header.values, 'CurrencyCode');
  if ((values['CurrencyCode'] ?? currency) !== currency) {
    throw fieldRefused(set.aot, 'CurrencyCode', 'The currency of a line must be the currency of its sales order.');
  }
  return header;
}

function complete(draft: Draft): void {
  const { environment, company, values } = draft;
  const header = openOrder(draft);
  const item = settleItem(draft);
  settleShipping(draft, header.values, item);
  const lines = orderLines(environment, header);
  values['InventoryLotId'] = nextNumber(environment, company, 'Lot');
  values['SalesOrderLineStatus'] = 'Backorder';
  fill(values, {
    LineNumber: nextLineNumber(lines, 'LineNumber'),
    LineCreationSequenceNumber: nextLineNumber(lines, 'LineCreationSequenceNumber'),
    OrderedSalesQuantity: '1',
    SalesUnitSymbol: item['SalesUnitSymbol'],
    SalesPriceQuantity: item['SalesPriceQuantity'],
    CurrencyCode: header.values['CurrencyCode'],
    SalesPrice: basePrice(environment, company, item, field(header.values, 'CurrencyCode')),
    LineDescription: item['ProductName'],
    SalesTaxGroupCode: header.values['SalesTaxGroupCode'],
    SalesTaxItemGroupCode: item['SalesSalesTaxItemGroupCode'],
    DefaultLedgerDimensionDisplayValue: header.values['DefaultLedgerDimensionDisplayValue'],
    RequestedShippingDate: header.values['RequestedShippingDate'],
    RequestedReceiptDate: header.values['RequestedReceiptDate'],
    ProductNumber: item['ProductNumber'],
    ProductName: item['ProductName'],
  });
  settleAmount(values, draft.given);
}

// A caller's own line amount stands, unless it also asks for calculation.
function settleAmount(values: Values, given: Readonly<Values>): void {
  const isOwn = 'LineAmount' in given && given['CalculateLineAmount'] !== 'Yes';
  if (!isOwn) values['LineAmount'] = text(lineAmount(values, 'OrderedSalesQuantity'));
}

function change({ environment, set, row, given, changes }: Change): void {
  const header = headerOf(environment, row.values);
  if (header !== undefined) refuseFinalOrder(set, header);
  const order = given['SalesOrderNumber'];
  if (order !== undefined && order !== row.values['SalesOrderNumber']) {
    throw fieldRefused(set.aot, 'SalesOrderNumber', 'A line cannot be moved to another sales order.');
  }
  const lot = given['InventoryLotId'];
  if (lot !== undefined && lot !== row.values['InventoryLotId']) {
    throw fieldRefused(set.aot, 'InventoryLotId', 'The lot ID of a line cannot be changed.');
  }
  const item = given['ItemNumber'];
  if (item !== undefined && item !== row.values['ItemNumber']) {
    throw fieldRefused(
      set.aot,
      'ItemNumber',
      'The item of an existing line cannot be changed; delete the line and create it again.',
    );
  }
  if (PRICING.some((field) => field in given)) {
    const after = { ...row.values, ...changes };
    settleAmount(after, given);
    changes['LineAmount'] = after['LineAmount'] ?? '0';
  }
}

function recalculate(environment: Environment, line: Row): void {
  const header = headerOf(environment, line.values);
  if (header !== undefined) recalculateOrder(environment, header);
}

/** Sales order lines: item defaults, price in the order's currency, mandatory site, totals of the order kept true. */
export const salesOrderLineRules: TableRules = {
  complete,
  created: (row, { environment }) => recalculate(environment, row),
  change,
  changed: ({ environment, row }) => recalculate(environment, row),
  removing(row, set, environment) {
    const header = headerOf(environment, row.values);
    if (header !== undefined) refuseFinalOrder(set, header);
  },
  removed: (row, environment) => recalculate(environment, row),
};
