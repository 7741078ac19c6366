import { type Settings, noon } from './environment.ts';
import { sequenceKey, type NumberMode, type NumberSequence } from './number-sequences.ts';
import { type State, type Values } from './state.ts';

type Company = {
  id: string;
  name: string;
  currency: string;
  language: string;
  country: string;
  mode: NumberMode;
  prefix: string;
  priceFactor: number;
  taxCodes: Record<string, string>;
  taxGroups: Record<string, readonly string[]>;
  itemTaxGroups: Record<string, readonly string[]>;
  customers: readonly Values[];
};

const COMPANIES: readonly Company[] = [
  {
    id: 'usmf',
    name: 'Contoso Entertainment System USA',
    currency: 'USD',
    language: 'en-US',
    country: 'USA',
    mode: 'Automatic',
    prefix: 'US-',
    priceFactor: 1,
    taxCodes: { CAST: '7.25', CASERV: '1.5', TXST: '6.25', TXLOC: '2' },
    taxGroups: { CA: ['CAST', 'CASERV'], TX: ['TXST', 'TXLOC'], EXPORT: [] },
    itemTaxGroups: { FULL: ['CAST', 'TXST', 'TXLOC'], REDUCED: ['TXLOC', 'CASERV'], SERVICE: ['CASERV'] },
    customers: [
      {
        CustomerAccount: 'US-001',
        OrganizationName: 'Contoso Retail San Diego',
        CustomerGroupId: '30',
        SalesTaxGroup: 'CA',
        TaxExemptNumber: 'US770001',
      },
      {
        CustomerAccount: 'US-002',
        OrganizationName: 'Contoso Retail Los Angeles',
        CustomerGroupId: '30',
        SalesTaxGroup: 'CA',
        TaxExemptNumber: 'US770002',
      },
      {
        CustomerAccount: 'US-003',
        OrganizationName: 'Forest Wholesales',
        CustomerGroupId: '10',
        SalesTaxGroup: 'TX',
        TaxExemptNumber: 'US770777',
      },
      {
        CustomerAccount: 'US-004',
        OrganizationName: 'Cave Wholesales',
        CustomerGroupId: '10',
        SalesTaxGroup: 'TX',
        TaxExemptNumber: 'US770777',
      },
      {
        CustomerAccount: 'US-005',
        OrganizationName: 'Contoso Blocked Trading',
        CustomerGroupId: '20',
        SalesTaxGroup: 'CA',
        OnHoldStatus: 'All',
      },
    ],
  },
  {
    id: 'gbsi',
    name: 'Contoso Services Great Britain',
    currency: 'GBP',
    language: 'en-GB',
    country: 'GBR',
    mode: 'Automatic',
    prefix: 'GB-',
    priceFactor: 0.8,
    taxCodes: { VAT20: '20', VAT5: '5' },
    taxGroups: { UK: ['VAT20', 'VAT5'], EXPORT: [] },
    itemTaxGroups: { FULL: ['VAT20'], REDUCED: ['VAT5'], SERVICE: ['VAT20'] },
    customers: [
      {
        CustomerAccount: 'GB-001',
        OrganizationName: 'Northwind Traders London',
        CustomerGroupId: '10',
        SalesTaxGroup: 'UK',
        TaxExemptNumber: 'GB110001',
      },
    ],
  },
  {
    id: 'demf',
    name: 'Contoso Entertainment System Germany',
    currency: 'EUR',
    language: 'de',
    country: 'DEU',
    mode: 'Manual',
    prefix: 'DE-',
    priceFactor: 0.9,
    taxCodes: { UST19: '19', UST7: '7' },
    taxGroups: { DE: ['UST19', 'UST7'], EXPORT: [] },
    itemTaxGroups: { FULL: ['UST19'], REDUCED: ['UST7'], SERVICE: ['UST19'] },
    customers: [
      {
        CustomerAccount: 'DE-001',
        OrganizationName: 'Musterhandel Berlin',
        CustomerGroupId: '10',
        SalesTaxGroup: 'DE',
        TaxExemptNumber: 'DE220001',
      },
    ],
  },
];

const CURRENCIES = [
  { CurrencyCode: 'USD', Name: 'US Dollar', Symbol: '$' },
  { CurrencyCode: 'EUR', Name: 'Euro', Symbol: '€' },
  { CurrencyCode: 'GBP', Name: 'Pound Sterling', Symbol: '£' },
];

