import { Decimal } from 'decimal.js';
import { throwApex } from './apex-exception.ts';
import { ApexDecimal } from './apex-decimal.ts';
import { throwDivideByZero, toInt64 } from './integers.ts';

export type RoundingName = 'UP' | 'DOWN' | 'CEILING' | 'FLOOR' | 'HALF_UP' | 'HALF_DOWN' | 'HALF_EVEN' | 'UNNECESSARY';

/** A quotient that does not end has 34 digits, as Java's DECIMAL128. */
const Quotient = Decimal.clone({ precision: 34, rounding: Decimal.ROUND_HALF_EVEN });

const MAXIMUM_SCALE = 33;
const ONE = ApexDecimal.ofWhole(1);

/** `a + b`: the longer scale of the two. */
export function addDecimals(a: ApexDecimal, b: ApexDecimal): ApexDecimal {
  return new ApexDecimal(a.value.plus(b.value), Math.max(a.scale, b.scale));
}

/** `a - b`: the longer scale of the two. */
export function subtractDecimals(a: ApexDecimal, b: ApexDecimal): ApexDecimal {
  return new ApexDecimal(a.value.minus(b.value), Math.max(a.scale, b.scale));
}

/** `a * b`: exact, the scales add up. */
export function multiplyDecimals(a: ApexDecimal, b: ApexDecimal): ApexDecimal {
  return new ApexDecimal(a.value.times(b.value), a.scale + b.scale);
}

/** `a / b`: exact where the quotient ends, with no more zeros than the scales of both ask for; else 34 digits. */
export function divideDecimals(a: ApexDecimal, b: ApexDecimal): ApexDecimal {
  if (b.value.isZero()) throwDivideByZero();
  const quotient = new Quotient(a.value).div(b.value);
  return new ApexDecimal(quotient, Math.max(quotient.decimalPlaces(), a.scale - b.scale, 0));
}

export function negateDecimal(a: ApexDecimal): ApexDecimal {
  return new ApexDecimal(a.value.negated(), a.scale);
}

/** `a.divide(b, scale, mode)`: rounded once, from the exact quotient. */
export function divideToScale(a: ApexDecimal, b: ApexDecimal, scale: number, mode: RoundingName): ApexDecimal {
  if (b.value.isZero()) throwDivideByZero();
  if (Math.abs(scale) > MAXIMUM_SCALE) throwApex('System.MathException', `Scale must be between -33 and 33: ${scale}`);
  const shift = scale - a.scale + b.scale;
  const numerator = a.unscaledValue() * 10n ** BigInt(Math.max(shift, 0));
  const denominator = b.unscaledValue() * 10n ** BigInt(Math.max(-shift, 0));
  return new ApexDecimal(`${roundQuotient(numerator, denominator, mode)}e${-scale}`, scale);
}

/** `a.setScale(scale, mode)`. */
export function setScale(a: ApexDecimal, scale: number, mode: RoundingName): ApexDecimal {
  return divideToScale(a, ONE, scale, mode);
}

/** `a.round(mode)`: a Long. */
export function roundToLong(a: ApexDecimal, mode: RoundingName): bigint {
  return wholeOf(setScale(a, 0, mode));
}

/** `a.longValue()`: towards zero, the low 64 bits. */
export function decimalToLong(a: ApexDecimal): bigint {
  return toInt64(wholeOf(a));
}

/** `a.intValue()`: towards zero, the low 32 bits. */
export function decimalToInteger(a: ApexDecimal): number {
  return Number(BigInt.asIntN(32, wholeOf(a)));
}

export function decimalToDouble(a: ApexDecimal): number {
  return Number(a.value.toString());
}

/** `a.pow(exponent)`: exact. */
export function powerOf(a: ApexDecimal, exponent: number): ApexDecimal {
  if (exponent < 0 || exponent > 32767)
    throwApex('System.MathException', `Exponent must be between 0 and 32767: ${exponent}`);
  return new ApexDecimal(a.value.pow(exponent), a.scale * exponent);
}

/** `a.precision()`: how many digits it has without its point. */
export function precisionOf(a: ApexDecimal): number {
  const unscaled = a.unscaledValue();
  return magnitude(unscaled).toString().length;
}

/** `a.stripTrailingZeros()`: 1.500 → 1.5, 100 → 1E+2. */
export function stripTrailingZeros(a: ApexDecimal): ApexDecimal {
  if (a.value.isZero()) return new ApexDecimal(0, 0);
  const digits = a.value.toFixed();
  const zeros = a.value.isInteger() ? digits.length - digits.replace(/0+$/, '').length : 0;
  return new ApexDecimal(a.value, a.value.isInteger() ? -zeros : a.value.decimalPlaces());
}

function wholeOf(a: ApexDecimal): bigint {
  return BigInt(a.value.toFixed(0, Decimal.ROUND_DOWN));
}

function roundQuotient(numerator: bigint, denominator: bigint, mode: RoundingName): bigint {
  const whole = numerator / denominator;
  const rest = numerator % denominator;
  if (rest === 0n) return whole;
  const sign = numerator < 0n === denominator < 0n ? 1n : -1n;
  const twice = magnitude(rest) * 2n;
  const size = magnitude(denominator);
  const half = twice === size ? 'at' : twice > size ? 'above' : 'below';
  return roundsAway(mode, { half, isNegative: sign < 0n, isOdd: whole % 2n !== 0n }) ? whole + sign : whole;
}

type Remainder = { readonly half: 'below' | 'at' | 'above'; readonly isNegative: boolean; readonly isOdd: boolean };

/** Whether a quotient with this remainder moves away from zero. */
function roundsAway(mode: RoundingName, { half, isNegative, isOdd }: Remainder): boolean {
  switch (mode) {
    case 'UP':
      return true;
    case 'DOWN':
      return false;
    case 'CEILING':
      return !isNegative;
    case 'FLOOR':
      return isNegative;
    case 'HALF_UP':
      return half !== 'below';
    case 'HALF_DOWN':
      return half === 'above';
    case 'HALF_EVEN':
      return half === 'above' || (half === 'at' && isOdd);
    case 'UNNECESSARY':
      return throwApex('System.MathException', 'Rounding necessary');
  }
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
