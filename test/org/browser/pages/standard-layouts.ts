/** What an org brings for an object before anybody lays out a page: icon, compact layout, list columns. */
export type StandardLayout = {
  readonly icon: string;
  readonly highlights: readonly string[];
  readonly columns: readonly string[];
  /** Columns of a related list, where they differ: the parent's own column is not repeated. */
  readonly relatedColumns: readonly string[];
};

type Layouts = Readonly<Record<string, StandardLayout>>;

const LAYOUTS: Layouts = {
  account: {
    icon: 'standard:account',
    highlights: ['Type', 'Phone', 'Website', 'OwnerId', 'Industry'],
    columns: ['Name', 'CustomerNumber__c', 'BillingCity', 'Phone', 'OpenBalance__c', 'OwnerId'],
    relatedColumns: ['Name', 'Type', 'Phone'],
  },
  contact: {
    icon: 'standard:contact',
    highlights: ['Title', 'AccountId', 'Phone', 'Email'],
    columns: ['Name', 'AccountId', 'Title', 'Phone', 'Email'],
    relatedColumns: ['Name', 'Title', 'Email', 'Phone'],
  },
  opportunity: {
    icon: 'standard:opportunity',
    highlights: ['AccountId', 'CloseDate', 'Amount', 'SalesOrderNumber__c', 'OwnerId'],
    columns: ['Name', 'AccountId', 'StageName', 'Amount', 'CloseDate', 'SalesOrderNumber__c', 'PaymentStatus__c'],
    relatedColumns: ['Name', 'StageName', 'Amount', 'CloseDate'],
  },
  opportunitylineitem: {
    icon: 'standard:product_item',
    highlights: ['Product2Id', 'Quantity', 'UnitPrice', 'TotalPrice'],
    columns: ['Product2Id', 'Quantity', 'UnitPrice', 'TotalPrice'],
    relatedColumns: ['Product2Id', 'Quantity', 'UnitPrice', 'Discount', 'TotalPrice'],
  },
  order: {
    icon: 'standard:orders',
    highlights: ['AccountId', 'Status', 'EffectiveDate', 'TotalAmount', 'SalesOrderNumber__c'],
    columns: [
      'OrderNumber',
      'AccountId',
      'Status',
      'EffectiveDate',
      'TotalAmount',
      'SalesOrderNumber__c',
      'PaymentStatus__c',
    ],
    relatedColumns: ['OrderNumber', 'Status', 'EffectiveDate', 'TotalAmount'],
  },
  orderitem: {
    icon: 'standard:order_item',
    highlights: ['Product2Id', 'Quantity', 'UnitPrice', 'TotalPrice'],
    columns: ['Product2Id', 'Quantity', 'UnitPrice', 'TotalPrice'],
    relatedColumns: ['Product2Id', 'Quantity', 'UnitPrice', 'TotalPrice'],
  },
  product2: {
    icon: 'standard:product',
    highlights: ['ProductCode', 'Family', 'IsActive'],
    columns: ['Name', 'ProductCode', 'Family', 'IsActive'],
    relatedColumns: ['Name', 'ProductCode'],
  },
  invoice__c: {
    icon: 'custom:custom17',
    highlights: ['Account__c', 'DueDate__c', 'TotalAmount__c', 'BalanceAmount__c', 'PaymentStatus__c'],
    columns: [
      'Name',
      'Account__c',
      'InvoiceDate__c',
      'DueDate__c',
      'TotalAmount__c',
      'BalanceAmount__c',
      'CurrencyCode__c',
      'PaymentStatus__c',
    ],
    relatedColumns: [
      'Name',
      'InvoiceDate__c',
      'TotalAmount__c',
      'BalanceAmount__c',
      'CurrencyCode__c',
      'PaymentStatus__c',
    ],
  },
  invoiceline__c: {
    icon: 'custom:custom18',
    highlights: ['Invoice__c', 'ItemNumber__c', 'Quantity__c', 'LineAmount__c'],
    columns: ['Name', 'ItemNumber__c', 'Description__c', 'Quantity__c', 'LineAmount__c'],
    relatedColumns: ['Description__c', 'Quantity__c', 'LineAmount__c'],
  },
  payment__c: {
    icon: 'custom:custom41',
    highlights: ['Account__c', 'Amount__c', 'PaidOn__c', 'State__c'],
    columns: ['Name', 'Account__c', 'Amount__c', 'PaidOn__c', 'State__c'],
    relatedColumns: ['Name', 'PaidOn__c', 'Amount__c', 'Method__c', 'State__c'],
  },
  paymentallocation__c: {
    icon: 'custom:custom41',
    highlights: ['Invoice__c', 'Payment__c', 'Amount__c', 'SettledOn__c'],
    columns: ['Name', 'Payment__c', 'Amount__c', 'SettledOn__c'],
    relatedColumns: ['Payment__c', 'SettledOn__c', 'Amount__c', 'DiscountTaken__c'],
  },
};

/** The layout of an object; one that nobody described shows its name and its dates. */
export function standardLayout(objectName: string, nameField: string): StandardLayout {
  return (
    LAYOUTS[objectName.toLowerCase()] ?? {
      icon: 'standard:default',
      highlights: ['OwnerId', 'CreatedDate', 'LastModifiedDate'],
      columns: [nameField, 'CreatedDate', 'LastModifiedDate'],
      relatedColumns: [nameField, 'CreatedDate'],
    }
  );
}

/** The tabs of the app, in order. */
export const APP = { label: 'Sales', tabs: ['Account', 'Opportunity', 'Order', 'Invoice__c'] } as const;
