import { type ApexType, types } from '../../types.ts';
import { throwApex } from './apex-exception.ts';
import { ApexValue, type HashKey } from './apex-value.ts';
import { textHash } from './text.ts';

/** Bytes. */
export class ApexBlob extends ApexValue {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    super();
    this.bytes = bytes;
  }

  static ofText(text: string): ApexBlob {
    return new ApexBlob(Buffer.from(text, 'utf8'));
  }

  override get apexType(): ApexType {
    return types.Blob;
  }

  override equalsValue(other: unknown): boolean {
    return other instanceof ApexBlob && this.bytes.equals(other.bytes);
  }

  override hashCode(): number {
    return textHash(this.bytes.toString('latin1'));
  }

  override hashKey(): HashKey {
    return `\0b${this.bytes.toString('latin1')}`;
  }

  /** The bytes as UTF-8 text; bytes that are no text are refused, as Apex does. */
  text(): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.bytes);
    } catch {
      return throwApex('System.StringException', 'BLOB is not a valid UTF-8 string');
    }
  }

  override toApexString(): string {
    return `Blob[${this.bytes.length}]`;
  }
}
