import { currentProgram } from '../../program.ts';
import { type ApexType, classOf } from '../../types.ts';
import { ApexValue, type HashKey } from './apex-value.ts';
import { toApexString } from './text.ts';

/** An instance field or property as JSON and debug output see it. */
export type ApexFieldInfo = {
  /** As declared. */
  readonly name: string;
  /** The JavaScript property that holds it. */
  readonly key: string;
  readonly type: ApexType;
  readonly isTransient: boolean;
};

let identities = 0;

/** An instance of a class, of Apex code or of the platform; subclasses name their Apex class in `apexName`. */
export abstract class ApexObject extends ApexValue {
  static readonly apexName: string = 'Object';

  #identity = 0;

  /** Canonical name of its class: `Outer.Inner`, `System.Url`. */
  get typeName(): string {
    return (this.constructor as typeof ApexObject).apexName;
  }

  override get apexType(): ApexType {
    return classOf(this.typeName);
  }

  override equalsValue(other: unknown): boolean {
    if (this === other) return true;
    return other !== null && this.#declares('equals', 1) && currentProgram().invoke(this, 'equals', [other]) === true;
  }

  override hashCode(): number {
    if (this.#declares('hashCode', 0)) return currentProgram().invoke(this, 'hashCode', []) as number;
    if (this.#identity === 0) this.#identity = identities += 1;
    return this.#identity;
  }

  override hashKey(): HashKey | null {
    return this.#declares('equals', 1) ? null : this;
  }

  override toApexString(): string {
    const program = currentProgram();
    if (this.#declares('toString', 0)) return program.invoke(this, 'toString', []) as string;
    const values = this as unknown as Record<string, unknown>;
    const shown = program.fieldsOf(this.typeName).map(({ name, key }) => `${name}=${toApexString(values[key])}`);
    return `${simpleName(this.typeName)}:[${shown.join(', ')}]`;
  }

  #declares(method: string, arity: number): boolean {
    return currentProgram().hasMethod(this, method, arity);
  }
}

/** An object of the platform: Apex sees only its declared methods, and it is equal only to itself unless it says more. */
export abstract class PlatformObject extends ApexObject {
  override equalsValue(other: unknown): boolean {
    return this === other;
  }

  override hashKey(): HashKey | null {
    return this;
  }

  override toApexString(): string {
    return `${simpleName(this.typeName)}[]`;
  }
}

/** `Outer.Inner` → `Inner`, as debug output names an object. */
export function simpleName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
