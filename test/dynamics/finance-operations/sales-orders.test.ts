import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { anOrder, reasonOf, startUnderTest, type UnderTest } from './simulator-under-test.ts';

describe('sales orders', () => {
  let under: UnderTest;

  beforeAll(async () => {
    under = await startUnderTest();
  });
  beforeEach(() => under.simulator.admin.reset());
  afterAll(() => under.stop());

  const header = (overrides: Record<string, unknown> = {}): Record<string, unknown> => ({
    dataAreaId: 'usmf',
    OrderingCustomerAccountNumber: 'US-001',
    ...overrides,
  });
  const read = async (order: string): Promise<Record<string, unknown>> =>
    (await under.get(`SalesOrderHeadersV4(dataAreaId='usmf',SalesOrderNumber='${order}')`)).json;

  it('fills a header from its customer', async () => {
    const created = await under.post('SalesOrderHeadersV4', header());

    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({
      SalesOrderNumber: '001001',
      InvoiceCustomerAccountNumber: 'US-001',
      SalesOrderName: 'Contoso Retail San Diego',
      CurrencyCode: 'USD',
      PaymentTermsName: 'Net10',
      SalesTaxGroupCode: 'CA',
      SalesOrderStatus: 'Backorder',
      SalesOrderProcessingStatus: 'Active',
    });
  });

  it.each(['SalesOrderHeadersV2', 'SalesOrderHeadersV3', 'SalesOrderHeadersV4'])(
    'shows the same order through %s',
    async (set) => {
      const order = await anOrder(under, [], { CustomersOrderReference: 'PO 7' });

      const reply = await under.get(`${set}(dataAreaId='usmf',SalesOrderNumber='${order}')`);

      expect(reply.json).toMatchObject({ SalesOrderNumber: order, CustomersOrderReference: 'PO 7' });
    },
  );

  it('fills a line from its item and its header, and assigns the lot', async () => {
    const order = await anOrder(under, []);

    const line = await under.post('SalesOrderLinesV3', { SalesOrderNumber: order, ItemNumber: 'D0002' });

    expect(line.status).toBe(201);
    expect(line.json).toMatchObject({
      InventoryLotId: '012001',
      LineNumber: 1,
      LineCreationSequenceNumber: 1,
      OrderedSalesQuantity: 1,
      SalesUnitSymbol: 'ea',
      SalesPrice: 349.5,
      LineAmount: 349.5,
      ShippingSiteId: '1',
      SalesTaxGroupCode: 'CA',
      SalesTaxItemGroupCode: 'FULL',
      LineDescription: 'Cabinet',
      CurrencyCode: 'USD',
    });
  });

  it('adds up line discounts, a header discount and the taxes of both groups, each line and code rounded', async () => {
    const order = await anOrder(
      under,
      [
        { ItemNumber: 'D0001', OrderedSalesQuantity: 3, LineDiscountPercentage: 10 },
        { ItemNumber: 'D0003', OrderedSalesQuantity: 2, LineDiscountAmount: 4.99 },
        { ItemNumber: 'D0004', OrderedSalesQuantity: 1 },
        { ItemNumber: 'D0006', OrderedSalesQuantity: 1.5 },
      ],
      { TotalDiscountPercentage: 5 },
    );

    // 324.00 + 170.00 + 999.00 + 225.00 = 1718.00; less 5 % = 85.90.
    // Tax on 95 %: CAST 7.25 % of 307.80 = 22.32 and of 161.50 = 11.71; CASERV 1.5 % of 949.05 = 14.24 and of 213.75 = 3.21.
    expect(await read(order)).toMatchObject({
      OrderTotalTaxAmount: 51.48,
      OrderTotalDiscountAmount: 131.88,
      OrderTotalAmount: 1683.58,
    });
  });

  it('keeps a foreign currency and prices the items in it', async () => {
    const order = await anOrder(under, [{ ItemNumber: 'D0001' }], { CurrencyCode: 'EUR' });

    const lines = await under.get(`SalesOrderLinesV3?$filter=SalesOrderNumber eq '${order}'`);

    expect(lines.json['value']).toEqual([expect.objectContaining({ CurrencyCode: 'EUR', SalesPrice: 109.09 })]);
    expect(await read(order)).toMatchObject({ CurrencyCode: 'EUR' });
  });

  it('takes taxes out of tax-inclusive prices instead of adding them', async () => {
    const order = await anOrder(under, [{ ItemNumber: 'D0001', SalesPrice: 107.25 }], {
      ArePricesIncludingSalesTax: 'Yes',
    });

    expect(await read(order)).toMatchObject({ OrderTotalAmount: 107.25, OrderTotalTaxAmount: 7.25 });
  });

  it('recalculates when a line changes or goes, and charges no tax to exports', async () => {
    const order = await anOrder(under, [{ ItemNumber: 'D0001' }, { ItemNumber: 'D0002' }], {
      SalesTaxGroupCode: 'EXPORT',
    });
    const lines = await under.get(`SalesOrderLinesV3?$filter=SalesOrderNumber eq '${order}'&$orderby=LineNumber`);
    const [first, second] = (lines.json['value'] as { InventoryLotId: string }[]).map(
      ({ InventoryLotId }) => InventoryLotId,
    );

    await under.patch(`SalesOrderLinesV3(dataAreaId='usmf',InventoryLotId='${first ?? ''}')`, {
      OrderedSalesQuantity: 4,
    });
    await under.send('DELETE', `SalesOrderLinesV3(dataAreaId='usmf',InventoryLotId='${second ?? ''}')`);

    expect(await read(order)).toMatchObject({ OrderTotalAmount: 480, OrderTotalTaxAmount: 0 });
  });

  it('lets a caller’s own line amount stand', async () => {
    const order = await anOrder(under, [{ ItemNumber: 'D0001', LineAmount: 99.95 }], { SalesTaxGroupCode: 'EXPORT' });

    expect(await read(order)).toMatchObject({ OrderTotalAmount: 99.95 });
  });

  it('shows lines keyed by order and sequence through the dual-write shaped set', async () => {
    const order = await anOrder(under, [{ ItemNumber: 'D0001' }, { ItemNumber: 'D0002' }]);

    const line = await under.get(
      `CDSSalesOrderLinesV2(dataAreaId='usmf',SalesOrderNumber='${order}',LineCreationSequenceNumber=2)`,
    );

    expect(line.json).toMatchObject({ ProductNumber: 'D0002', TotalTaxAmount: 25.34 });
  });

  it.each([
    [
      { OrderingCustomerAccountNumber: 'NOPE' },
      "The value 'NOPE' in field 'Ordering customer account number' is not found in the related table 'Customers'.",
    ],
    [{ OrderingCustomerAccountNumber: undefined }, 'must be filled in'],
    [{ OrderingCustomerAccountNumber: 'US-005' }, 'Customer account US-005 is on hold'],
    [{ SalesOrderNumber: 'MINE' }, 'does not allow manual numbers'],
    [{ PaymentTermsName: 'Net99' }, "'Terms of payment'"],
    [{ CurrencyCode: 'JPY' }, "'Currencies'"],
    [{ DefaultShippingWarehouseId: '99' }, "'Warehouses'"],
    [{ SalesOrderStatus: 'Invoiced' }, 'is set by order processing'],
    [
      { DefaultLedgerDimensionDisplayValue: '001-NOPE--' },
      "The value 'NOPE' is not a valid value for financial dimension 'CostCenter'.",
    ],
    [{ DefaultLedgerDimensionDisplayValue: '001-999--' }, 'is suspended'],
    [
      { DefaultLedgerDimensionDisplayValue: '001-007' },
      "the active format 'BusinessUnit-CostCenter-Department-Project' has 4",
    ],
    [{ CustomersOrderReference: 'x'.repeat(61) }, 'the field holds 60'],
  ])('refuses the header %j', async (overrides, text) => {
    const reply = await under.post('SalesOrderHeadersV4', header(overrides));

    expect(reply.status).toBe(400);
    expect(reasonOf(reply)).toContain(text);
  });

  it('accepts dimensions with the delimiter escaped and gaps kept', async () => {
    const created = await under.post(
      'SalesOrderHeadersV4',
      header({ DefaultLedgerDimensionDisplayValue: '001-CC\\-EU--P\\-100' }),
    );

    expect(created.status).toBe(201);
  });

  it.each([
    [{ ItemNumber: 'NOPE' }, "is not found in the related table 'Items'"],
    [{ ItemNumber: undefined }, "Field 'Item number' must be filled in"],
    [{ ItemNumber: 'P0001' }, 'Inventory dimension Site is mandatory and must consequently be specified.'],
    [{ SalesUnitSymbol: 'furlong' }, "is not found in the related table 'Units'"],
    [{ ShippingWarehouseId: '99' }, "is not found in the related table 'Warehouses'"],
    [{ SalesOrderNumber: 'NOPE' }, "is not found in the related table 'Sales orders'"],
    [{ CurrencyCode: 'EUR' }, 'must be the currency of its sales order'],
  ])('refuses the line %j', async (overrides, text) => {
    const order = await anOrder(under, []);

    const reply = await under.post('SalesOrderLinesV3', { SalesOrderNumber: order, ItemNumber: 'D0001', ...overrides });

    expect(reply.status).toBe(400);
    expect(reasonOf(reply)).toContain(text);
  });

  it('refuses an item that is blocked for sales', async () => {
    const item = { dataAreaId: 'usmf', ItemNumber: 'OLD', ProductNumber: 'OLD', $blockedForSales: 'Yes' };
    under.simulator.admin.seedRows({ set: 'ReleasedProductsV2', rows: [item] });
    const order = await anOrder(under, []);

    const reply = await under.post('SalesOrderLinesV3', { SalesOrderNumber: order, ItemNumber: 'OLD' });

    expect(reasonOf(reply)).toContain("Item 'OLD' is blocked for 'Sales order'");
  });

  it('releases new products through the creation entity only', async () => {
    const direct = await under.post('ReleasedProductsV2', { ItemNumber: 'N1', ProductNumber: 'N1' });
    const created = await under.post('ReleasedProductCreationsV2', {
      ItemNumber: 'N1',
      ProductNumber: 'N1',
      ProductName: 'New',
    });
    const product = await under.get("ProductsV2('N1')");

    expect([direct.status, created.status]).toEqual([400, 201]);
    expect(product.json).toMatchObject({ ProductName: 'New' });
  });

  it('takes free text invoices as drafts and refuses edits once they are posted', async () => {
    const draft = await under.post('FreeTextInvoiceHeaders', { CustomerAccount: 'US-001', ExternalInvoiceId: 'X1' });
    const nobody = await under.post('FreeTextInvoiceHeaders', { ExternalInvoiceId: 'X2' });
    const posted = { dataAreaId: 'usmf', InvoiceIdentifier: '77', CustomerAccount: 'US-001', IsPosted: 'Yes' };
    under.simulator.admin.seedRows({ set: 'FreeTextInvoiceHeaders', rows: [posted] });
    const late = await under.patch("FreeTextInvoiceHeaders(dataAreaId='usmf',InvoiceIdentifier=77)", {
      InvoiceName: 'x',
    });

    expect(draft.json).toMatchObject({ IsPosted: 'No', CurrencyCode: 'USD', InvoiceIdentifier: expect.any(Number) });
    expect([nobody.status, late.status]).toEqual([400, 400]);
    expect(reasonOf(late)).toContain('A posted free text invoice cannot be changed');
  });

  it('takes the site of a siteless item from the header’s warehouse', async () => {
    const order = await anOrder(under, [{ ItemNumber: 'P0001' }], { DefaultShippingWarehouseId: '21' });

    const lines = await under.get(`SalesOrderLinesV3?$filter=SalesOrderNumber eq '${order}'`);

    expect(lines.json['value']).toEqual([expect.objectContaining({ ShippingSiteId: '2', ShippingWarehouseId: '21' })]);
  });

  it('does not change the header’s tag when a line only moves its totals', async () => {
    const order = await anOrder(under, []);
    const before = (await read(order))['@odata.etag'];

    await under.post('SalesOrderLinesV3', { SalesOrderNumber: order, ItemNumber: 'D0001' });

    expect((await read(order))['@odata.etag']).toBe(before);
  });

  it('deletes the lines with the header', async () => {
    const order = await anOrder(under, [{ ItemNumber: 'D0001' }]);

    await under.send('DELETE', `SalesOrderHeadersV4(dataAreaId='usmf',SalesOrderNumber='${order}')`);

    expect((await under.get('SalesOrderLinesV3/$count')).text).toBe('0');
  });

  it('refuses every change to a canceled order', async () => {
    const order = await anOrder(under, [{ ItemNumber: 'D0001' }]);
    under.simulator.admin.cancelOrder({ company: 'usmf', order });

    const headerChange = await under.patch(`SalesOrderHeadersV4(dataAreaId='usmf',SalesOrderNumber='${order}')`, {
      SalesOrderName: 'x',
    });
    const newLine = await under.post('SalesOrderLinesV3', { SalesOrderNumber: order, ItemNumber: 'D0001' });

    expect([headerChange.status, newLine.status]).toEqual([400, 400]);
    expect(reasonOf(newLine)).toContain('has status Canceled and cannot be changed');
  });

  it('adds up quotations with the same rules', async () => {
    const quotation = await under.post('SalesQuotationHeadersV2', { RequestingCustomerAccountNumber: 'US-001' });
    const number = String(quotation.json['SalesQuotationNumber']);

    const line = await under.post('SalesQuotationLines', {
      SalesQuotationNumber: number,
      ItemNumber: 'D0001',
      RequestedSalesQuantity: 2,
    });

    const after = await under.get(`SalesQuotationHeadersV2(dataAreaId='usmf',SalesQuotationNumber='${number}')`);
    expect(line.json).toMatchObject({ LineAmount: 240 });
    expect(after.json).toMatchObject({ QuotationTotalAmount: 257.4, QuotationTotalTaxAmount: 17.4 });
  });
});