const RATES: readonly (readonly [from: string, to: string, rate: string])[] = [
  ['EUR', 'USD', '110'],
  ['GBP', 'USD', '125'],
  ['GBP', 'EUR', '115'],
];

const GROUPS = [
  { CustomerGroupId: '10', Description: 'Wholesale customers', PaymentTermId: 'Net30' },
  { CustomerGroupId: '20', Description: 'Major customers', PaymentTermId: 'Net45' },
  { CustomerGroupId: '30', Description: 'Retail customers', PaymentTermId: 'Net10' },
  { CustomerGroupId: '80', Description: 'Other customers', PaymentTermId: 'Net30' },
  { CustomerGroupId: '90', Description: 'Intercompany customers', PaymentTermId: 'Net30' },
];

type Product = {
  number: string;
  name: string;
  price: number;
  unit: string;
  tax: string;
  type: 'Item' | 'Service';
  noSite?: true;
};

const PRODUCTS: readonly Product[] = [
  { number: 'D0001', name: 'Mid-Range Speaker', price: 120, unit: 'ea', tax: 'FULL', type: 'Item' },
  { number: 'D0002', name: 'Cabinet', price: 349.5, unit: 'ea', tax: 'FULL', type: 'Item' },
  { number: 'D0003', name: 'Standard Speaker', price: 89.99, unit: 'ea', tax: 'FULL', type: 'Item' },
  { number: 'D0004', name: 'High-End Speaker', price: 999, unit: 'pcs', tax: 'REDUCED', type: 'Item' },
  { number: 'D0005', name: 'Projector Television', price: 1750.25, unit: 'ea', tax: 'FULL', type: 'Item' },
  { number: 'D0006', name: 'Installation Service', price: 150, unit: 'hr', tax: 'SERVICE', type: 'Service' },
  // Has no default site: an order line for it must name one.
  { number: 'P0001', name: 'Acoustic Foam Panel', price: 12.5, unit: 'pcs', tax: 'FULL', type: 'Item', noSite: true },
];

const DIMENSIONS: Readonly<Record<string, readonly string[]>> = {
  BusinessUnit: ['001', '002', '003', '004'],
  CostCenter: ['007', '008', '010', 'CC-EU'],
  Department: ['021', '022', '023', '024'],
  Project: ['P-100', 'P-200', '000300'],
};

const SEQUENCES: readonly (readonly [name: string, prefix: string, width: number, next: number])[] = [
  ['ContactPerson', '', 9, 1001],
  ['Lot', '', 6, 12_001],
  ['Journal', '', 5, 501],
  ['Invoice', 'CIV-', 6, 701],
  ['Confirmation', 'CON-', 6, 301],
  ['InvoiceVoucher', 'ARIV-', 6, 901],
  ['PaymentVoucher', 'ARPM-', 6, 401],
];

function sequences(): Record<string, NumberSequence> {
  const all: Record<string, NumberSequence> = {
    [sequenceKey('*', 'Party')]: { prefix: '', width: 9, next: 100_001, mode: 'Automatic' },
    [sequenceKey('*', 'Location')]: { prefix: '', width: 9, next: 200_001, mode: 'Automatic' },
  };
  for (const { id, mode, prefix } of COMPANIES) {
    all[sequenceKey(id, 'Customer')] = { prefix, width: 4, next: 42, mode };
    all[sequenceKey(id, 'SalesOrder')] = { prefix: id === 'usmf' ? '' : `${prefix}SO`, width: 6, next: 1001, mode };
    all[sequenceKey(id, 'SalesQuotation')] = { prefix: `${prefix}QUO`, width: 6, next: 1, mode: 'Automatic' };
    for (const [name, start, width, next] of SEQUENCES) {
      all[sequenceKey(id, name)] = { prefix: start, width, next, mode: 'Automatic' };
    }
  }
  return all;
}

/** The settings of a fresh environment. */
export function seedSettings(): Settings {
  return { sequences: sequences(), closedUntil: {}, defaultCompanies: {} };
}

type Insert = (table: string, values: Values) => void;

