import { throwApex } from './apex-exception.ts';
import { ApexValue, type HashKey } from './apex-value.ts';

/** What List, Set and Map share: while a loop goes over them nobody adds or removes. */
export abstract class ApexCollection extends ApexValue {
  #loops = 0;

  /** Every change of what it contains goes through here first. */
  protected beforeChange(): void {
    if (this.#loops > 0) throwApex('System.FinalException', 'Cannot modify a collection while it is being iterated.');
  }

  /** Goes over the items for a `for` loop, during which the collection cannot change. */
  protected *guarded<T>(items: Iterable<T>): Generator<T> {
    this.#loops += 1;
    try {
      yield* items;
    } finally {
      this.#loops -= 1;
    }
  }

  override hashKey(): HashKey | null {
    return null;
  }
}
