import { type Navigation } from './schema.ts';

/** Entity sets that show the same stored rows; a set that is not named here has a table of its own. */
export const TABLE_OF_SET: Readonly<Record<string, string>> = {
  CustomersV2: 'CustomersV3',
  SalesOrderHeadersV2: 'SalesOrderHeaders',
  SalesOrderHeadersV3: 'SalesOrderHeaders',
  SalesOrderHeadersV4: 'SalesOrderHeaders',
  CDSSalesOrderHeaders: 'SalesOrderHeaders',
  SalesOrderLinesV3: 'SalesOrderLines',
  CDSSalesOrderLinesV2: 'SalesOrderLines',
  SalesQuotationHeadersV2: 'SalesQuotationHeaders',
  CDSSalesQuotationLines: 'SalesQuotationLines',
  SalesInvoiceHeadersV2: 'SalesInvoiceHeaders',
  SalesInvoiceHeadersV4: 'SalesInvoiceHeaders',
  SalesInvoiceJournalHeaders: 'SalesInvoiceHeaders',
  SalesInvoiceV2Lines: 'SalesInvoiceLines',
  SalesInvoiceV3Lines: 'SalesInvoiceLines',
  SalesInvoiceV4Lines: 'SalesInvoiceLines',
  VendorsV3: 'VendorsV2',
  ReleasedProductCreationsV2: 'ReleasedProductsV2',
  ReleasedDistinctProductsV2: 'ReleasedProductsV2',
  CDSReleasedDistinctProducts: 'ReleasedProductsV2',
};

/** Primary keys of tables whose views do not agree on one. */
export const TABLE_KEYS: Readonly<Record<string, readonly string[]>> = {
  SalesOrderLines: ['dataAreaId', 'InventoryLotId'],
  SalesQuotationLines: ['dataAreaId', 'InventoryLotId'],
  ReleasedProductsV2: ['dataAreaId', 'ItemNumber'],
};

const ORDER_JOIN = [
  ['dataAreaId', 'dataAreaId'],
  ['SalesOrderNumber', 'SalesOrderNumber'],
] as const;

const dimensionSet = (field: string): Navigation => ({
  name: 'DimensionSet',
  target: 'DimensionSets',
  isCollection: false,
  join: [[field, 'DisplayValue']],
});

const orderHeader = (name: string): Navigation => ({
  name,
  target: 'SalesOrderHeadersV2',
  isCollection: false,
  join: ORDER_JOIN,
});

/** Only the navigation properties that captures of the real `$metadata` name. */
export const NAVIGATION: Readonly<Record<string, readonly Navigation[]>> = {
  CustomerGroups: [dimensionSet('DefaultDimensionDisplayValue')],
  SalesOrderHeadersV2: [
    { name: 'SalesOrderLines', target: 'SalesOrderLines', isCollection: true, join: ORDER_JOIN },
    {
      name: 'SalesOrderOrigin',
      target: 'SalesOrderOriginCodes',
      isCollection: false,
      join: [
        ['dataAreaId', 'dataAreaId'],
        ['SalesOrderOriginCode', 'OriginCode'],
      ],
    },
    dimensionSet('DefaultLedgerDimensionDisplayValue'),
  ],
  SalesOrderLines: [
    orderHeader('SalesOrderHeader'),
    orderHeader('SalesOrderHeaderV2'),
    dimensionSet('DefaultLedgerDimensionDisplayValue'),
  ],
};
