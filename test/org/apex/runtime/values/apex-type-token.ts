import { type ApexType, classOf, typeName } from '../../types.ts';
import { ApexValue, type HashKey } from './apex-value.ts';
import { textHash } from './text.ts';

/** A System.Type: `Account.class`, `Type.forName('Outer.Inner')`. */
export class ApexTypeToken extends ApexValue {
  readonly type: ApexType;

  constructor(type: ApexType) {
    super();
    this.type = type;
  }

  /** `getName()`: platform types without their namespace where they are of System. */
  get name(): string {
    return typeName(this.type).replace(/\bSystem\./g, '');
  }

  override get apexType(): ApexType {
    return classOf('System.Type');
  }

  override equalsValue(other: unknown): boolean {
    return other instanceof ApexTypeToken && other.name.toLowerCase() === this.name.toLowerCase();
  }

  override hashCode(): number {
    return textHash(this.name.toLowerCase());
  }

  override hashKey(): HashKey {
    return `\0Y${this.name.toLowerCase()}`;
  }

  override toApexString(): string {
    return this.name;
  }
}
