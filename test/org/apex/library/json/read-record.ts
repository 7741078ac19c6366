import { type ObjectType } from '../../../metadata/schema.ts';
import { currentExecution } from '../../execution/execution.ts';
import { sobjectOf } from '../../types.ts';
import { ApexSObject } from '../../data/apex-sobject.ts';
import { apexTypeOf } from '../../data/field-values.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { objectNamed } from '../collections/records.ts';
import { readUntyped } from './deserialize.ts';
import { type JsonNode } from './parse-json.ts';
import { readScalar } from './read-scalar.ts';

type ObjectNode = Extract<JsonNode, { kind: 'object' }>;

/** A record with the fields, parents and children that the JSON holds; a name the object does not have is refused. */
export function readRecord(node: JsonNode, declaredName: string): ApexSObject | null {
  if (node.kind === 'null') return null;
  if (node.kind !== 'object') return fail("Malformed JSON: Expected '{' at the beginning of object");
  const named = textAt(objectAt(node, 'attributes'), 'type');
  const name = declaredName === 'SObject' ? named : declaredName;
  if (name === null) return fail('The attributes of a generic record must name its type');
  if (name === 'AggregateResult') return readAggregate(node);
  const object = objectNamed(name);
  if (!object) return fail(`Unknown sobject type: ${name}`);
  const record = new ApexSObject(object);
  for (const [key, value] of node.entries) if (key !== 'attributes') readMember(record, object, [key, value]);
  return record;
}

/** The row of a grouped query, as tests make them for doubles. */
function readAggregate(node: ObjectNode): ApexSObject {
  const record = new ApexSObject(null, 'query');
  for (const [name, value] of node.entries) if (name !== 'attributes') record.load(name, readUntyped(value));
  return record;
}

function readMember(record: ApexSObject, object: ObjectType, [name, node]: readonly [string, JsonNode]): void {
  const field = object.fields.get(name.toLowerCase());
  if (field) {
    const type = apexTypeOf(field);
    if (type.kind === 'primitive') record.setField(field.name, readScalar(node, type.name));
    return;
  }
  const lookup = [...object.fields.values()].find((each) => isNamed(each.reference?.relationshipName, name));
  if (lookup?.reference?.relationshipName) {
    const target = lookup.reference.to.length === 1 ? (lookup.reference.to[0] ?? 'SObject') : 'SObject';
    record.setParent(lookup.reference.relationshipName, readRecord(node, target));
    return;
  }
  readChildren(record, object, [name, node]);
}

function readChildren(record: ApexSObject, object: ObjectType, [name, node]: readonly [string, JsonNode]): void {
  const relationships = currentExecution().org.store.schema.childRelationships(object.name);
  const relationship = relationships.find((each) => isNamed(each.name, name));
  if (!relationship) return fail(`No such column '${name}' on sobject of type ${object.name}`);
  const list = node.kind === 'object' ? entryOf(node, 'records') : node;
  const items = list?.kind === 'array' ? list.items : [];
  const children = items.map((item) => readRecord(item, relationship.child.name));
  record.setChildren(relationship.name ?? name, new ApexList(sobjectOf(relationship.child.name), children));
}

function isNamed(relationship: string | null | undefined, name: string): boolean {
  return relationship?.toLowerCase() === name.toLowerCase();
}

function entryOf(node: ObjectNode, name: string): JsonNode | undefined {
  return node.entries.find(([key]) => key === name)?.[1];
}

function objectAt(node: ObjectNode, name: string): ObjectNode | null {
  const found = entryOf(node, name);
  return found?.kind === 'object' ? found : null;
}

function textAt(node: ObjectNode | null, name: string): string | null {
  const found = node && entryOf(node, name);
  return found?.kind === 'string' ? found.text : null;
}

function fail(reason: string): never {
  return throwApex('System.JSONException', reason);
}
