import { Decimal } from 'decimal.js';

const WHOLE_DIGITS = 24;
const DECIMALS = 18;

/**
 * A decimal as text whose alphabetical order is its numeric order: SQLite then compares, sorts and indexes exactly, where
 * REAL would lose digits. Salesforce keeps more decimals than a field's scale, so the scale plays no part in it.
 */
export function toNumberKey(value: Decimal): string {
  const digits = value
    .abs()
    .toFixed(DECIMALS)
    .replace('.', '')
    .padStart(WHOLE_DIGITS + DECIMALS, '0');
  return value.isNegative() && !value.isZero() ? `0${complement(digits)}` : `1${digits}`;
}

/** The decimal a key was made of. */
export function fromNumberKey(key: string): Decimal {
  const digits = key.startsWith('0') ? complement(key.slice(1)) : key.slice(1);
  const number = new Decimal(`${digits.slice(0, WHOLE_DIGITS)}.${digits.slice(WHOLE_DIGITS)}`);
  return key.startsWith('0') ? number.negated() : number;
}

function complement(digits: string): string {
  return digits.replace(/\d/g, (digit) => String(9 - Number(digit)));
}
