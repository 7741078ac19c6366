import { type ApexType, mapOf } from '../../types.ts';
import { ApexCollection } from './apex-collection.ts';
import { hashCodeOf, sameKey } from './equality.ts';
import { KeyedStore } from './keyed-store.ts';
import { toApexString } from './text.ts';

/** A Map, in the order in which its keys first came. */
export class ApexMap extends ApexCollection {
  readonly keyType: ApexType;
  readonly valueType: ApexType;
  readonly #store = new KeyedStore<unknown>();

  constructor(keyType: ApexType, valueType: ApexType, entries: Iterable<readonly [unknown, unknown]> = []) {
    super();
    this.keyType = keyType;
    this.valueType = valueType;
    for (const [key, value] of entries) this.#store.set(key, value);
  }

  get size(): number {
    return this.#store.size;
  }

  has(key: unknown): boolean {
    return this.#store.has(key);
  }

  get(key: unknown): unknown {
    return this.#store.get(key);
  }

  /** Gives the former value, or null. */
  put(key: unknown, value: unknown): unknown {
    this.beforeChange();
    return this.#store.set(key, value);
  }

  remove(key: unknown): unknown {
    this.beforeChange();
    return this.#store.delete(key);
  }

  clear(): void {
    this.beforeChange();
    this.#store.clear();
  }

  /** The keys, in a new array. */
  keys(): unknown[] {
    return [...this.#store.keys()];
  }

  /** The values, in a new array. */
  values(): unknown[] {
    return [...this.#store.values()];
  }

  entries(): [unknown, unknown][] {
    return [...this.#store.entries()];
  }

  override get apexType(): ApexType {
    return mapOf(this.keyType, this.valueType);
  }

  override equalsValue(other: unknown): boolean {
    if (!(other instanceof ApexMap) || other.size !== this.size) return false;
    return this.entries().every(([key, value]) => other.has(key) && sameKey(value, other.get(key)));
  }

  override hashCode(): number {
    return this.entries().reduce((sum, [key, value]) => (sum + (hashCodeOf(key) ^ hashCodeOf(value))) | 0, 0);
  }

  override toApexString(): string {
    return `{${this.entries()
      .map(([key, value]) => `${toApexString(key)}=${toApexString(value)}`)
      .join(', ')}}`;
  }
}
