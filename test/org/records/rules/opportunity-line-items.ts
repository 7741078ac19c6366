import { RecordError } from '../../record-error.ts';
import { canonicalNumber, decimal, type FieldValue } from '../../store/values.ts';
import { type ObjectRule, type PendingRow, type RuleContext } from '../pending-row.ts';
import { applyPriceBookEntry, lineParent, lineTotal, sumOf } from './price-book-lines.ts';

const PARENT = { objectName: 'Opportunity', fieldName: 'OpportunityId' };

/** A line is priced by unit price or by total, never by both; the other is computed. */
function price(row: PendingRow): void {
  if (row.given.has('UnitPrice') && row.given.has('TotalPrice')) {
    throw new RecordError(
      'FIELD_INTEGRITY_EXCEPTION',
      'field integrity exception: UnitPrice, TotalPrice (only one may be specified: unit price or total price)',
      ['UnitPrice', 'TotalPrice'],
    );
  }
  const { Quantity: quantity = null, Discount: discount = null, TotalPrice: total = null } = row.values;
  if (row.given.has('TotalPrice') && total !== null) row.values['UnitPrice'] = unitPrice(total, quantity, discount);
  const unit = row.values['UnitPrice'] ?? null;
  if (unit === null) {
    throw new RecordError('REQUIRED_FIELD_MISSING', 'Required fields are missing: [UnitPrice]', ['UnitPrice']);
  }
  if (!row.given.has('TotalPrice')) row.values['TotalPrice'] = lineTotal(quantity, unit, discount);
  row.values['Subtotal'] = lineTotal(quantity, unit, null);
}

function unitPrice(total: FieldValue, quantity: FieldValue, discount: FieldValue): FieldValue {
  const paidUnits = decimal(String(quantity ?? '0'))
    .times(decimal(100).minus(String(discount ?? '0')))
    .div(100);
  return paidUnits.isZero() ? null : canonicalNumber(decimal(String(total)).div(paidUnits).toDecimalPlaces(2));
}

function rollUp(opportunityId: FieldValue | undefined, context: RuleContext): void {
  const opportunity = context.read('Opportunity', opportunityId);
  if (!opportunity || opportunity['IsDeleted'] === true) return;
  const lines = context.find('OpportunityLineItem', 'OpportunityId', opportunity['Id'] ?? null);
  context.updateInternally('Opportunity', String(opportunity['Id']), {
    HasOpportunityLineItem: lines.length > 0,
    Amount: lines.length > 0 ? sumOf(lines, 'TotalPrice') : (opportunity['Amount'] ?? null),
    TotalOpportunityQuantity: lines.length > 0 ? sumOf(lines, 'Quantity') : null,
  });
}

function adoptPriceBook(row: PendingRow, context: RuleContext): void {
  const opportunity = lineParent(row, context, PARENT);
  const entry = context.read('PricebookEntry', row.values['PricebookEntryId']);
  if (opportunity['Pricebook2Id'] !== null || !entry) return;
  context.updateInternally('Opportunity', String(opportunity['Id']), { Pricebook2Id: entry['Pricebook2Id'] ?? null });
}

/** Products of an opportunity: same price book, same currency, totals rolled up to its amount. */
export const opportunityLineItemRule: ObjectRule = {
  objectName: 'OpportunityLineItem',
  before: (row, context) => {
    if (row.old === null) adoptPriceBook(row, context);
    const opportunity = lineParent(row, context, PARENT);
    const entry = applyPriceBookEntry(row, context, opportunity);
    const product = context.read('Product2', entry['Product2Id']);
    row.values['ProductCode'] = product?.['ProductCode'] ?? null;
    row.values['Name'] = `${String(opportunity['Name'])} ${String(product?.['Name'] ?? '')}`.trim();
    price(row);
  },
  after: (row, context) => rollUp(row.values['OpportunityId'], context),
  afterDelete: (row, context) => rollUp(row['OpportunityId'], context),
};
