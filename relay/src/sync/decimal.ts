import { Decimal } from 'decimal.js';

const Exact = Decimal.clone({ precision: 40, rounding: Decimal.ROUND_HALF_UP });

/** An exact decimal for sums, rounding and comparisons; money never becomes a binary float. */
export type ExactDecimal = Decimal;

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** Reads a decimal without losing a digit; null where the text is no number. */
export function parseDecimal(text: string): ExactDecimal | null {
  return DECIMAL.test(text) ? new Exact(text) : null;
}

/** The canonical text of a decimal: no exponent, no superfluous zeros, no minus before zero. */
export function decimalText(value: ExactDecimal): string {
  return value.isZero() ? '0' : value.toFixed();
}

/** Adds decimal strings exactly. */
export function sumOf(amounts: readonly string[]): ExactDecimal {
  return amounts.reduce((sum, amount) => sum.plus(amount), new Exact(0));
}
