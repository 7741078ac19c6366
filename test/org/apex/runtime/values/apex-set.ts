import { type ApexType, setOf } from '../../types.ts';
import { ApexCollection } from './apex-collection.ts';
import { hashCodeOf } from './equality.ts';
import { KeyedStore } from './keyed-store.ts';
import { toApexString } from './text.ts';

/** A Set, in the order of insertion. */
export class ApexSet extends ApexCollection {
  readonly elementType: ApexType;
  readonly #store = new KeyedStore<true>();

  constructor(elementType: ApexType, items: Iterable<unknown> = []) {
    super();
    this.elementType = elementType;
    for (const item of items) this.#store.set(item, true);
  }

  get size(): number {
    return this.#store.size;
  }

  /** The elements, in a new array. */
  get items(): unknown[] {
    return [...this.#store.keys()];
  }

  has(value: unknown): boolean {
    return this.#store.has(value);
  }

  /** Whether the set changed. */
  add(value: unknown): boolean {
    this.beforeChange();
    return this.#store.set(value, true) === null;
  }

  /** Whether the set changed. */
  delete(value: unknown): boolean {
    this.beforeChange();
    return this.#store.delete(value) !== null;
  }

  clear(): void {
    this.beforeChange();
    this.#store.clear();
  }

  /** For the loop `for (T item : set)`. */
  iterate(): Generator {
    return this.guarded(this.#store.keys());
  }

  override get apexType(): ApexType {
    return setOf(this.elementType);
  }

  override equalsValue(other: unknown): boolean {
    return other instanceof ApexSet && other.size === this.size && this.items.every((item) => other.has(item));
  }

  override hashCode(): number {
    return this.items.reduce<number>((sum, item) => (sum + hashCodeOf(item)) | 0, 0);
  }

  override toApexString(): string {
    return `{${this.items.map(toApexString).join(', ')}}`;
  }
}
