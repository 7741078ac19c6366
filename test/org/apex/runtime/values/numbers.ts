import { ApexDecimal } from './apex-decimal.ts';
import { ApexDouble } from './apex-double.ts';

/** Every Apex number: Integer, Long, Double, Decimal. */
export type ApexNumber = number | bigint | ApexDouble | ApexDecimal;

export function isNumber(value: unknown): value is ApexNumber {
  return (
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    value instanceof ApexDouble ||
    value instanceof ApexDecimal
  );
}

/** The sign of `a - b` across the kinds of numbers; null where one is no number. */
export function compareNumbers(a: unknown, b: unknown): number | null {
  if (!isNumber(a) || !isNumber(b)) return null;
  if (isWhole(a) && isWhole(b)) return Number(a > b) - Number(a < b);
  if (a instanceof ApexDouble && b instanceof ApexDouble) return compareDoubles(a.value, b.value);
  if (isNotFinite(a) || isNotFinite(b)) return compareDoubles(toDouble(a), toDouble(b));
  return toDecimal(a).value.comparedTo(toDecimal(b).value);
}

/** Any number as a Decimal, with the scale Apex gives it. */
export function toDecimal(value: ApexNumber): ApexDecimal {
  if (value instanceof ApexDecimal) return value;
  return value instanceof ApexDouble ? ApexDecimal.ofDouble(value.value) : ApexDecimal.ofWhole(value);
}

/** Any number as a JavaScript double. */
export function toDouble(value: ApexNumber): number {
  if (value instanceof ApexDouble) return value.value;
  return value instanceof ApexDecimal ? Number(value.value.toString()) : Number(value);
}

function isWhole(value: ApexNumber): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function isNotFinite(value: ApexNumber): boolean {
  return value instanceof ApexDouble && !Number.isFinite(value.value);
}

function compareDoubles(a: number, b: number): number | null {
  if (Number.isNaN(a) || Number.isNaN(b)) return null;
  return Number(a > b) - Number(a < b);
}
