import { Decimal } from 'decimal.js';
import { unitMarker } from '../../relay/src/sync/marker.ts';
import type { PlainRecord } from '../org/plain-records.ts';
import type { Product } from './product.ts';
import { CONNECTION } from './relay-settings.ts';
import { until } from './until.ts';

type Row = Readonly<Record<string, string | null>>;

const COMPANY_OF_COUNTRY: Readonly<Record<string, string>> = {
  'United States': 'usmf',
  Germany: 'demf',
};

const TAX_GROUP_OF_FAMILY: Readonly<Record<string, string>> = {
  Books: 'REDUCED',
  Hardware: 'FULL',
  Services: 'SERVICE',
  Software: 'FULL',
};

/**
 * Compares every account and every won opportunity with what Dynamics holds, record by record, by marker, and says in words what is
 * lost, doubled, half-released or different. An empty answer is the proof. Knows nothing of what the relay believes.
 */
export function compareSides(product: Pick<Product, 'org' | 'dynamics'>): string[] {
  const sides = readSides(product);
  return [...compareCustomers(sides), ...compareOrders(sides), ...unfinished(product)];
}

/**
 * Compares every invoice that Dynamics posted for our orders with what Salesforce shows of it: once, with all its lines, on the right
 * deal and account, and in the deal's sum. An empty answer is the proof.
 */
export function compareInvoices({ org, dynamics }: Pick<Product, 'org' | 'dynamics'>): string[] {
  const shown = Map.groupBy(
    org.query(
      `SELECT Name, TotalAmount__c, BalanceAmount__c, Opportunity__c, Opportunity__r.SalesOrderNumber__c,
         Opportunity__r.InvoicedAmount__c, Account__r.CustomerNumber__c, Company__c, (SELECT Id FROM Lines__r) FROM Invoice__c`,
    ),
    (row) => `${text(row['Company__c'])}/${text(row['Name'])}`,
  );
  const inCompany = (row: Row): string => `${text(row['dataAreaId'])}/${text(row['InvoiceNumber'])}`;
  const lines = Map.groupBy(dynamics.admin.rows({ set: 'SalesInvoiceV4Lines' }), inCompany);
  const posted = dynamics.admin.rows({ set: 'SalesInvoiceHeadersV4' });
  const found = posted.flatMap((invoice) => {
    const number = inCompany(invoice);
    const rows = shown.get(number) ?? [];
    shown.delete(number);
    const [row] = rows;
    if (row === undefined || rows.length > 1) return [`Invoice ${number}: shown ${rows.length} times`];
    return compareInvoice(invoice, row, lines.get(number)?.length ?? 0);
  });
  return [...found, ...[...shown.keys()].map((number) => `Invoice ${number}: never posted`)];
}

function compareInvoice(invoice: Row, row: PlainRecord, lines: number): string[] {
  const name = `Invoice ${text(row['Name'])}`;
  const deal = row['Opportunity__r'] as PlainRecord | null;
  const account = row['Account__r'] as PlainRecord | null;
  const total = decimal(invoice['TotalInvoiceAmount']);
  return [
    ...differ(`${name}: total`, decimal(row['TotalAmount__c']), total),
    ...differ(`${name}: order`, deal?.['SalesOrderNumber__c'], invoice['SalesOrderNumber']),
    ...differ(`${name}: customer`, account?.['CustomerNumber__c'], invoice['InvoiceCustomerAccountNumber']),
    ...differ(`${name}: lines`, (row['Lines__r'] as PlainRecord[]).length, lines),
    ...differ(`${name}: sum of the deal`, decimal(deal?.['InvoicedAmount__c']), total),
  ];
}

/** Waits until every posted invoice is shown as it should be; answers what is still wrong when the time is over. */
export async function invoicesLanded(
  product: Pick<Product, 'org' | 'dynamics'>,
  timeoutMs = 60_000,
): Promise<string[]> {
  const isRight = (): true | null => (compareInvoices(product).length === 0 ? true : null);
  await until(isRight, 'all invoices are there', timeoutMs).catch(() => null);
  return compareInvoices(product);
}

