import { type ApexType, types } from '../../types.ts';
import { ApexValue, type HashKey } from './apex-value.ts';
import { throwApex } from './apex-exception.ts';
import { compareNumbers } from './numbers.ts';
import { longHash } from './equality.ts';

/** A Double: 64-bit floating point, kept apart from Integer. */
export class ApexDouble extends ApexValue {
  readonly value: number;

  constructor(value: number) {
    super();
    this.value = value;
  }

  static parse(text: string): ApexDouble {
    const trimmed = text.trim();
    if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[dDfF]?$/.test(trimmed))
      throwApex('System.TypeException', `Invalid double: ${text}`);
    return new ApexDouble(Number.parseFloat(trimmed));
  }

  override get apexType(): ApexType {
    return types.Double;
  }

  override equalsValue(other: unknown): boolean {
    return compareNumbers(this, other) === 0;
  }

  override hashCode(): number {
    return longHash(new DataView(new Float64Array([this.value]).buffer).getBigInt64(0, true));
  }

  override hashKey(): HashKey {
    return `\0d${this.value}`;
  }

  override toApexString(): string {
    return javaDoubleText(this.value);
  }
}

/** A double as Java prints it: `100.0`, `1.0E10`, `1.5E-5`. */
export function javaDoubleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${exponent.replace('+', '')}`;
}

/** The double of a narrower number cast `(Integer)`: towards zero and held to the range, as Java casts. */
export function doubleToInteger(value: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.trunc(Math.min(Math.max(value, -2147483648), 2147483647));
}

/** As `doubleToInteger`, for Long. */
export function doubleToLong(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= 9223372036854775807) return 9223372036854775807n;
  if (value <= -9223372036854775808) return -9223372036854775808n;
  return BigInt(Math.trunc(value));
}
