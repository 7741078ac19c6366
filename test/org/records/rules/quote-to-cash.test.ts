import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { type LocalOrg, startOrg } from '../../start-org.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures', import.meta.url));

let org: LocalOrg;
let account: string;
let product: string;
let standardBook: string;
let usdEntry: string;
let eurEntry: string;

function one(soql: string): ReturnType<LocalOrg['query']>[number] {
  const [record] = org.query(soql);
  if (!record) throw new Error(`No record for ${soql}`);
  return record;
}

function refusal(statusCode: string, ...fields: string[]): unknown {
  return expect.objectContaining(fields.length > 0 ? { statusCode, fields } : { statusCode });
}

beforeAll(async () => {
  org = await startOrg({ sources: [FIXTURES], clock: () => new Date('2026-11-23T10:00:00Z') });
  account = org.insert('Account', { Name: 'Acme' });
  product = org.insert('Product2', { Name: 'Pump', ProductCode: 'P-1', IsActive: true });
  standardBook = one('SELECT Id FROM Pricebook2 WHERE IsStandard = true')['Id'] as string;
  const price = (CurrencyIsoCode: string, UnitPrice: string): string =>
    org.insert('PricebookEntry', {
      Pricebook2Id: standardBook,
      Product2Id: product,
      CurrencyIsoCode,
      UnitPrice,
      IsActive: true,
    });
  usdEntry = price('USD', '99.95');
  eurEntry = price('EUR', '89.95');
});

afterAll(() => org.stop());

function opportunity(fields: Record<string, string> = {}): string {
  return org.insert('Opportunity', {
    Name: 'Deal',
    StageName: 'Prospecting',
    CloseDate: '2026-12-01',
    AccountId: account,
    ...fields,
  });
}

describe('opportunities', () => {
  test('the stage decides won, closed, probability and forecast', () => {
    const id = opportunity({ Amount: '1000.10' });
    org.update('Opportunity', id, { StageName: 'Closed Won' });

    expect(
      one(
        `SELECT IsWon, IsClosed, Probability, ExpectedRevenue, ForecastCategoryName FROM Opportunity WHERE Id = '${id}'`,
      ),
    ).toEqual({
      IsWon: true,
      IsClosed: true,
      Probability: '100',
      ExpectedRevenue: '1000.1',
      ForecastCategoryName: 'Closed',
    });
  });

  test('products bring the price book, their price and the amount', () => {
    const id = opportunity({ Amount: '5' });
    const line = (fields: Record<string, string>): string =>
      org.insert('OpportunityLineItem', { OpportunityId: id, PricebookEntryId: usdEntry, ...fields });
    const first = line({ Quantity: '3', UnitPrice: '0.1', Discount: '10' });
    line({ Quantity: '2', TotalPrice: '10' });

    expect(
      one(
        `SELECT Name, ProductCode, Product2.Name, TotalPrice, Subtotal, ListPrice, CurrencyIsoCode FROM OpportunityLineItem WHERE Id = '${first}'`,
      ),
    ).toEqual({
      Name: 'Deal Pump',
      ProductCode: 'P-1',
      Product2: { Name: 'Pump' },
      TotalPrice: '0.27',
      Subtotal: '0.3',
      ListPrice: '99.95',
      CurrencyIsoCode: 'USD',
    });
    org.update('Opportunity', id, { Amount: '7777' });
    const summary = `SELECT Amount, HasOpportunityLineItem, Pricebook2Id, TotalOpportunityQuantity FROM Opportunity WHERE Id = '${id}'`;
    expect(one(summary)).toEqual({
      Amount: '10.27',
      HasOpportunityLineItem: true,
      Pricebook2Id: standardBook,
      TotalOpportunityQuantity: '5',
    });
    org.delete('OpportunityLineItem', first);
    expect(one(summary)).toMatchObject({ Amount: '10', TotalOpportunityQuantity: '2' });
    expect(() => org.update('Opportunity', id, { CurrencyIsoCode: 'EUR' })).toThrow(
      refusal('FIELD_INTEGRITY_EXCEPTION', 'CurrencyIsoCode'),
    );
  });

  test('a line needs a price, an entry of the same currency, and only one of the two prices', () => {
    const id = opportunity();
    const insert = (fields: Record<string, string>) => () =>
      org.insert('OpportunityLineItem', { OpportunityId: id, Quantity: '1', ...fields });

    expect(insert({ PricebookEntryId: eurEntry, UnitPrice: '1' })).toThrow(
      refusal('FIELD_INTEGRITY_EXCEPTION', 'PricebookEntryId'),
    );
    expect(insert({ PricebookEntryId: usdEntry })).toThrow(refusal('REQUIRED_FIELD_MISSING', 'UnitPrice'));
    expect(insert({ PricebookEntryId: usdEntry, UnitPrice: '1', TotalPrice: '1' })).toThrow(
      refusal('FIELD_INTEGRITY_EXCEPTION'),
    );
    expect(one(`SELECT Pricebook2Id FROM Opportunity WHERE Id = '${id}'`)).toEqual({ Pricebook2Id: null });
  });
});