type Sides = {
  readonly org: string;
  readonly accounts: readonly PlainRecord[];
  readonly deals: readonly PlainRecord[];
  readonly inSync: ReadonlySet<string>;
  readonly customers: readonly Row[];
  readonly orders: readonly Row[];
  readonly lines: readonly Row[];
};

function readSides({ org, dynamics }: Pick<Product, 'org' | 'dynamics'>): Sides {
  const marked = (set: string): Row[] =>
    dynamics.admin.rows({ set }).filter((row) => text(row['CausewayMarker']) !== '');
  const statuses = org.query(`SELECT RecordId__c FROM SyncStatus__c WHERE State__c = 'InSync'`);
  return {
    org: org.organizationId,
    accounts: org.query('SELECT Id, Name, Phone, BillingCountry, CustomerNumber__c FROM Account ORDER BY Id'),
    deals: org.query(
      `SELECT Id, Name, SalesOrderNumber__c, DynamicsTotal__c, CurrencyIsoCode, HeaderDiscountPercent__c, BusinessUnit__c, CostCenter__c,
         Department__c, Project__c, Account.BillingCountry, Account.CustomerNumber__c,
         (SELECT Id, Quantity, UnitPrice, Discount, Product2.ProductCode, Product2.Family FROM OpportunityLineItems ORDER BY Id)
       FROM Opportunity WHERE IsWon = true ORDER BY Id`,
    ),
    inSync: new Set(statuses.map((row) => text(row['RecordId__c']))),
    customers: marked('CustomersV3'),
    orders: marked('SalesOrderHeadersV4'),
    // Lines of our orders, marked or not: one that we never sent would be found too.
    lines: dynamics.admin.rows({ set: 'SalesOrderLinesV3' }),
  };
}

function compareCustomers(sides: Sides): string[] {
  const byMarker = Map.groupBy(sides.customers, (row) => text(row['CausewayMarker']));
  const found = sides.accounts.flatMap((account) => {
    const name = `Account ${text(account['Name'])}`;
    const company = COMPANY_OF_COUNTRY[text(account['BillingCountry'])] ?? '';
    const marker = markerOf(sides, { recordId: text(account['Id']), mapping: 'Account_Customer', company });
    const customers = byMarker.get(marker) ?? [];
    byMarker.delete(marker);
    const [customer] = customers;
    if (customer === undefined || customers.length > 1) return [`${name}: ${customers.length} customers`];
    return [
      ...differ(`${name}: company`, customer['dataAreaId'], company),
      ...differ(`${name}: name`, customer['OrganizationName'], account['Name']),
      ...differ(`${name}: phone`, customer['PrimaryContactPhone'], account['Phone']),
      ...differ(`${name}: number`, account['CustomerNumber__c'], customer['CustomerAccount']),
      ...notInSync(sides, name, account),
    ];
  });
  return [...found, ...[...byMarker.keys()].map((marker) => `A customer of nobody: ${marker}`)];
}

function compareOrders(sides: Sides): string[] {
  const byMarker = Map.groupBy(sides.orders, (row) => text(row['CausewayMarker']));
  const linesOf = Map.groupBy(sides.lines, (row) => `${text(row['dataAreaId'])}/${text(row['SalesOrderNumber'])}`);
  const found = sides.deals.flatMap((deal) => {
    const account = deal['Account'] as PlainRecord;
    const company = COMPANY_OF_COUNTRY[text(account['BillingCountry'])] ?? '';
    const marker = markerOf(sides, { recordId: text(deal['Id']), mapping: 'Opportunity_SalesOrder', company });
    const orders = byMarker.get(marker) ?? [];
    byMarker.delete(marker);
    const [order] = orders;
    const name = `Deal ${text(deal['Name'])}`;
    if (order === undefined || orders.length > 1) return [`${name}: ${orders.length} orders`];
    const lines = linesOf.get(`${company}/${text(order['SalesOrderNumber'])}`) ?? [];
    return [
      ...compareOrder(name, deal, order),
      ...differ(`${name}: company`, order['dataAreaId'], company),
      ...differ(`${name}: customer`, order['OrderingCustomerAccountNumber'], account['CustomerNumber__c']),
      ...compareLines(sides, { name, deal, company }, lines),
      ...notInSync(sides, name, deal),
    ];
  });
  return [...found, ...[...byMarker.keys()].map((marker) => `An order of nobody: ${marker}`)];
}