function seedShared(insert: Insert): void {
  for (const currency of CURRENCIES) {
    const rules = { GeneralRoundingRule: '0.01', RoundingRuleSalesOrders: '0.01', RoundingRulePrices: '0.01' };
    insert('Currencies', { ...currency, ...rules });
  }
  for (const [FromCurrency, ToCurrency, Rate] of RATES) {
    insert('ExchangeRates', {
      RateTypeName: 'Default',
      FromCurrency,
      ToCurrency,
      StartDate: noon('2020-01-01'),
      Rate,
      ConversionFactor: 'Hundred',
    });
  }
  for (const [UnitSymbol, UnitDescription] of [
    ['ea', 'Each'],
    ['pcs', 'Pieces'],
    ['hr', 'Hours'],
    ['kg', 'Kilograms'],
  ] as const) {
    insert('UnitsOfMeasure', { UnitSymbol, UnitDescription, DecimalPrecision: '2' });
  }
  insert('DimensionParameters', { Key: '0', DimensionSegmentDelimiter: 'Hyphen' });
  const FinancialDimensionFormat = Object.keys(DIMENSIONS).join('-');
  insert('DimensionIntegrationFormats', {
    DimensionFormatName: 'Causeway',
    DimensionFormatType: 'DataEntityDefaultDimensionFormat',
    FinancialDimensionFormat,
    IsActive: 'Yes',
  });
  insert('DimensionIntegrationFormats', {
    DimensionFormatName: 'Ledger',
    DimensionFormatType: 'DataEntityLedgerDimensionFormat',
    FinancialDimensionFormat: `MainAccount-${FinancialDimensionFormat}`,
    IsActive: 'Yes',
  });
  for (const [DimensionName, values] of Object.entries(DIMENSIONS)) {
    insert('DimensionAttributes', { DimensionName, UseValuesFrom: 'CustomList', ReportColumnName: DimensionName });
    for (const DimensionValue of values) {
      insert('FinancialDimensionValues', {
        FinancialDimension: DimensionName,
        LegalEntityId: '',
        DimensionValue,
        Description: DimensionValue,
      });
    }
  }
  insert('FinancialDimensionValues', {
    FinancialDimension: 'CostCenter',
    LegalEntityId: '',
    DimensionValue: '999',
    Description: 'Closed',
    IsSuspended: 'Yes',
  });
  insert('CDSParties', {
    PartyNumber: '000099001',
    PartyType: 'Organization',
    OrganizationName: 'Fabrikam Prospect',
    $prospect: 'PROS-001',
  });
  for (const { number, name, type } of PRODUCTS) {
    insert('ProductsV2', { ProductNumber: number, ProductName: name, ProductType: type, ProductSubType: 'Product' });
  }
}

function seedTaxes(insert: Insert, { id: dataAreaId, taxCodes, taxGroups, itemTaxGroups }: Company): void {
  for (const [TaxCode, rate] of Object.entries(taxCodes))
    insert('TaxCodes', { dataAreaId, TaxCode, TaxName: `${TaxCode} ${rate} %`, $rate: rate });
  for (const [TaxGroupCode, codes] of Object.entries(taxGroups)) {
    insert('TaxGroups', { dataAreaId, TaxGroupCode, Description: TaxGroupCode });
    for (const TaxCodeId of codes) insert('TaxGroupDatas', { dataAreaId, TaxGroupId: TaxGroupCode, TaxCodeId });
  }
  for (const [TaxItemGroup, codes] of Object.entries(itemTaxGroups)) {
    insert('TaxItemGroupHeadings', { dataAreaId, TaxItemGroup, Name: TaxItemGroup });
    for (const TaxCodeId of codes) insert('TaxItemGroups', { dataAreaId, TaxItemGroupCode: TaxItemGroup, TaxCodeId });
  }
}

