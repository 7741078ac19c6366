import { throwApex } from './apex-exception.ts';

/** Wraps a whole number to 32 bits, as Integer arithmetic does. */
export const toInt32 = (value: number): number => value | 0;

/** Wraps a whole number to 64 bits, as Long arithmetic does. */
export const toInt64 = (value: bigint): bigint => BigInt.asIntN(64, value);

/** `a * b` of two Integers: wraps instead of losing digits. */
export const multiplyIntegers = (a: number, b: number): number => Math.imul(a, b);

/** `a / b` of two Integers: towards zero. */
export function divideIntegers(a: number, b: number): number {
  if (b === 0) throwDivideByZero();
  return Math.trunc(a / b) | 0;
}

/** `a / b` of two Longs: towards zero. */
export function divideLongs(a: bigint, b: bigint): bigint {
  if (b === 0n) throwDivideByZero();
  return toInt64(a / b);
}

/** The exception of every division by zero. */
export function throwDivideByZero(): never {
  return throwApex('System.MathException', 'Divide by 0');
}

/** `Long.intValue()`: the low 32 bits. */
export const longToInteger = (value: bigint): number => Number(BigInt.asIntN(32, value));

/** `Integer.valueOf(text)`. */
export function parseInteger(text: string): number {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
  if (value !== (value | 0)) throwApex('System.TypeException', `Invalid integer: ${text}`);
  return value | 0;
}

/** `Long.valueOf(text)`. */
export function parseLong(text: string): bigint {
  const value = /^[+-]?\d+$/.test(text) ? BigInt(text.replace('+', '')) : null;
  if (value === null || value !== toInt64(value)) throwApex('System.TypeException', `Invalid long: ${text}`);
  return value;
}

/** Groups of three, as `format()` of every number shows in a locale. */
export function formatNumber(plain: string, locale: string): string {
  const formatter = new Intl.NumberFormat(locale.replaceAll('_', '-'), {
    maximumFractionDigits: 3,
    roundingMode: 'halfEven',
  });
  return formatter.format(plain as Intl.StringNumericLiteral);
}