describe('price books', () => {
  test('the standard price comes first, once per currency', () => {
    const book = org.insert('Pricebook2', { Name: 'Partners', IsActive: true });
    const other = org.insert('Product2', { Name: 'Valve' });
    const entry = { Product2Id: other, UnitPrice: '1', CurrencyIsoCode: 'USD' };

    expect(() => org.insert('PricebookEntry', { ...entry, Pricebook2Id: book })).toThrow(
      refusal('STANDARD_PRICE_NOT_DEFINED'),
    );
    org.insert('PricebookEntry', { ...entry, Pricebook2Id: standardBook });
    expect(() => org.insert('PricebookEntry', { ...entry, Pricebook2Id: standardBook })).toThrow(
      refusal('DUPLICATE_VALUE'),
    );
    const custom = org.insert('PricebookEntry', {
      ...entry,
      UnitPrice: '9',
      Pricebook2Id: book,
      UseStandardPrice: true,
    });
    expect(one(`SELECT UnitPrice, Name FROM PricebookEntry WHERE Id = '${custom}'`)).toEqual({
      UnitPrice: '1',
      Name: 'Valve',
    });
  });
});

describe('orders', () => {
  function draft(): string {
    return org.insert('Order', {
      AccountId: account,
      EffectiveDate: '2026-11-23',
      Status: 'Draft',
      Pricebook2Id: standardBook,
    });
  }

  test('an order begins as a draft and is activated by its status alone, with products', () => {
    expect(() => org.insert('Order', { AccountId: account, EffectiveDate: '2026-11-23', Status: 'Activated' })).toThrow(
      refusal('FAILED_ACTIVATION'),
    );
    const id = draft();
    expect(() => org.update('Order', id, { Status: 'Activated' })).toThrow(/at least one product/);
    org.insert('OrderItem', { OrderId: id, PricebookEntryId: usdEntry, Quantity: '2', UnitPrice: '99.95' });
    expect(() => org.update('Order', id, { Status: 'Activated', Description: 'now' })).toThrow(/only field/);
    org.update('Order', id, { Status: 'Activated' }, org.users.sales);

    expect(one(`SELECT StatusCode, ActivatedById, TotalAmount, OrderNumber FROM Order WHERE Id = '${id}'`)).toEqual({
      StatusCode: 'Activated',
      ActivatedById: org.users.sales,
      TotalAmount: '199.9',
      OrderNumber: expect.stringMatching(/^\d{8}$/),
    });
  });

  test('an activated order is closed, except to custom fields and reopening', () => {
    const id = draft();
    const item = org.insert('OrderItem', { OrderId: id, Product2Id: product, Quantity: '1', UnitPrice: '5' });
    org.update('Order', id, { Status: 'Activated' });

    expect(() => org.update('Order', id, { AccountId: null })).toThrow(
      refusal('FIELD_INTEGRITY_EXCEPTION', 'AccountId'),
    );
    expect(() => org.update('OrderItem', item, { Quantity: '2' })).toThrow(refusal('FIELD_INTEGRITY_EXCEPTION'));
    expect(() => org.delete('OrderItem', item)).toThrow(refusal('FIELD_INTEGRITY_EXCEPTION'));
    expect(() => org.delete('Order', id)).toThrow(refusal('DELETE_FAILED'));
    org.update('Order', id, { PoNumber: '4711' });
    org.update('Order', id, { Status: 'Draft' });
    org.delete('Order', id);
    expect(org.query(`SELECT Id FROM OrderItem WHERE OrderId = '${id}'`)).toEqual([]);
  });
});

describe('quotes and cases', () => {
  test('a quote takes account and currency from its opportunity and adds up', () => {
    const deal = opportunity({ CurrencyIsoCode: 'EUR' });
    const quote = org.insert('Quote', { Name: 'Q', OpportunityId: deal, Pricebook2Id: standardBook, Tax: '1.5' });
    org.insert('QuoteLineItem', {
      QuoteId: quote,
      PricebookEntryId: eurEntry,
      Quantity: '2',
      UnitPrice: '10',
      Discount: '5',
    });

    expect(
      one(
        `SELECT AccountId, CurrencyIsoCode, Subtotal, TotalPrice, GrandTotal, LineItemCount FROM Quote WHERE Id = '${quote}'`,
      ),
    ).toEqual({
      AccountId: account,
      CurrencyIsoCode: 'EUR',
      Subtotal: '20',
      TotalPrice: '19',
      GrandTotal: '20.5',
      LineItemCount: '1',
    });
  });

  test('a case is closed by its status', () => {
    const id = org.insert('Case', { Subject: 'Late' });
    org.update('Case', id, { Status: 'Closed' });

    expect(one(`SELECT IsClosed, ClosedDate, CaseNumber, Priority FROM Case WHERE Id = '${id}'`)).toMatchObject({
      IsClosed: true,
      ClosedDate: '2026-11-23T10:00:00.000Z',
      Priority: 'Medium',
    });
  });
});
