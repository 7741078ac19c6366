import { type ApexType, listOf } from '../../types.ts';
import { ApexCollection } from './apex-collection.ts';
import { throwApex } from './apex-exception.ts';
import { hashCodeOf, sameKey } from './equality.ts';
import { toApexString } from './text.ts';

/** A List, which is also what an Apex array is. */
export class ApexList extends ApexCollection {
  readonly elementType: ApexType;
  readonly items: unknown[];

  constructor(elementType: ApexType, items: unknown[] = []) {
    super();
    this.elementType = elementType;
    this.items = items;
  }

  get(index: number): unknown {
    return this.items[this.#checked(index)];
  }

  set(index: number, value: unknown): void {
    this.items[this.#checked(index)] = value;
  }

  add(value: unknown): void {
    this.beforeChange();
    this.items.push(value);
  }

  insert(index: number, value: unknown): void {
    this.beforeChange();
    if (index !== this.items.length) this.#checked(index);
    this.items.splice(index, 0, value);
  }

  addAll(values: Iterable<unknown>): void {
    this.beforeChange();
    for (const value of [...values]) this.items.push(value);
  }

  removeAt(index: number): unknown {
    this.beforeChange();
    return this.items.splice(this.#checked(index), 1)[0];
  }

  clear(): void {
    this.beforeChange();
    this.items.length = 0;
  }

  /** Replaces the order, as `sort()` does. */
  sortBy(compare: (a: unknown, b: unknown) => number): void {
    this.beforeChange();
    this.items.sort(compare);
  }

  /** For the loop `for (T item : list)`. */
  iterate(): Generator {
    return this.guarded(this.items);
  }

  override get apexType(): ApexType {
    return listOf(this.elementType);
  }

  override equalsValue(other: unknown): boolean {
    if (!(other instanceof ApexList) || other.items.length !== this.items.length) return false;
    return this.items.every((item, index) => sameKey(item, other.items[index]));
  }

  override hashCode(): number {
    return this.items.reduce<number>((hash, item) => (Math.imul(31, hash) + hashCodeOf(item)) | 0, 1);
  }

  override toApexString(): string {
    return `(${this.items.map(toApexString).join(', ')})`;
  }

  #checked(index: number): number {
    if (index < 0 || index >= this.items.length)
      throwApex('System.ListException', `List index out of bounds: ${index}`);
    return index;
  }
}
