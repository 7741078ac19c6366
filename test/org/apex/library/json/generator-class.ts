import { type ApexBlob } from '../../runtime/values/apex-blob.ts';
import { type ApexDate } from '../../runtime/values/apex-date.ts';
import { type ApexDatetime, type ApexTime } from '../../runtime/values/apex-datetime.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { type ApexId } from '../../runtime/values/apex-id.ts';
import { PlatformObject } from '../../runtime/values/apex-object.ts';
import { type ApexNumber } from '../../runtime/values/numbers.ts';
import { type Implementation, platformClass } from '../declare.ts';
import { JsonWriter } from './json-writer.ts';
import { writeValue } from './serialize.ts';

/** A System.JSONGenerator. */
export class ApexJsonGenerator extends PlatformObject {
  static override readonly apexName = 'System.JSONGenerator';

  readonly #writer: JsonWriter;
  isClosed = false;

  constructor(isPretty: boolean) {
    super();
    this.#writer = new JsonWriter(isPretty);
  }

  /** What has been written; reading it stays possible after closing. */
  get text(): string {
    return this.#writer.text;
  }

  /** The writer, for one more piece. */
  open(): JsonWriter {
    if (this.isClosed) throwApex('System.JSONException', 'The JSON generator is closed');
    return this.#writer;
  }
}

/** `writeX(value)` and `writeXField(name, value)` for the types that JSON knows as values. */
function valueWriters(): Record<string, Implementation> {
  const kinds: readonly (readonly [string, readonly string[]])[] = [
    ['Blob', ['Blob']],
    ['Boolean', ['Boolean']],
    ['Date', ['Date']],
    ['DateTime', ['Datetime']],
    ['Id', ['Id']],
    ['Number', ['Decimal', 'Double', 'Integer', 'Long']],
    ['Object', ['Object']],
    ['String', ['String']],
    ['Time', ['Time']],
  ];
  const pairs = kinds.flatMap(([name, types]) =>
    types.flatMap((type): [string, Implementation][] => [
      [`void write${name}(${type})`, writeOne],
      [`void write${name}Field(String, ${type})`, writeField],
    ]),
  );
  return Object.fromEntries(pairs);
}

type Writable = ApexBlob | ApexDate | ApexDatetime | ApexTime | ApexId | ApexNumber | boolean | string | null;

function writeOne(self: ApexJsonGenerator, value: Writable): void {
  writeValue(self.open(), value);
}

function writeField(self: ApexJsonGenerator, name: string | null, value: Writable): void {
  self.open().fieldName(name ?? throwApex('System.NullPointerException', 'Argument 1 cannot be null'));
  writeValue(self.open(), value);
}

export const jsonGeneratorClass = platformClass('JSONGenerator', {
  methods: {
    ...valueWriters(),
    'void writeNull()': (self: ApexJsonGenerator) => writeOne(self, null),
    'void writeNullField(String)': (self: ApexJsonGenerator, name: string | null) => writeField(self, name, null),
    'void writeFieldName(String)': (self: ApexJsonGenerator, name: string | null) =>
      self.open().fieldName(name ?? throwApex('System.NullPointerException', 'Argument 1 cannot be null')),
    'void writeStartArray()': (self: ApexJsonGenerator) => self.open().startArray(),
    'void writeEndArray()': (self: ApexJsonGenerator) => self.open().endArray(),
    'void writeStartObject()': (self: ApexJsonGenerator) => self.open().startObject(),
    'void writeEndObject()': (self: ApexJsonGenerator) => self.open().endObject(),
    'String getAsString()': (self: ApexJsonGenerator) => self.text,
    'Boolean isClosed()': (self: ApexJsonGenerator) => self.isClosed,
    'void close()': (self: ApexJsonGenerator) => {
      self.isClosed = true;
    },
  },
});
