import { RecordError } from '../../record-error.ts';
import { canonicalNumber, decimal, type Row } from '../../store/values.ts';
import { hasMoved, type ObjectRule, type PendingRow, type RuleContext } from '../pending-row.ts';

function applyStage(row: PendingRow, context: RuleContext): void {
  const stage = context.find('OpportunityStage', 'ApiName', row.values['StageName'] ?? null)[0] ?? UNKNOWN_STAGE;
  row.values['IsClosed'] = stage['IsClosed'] ?? false;
  row.values['IsWon'] = stage['IsWon'] ?? false;
  if (!hasMoved(row, 'StageName')) return;
  if (!row.given.has('Probability')) row.values['Probability'] = stage['DefaultProbability'] ?? null;
  if (!row.given.has('ForecastCategoryName'))
    row.values['ForecastCategoryName'] = stage['ForecastCategoryName'] ?? null;
}

/** StageName is an open picklist: a value without a stage is an open opportunity. */
const UNKNOWN_STAGE: Row = { IsClosed: false, IsWon: false, DefaultProbability: '0', ForecastCategoryName: null };

function guardLines(row: PendingRow): void {
  if (!row.old || row.isInternal || row.old['HasOpportunityLineItem'] !== true) return;
  row.values['Amount'] = row.old['Amount'] ?? null;
  for (const field of ['Pricebook2Id', 'CurrencyIsoCode']) {
    if (!(field in row.values) || !hasMoved(row, field)) continue;
    throw new RecordError(
      'FIELD_INTEGRITY_EXCEPTION',
      `field integrity exception: ${field} (cannot be changed while the opportunity has products)`,
      [field],
    );
  }
}

/** Stage decides IsClosed, IsWon and probability; products decide the amount. */
export const opportunityRule: ObjectRule = {
  objectName: 'Opportunity',
  before: (row, context) => {
    applyStage(row, context);
    guardLines(row);
    const { Amount: amount, Probability: probability } = row.values;
    row.values['ExpectedRevenue'] =
      typeof amount === 'string' && typeof probability === 'string'
        ? canonicalNumber(decimal(amount).times(probability).div(100).toDecimalPlaces(2))
        : null;
  },
};
