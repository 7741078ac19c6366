import { contactRules } from './contacts.ts';
import { customerGroupRules, customerRules } from './customers.ts';
import { type TableRules } from './environment.ts';
import { freeTextInvoiceRules } from './free-text-invoices.ts';
import { paymentHeaderRules, paymentLineRules, settledInvoiceRules } from './payment-journals.ts';
import { productRules } from './products.ts';
import { quotationLineRules, quotationRules } from './quotations.ts';
import { salesOrderLineRules } from './sales-order-lines.ts';
import { salesOrderRules } from './sales-orders.ts';

/** Business rules by table; a table that is not here is generic: types, keys and mandatory fields only. */
export const RULES: Readonly<Record<string, TableRules>> = {
  ContactPersons: contactRules,
  CustomerGroups: customerGroupRules,
  CustomerPaymentJournalHeaders: paymentHeaderRules,
  CustomerPaymentJournalLines: paymentLineRules,
  CustomersV3: customerRules,
  FreeTextInvoiceHeaders: freeTextInvoiceRules,
  PaymentJournalLineSettledInvoices: settledInvoiceRules,
  ReleasedProductsV2: productRules,
  SalesOrderHeaders: salesOrderRules,
  SalesOrderLines: salesOrderLineRules,
  SalesQuotationHeaders: quotationRules,
  SalesQuotationLines: quotationLineRules,
};

/** Posted and calculated records: readable, never written through OData. */
export const READ_ONLY_TABLES: ReadonlySet<string> = new Set([
  'CustTransOpens',
  'DimensionCombinations',
  'DimensionSets',
  'InventorySitesOnHandV2',
  'SalesInvoiceHeaders',
  'SalesInvoiceLines',
  'SalesOrderConfirmationHeaders',
  'WarehousesOnHandV2',
]);
