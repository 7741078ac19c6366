import { amount, Decimal, text, type Amount } from './amounts.ts';
import { type Environment, field } from './environment.ts';
import { companyCurrency } from './exchange-rates.ts';
import { type EntitySet } from './schema.ts';
import { type Values } from './state.ts';

/**
 * How the environment rounds what is written to it. No public source tells the decimals of each field, so they are data that a test
 * changes like an administrator would: a currency's `RoundingRulePrices` (prices and discounts per unit), its
 * `RoundingRuleSalesOrders` (amounts), and a unit's `DecimalPrecision` (quantities). A rule of 0 or none rounds nothing.
 */
type Rule = 'RoundingRulePrices' | 'RoundingRuleSalesOrders' | 'DecimalPrecision';

/** What a real column stores. */
const STORED_DECIMALS = 16;

const RULES: readonly (readonly [RegExp, Rule])[] = [
  [/Price$|^LineDiscountAmount$|^FixedPriceCharges$/, 'RoundingRulePrices'],
  [/Amount/, 'RoundingRuleSalesOrders'],
  [/^(Ordered|Requested|Invoiced)?(Sales)?Quantity$|^SalesDeliverNow$/, 'DecimalPrecision'],
];

/** The given values as the environment stores them; half is rounded away from zero. */
export function roundValues(
  set: EntitySet,
  given: Readonly<Values>,
  context: { readonly environment: Environment; readonly company: string; readonly row?: Readonly<Values> },
): Values {
  const whole = { ...context.row, ...given };
  const decimals = Object.entries(given).filter(([name]) => set.properties.get(name)?.kind === 'Decimal');
  const rounded = decimals.map(([name, value]) => {
    const unit = unitOf(name, whole, context);
    const exact = amount(value).toDecimalPlaces(STORED_DECIMALS);
    return [name, text(unit === null ? exact : exact.dividedBy(unit).round().times(unit))] as const;
  });
  return { ...given, ...Object.fromEntries(rounded) };
}

/** The smallest step of a field, or null where nothing rounds it. */
function unitOf(
  name: string,
  values: Readonly<Values>,
  { environment, company }: { readonly environment: Environment; readonly company: string },
): Amount | null {
  const rule = RULES.find(([pattern]) => pattern.test(name))?.[1];
  if (rule === undefined) return null;
  if (rule === 'DecimalPrecision') {
    const precision = environment.state.get('UnitsOfMeasure', field(values, 'SalesUnitSymbol') || 'ea')?.values[rule];
    return precision === undefined ? null : new Decimal(10).pow(-Number(precision));
  }
  const step = amount(environment.state.get('Currencies', currencyOf(environment, company, values))?.values[rule]);
  return step.isZero() ? null : step;
}

function currencyOf(environment: Environment, company: string, values: Readonly<Values>): string {
  const order = environment.state.get('SalesOrderHeaders', company, field(values, 'SalesOrderNumber'))?.values;
  const own = field(values, 'CurrencyCode') || field(order, 'CurrencyCode');
  return own === '' ? companyCurrency(environment, company) : own;
}
