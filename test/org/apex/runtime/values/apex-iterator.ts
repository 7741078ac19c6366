import { type ApexType } from '../../types.ts';
import { throwApex } from './apex-exception.ts';
import { PlatformObject } from './apex-object.ts';

/** The Iterator that `list.iterator()` and `set.iterator()` give. */
export class ApexIterator extends PlatformObject {
  readonly #elementType: ApexType;
  readonly #items: readonly unknown[];
  #position = 0;

  /** `items` may still grow: a list's iterator sees what is added before it ends. */
  constructor(elementType: ApexType, items: readonly unknown[]) {
    super();
    this.#elementType = elementType;
    this.#items = items;
  }

  override get apexType(): ApexType {
    return { kind: 'iterator', of: this.#elementType };
  }

  hasNext(): boolean {
    return this.#position < this.#items.length;
  }

  next(): unknown {
    if (!this.hasNext()) throwApex('System.NoSuchElementException', 'Iterator has no more elements.');
    this.#position += 1;
    return this.#items[this.#position - 1];
  }
}
