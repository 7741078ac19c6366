import type { LocalOrg } from '../org/start-org.ts';

/** What Contoso sells, as both sides know it: the item number joins them. */
const ITEMS = [
  { code: 'D0001', name: 'Mid-Range Speaker', family: 'Hardware', price: '500.00' },
  { code: 'D0002', name: 'Cabinet', family: 'Hardware', price: '349.50' },
  { code: 'D0003', name: 'Standard Speaker', family: 'Hardware', price: '89.99' },
  { code: 'D0004', name: 'High-End Speaker', family: 'Hardware', price: '1990.00' },
  { code: 'D0006', name: 'Installation Service', family: 'Services', price: '120.00' },
] as const;

export type ItemCode = (typeof ITEMS)[number]['code'];

/** The price book entries of one currency, by item. */
export type Catalog = ReadonlyMap<string, string>;

/** Creates Contoso's products with prices in a currency. */
export function createCatalog(org: LocalOrg, currency: string): Catalog {
  const [standard] = org.query('SELECT Id FROM Pricebook2 WHERE IsStandard = true');
  return new Map(
    ITEMS.map((item) => {
      const [known] = org.query(`SELECT Id FROM Product2 WHERE ProductCode = '${item.code}'`);
      const product =
        (known?.['Id'] as string | undefined) ??
        org.insert('Product2', { Name: item.name, ProductCode: item.code, Family: item.family, IsActive: true });
      const [priced] = org.query(
        `SELECT Id FROM PricebookEntry WHERE Product2Id = '${product}' AND CurrencyIsoCode = '${currency}'`,
      );
      if (priced !== undefined) return [item.code, String(priced['Id'])] as const;
      const entry = org.insert('PricebookEntry', {
        Pricebook2Id: (standard?.['Id'] as string | undefined) ?? '',
        Product2Id: product,
        UnitPrice: item.price,
        CurrencyIsoCode: currency,
        IsActive: true,
      });
      return [item.code, entry] as const;
    }),
  );
}

/** A customer in California as sales enters it; `fields` overrides. */
export function createAccount(org: LocalOrg, fields: Readonly<Record<string, string | null>> = {}): string {
  return org.insert('Account', {
    Name: 'Fourth Coffee Roasters',
    Type: 'Customer - Direct',
    BillingStreet: '1 Harbor Drive',
    BillingCity: 'San Diego',
    BillingState: 'CA',
    BillingPostalCode: '92101',
    BillingCountry: 'United States',
    Phone: '+1 619 555 0100',
    TaxNumber__c: 'US 99-1234567',
    PaymentTerms__c: 'Net 30',
    CurrencyIsoCode: 'USD',
    ...fields,
  });
}

export type DealLine = {
  readonly item: ItemCode;
  readonly quantity: string;
  readonly price: string;
  readonly discount?: string;
};

/** An open opportunity with its lines. */
export function createDeal(
  org: LocalOrg,
  deal: {
    readonly accountId: string;
    readonly catalog: Catalog;
    readonly currency: string;
    readonly lines: readonly DealLine[];
    readonly fields?: Readonly<Record<string, string>>;
  },
): string {
  const [standard] = org.query('SELECT Id FROM Pricebook2 WHERE IsStandard = true');
  const opportunity = org.insert('Opportunity', {
    Name: 'Lounge sound system',
    AccountId: deal.accountId,
    StageName: 'Negotiation/Review',
    CloseDate: '2026-11-30',
    CurrencyIsoCode: deal.currency,
    Pricebook2Id: (standard?.['Id'] as string | undefined) ?? '',
    ...deal.fields,
  });
  for (const line of deal.lines) {
    org.insert('OpportunityLineItem', {
      OpportunityId: opportunity,
      PricebookEntryId: deal.catalog.get(line.item) ?? '',
      Quantity: line.quantity,
      UnitPrice: line.price,
      ...(line.discount === undefined ? {} : { Discount: line.discount }),
    });
  }
  return opportunity;
}

/** The deal of the story: four lines, a line discount, a header discount, two item tax groups, euros, a cost center. */
export function createLoungeDeal(org: LocalOrg, accountId: string, catalog: Catalog): string {
  return createDeal(org, {
    accountId,
    catalog,
    currency: 'EUR',
    fields: { HeaderDiscountPercent__c: '5', CostCenter__c: '007', BusinessUnit__c: '001' },
    lines: [
      { item: 'D0001', quantity: '8', price: '500.00', discount: '10' },
      { item: 'D0004', quantity: '2', price: '1990.00' },
      { item: 'D0003', quantity: '3', price: '89.99' },
      { item: 'D0006', quantity: '6', price: '120.00' },
    ],
  });
}

/** An activated order of two items, without an opportunity before it unless one is named. */
export function createOrder(
  org: LocalOrg,
  order: {
    readonly accountId: string;
    readonly catalog: Catalog;
    readonly currency: string;
    readonly opportunityId?: string;
  },
): string {
  const [standard] = org.query('SELECT Id FROM Pricebook2 WHERE IsStandard = true');
  const id = org.insert('Order', {
    AccountId: order.accountId,
    ...(order.opportunityId === undefined ? {} : { OpportunityId: order.opportunityId }),
    Status: 'Draft',
    EffectiveDate: '2026-12-01',
    Pricebook2Id: (standard?.['Id'] as string | undefined) ?? '',
    CurrencyIsoCode: order.currency,
  });
  for (const item of ['D0001', 'D0006'] as const) {
    org.insert('OrderItem', {
      OrderId: id,
      PricebookEntryId: order.catalog.get(item) ?? '',
      Quantity: '2',
      UnitPrice: '400.00',
    });
  }
  org.update('Order', id, { Status: 'Activated' });
  return id;
}

/** Closes a deal as won. */
export function win(org: LocalOrg, opportunityId: string): void {
  org.update('Opportunity', opportunityId, { StageName: 'Closed Won' });
}
