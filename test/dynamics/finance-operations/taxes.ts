import { amount, cents, Decimal, type Amount } from './amounts.ts';
import { type Environment } from './environment.ts';

/** Where a taxed amount stands: the company and the two groups whose common codes apply. */
export type TaxPlace = { company: string; taxGroup: string; itemTaxGroup: string };

const ZERO = new Decimal(0);
const HUNDRED = new Decimal(100);

/** The rates in percent of the tax codes that both groups hold; exempt codes count nothing. */
export function taxRates(environment: Environment, place: TaxPlace): Amount[] {
  const { state } = environment;
  const rates: Amount[] = [];
  for (const { values } of state.rowsWith('TaxGroupDatas', 'TaxGroupId', place.taxGroup)) {
    const code = values['TaxCodeId'] ?? '';
    const isOwn = values['dataAreaId'] === place.company && values['ExemptTax'] !== 'Yes';
    const item = isOwn ? state.get('TaxItemGroups', place.company, place.itemTaxGroup, code) : undefined;
    if (item === undefined || item.values['ExemptTax'] === 'Yes') continue;
    rates.push(amount(state.get('TaxCodes', place.company, code)?.values['$rate']));
  }
  return rates;
}

/** The tax of one line: each code rounded to cents by itself. With tax-inclusive prices the tax is inside the amount. */
export function lineTax(net: Amount, rates: readonly Amount[], isIncluded: boolean): Amount {
  const total = rates.reduce((sum, rate) => sum.plus(rate), ZERO);
  const base = isIncluded ? net.times(HUNDRED).dividedBy(total.plus(HUNDRED)) : net;
  return rates.reduce((sum, rate) => sum.plus(cents(base.times(rate).dividedBy(HUNDRED))), ZERO);
}