function seedSetup(insert: Insert, { id: dataAreaId, currency }: Company): void {
  for (const group of GROUPS) insert('CustomerGroups', { dataAreaId, ...group });
  for (const days of ['10', '30', '45']) {
    insert('PaymentTerms', {
      dataAreaId,
      Name: `Net${days}`,
      Description: `Net ${days} days`,
      PaymentMethodType: 'Net',
      NumberOfDays: days,
    });
  }
  for (const [SiteId, SiteName] of [
    ['1', 'Home speakers'],
    ['2', 'Car audio'],
  ] as const) {
    insert('OperationalSitesV2', { dataAreaId, SiteId, SiteName });
    insert('Warehouses', {
      dataAreaId,
      WarehouseId: `${SiteId}1`,
      WarehouseName: `${SiteName} main`,
      OperationalSiteId: SiteId,
    });
    insert('Warehouses', {
      dataAreaId,
      WarehouseId: `${SiteId}2`,
      WarehouseName: `${SiteName} overflow`,
      OperationalSiteId: SiteId,
    });
  }
  for (const Name of ['CHECK', 'ELECTRONIC', 'CARD'])
    insert('CustomerPaymentMethods', { dataAreaId, Name, Description: Name, AccountType: 'Bank' });
  insert('JournalNames', {
    dataAreaId,
    Name: 'CustPay',
    Type: 'CustPayment',
    Description: 'Customer payments',
    VoucherSeriesCode: 'ARPM',
    Currency: currency,
  });
  insert('JournalNames', {
    dataAreaId,
    Name: 'GenJrn',
    Type: 'Daily',
    Description: 'General journal',
    VoucherSeriesCode: 'GNJL',
    Currency: currency,
  });
  insert('DeliveryTerms', { dataAreaId, TermsCode: 'FOB', TermsDescription: 'Free on board' });
  insert('DeliveryTerms', { dataAreaId, TermsCode: 'EXW', TermsDescription: 'Ex works' });
  insert('SalesOrderPools', { dataAreaId, PoolId: '01', PoolName: 'Standard' });
  insert('SalesOrderOriginCodes', { dataAreaId, OriginCode: 'CRM', OriginDescription: 'Customer relationship system' });
}

function seedProducts(insert: Insert, { id: dataAreaId, priceFactor }: Company): void {
  for (const { number, name, price, unit, tax, type, noSite } of PRODUCTS) {
    insert('ReleasedProductsV2', {
      dataAreaId,
      ItemNumber: number,
      ProductNumber: number,
      ProductName: name,
      SearchName: name.replaceAll(' ', ''),
      ProductType: type,
      ProductSubType: 'Product',
      SalesPrice: String(Math.round(price * priceFactor * 100) / 100),
      SalesPriceQuantity: '1',
      SalesUnitSymbol: unit,
      InventoryUnitSymbol: unit,
      SalesSalesTaxItemGroupCode: tax,
      ...(noSite === true ? {} : { $site: '1', $warehouse: '11' }),
    });
  }
}

function seedCustomers(insert: Insert, company: Company): void {
  for (const [position, customer] of company.customers.entries()) {
    const PartyNumber = `0000${COMPANIES.indexOf(company) + 1}${String(position + 1).padStart(4, '0')}`;
    const name = customer['OrganizationName'] ?? '';
    const group = GROUPS.find(({ CustomerGroupId }) => CustomerGroupId === customer['CustomerGroupId']);
    insert('CDSParties', { PartyNumber, PartyType: 'Organization', OrganizationName: name });
    insert('CustomersV3', {
      dataAreaId: company.id,
      PartyType: 'Organization',
      PartyNumber,
      NameAlias: name.slice(0, 20),
      SalesCurrencyCode: company.currency,
      LanguageId: company.language,
      PaymentTerms: group?.PaymentTermId ?? 'Net30',
      AddressCountryRegionId: company.country,
      ...customer,
    });
  }
}

/** Fills an empty environment with the companies, set-up and customers that every run starts from. */
export function seed(state: State): void {
  // Rows of the demo data that no one has touched carry version 0.
  const insert: Insert = (table, values) => void state.insert(table, values, 0);
  state.transaction(() => {
    seedShared(insert);
    for (const company of COMPANIES) {
      const { id, name, currency, language, country } = company;
      insert('LegalEntities', {
        LegalEntityId: id,
        Name: name,
        CompanyName: name,
        LanguageId: language,
        AddressCountryRegionId: country,
      });
      insert('Companies', { DataArea: id, Name: name, KnownAs: name, LanguageId: language });
      insert('Ledgers', {
        LegalEntityId: id,
        Name: id,
        AccountingCurrency: currency,
        ReportingCurrency: currency,
        ExchangeRateType: 'Default',
        ChartOfAccounts: 'Shared',
      });
      seedSetup(insert, company);
      seedTaxes(insert, company);
      seedProducts(insert, company);
      seedCustomers(insert, company);
    }
  });
}
