import { RecordError } from '../../record-error.ts';
import { type Row } from '../../store/values.ts';
import { type ObjectRule, type PendingRow, type RuleContext } from '../pending-row.ts';

function isSameCurrency(row: PendingRow, other: Row): boolean {
  return (row.values['CurrencyIsoCode'] ?? null) === (other['CurrencyIsoCode'] ?? null);
}

function guardEntry(row: PendingRow, context: RuleContext): void {
  const siblings = context
    .find('PricebookEntry', 'Product2Id', row.values['Product2Id'] ?? null)
    .filter((entry) => isSameCurrency(row, entry) && entry['Id'] !== row.id);
  const book = context.read('Pricebook2', row.values['Pricebook2Id']);
  if (siblings.some((entry) => entry['Pricebook2Id'] === book?.['Id'])) {
    throw new RecordError('DUPLICATE_VALUE', 'This price definition already exists in this price book', [
      'Pricebook2Id',
    ]);
  }
  if (!book || book['IsStandard'] === true) return;
  const standard = siblings.find((entry) => context.read('Pricebook2', entry['Pricebook2Id'])?.['IsStandard'] === true);
  if (!standard) {
    throw new RecordError('STANDARD_PRICE_NOT_DEFINED', 'Before creating a custom price, create a standard price.', [
      'Pricebook2Id',
    ]);
  }
  if (row.values['UseStandardPrice'] === true) row.values['UnitPrice'] = standard['UnitPrice'] ?? null;
}

/** One price per book, product and currency; the standard price comes first. */
export const pricebookEntryRule: ObjectRule = {
  objectName: 'PricebookEntry',
  before: (row, context) => {
    if (row.old === null) guardEntry(row, context);
    const product = context.read('Product2', row.values['Product2Id']);
    row.values['Name'] = product?.['Name'] ?? null;
    row.values['ProductCode'] = product?.['ProductCode'] ?? null;
  },
};
