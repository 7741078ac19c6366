import { Decimal } from 'decimal.js';
import { type ApexType, types } from '../../types.ts';
import { throwApex } from './apex-exception.ts';
import { ApexValue, type HashKey } from './apex-value.ts';
import { javaDoubleText } from './apex-double.ts';
import { compareNumbers } from './numbers.ts';

/** Sums and products of Decimals are exact, however long they grow. */
const ExactDecimal = Decimal.clone({ precision: 100_000, toExpNeg: -1_000_000, toExpPos: 1_000_000 });

const DECIMAL_TEXT = /^[+-]?(?:\d+\.?(?<fraction>\d*)|\.(?<bare>\d+))(?:[eE](?<exponent>[+-]?\d{1,9}))?$/;

/** A Decimal with its scale, which Apex shows and carries through arithmetic: 1.50 is not written 1.5. */
export class ApexDecimal extends ApexValue {
  readonly value: Decimal;
  readonly scale: number;

  constructor(value: Decimal.Value, scale: number) {
    super();
    this.value = new ExactDecimal(value);
    this.scale = scale;
  }

  /** Reads what Apex reads in `Decimal.valueOf(text)`; the scale is that of the text. */
  static parse(text: string): ApexDecimal {
    const groups = DECIMAL_TEXT.exec(text)?.groups;
    if (!groups) throwApex('System.TypeException', `Invalid decimal: ${text}`);
    const fraction = groups['fraction'] ?? groups['bare'] ?? '';
    return new ApexDecimal(text, fraction.length - Number(groups['exponent'] ?? 0));
  }

  static ofWhole(value: number | bigint): ApexDecimal {
    return new ApexDecimal(value.toString(), 0);
  }

  /** As Java's BigDecimal.valueOf: the digits that the double prints. */
  static ofDouble(value: number): ApexDecimal {
    return ApexDecimal.parse(javaDoubleText(value));
  }

  override get apexType(): ApexType {
    return types.Decimal;
  }

  override equalsValue(other: unknown): boolean {
    return compareNumbers(this, other) === 0;
  }

  /** As in Java, 1.1 and 1.10 are two keys, though they are `==`. */
  override sameKey(other: unknown): boolean {
    return other instanceof ApexDecimal && other.scale === this.scale && other.value.eq(this.value);
  }

  override hashCode(): number {
    const unscaled = this.unscaledValue();
    return (Math.imul(31, unscaled < 0n ? -magnitudeHash(-unscaled) : magnitudeHash(unscaled)) + this.scale) | 0;
  }

  override hashKey(): HashKey {
    return `\0m${this.toApexString()}`;
  }

  /** The digits without the point: 1.50 → 150. */
  unscaledValue(): bigint {
    return BigInt(this.value.times(ExactDecimal.pow(10, this.scale)).toFixed(0));
  }

  /** Never in scientific notation. */
  toPlainString(): string {
    return this.value.toFixed(Math.max(this.scale, 0));
  }

  /** As Java prints a BigDecimal: plain, unless it is tiny or its scale is negative. */
  override toApexString(): string {
    const digits = (this.value.isNegative() ? -this.unscaledValue() : this.unscaledValue()).toString();
    const exponent = digits.length - 1 - this.scale;
    if (this.scale >= 0 && exponent >= -6) return this.toPlainString();
    const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`;
    const sign = this.value.isNegative() && !this.value.isZero() ? '-' : '';
    return `${sign}${mantissa}${exponent === 0 ? '' : `E${exponent > 0 ? '+' : ''}${exponent}`}`;
  }
}

/** `BigInteger.hashCode` of Java. */
function magnitudeHash(value: bigint): number {
  if (value === 0n) return 0;
  let hash = 0;
  const words = value.toString(16);
  const padded = words.padStart(Math.ceil(words.length / 8) * 8, '0');
  for (let index = 0; index < padded.length; index += 8)
    hash = (Math.imul(31, hash) + Number.parseInt(padded.slice(index, index + 8), 16)) | 0;
  return hash;
}
