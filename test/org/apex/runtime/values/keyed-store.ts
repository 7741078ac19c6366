import { type HashKey } from './apex-value.ts';
import { hashCodeOf, hashKey, sameKey } from './equality.ts';

type Entry<V> = { readonly key: unknown; value: V };

/** A hash table with Apex's idea of equal keys, in the order of their first insertion. */
export class KeyedStore<V> {
  readonly #entries = new Map<HashKey, Entry<V>>();
  /** Keys that only their hash code and their own `equals` can find; each stands in #entries by itself. */
  readonly #byHash = new Map<number, object[]>();

  get size(): number {
    return this.#entries.size;
  }

  has(key: unknown): boolean {
    return this.#find(key) !== undefined;
  }

  get(key: unknown): V | null {
    return this.#find(key)?.value ?? null;
  }

  /** Sets the value; a key that is there already stays as it was first given. Gives the former value, or null. */
  set(key: unknown, value: V): V | null {
    const known = this.#find(key);
    if (known) {
      const former = known.value;
      known.value = value;
      return former;
    }
    this.#entries.set(this.#placeFor(key), { key, value });
    return null;
  }

  delete(key: unknown): V | null {
    const known = this.#find(key);
    if (!known) return null;
    this.#entries.delete(this.#forget(known.key));
    return known.value;
  }

  clear(): void {
    this.#entries.clear();
    this.#byHash.clear();
  }

  *keys(): Generator {
    for (const { key } of this.#entries.values()) yield key;
  }

  *values(): Generator<V> {
    for (const { value } of this.#entries.values()) yield value;
  }

  *entries(): Generator<[unknown, V]> {
    for (const { key, value } of this.#entries.values()) yield [key, value];
  }

  #find(key: unknown): Entry<V> | undefined {
    const simple = hashKey(key);
    if (simple) return this.#entries.get(simple.key);
    const found = this.#byHash.get(hashCodeOf(key))?.find((candidate) => sameKey(candidate, key));
    return found && this.#entries.get(found);
  }

  #placeFor(key: unknown): HashKey {
    const simple = hashKey(key);
    if (simple) return simple.key;
    const code = hashCodeOf(key);
    this.#byHash.set(code, [...(this.#byHash.get(code) ?? []), key as object]);
    return key as object;
  }

  #forget(key: unknown): HashKey {
    const simple = hashKey(key);
    if (simple) return simple.key;
    const code = hashCodeOf(key);
    this.#byHash.set(
      code,
      (this.#byHash.get(code) ?? []).filter((candidate) => candidate !== key),
    );
    return key as object;
  }
}
