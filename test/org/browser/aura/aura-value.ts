import { ApexSObject } from '../../apex/data/apex-sobject.ts';
import { JsonWriter } from '../../apex/library/json/json-writer.ts';
import { writeValue } from '../../apex/library/json/serialize.ts';
import { type ApexProgram } from '../../apex/program.ts';
import { ApexList } from '../../apex/runtime/values/apex-list.ts';
import { ApexMap } from '../../apex/runtime/values/apex-map.ts';
import { ApexObject, PlatformObject } from '../../apex/runtime/values/apex-object.ts';
import { ApexSet } from '../../apex/runtime/values/apex-set.ts';
import { toApexString } from '../../apex/runtime/values/text.ts';

/** An Apex value as a component receives it: of an object its `@AuraEnabled` members that hold something. */
export function toAuraValue(program: ApexProgram, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  const inner = (item: unknown): unknown => toAuraValue(program, item);
  if (value instanceof ApexList || value instanceof ApexSet) return value.items.map(inner);
  if (value instanceof ApexMap) {
    return Object.fromEntries([...value.entries()].map(([key, item]) => [toApexString(key), inner(item)]));
  }
  if (value instanceof ApexSObject) return recordValue(value);
  if (value instanceof ApexObject && !(value instanceof PlatformObject)) return objectValue(program, value);
  return plainJson(value);
}

function recordValue(record: ApexSObject): unknown {
  return JSON.parse(jsonOf(record), (name, value: unknown) => (name === 'attributes' ? undefined : value));
}

/** Text, numbers and dates; what has no JSON is refused by its name. */
function plainJson(value: unknown): unknown {
  return JSON.parse(jsonOf(value));
}

function jsonOf(value: unknown): string {
  const writer = new JsonWriter(false);
  writeValue(writer, value);
  return writer.text;
}

function objectValue(program: ApexProgram, object: ApexObject): Record<string, unknown> {
  const annotations = program.classNamed(object.typeName)?.fieldAnnotations ?? {};
  const values = object as unknown as Readonly<Record<string, unknown>>;
  const shown = program.fieldsOf(object.typeName).filter(({ name, key }) => {
    const isEnabled = annotations[name.toLowerCase()]?.some((annotation) => annotation.name === 'auraenabled') ?? false;
    return isEnabled && values[key] !== null && values[key] !== undefined;
  });
  return Object.fromEntries(shown.map(({ name, key }) => [name, toAuraValue(program, values[key])]));
}
