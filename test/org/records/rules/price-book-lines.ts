import { RecordError } from '../../record-error.ts';
import { canonicalNumber, decimal, type FieldValue, type Row } from '../../store/values.ts';
import { type PendingRow, type RuleContext } from '../pending-row.ts';

/** Where a line belongs: its parent record and the field that names it. */
export type LineParent = { readonly objectName: string; readonly fieldName: string };

function integrity(field: string, reason: string): RecordError {
  return new RecordError('FIELD_INTEGRITY_EXCEPTION', `field integrity exception: ${field} (${reason})`, [field]);
}

/** The parent of a line being saved; a parent that does not exist is reported as the lookup check would. */
export function lineParent(row: PendingRow, context: RuleContext, parent: LineParent): Row {
  const id = row.values[parent.fieldName] ?? null;
  if (id === null) {
    throw new RecordError('REQUIRED_FIELD_MISSING', `Required fields are missing: [${parent.fieldName}]`, [
      parent.fieldName,
    ]);
  }
  const found = context.read(parent.objectName, id);
  if (found) return found;
  throw new RecordError(
    'INVALID_CROSS_REFERENCE_KEY',
    `invalid cross reference id: ${parent.fieldName} ${String(id)}`,
    [parent.fieldName],
  );
}

/** Finds the line's price book entry and takes product, list price and currency from it. */
export function applyPriceBookEntry(row: PendingRow, context: RuleContext, parent: Row): Row {
  const named = row.values['PricebookEntryId'] ?? null;
  const entry = named === null ? findEntry(row, context, parent) : context.read('PricebookEntry', named);
  if (!entry) throw integrity('PricebookEntryId', 'pricebook entry has been archived, is missing, or does not exist');
  checkEntry(row, context, parent, entry);
  row.values['PricebookEntryId'] = entry['Id'] ?? null;
  row.values['Product2Id'] = entry['Product2Id'] ?? null;
  if (row.old === null) row.values['ListPrice'] = entry['UnitPrice'] ?? null;
  copyParentCurrency(row, context, parent);
  return entry;
}

function checkEntry(row: PendingRow, context: RuleContext, parent: Row, entry: Row): void {
  if (entry['Pricebook2Id'] !== parent['Pricebook2Id']) {
    throw integrity(
      'PricebookEntryId',
      parent['Pricebook2Id'] === null
        ? 'the parent has no price book'
        : "pricebook entry is in a different pricebook than the one assigned to the parent's record",
    );
  }
  if (context.isMultiCurrency && entry['CurrencyIsoCode'] !== parent['CurrencyIsoCode']) {
    throw integrity('PricebookEntryId', "pricebook entry currency code does not match the parent's currency code");
  }
  if (entry['IsActive'] !== true && row.old === null)
    throw integrity('PricebookEntryId', 'pricebook entry is inactive');
}

/** A line's currency is its parent's. */
export function copyParentCurrency(row: PendingRow, context: RuleContext, parent: Row): void {
  if (context.isMultiCurrency) row.values['CurrencyIsoCode'] = parent['CurrencyIsoCode'] ?? null;
}

function findEntry(row: PendingRow, context: RuleContext, parent: Row): Row | null {
  const productId = row.values['Product2Id'] ?? null;
  if (productId === null) return null;
  return (
    context
      .find('PricebookEntry', 'Product2Id', productId)
      .find(
        (entry) =>
          entry['Pricebook2Id'] === parent['Pricebook2Id'] &&
          (!context.isMultiCurrency || entry['CurrencyIsoCode'] === parent['CurrencyIsoCode']),
      ) ?? null
  );
}

/** quantity × price × (1 − discount %), to the cent. */
export function lineTotal(quantity: FieldValue, price: FieldValue, discountPercent: FieldValue): string {
  const factor = decimal(100)
    .minus(String(discountPercent ?? '0'))
    .div(100);
  return canonicalNumber(
    decimal(String(quantity ?? '0'))
      .times(String(price ?? '0'))
      .times(factor)
      .toDecimalPlaces(2),
  );
}

/** The exact sum of one field over rows. */
export function sumOf(rows: readonly Row[], fieldName: string): string {
  return canonicalNumber(rows.reduce((sum, row) => sum.plus(String(row[fieldName] ?? '0')), decimal(0)));
}
