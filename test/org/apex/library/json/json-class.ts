import { type ApexTypeToken } from '../../runtime/values/apex-type-token.ts';
import { strictStatic } from '../arguments.ts';
import { platformClass } from '../declare.ts';
import { readTyped, readUntyped } from './deserialize.ts';
import { ApexJsonGenerator } from './generator-class.ts';
import { JsonWriter } from './json-writer.ts';
import { parseJson } from './parse-json.ts';
import { ApexJsonParser } from './parser-class.ts';
import { writeValue } from './serialize.ts';

/** `JSON.serialize(value)`. */
function serializeJson(value: unknown, suppressNulls = false): string {
  return written(value, false, suppressNulls);
}

/** `JSON.deserialize(text, type)`. */
function deserializeJson(text: string, { type }: ApexTypeToken): unknown {
  return readTyped(parseJson(text), type, false);
}

export const jsonClass = platformClass('JSON', {
  statics: {
    'String serialize(Object)': (value: unknown) => serializeJson(value),
    'String serialize(Object, Boolean)': (value: unknown, suppressNulls: boolean | null) =>
      serializeJson(value, suppressNulls === true),
    'String serializePretty(Object)': (value: unknown) => written(value, true, false),
    'String serializePretty(Object, Boolean)': (value: unknown, suppressNulls: boolean | null) =>
      written(value, true, suppressNulls === true),
    'Object deserialize(String, Type)': strictStatic(deserializeJson),
    'Object deserializeStrict(String, Type)': strictStatic((text: string, { type }: ApexTypeToken) =>
      readTyped(parseJson(text), type, true),
    ),
    'Object deserializeUntyped(String)': strictStatic((text: string) => readUntyped(parseJson(text))),
    'JSONGenerator createGenerator(Boolean)': strictStatic((isPretty: boolean) => new ApexJsonGenerator(isPretty)),
    'JSONParser createParser(String)': strictStatic((text: string) => new ApexJsonParser(text)),
  },
});

function written(value: unknown, isPretty: boolean, suppressNulls: boolean): string {
  const writer = new JsonWriter(isPretty);
  writeValue(writer, value, suppressNulls);
  return writer.text;
}
