import { describe, expect, it } from '@jest/globals';
import { unitMarker } from '../../relay/src/sync/marker.ts';
import type { PlainRecord } from '../org/plain-records.ts';
import { comparePayments } from './compare-payments.ts';
import { compareInvoices, compareSides } from './compare-sides.ts';
import type { Product } from './product.ts';
import { CONNECTION } from './relay-settings.ts';

const ORG = '00D000000000001AAA';
const [ACCOUNT, DEAL, LINE] = ['001000000000001AAA', '006000000000001AAA', '00k000000000001AAA'];
const marker = (recordId: string, mapping: string): string =>
  unitMarker({ org: ORG, connection: CONNECTION, company: 'usmf', recordId, mapping });

type Tables = Record<string, Record<string, string | null>[]>;

/** Both sides of one account, its deal of one line, the invoice and its payment, agreeing with each other. */
function agreeing(): { dynamics: Tables; salesforce: Record<string, PlainRecord[]> } {
  const order = { dataAreaId: 'usmf', SalesOrderNumber: 'SO-1' };
  const account = { BillingCountry: 'United States', CustomerNumber__c: 'US-1' };
  return {
    dynamics: {
      CustomersV3: [
        {
          ...{ dataAreaId: 'usmf', CustomerAccount: 'US-1', OrganizationName: 'Acme', PrimaryContactPhone: '1' },
          CausewayMarker: marker(ACCOUNT, 'Account_Customer'),
        },
      ],
      SalesOrderHeadersV4: [
        {
          ...{ ...order, OrderingCustomerAccountNumber: 'US-1', CurrencyCode: 'EUR', TotalDiscountPercentage: '5' },
          ...{ OrderTotalAmount: '95', IsSalesProcessingStopped: 'No', DefaultLedgerDimensionDisplayValue: '-007--' },
          CausewayMarker: marker(DEAL, 'Opportunity_SalesOrder'),
        },
      ],
      SalesOrderLinesV3: [
        {
          ...{
            ...order,
            ItemNumber: 'D0001',
            OrderedSalesQuantity: '2',
            SalesPrice: '50',
            LineDiscountPercentage: '10',
          },
          ...{ SalesTaxItemGroupCode: 'FULL', CausewayMarker: marker(LINE, 'Opportunity_SalesOrderLine') },
        },
      ],
      SalesInvoiceHeadersV4: [
        { ...order, InvoiceNumber: 'CIV-1', TotalInvoiceAmount: '95', InvoiceCustomerAccountNumber: 'US-1' },
      ],
      SalesInvoiceV4Lines: [{ dataAreaId: 'usmf', InvoiceNumber: 'CIV-1' }],
      CustomerPaymentJournalHeaders: [{ dataAreaId: 'usmf', JournalBatchNumber: 'J1', IsPosted: 'Yes' }],
      CustomerPaymentJournalLines: [
        {
          ...{ dataAreaId: 'usmf', JournalBatchNumber: 'J1', LineNumber: '1', AccountDisplayValue: 'US\\-1' },
          ...{ CreditAmount: '40', DebitAmount: '0', CurrencyCode: 'EUR' },
        },
      ],
      PaymentJournalLineSettledInvoices: [
        {
          ...{ JournalLineCompany: 'usmf', JournalBatchNumber: 'J1', JournalLineNumber: '1', InvoiceNumber: 'CIV-1' },
          SettlementAmountInInvoiceCurrency: '40',
        },
      ],
      CustTransOpens: [{ dataAreaId: 'usmf', AccountNum: 'US-1', AmountMST: '60.5' }],
    },
    salesforce: {
      SyncStatus__c: [{ RecordId__c: ACCOUNT }, { RecordId__c: DEAL }],
      Account: [
        {
          ...{ ...account, Id: ACCOUNT, Name: 'Acme', Phone: '1' },
          ...{ DynamicsCompany__c: 'usmf', OpenBalance__c: '60.50' },
        },
      ],
      Opportunity: [
        {
          ...{ Id: DEAL, Name: 'Deal', SalesOrderNumber__c: 'SO-1', DynamicsTotal__c: '95.00', CurrencyIsoCode: 'EUR' },
          ...{ HeaderDiscountPercent__c: '5', CostCenter__c: '007', Account: account },
          OpportunityLineItems: [
            {
              ...{ Id: LINE, Quantity: '2.00', UnitPrice: '50.00', Discount: '10' },
              Product2: { ProductCode: 'D0001', Family: 'Hardware' },
            },
          ],
        },
      ],
      SyncRequest__c: [],
      Invoice__c: [
        {
          ...{ Name: 'CIV-1', Company__c: 'usmf', TotalAmount__c: '95', Account__r: account, Lines__r: [{ Id: 'l' }] },
          Opportunity__r: { SalesOrderNumber__c: 'SO-1', InvoicedAmount__c: '95' },
        },
      ],
      Payment__c: [
        { Name: 'J1-1', Company__c: 'usmf', Amount__c: '40.00', CurrencyCode__c: 'EUR', Account__r: account },
      ],
      PaymentAllocation__c: [
        { Amount__c: '40', Payment__r: { Name: 'J1-1', Company__c: 'usmf' }, Invoice__r: { Name: 'CIV-1' } },
      ],
    },
  };
}

