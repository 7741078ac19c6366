import { canonicalNumber, decimal, type FieldValue, type Row } from '../../store/values.ts';
import { type ObjectRule, type RuleContext } from '../pending-row.ts';
import { applyPriceBookEntry, copyParentCurrency, lineParent, lineTotal, sumOf } from './price-book-lines.ts';

function grandTotal(values: Row): string {
  const parts = [values['TotalPrice'], values['Tax'], values['ShippingHandling']];
  return canonicalNumber(parts.reduce((sum, part) => sum.plus(String(part ?? '0')), decimal(0)));
}

/** A quote takes account and currency from its opportunity and adds up its lines. */
export const quoteRule: ObjectRule = {
  objectName: 'Quote',
  before: (row, context) => {
    const opportunity = context.read('Opportunity', row.values['OpportunityId']);
    if (opportunity) {
      row.values['AccountId'] = opportunity['AccountId'] ?? null;
      copyParentCurrency(row, context, opportunity);
    }
    for (const total of ['Subtotal', 'TotalPrice', 'LineItemCount']) row.values[total] ??= '0';
    row.values['GrandTotal'] = grandTotal(row.values);
  },
};

function rollUp(quoteId: FieldValue | undefined, context: RuleContext): void {
  const quote = context.read('Quote', quoteId);
  if (!quote || quote['IsDeleted'] === true) return;
  const lines = context.find('QuoteLineItem', 'QuoteId', quote['Id'] ?? null);
  context.updateInternally('Quote', String(quote['Id']), {
    Subtotal: sumOf(lines, 'Subtotal'),
    TotalPrice: sumOf(lines, 'TotalPrice'),
    LineItemCount: String(lines.length),
  });
}

/** Lines of a quote: same price book and currency, totals rolled up. */
export const quoteLineItemRule: ObjectRule = {
  objectName: 'QuoteLineItem',
  before: (row, context) => {
    applyPriceBookEntry(row, context, lineParent(row, context, { objectName: 'Quote', fieldName: 'QuoteId' }));
    const { Quantity: quantity = null, UnitPrice: price = null, Discount: discount = null } = row.values;
    row.values['Subtotal'] = lineTotal(quantity, price, null);
    row.values['TotalPrice'] = lineTotal(quantity, price, discount);
  },
  after: (row, context) => rollUp(row.values['QuoteId'], context),
  afterDelete: (row, context) => rollUp(row['QuoteId'], context),
};
