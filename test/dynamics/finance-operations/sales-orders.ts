import { type Change, type Draft, type Environment, type TableRules, noon, today } from './environment.ts';
import { customerName } from './customers.ts';
import { settleNumber } from './number-sequences.ts';
import { orderLines, recalculateOrder } from './order-totals.ts';
import { fieldRefused, infolog, writeRefused } from './refusals.ts';
import { type EntitySet } from './schema.ts';
import { type Row, type Values } from './state.ts';

const FINAL = new Set(['Invoiced', 'Canceled']);
const BLOCKED_FOR_ORDERS = new Set(['All', 'Never']);
const SET_BY_PROCESSING: Readonly<Record<string, string>> = {
  SalesOrderStatus: 'Backorder',
  SalesOrderProcessingStatus: 'Active',
};

/** The header fields that take a customer's value when the caller leaves them out. */
const FROM_CUSTOMER: Readonly<Record<string, string>> = {
  CurrencyCode: 'SalesCurrencyCode',
  PaymentTermsName: 'PaymentTerms',
  CustomerPaymentMethodName: 'PaymentMethod',
  PaymentScheduleName: 'PaymentSchedule',
  SalesTaxGroupCode: 'SalesTaxGroup',
  TaxExemptNumber: 'TaxExemptNumber',
  DeliveryTermsCode: 'DeliveryTerms',
  DeliveryModeCode: 'DeliveryMode',
  DefaultShippingSiteId: 'SiteId',
  DefaultShippingWarehouseId: 'WarehouseId',
  LanguageId: 'LanguageId',
  ArePricesIncludingSalesTax: 'IsSalesTaxIncludedInPrices',
  DefaultLedgerDimensionDisplayValue: 'DefaultDimensionDisplayValue',
  DeliveryAddressStreet: 'AddressStreet',
  DeliveryAddressCity: 'AddressCity',
  DeliveryAddressStateId: 'AddressState',
  DeliveryAddressZipCode: 'AddressZipCode',
  DeliveryAddressCountryRegionId: 'AddressCountryRegionId',
};

/** Fills absent header fields from the customer they are for. */
export function defaultFromCustomer(set: EntitySet, values: Values, customer: Readonly<Values>): void {
  for (const [field, source] of Object.entries(FROM_CUSTOMER)) {
    const value = customer[source];
    if (value !== undefined && value !== '' && set.properties.has(field)) values[field] ??= value;
  }
}

/** Refuses a document for a customer that is on hold for it. */
export function refuseBlockedCustomer(set: EntitySet, customer: Readonly<Values>, blocking: ReadonlySet<string>): void {
  if (!blocking.has(customer['OnHoldStatus'] ?? 'No')) return;
  throw writeRefused(
    set.aot,
    `Customer account ${customer['CustomerAccount'] ?? ''} is on hold and cannot be used on this document`,
  );
}

function required(draft: Draft, field: string): string {
  const value = draft.values[field] ?? '';
  const label = draft.set.properties.get(field)?.label ?? field;
  if (value === '') throw infolog(draft.set.aot, [`Warning: Field '${label}' must be filled in.`]);
  return value;
}

function settleSite(environment: Environment, company: string, values: Values): void {
  const warehouse = values['DefaultShippingWarehouseId'] ?? '';
  const site = environment.state.get('Warehouses', company, warehouse)?.values['OperationalSiteId'];
  if (warehouse !== '' && site !== undefined) values['DefaultShippingSiteId'] ??= site;
}

function complete(draft: Draft): void {
  const { environment, set, company, values } = draft;
  refuseProcessingFields(set, draft.given, SET_BY_PROCESSING);
  const account = required(draft, 'OrderingCustomerAccountNumber');
  const customer = environment.state.get('CustomersV3', company, account)?.values ?? {};
  refuseBlockedCustomer(set, customer, BLOCKED_FOR_ORDERS);
  values['SalesOrderNumber'] = settleNumber(draft, 'SalesOrderNumber', 'SalesOrder');
  const invoiceAccount = customer['InvoiceAccount'] ?? '';
  values['InvoiceCustomerAccountNumber'] ??= invoiceAccount === '' ? account : invoiceAccount;
  values['SalesOrderName'] ??= customerName(customer).slice(0, 60);
  defaultFromCustomer(set, values, customer);
  required(draft, 'CurrencyCode');
  values['DeliveryAddressName'] ??= customerName(customer);
  settleSite(environment, company, values);
  values['RequestedShippingDate'] ??= today(environment);
  values['RequestedReceiptDate'] ??= values['RequestedShippingDate'];
  values['OrderCreationDateTime'] = environment.clock().toISOString().slice(0, 19) + 'Z';
  values['SalesOrderStatus'] = 'Backorder';
  values['SalesOrderProcessingStatus'] = 'Active';
  values['AreTotalsCalculated'] = 'Yes';
}

function refuseProcessingFields(set: EntitySet, given: Readonly<Values>, current: Readonly<Values>): void {
  for (const field of Object.keys(SET_BY_PROCESSING)) {
    const value = given[field];
    if (value === undefined || value === current[field]) continue;
    throw fieldRefused(
      set.aot,
      field,
      `Field '${set.properties.get(field)?.label ?? field}' is set by order processing and cannot be changed.`,
    );
  }
}

/** Refuses every change to an order that is invoiced or canceled. */
export function refuseFinalOrder(set: EntitySet, header: Row): void {
  const status = header.values['SalesOrderStatus'] ?? '';
  if (!FINAL.has(status)) return;
  throw writeRefused(
    set.aot,
    `Sales order ${header.values['SalesOrderNumber'] ?? ''} has status ${status} and cannot be changed`,
  );
}

function change({ environment, set, row, given, changes }: Change): void {
  refuseFinalOrder(set, row);
  refuseProcessingFields(set, given, row.values);
  const company = row.values['dataAreaId'] ?? '';
  const currency = given['CurrencyCode'];
  const hasLines = orderLines(environment, row).length > 0;
  if (currency !== undefined && hasLines && currency !== row.values['CurrencyCode']) {
    throw fieldRefused(set.aot, 'CurrencyCode', "Field 'Currency' cannot be changed while the order has lines.");
  }
  if ('DefaultShippingWarehouseId' in given && !('DefaultShippingSiteId' in given))
    settleSite(environment, company, changes);
  for (const field of ['RequestedShippingDate', 'RequestedReceiptDate']) {
    const day = changes[field];
    if (day !== undefined) changes[field] = noon(day);
  }
}

/** Sales order headers: number, customer defaults, status guarded by processing, lines go with the header. */
export const salesOrderRules: TableRules = {
  complete,
  change,
  changed: ({ environment, row }) => void recalculateOrder(environment, row),
  removing: (row, set) => refuseFinalOrder(set, row),
  removed(row, environment) {
    for (const line of orderLines(environment, row)) environment.state.remove(line);
  },
};
