import { type ApexType } from '../../types.ts';

/** A key of a JavaScript Map that is the same for values which are the same map key in Apex. */
export type HashKey = string | number | bigint | boolean | symbol | object | null;

/**
 * A boxed Apex value. What is not an ApexValue is null, a boolean, a number (Integer), a bigint (Long) or a string.
 */
export abstract class ApexValue {
  /** The type the value really has, whatever it was declared as. */
  abstract get apexType(): ApexType;

  /** What `==` says, for two values of which this is one. */
  abstract equalsValue(other: unknown): boolean;

  /** What `equals()` says: whether both are one key in a map and one element in a set. */
  sameKey(other: unknown): boolean {
    return this.equalsValue(other);
  }

  abstract hashCode(): number;

  /** What `'' + value` and `System.debug(value)` show. */
  abstract toApexString(): string;

  /** The key of a value that never changes; null where only `hashCode()` and `sameKey()` together can tell. */
  abstract hashKey(): HashKey | null;
}
