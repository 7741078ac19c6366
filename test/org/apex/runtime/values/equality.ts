import { ApexValue, type HashKey } from './apex-value.ts';
import { textHash } from './text.ts';

/** The operator `==`: text ignores case, numbers compare across their kinds, boxed values decide for themselves. */
export function equalsValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  if (a instanceof ApexValue) return a.equalsValue(b);
  if (b instanceof ApexValue) return b.equalsValue(a);
  if (typeof a === 'string' && typeof b === 'string') return sameText(a, b);
  if (isWhole(a) && isWhole(b)) return BigInt(a) === BigInt(b);
  return false;
}

/** `equals()`: one key in a map, one element in a set; unlike `==`, text is compared with its case. */
export function sameKey(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  if (a instanceof ApexValue) return a.sameKey(b);
  if (b instanceof ApexValue) return b.sameKey(a);
  return isWhole(a) && isWhole(b) && BigInt(a) === BigInt(b);
}

/** A key for a JavaScript Map; null for values that only `hashCodeOf` and `sameKey` together can find. */
export function hashKey(value: unknown): { readonly key: HashKey } | null {
  if (!(value instanceof ApexValue)) return { key: value as HashKey };
  const key = value.hashKey();
  return key === null ? null : { key };
}

/** `System.hashCode(value)`: what Java gives for the same value. */
export function hashCodeOf(value: unknown): number {
  if (value === null) return 0;
  if (value instanceof ApexValue) return value.hashCode();
  if (typeof value === 'string') return textHash(value);
  if (typeof value === 'number') return value | 0;
  if (typeof value === 'bigint') return longHash(value);
  return value === true ? 1231 : 1237;
}

/** The hash of a Long, and of whatever Java keeps in one. */
export function longHash(value: bigint): number {
  const bits = BigInt.asUintN(64, value);
  return Number(BigInt.asIntN(32, bits ^ (bits >> 32n)));
}

/** Whether two texts differ at most in the case of their letters. */
export function sameText(a: string, b: string): boolean {
  return a.length === b.length && (a === b || a.toLowerCase() === b.toLowerCase());
}

function isWhole(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}
