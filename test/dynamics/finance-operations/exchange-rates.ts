import { amount, Decimal, type Amount } from './amounts.ts';
import { type Environment } from './environment.ts';

const FACTORS: Readonly<Record<string, number>> = {
  One: 1,
  Ten: 10,
  Hundred: 100,
  Thousand: 1000,
  TenThousand: 10_000,
};

/** The currency a company keeps its books in. */
export function companyCurrency(environment: Environment, company: string): string {
  return environment.state.get('Ledgers', company)?.values['AccountingCurrency'] ?? 'USD';
}

function quoted(environment: Environment, from: string, to: string): Amount | null {
  let latest: { start: string; rate: Amount } | null = null;
  for (const { values } of environment.state.rowsWith('ExchangeRates', 'FromCurrency', from)) {
    const start = values['StartDate'] ?? '';
    if (values['ToCurrency'] !== to || (latest !== null && latest.start >= start)) continue;
    latest = { start, rate: amount(values['Rate']).dividedBy(FACTORS[values['ConversionFactor'] ?? 'One'] ?? 1) };
  }
  return latest?.rate ?? null;
}

/** Units of `to` that one unit of `from` buys; null when the environment has no rate. */
export function exchangeRate(environment: Environment, from: string, to: string): Amount | null {
  if (from === to) return new Decimal(1);
  const direct = quoted(environment, from, to);
  if (direct !== null) return direct;
  const inverse = quoted(environment, to, from);
  return inverse === null ? null : new Decimal(1).dividedBy(inverse);
}
