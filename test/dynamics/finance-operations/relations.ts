import { type Environment } from './environment.ts';
import { fieldRefused } from './refusals.ts';
import { type EntitySet } from './schema.ts';
import { type Values } from './state.ts';

type Relation = { table: string; label: string; isGlobal?: true };

const groups: Relation = { table: 'CustomerGroups', label: 'Customer groups' };
const currencies: Relation = { table: 'Currencies', label: 'Currencies', isGlobal: true };
const terms: Relation = { table: 'PaymentTerms', label: 'Terms of payment' };
const taxGroups: Relation = { table: 'TaxGroups', label: 'Sales tax groups' };
const itemTaxGroups: Relation = { table: 'TaxItemGroupHeadings', label: 'Item sales tax groups' };
const sites: Relation = { table: 'OperationalSitesV2', label: 'Sites' };
const warehouses: Relation = { table: 'Warehouses', label: 'Warehouses' };
const methods: Relation = { table: 'CustomerPaymentMethods', label: 'Methods of payment - customers' };
const customers: Relation = { table: 'CustomersV3', label: 'Customers' };
const contacts: Relation = { table: 'ContactPersons', label: 'Contacts' };
const items: Relation = { table: 'ReleasedProductsV2', label: 'Items' };
const units: Relation = { table: 'UnitsOfMeasure', label: 'Units', isGlobal: true };
const pools: Relation = { table: 'SalesOrderPools', label: 'Sales pool' };
const origins: Relation = { table: 'SalesOrderOriginCodes', label: 'Sales origin' };
const deliveryTerms: Relation = { table: 'DeliveryTerms', label: 'Terms of delivery' };
const orders: Relation = { table: 'SalesOrderHeaders', label: 'Sales orders' };
const quotations: Relation = { table: 'SalesQuotationHeaders', label: 'Quotations' };
const parties: Relation = { table: 'CDSParties', label: 'Global address book', isGlobal: true };
const journalNames: Relation = { table: 'JournalNames', label: 'Journal names' };

const HEADER: Readonly<Record<string, Relation>> = {
  InvoiceCustomerAccountNumber: customers,
  CurrencyCode: currencies,
  PaymentTermsName: terms,
  SalesTaxGroupCode: taxGroups,
  DefaultShippingSiteId: sites,
  DefaultShippingWarehouseId: warehouses,
  CustomerPaymentMethodName: methods,
  ContactPersonId: contacts,
  SalesOrderPoolId: pools,
  SalesOrderOriginCode: origins,
  DeliveryTermsCode: deliveryTerms,
};

const LINE: Readonly<Record<string, Relation>> = {
  ItemNumber: items,
  SalesUnitSymbol: units,
  CurrencyCode: currencies,
  ShippingSiteId: sites,
  ShippingWarehouseId: warehouses,
  SalesTaxGroupCode: taxGroups,
  SalesTaxItemGroupCode: itemTaxGroups,
  DeliveryTermsId: deliveryTerms,
};

const RELATIONS: Readonly<Record<string, Readonly<Record<string, Relation>>>> = {
  CustomersV3: {
    CustomerGroupId: groups,
    SalesCurrencyCode: currencies,
    PaymentTerms: terms,
    PaymentMethod: methods,
    SalesTaxGroup: taxGroups,
    SiteId: sites,
    WarehouseId: warehouses,
    DeliveryTerms: deliveryTerms,
    InvoiceAccount: customers,
    PartyNumber: parties,
  },
  CustomerGroups: { PaymentTermId: terms, TaxGroupId: taxGroups },
  CustomerPostalAddressesV2: { CustomerAccount: customers },
  ContactPersons: { AssociatedPartyNumber: parties },
  SalesOrderHeaders: { ...HEADER, OrderingCustomerAccountNumber: customers },
  SalesOrderLines: { ...LINE, SalesOrderNumber: orders },
  SalesQuotationHeaders: { ...HEADER, RequestingCustomerAccountNumber: customers },
  SalesQuotationLines: { ...LINE, SalesQuotationNumber: quotations },
  FreeTextInvoiceHeaders: {
    CustomerAccount: customers,
    InvoiceAccount: customers,
    CurrencyCode: currencies,
    TermsOfPayment: terms,
    MethodOfPayment: methods,
    SalesTaxGroupId: taxGroups,
    SalesTaxItemGroupId: itemTaxGroups,
  },
  FreeTextInvoiceLines: { CurrencyCode: currencies, SalesTaxGroupId: taxGroups, SalesTaxItemGroupId: itemTaxGroups },
  CustomerPaymentJournalHeaders: { JournalName: journalNames },
  CustomerPaymentJournalLines: { CurrencyCode: currencies, PaymentMethodName: methods },
  ReleasedProductsV2: { SalesSalesTaxItemGroupCode: itemTaxGroups, SalesUnitSymbol: units, InventoryUnitSymbol: units },
};

/** Refuses every value that points at a row which is not there, in the words X++ uses. */
export function checkRelations(
  set: EntitySet,
  company: string,
  given: Readonly<Values>,
  environment: Environment,
): void {
  const relations = RELATIONS[set.table];
  if (relations === undefined) return;
  for (const [field, value] of Object.entries(given)) {
    const relation = relations[field];
    if (relation === undefined || value === '') continue;
    const keys = relation.isGlobal === true ? [value] : [company, value];
    if (environment.state.get(relation.table, ...keys) !== undefined) continue;
    const label = set.properties.get(field)?.label ?? field;
    const reason = `The value '${value}' in field '${label}' is not found in the related table '${relation.label}'.`;
    throw fieldRefused(set.aot, field, reason);
  }
}