function differences({ dynamics, salesforce }: ReturnType<typeof agreeing>): string[] {
  const product = {
    org: {
      organizationId: ORG,
      query: (soql: string) => salesforce[/FROM (\w+)(?!.*FROM)/s.exec(soql)?.[1] ?? ''] ?? [],
    },
    dynamics: { admin: { rows: ({ set }: { set: string }) => dynamics[set] ?? [] } },
  } as unknown as Product;
  return [...compareSides(product), ...compareInvoices(product), ...comparePayments(product)];
}

const EDITS: readonly [string, string, Record<string, string>][] = [
  ['name', 'CustomersV3', { OrganizationName: 'Other' }],
  ['phone', 'CustomersV3', { PrimaryContactPhone: '2' }],
  ['customers', 'CustomersV3', { CausewayMarker: 'x' }],
  ['customer', 'SalesOrderHeadersV4', { OrderingCustomerAccountNumber: 'US-2' }],
  ['currency', 'SalesOrderHeadersV4', { CurrencyCode: 'USD' }],
  ['header discount', 'SalesOrderHeadersV4', { TotalDiscountPercentage: '0' }],
  ['dimensions', 'SalesOrderHeadersV4', { DefaultLedgerDimensionDisplayValue: '---' }],
  ['total', 'SalesOrderHeadersV4', { OrderTotalAmount: '100' }],
  ['still held', 'SalesOrderHeadersV4', { IsSalesProcessingStopped: 'Yes' }],
  ['lines', 'SalesOrderLinesV3', { ItemNumber: 'D0002' }],
  ['lines', 'SalesOrderLinesV3', { OrderedSalesQuantity: '3' }],
  ['lines', 'SalesOrderLinesV3', { SalesPrice: '49.99' }],
  ['lines', 'SalesOrderLinesV3', { LineDiscountPercentage: '0' }],
  ['lines', 'SalesOrderLinesV3', { SalesTaxItemGroupCode: 'REDUCED' }],
  ['total', 'SalesInvoiceHeadersV4', { TotalInvoiceAmount: '96' }],
  ['amount', 'CustomerPaymentJournalLines', { CreditAmount: '41' }],
  ['currency', 'CustomerPaymentJournalLines', { CurrencyCode: 'USD' }],
  ['never posted', 'CustomerPaymentJournalHeaders', { IsPosted: 'No' }],
  ['Settlements', 'PaymentJournalLineSettledInvoices', { SettlementAmountInInvoiceCurrency: '39' }],
  ['Settlements', 'PaymentJournalLineSettledInvoices', { InvoiceNumber: 'CIV-2' }],
  ['balance', 'CustTransOpens', { AmountMST: '60' }],
];

describe('the comparison of both sides', () => {
  it('finds nothing where they agree', () => {
    expect(differences(agreeing())).toEqual([]);
  });

  it.each(EDITS)('sees another %s in %s: %j', (what, set, values) => {
    const sides = agreeing();
    Object.assign(sides.dynamics[set]?.[0] ?? {}, values);

    expect(differences(sides).join('\n')).toContain(what);
  });

  it.each(Object.keys(agreeing().dynamics))('sees that a row of %s is lost', (set) => {
    const sides = agreeing();
    sides.dynamics[set] = [];

    expect(differences(sides)).not.toEqual([]);
  });

  it.each(Object.keys(agreeing().dynamics).filter((set) => set !== 'CustomerPaymentJournalHeaders'))(
    'sees that a row of %s is doubled',
    (set) => {
      const sides = agreeing();
      sides.dynamics[set] = (sides.dynamics[set] ?? []).flatMap((row) => [row, { ...row }]);

      expect(differences(sides)).not.toEqual([]);
    },
  );

  it('sees a line of ours without a marker, as a second create would leave it on another header', () => {
    const sides = agreeing();
    sides.dynamics['SalesOrderLinesV3']?.push({ dataAreaId: 'usmf', SalesOrderNumber: 'SO-1', CausewayMarker: '' });

    expect(differences(sides).join('\n')).toContain('lines');
  });

  it.each(['Invoice__c', 'Payment__c', 'PaymentAllocation__c'])('sees that a record of %s is shown twice', (type) => {
    const sides = agreeing();
    sides.salesforce[type] = (sides.salesforce[type] ?? []).flatMap((row) => [row, row]);

    expect(differences(sides)).not.toEqual([]);
  });
});
