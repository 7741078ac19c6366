import { Decimal as Base } from 'decimal.js';

/** Decimal arithmetic with more digits than the 32 the environment stores. */
export const Decimal = Base.clone({ precision: 40, rounding: Base.ROUND_HALF_UP });
export type Amount = Base;

const CANONICAL = /^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/;

/** The one spelling of a decimal in the store: no exponent, no trailing zeros, no minus zero. */
export function canonicalDecimal(text: string): string {
  if (CANONICAL.test(text) && text !== '-0') return text;
  const value = new Decimal(text);
  return value.isZero() ? '0' : value.toFixed();
}

export function amount(text: string | undefined | null): Amount {
  return new Decimal(text === undefined || text === null || text === '' ? '0' : text);
}

/** Rounds a money amount to cents, half away from zero, as the ledger does. */
export function cents(value: Amount): Amount {
  return value.toDecimalPlaces(2);
}

export function text(value: Amount): string {
  return canonicalDecimal(value.toFixed());
}
