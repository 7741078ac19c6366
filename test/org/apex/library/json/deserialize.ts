import { currentProgram } from '../../program.ts';
import { type ApexType, type MapType, types, typeName } from '../../types.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { ApexMap } from '../../runtime/values/apex-map.ts';
import { type ApexObject } from '../../runtime/values/apex-object.ts';
import { ApexSet } from '../../runtime/values/apex-set.ts';
import { emptyOfShape, type JsonShape, jsonShapeOf } from '../data/json-shapes.ts';
import { type JsonNode } from './parse-json.ts';
import { readRecord } from './read-record.ts';
import { readScalar, untypedNumber } from './read-scalar.ts';

/** JSON as a value of an Apex type; strict reading refuses names the type does not have. */
export function readTyped(node: JsonNode, type: ApexType, isStrict: boolean): unknown {
  if (node.kind === 'null') return null;
  switch (type.kind) {
    case 'primitive':
      return readScalar(node, type.name);
    case 'list':
    case 'iterable':
      return new ApexList(type.of, readItems(node, type.of, isStrict));
    case 'set':
      return new ApexSet(type.of, readItems(node, type.of, isStrict));
    case 'map':
      return readMap(node, type, isStrict);
    case 'sobject':
      return readRecord(node, type.name);
    case 'class':
      return readObject(node, type.name, isStrict);
    default:
      return unsupported(typeName(type));
  }
}

/** JSON as maps, lists and primitives. */
export function readUntyped(node: JsonNode): unknown {
  switch (node.kind) {
    case 'object':
      return new ApexMap(
        types.String,
        types.any,
        node.entries.map(([name, value]) => [name, readUntyped(value)]),
      );
    case 'array':
      return new ApexList(types.any, node.items.map(readUntyped));
    case 'string':
      return node.text;
    case 'number':
      return untypedNumber(node.text);
    case 'boolean':
      return node.value;
    case 'null':
      return null;
  }
}

function readItems(node: JsonNode, type: ApexType, isStrict: boolean): unknown[] {
  if (node.kind !== 'array') return fail("Malformed JSON: Expected '[' at the beginning of List/Set");
  return node.items.map((item) => readTyped(item, type, isStrict));
}

function readMap(node: JsonNode, type: MapType, isStrict: boolean): ApexMap {
  if (node.kind !== 'object') return fail("Malformed JSON: Expected '{' at the beginning of Map");
  return new ApexMap(
    type.key,
    type.value,
    node.entries.map(([name, value]) => [
      readTyped({ kind: 'string', text: name }, type.key, isStrict),
      readTyped(value, type.value, isStrict),
    ]),
  );
}

function readObject(node: JsonNode, className: string, isStrict: boolean): unknown {
  const program = currentProgram();
  const shape = jsonShapeOf(className);
  if (shape) return readShaped(node, className, { shape, isStrict });
  const declared = program.classNamed(className);
  if (!declared || declared.kind === 'enum') return readConstant(node, className);
  if (declared.kind === 'interface' || declared.isAbstract) return unsupported(className);
  if (node.kind !== 'object') return fail("Malformed JSON: Expected '{' at the beginning of object");
  const object = program.allocate(className);
  fillFields(object, node.entries, isStrict);
  return object;
}

type Shaping = { readonly shape: JsonShape; readonly isStrict: boolean };

/** A result of DML, as tests make them for doubles. */
function readShaped(node: JsonNode, className: string, { shape, isStrict }: Shaping): unknown {
  if (node.kind !== 'object') return fail("Malformed JSON: Expected '{' at the beginning of object");
  const object = emptyOfShape(className);
  for (const [name, value] of node.entries) {
    const part = shape.get(name);
    if (part) object.values.set(part.key, readTyped(value, part.type, isStrict));
    else if (isStrict) fail(`Unknown field: ${className}.${name}`);
  }
  return object;
}

function fillFields(object: ApexObject, entries: readonly (readonly [string, JsonNode])[], isStrict: boolean): void {
  const values = object as unknown as Record<string, unknown>;
  const fields = currentProgram().fieldsOf(object.typeName);
  const seen = new Set<string>();
  for (const [name, value] of entries) {
    const field = fields.find((each) => each.name.toLowerCase() === name.toLowerCase() && !each.isTransient);
    if (isStrict && !field) fail(`Unknown field: ${object.typeName}.${name}`);
    if (isStrict && seen.has(name)) fail(`Duplicate field: ${object.typeName}.${name}`);
    seen.add(name);
    if (field) values[field.key] = readTyped(value, field.type, isStrict);
  }
}

function readConstant(node: JsonNode, enumName: string): unknown {
  const constants = currentProgram().enumValues(enumName);
  if (constants.length === 0) return unsupported(enumName);
  const text = node.kind === 'string' ? node.text : fail('Illegal value for primitive');
  return (
    constants.find(({ name }) => name.toLowerCase() === text.toLowerCase()) ??
    fail(`Illegal value for enum ${enumName}: ${text}`)
  );
}

function unsupported(name: string): never {
  return fail(`Apex Type unsupported in JSON: ${name}`);
}

function fail(reason: string): never {
  return throwApex('System.JSONException', reason);
}
