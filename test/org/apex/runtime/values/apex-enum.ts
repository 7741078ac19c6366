import { type ApexType, classOf } from '../../types.ts';
import { ApexValue, type HashKey } from './apex-value.ts';
import { textHash } from './text.ts';

/** A constant of an enum; there is one object for each, so identity is equality. */
export class ApexEnumValue extends ApexValue {
  readonly enumName: string;
  readonly name: string;
  readonly ordinal: number;

  constructor(enumName: string, name: string, ordinal: number) {
    super();
    this.enumName = enumName;
    this.name = name;
    this.ordinal = ordinal;
  }

  override get apexType(): ApexType {
    return classOf(this.enumName);
  }

  override equalsValue(other: unknown): boolean {
    return this === other;
  }

  override hashCode(): number {
    return textHash(this.name);
  }

  override hashKey(): HashKey {
    return this;
  }

  override toApexString(): string {
    return this.name;
  }
}
