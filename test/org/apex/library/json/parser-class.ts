import { currentProgram } from '../../program.ts';
import { type PrimitiveName } from '../../types.ts';
import { type ApexEnumValue } from '../../runtime/values/apex-enum.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { PlatformObject } from '../../runtime/values/apex-object.ts';
import { type ApexTypeToken } from '../../runtime/values/apex-type-token.ts';
import { strictMethods } from '../arguments.ts';
import { platformClass, platformEnum } from '../declare.ts';
import { readTyped } from './deserialize.ts';
import { type JsonToken, tokensOf } from './json-tokens.ts';
import { parseJson } from './parse-json.ts';
import { readScalar } from './read-scalar.ts';

/** A System.JSONParser: a walk through the tokens of a text that has already been read. */
export class ApexJsonParser extends PlatformObject {
  static override readonly apexName = 'System.JSONParser';

  readonly #tokens: readonly JsonToken[];
  #position = -1;
  #isCleared = false;
  lastCleared: JsonToken | null = null;

  constructor(text: string) {
    super();
    this.#tokens = tokensOf(parseJson(text));
  }

  get current(): JsonToken | null {
    return this.#isCleared ? null : (this.#tokens[this.#position] ?? null);
  }

  next(): JsonToken | null {
    if (this.#position < this.#tokens.length) this.#position += 1;
    this.#isCleared = false;
    return this.current;
  }

  nextValue(): JsonToken | null {
    const token = this.next();
    return token?.name === 'FIELD_NAME' ? this.next() : token;
  }

  skipChildren(): void {
    const { current } = this;
    if (current) this.#position = current.end;
  }

  clear(): void {
    this.lastCleared = this.current ?? this.lastCleared;
    this.#isCleared = true;
  }

  /** The value that begins at the current token; the parser then stands at its end. */
  readValue(type: ApexTypeToken, isStrict: boolean): unknown {
    if (!this.current) this.next();
    if (this.current?.name === 'FIELD_NAME') this.next();
    const { current } = this;
    if (!current?.node) return throwApex('System.JSONException', 'No value begins at the current token');
    this.#position = current.end;
    return readTyped(current.node, type.type, isStrict);
  }
}

/** Getters of the current token as one type; they refuse tokens of another kind. */
const getter =
  (type: PrimitiveName, isAllowed: (name: string) => boolean) =>
  (self: ApexJsonParser): unknown => {
    const { current } = self;
    if (!current?.node || !isAllowed(current.name))
      return throwApex(
        'System.JSONException',
        `Current token (${current?.name ?? 'null'}) is not a value of type ${type}`,
      );
    return readScalar(current.node, type);
  };

const isNumber = (name: string): boolean => name.startsWith('VALUE_NUMBER');
const isText = (name: string): boolean => name === 'VALUE_STRING';
const isBoolean = (name: string): boolean => name === 'VALUE_TRUE' || name === 'VALUE_FALSE';

export const jsonParserClass = platformClass('JSONParser', {
  methods: strictMethods({
    'JSONToken nextToken()': (self: ApexJsonParser) => constantOf(self.next()),
    'JSONToken nextValue()': (self: ApexJsonParser) => constantOf(self.nextValue()),
    'JSONToken getCurrentToken()': (self: ApexJsonParser) => constantOf(self.current),
    'JSONToken getLastClearedToken()': (self: ApexJsonParser) => constantOf(self.lastCleared),
    'Boolean hasCurrentToken()': (self: ApexJsonParser) => self.current !== null,
    'void clearCurrentToken()': (self: ApexJsonParser) => self.clear(),
    'void skipChildren()': (self: ApexJsonParser) => self.skipChildren(),
    'String getCurrentName()': (self: ApexJsonParser) => self.current?.field ?? null,
    'String getText()': (self: ApexJsonParser) => self.current?.text ?? null,
    'Blob getBlobValue()': getter('Blob', isText),
    'Boolean getBooleanValue()': getter('Boolean', isBoolean),
    'Date getDateValue()': getter('Date', isText),
    'Datetime getDateTimeValue()': getter('Datetime', isText),
    'Decimal getDecimalValue()': getter('Decimal', isNumber),
    'Double getDoubleValue()': getter('Double', isNumber),
    'Id getIdValue()': getter('Id', isText),
    'Integer getIntegerValue()': getter('Integer', isNumber),
    'Long getLongValue()': getter('Long', isNumber),
    'Time getTimeValue()': getter('Time', isText),
    'Object readValueAs(Type)': (self: ApexJsonParser, type: ApexTypeToken) => self.readValue(type, false),
    'Object readValueAsStrict(Type)': (self: ApexJsonParser, type: ApexTypeToken) => self.readValue(type, true),
  }),
});

export const jsonTokenEnum = platformEnum('JSONToken', [
  'END_ARRAY',
  'END_OBJECT',
  'FIELD_NAME',
  'NOT_AVAILABLE',
  'START_ARRAY',
  'START_OBJECT',
  'VALUE_EMBEDDED_OBJECT',
  'VALUE_FALSE',
  'VALUE_NULL',
  'VALUE_NUMBER_FLOAT',
  'VALUE_NUMBER_INT',
  'VALUE_STRING',
  'VALUE_TRUE',
]);

function constantOf(token: JsonToken | null): ApexEnumValue | null {
  const constants = currentProgram().enumValues('System.JSONToken');
  return (token && constants.find(({ name }) => name === token.name)) ?? null;
}
