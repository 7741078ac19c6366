import { currentProgram } from '../../program.ts';
import { typeName } from '../../types.ts';
import { ApexSObject } from '../../data/apex-sobject.ts';
import { ApexBlob } from '../../runtime/values/apex-blob.ts';
import { ApexDate } from '../../runtime/values/apex-date.ts';
import { ApexDatetime, ApexTime } from '../../runtime/values/apex-datetime.ts';
import { ApexDecimal } from '../../runtime/values/apex-decimal.ts';
import { ApexDouble } from '../../runtime/values/apex-double.ts';
import { ApexEnumValue } from '../../runtime/values/apex-enum.ts';
import { ApexException, throwApex } from '../../runtime/values/apex-exception.ts';
import { ApexId } from '../../runtime/values/apex-id.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { ApexMap } from '../../runtime/values/apex-map.ts';
import { ApexObject, PlatformObject } from '../../runtime/values/apex-object.ts';
import { ApexSet } from '../../runtime/values/apex-set.ts';
import { toApexString } from '../../runtime/values/text.ts';
import { apexTypeOf } from '../../runtime/values/type-of.ts';
import { DataObject } from '../data/data-class.ts';
import { jsonShapeOf } from '../data/json-shapes.ts';
import { type JsonWriter, quoteJson } from './json-writer.ts';

const API_VERSION = 'v66.0';

type Serializer = {
  readonly writer: JsonWriter;
  /** Leaves fields of Apex objects out where they are null. */
  readonly suppressNulls: boolean;
  /** What is being written, outermost first. */
  readonly open: unknown[];
};

/** Writes any value as JSON.serialize does. */
export function writeValue(writer: JsonWriter, value: unknown, suppressNulls = false): void {
  write({ writer, suppressNulls, open: [] }, value);
}

function write(serializer: Serializer, value: unknown): void {
  const { writer } = serializer;
  const scalar = scalarText(value);
  if (scalar) {
    writer.raw(scalar.isQuoted ? quoteJson(scalar.text) : scalar.text);
    return;
  }
  if (serializer.open.includes(value)) fail('Direct self-reference leading to cycle');
  serializer.open.push(value);
  writeNested(serializer, value);
  serializer.open.pop();
}

/** The text of what is no object and no array; null for those. */
function scalarText(value: unknown): { readonly text: string; readonly isQuoted: boolean } | null {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint')
    return { text: String(value), isQuoted: false };
  if (value instanceof ApexDecimal) return { text: value.toApexString(), isQuoted: false };
  if (value instanceof ApexDouble) return { text: value.toApexString(), isQuoted: !Number.isFinite(value.value) };
  const text = quotedText(value);
  return text === null ? null : { text, isQuoted: true };
}

function quotedText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (value instanceof ApexId || value instanceof ApexTime) return value.toApexString();
  if (value instanceof ApexDate || value instanceof ApexDatetime) return value.iso();
  if (value instanceof ApexBlob) return value.bytes.toString('base64');
  return value instanceof ApexEnumValue ? value.name : null;
}

function writeNested(serializer: Serializer, value: unknown): void {
  if (value instanceof ApexList || value instanceof ApexSet) writeArray(serializer, value.items);
  else if (value instanceof ApexMap) writeMap(serializer, value);
  else if (value instanceof ApexSObject) writeRecord(serializer, value);
  else if (value instanceof DataObject && jsonShapeOf(value.typeName)) writeShaped(serializer, value);
  else if (value instanceof ApexObject && !(value instanceof PlatformObject) && !(value instanceof ApexException))
    writeObject(serializer, value);
  else fail(`Apex Type unsupported in JSON: ${typeName(apexTypeOf(value))}`);
}

function writeArray(serializer: Serializer, items: readonly unknown[]): void {
  serializer.writer.startArray();
  for (const item of items) write(serializer, item);
  serializer.writer.endArray();
}

function writeMap(serializer: Serializer, map: ApexMap): void {
  serializer.writer.startObject();
  for (const [key, value] of map.entries()) writeField(serializer, scalarText(key)?.text ?? toApexString(key), value);
  serializer.writer.endObject();
}

function writeObject(serializer: Serializer, object: ApexObject): void {
  const values = object as unknown as Record<string, unknown>;
  serializer.writer.startObject();
  for (const { name, key, isTransient } of currentProgram().fieldsOf(object.typeName)) {
    const value = isTransient ? null : values[key];
    if (!isTransient && !(value === null && serializer.suppressNulls)) writeField(serializer, name, value);
  }
  serializer.writer.endObject();
}

function writeShaped(serializer: Serializer, object: DataObject): void {
  serializer.writer.startObject();
  for (const [name, { key }] of jsonShapeOf(object.typeName) ?? []) writeField(serializer, name, object.get(key));
  serializer.writer.endObject();
}

function writeRecord(serializer: Serializer, record: ApexSObject): void {
  const { writer } = serializer;
  const id = record.peek('Id');
  writer.startObject();
  writer.fieldName('attributes');
  writer.startObject();
  writeField(serializer, 'type', record.objectName);
  if (id instanceof ApexId)
    writeField(serializer, 'url', `/services/data/${API_VERSION}/sobjects/${record.objectName}/${id.value}`);
  writer.endObject();
  for (const [name, value] of record.entries) writeField(serializer, name, value);
  for (const [name, related] of record.relations)
    if (related instanceof ApexList) writeChildren(serializer, name, related);
    else writeField(serializer, name, related);
  writer.endObject();
}

function writeChildren(serializer: Serializer, name: string, children: ApexList): void {
  const { writer } = serializer;
  writer.fieldName(name);
  writer.startObject();
  writeField(serializer, 'totalSize', children.items.length);
  writeField(serializer, 'done', true);
  writeField(serializer, 'records', children);
  writer.endObject();
}

function writeField(serializer: Serializer, name: string, value: unknown): void {
  serializer.writer.fieldName(name);
  write(serializer, value);
}

function fail(reason: string): never {
  return throwApex('System.JSONException', reason);
}