function compareOrder(name: string, deal: PlainRecord, order: Row): string[] {
  return [
    ...(order['IsSalesProcessingStopped'] === 'Yes' ? [`${name}: still held`] : []),
    ...differ(`${name}: number`, deal['SalesOrderNumber__c'], order['SalesOrderNumber']),
    ...differ(`${name}: total`, decimal(deal['DynamicsTotal__c']), decimal(order['OrderTotalAmount'])),
    ...differ(`${name}: currency`, order['CurrencyCode'], deal['CurrencyIsoCode']),
    ...differ(
      `${name}: header discount`,
      decimal(order['TotalDiscountPercentage']),
      decimal(deal['HeaderDiscountPercent__c']),
    ),
    ...differ(
      `${name}: dimensions`,
      text(order['DefaultLedgerDimensionDisplayValue']).replace(/^-+$/, ''),
      DIMENSIONS.map((field) => text(deal[field]))
        .join('-')
        .replace(/^-+$/, ''),
    ),
  ];
}

/** In the order of the active format. */
const DIMENSIONS = ['BusinessUnit__c', 'CostCenter__c', 'Department__c', 'Project__c'];

function compareLines(
  sides: Sides,
  of: { readonly name: string; readonly deal: PlainRecord; readonly company: string },
  rows: readonly Row[],
): string[] {
  const expected = (of.deal['OpportunityLineItems'] as PlainRecord[]).map((line) =>
    [
      markerOf(sides, { recordId: text(line['Id']), mapping: 'Opportunity_SalesOrderLine', company: of.company }),
      text((line['Product2'] as PlainRecord)['ProductCode']),
      decimal(line['Quantity']),
      decimal(line['UnitPrice']),
      decimal(line['Discount']),
      TAX_GROUP_OF_FAMILY[text((line['Product2'] as PlainRecord)['Family'])] ?? '',
    ].join(' '),
  );
  const actual = rows.map((row) =>
    [
      text(row['CausewayMarker']),
      text(row['ItemNumber']),
      decimal(row['OrderedSalesQuantity']),
      decimal(row['SalesPrice']),
      decimal(row['LineDiscountPercentage']),
      text(row['SalesTaxItemGroupCode']),
    ].join(' '),
  );
  return differ(`${of.name}: lines`, actual.toSorted().join(' | '), expected.toSorted().join(' | '));
}

function unfinished({ org }: Pick<Product, 'org' | 'dynamics'>): string[] {
  const rows = org.query('SELECT RequestKey__c, State__c, Code__c, Message__c FROM SyncRequest__c');
  return rows.map(
    (row) =>
      `Still ${text(row['State__c'])}: ${text(row['RequestKey__c'])} ${text(row['Code__c'])} ${text(row['Message__c'])}`,
  );
}

function markerOf(sides: Sides, unit: { recordId: string; mapping: string; company: string }): string {
  return unitMarker({ org: sides.org, connection: CONNECTION, ...unit });
}

function notInSync(sides: Sides, name: string, record: PlainRecord): string[] {
  return sides.inSync.has(text(record['Id'])) ? [] : [`${name}: not in sync`];
}

function differ(what: string, actual: unknown, expected: unknown): string[] {
  return actual === expected ? [] : [`${what}: ${String(actual)} instead of ${String(expected)}`];
}

function decimal(value: unknown): string {
  return typeof value === 'string' && value !== '' ? new Decimal(value).toFixed() : '0';
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
