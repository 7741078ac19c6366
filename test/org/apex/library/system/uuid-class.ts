import { currentExecution } from '../../execution/execution.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { PlatformObject } from '../../runtime/values/apex-object.ts';
import { type HashKey } from '../../runtime/values/apex-value.ts';
import { textHash } from '../../runtime/values/text.ts';
import { strictStatic } from '../arguments.ts';
import { platformClass } from '../declare.ts';

/** A System.UUID. */
class ApexUuid extends PlatformObject {
  static override readonly apexName = 'System.UUID';

  readonly text: string;

  constructor(text: string) {
    super();
    this.text = text.toLowerCase();
  }

  override equalsValue(other: unknown): boolean {
    return other instanceof ApexUuid && other.text === this.text;
  }

  override hashCode(): number {
    return textHash(this.text);
  }

  override hashKey(): HashKey {
    return `\0u${this.text}`;
  }

  override toApexString(): string {
    return this.text;
  }
}

export const uuidClass = platformClass('UUID', {
  statics: {
    'UUID randomUUID()': () => {
      const bytes = currentExecution().org.randomBytes(16);
      bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
      bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
      return new ApexUuid(bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'));
    },
    'UUID fromString(String)': strictStatic((text: string) => {
      if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text))
        throwApex('System.IllegalArgumentException', `Invalid UUID string: ${text}`);
      return new ApexUuid(text);
    }),
  },
  methods: { 'String toString()': (self: ApexUuid) => self.text },
});
