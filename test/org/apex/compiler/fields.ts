import { type ChildRelationship, type Field, type ObjectType } from '../../metadata/schema.ts';
import { type ApexType, listOf, sobjectOf, types } from '../types.ts';
import { type ApexWorld } from './world.ts';

const FIELD_TYPES: Readonly<Record<Field['type'], ApexType>> = {
  id: types.Id,
  reference: types.Id,
  string: types.String,
  textarea: types.String,
  email: types.String,
  phone: types.String,
  url: types.String,
  picklist: types.String,
  multipicklist: types.String,
  boolean: types.Boolean,
  int: types.Integer,
  double: types.Decimal,
  currency: types.Decimal,
  percent: types.Decimal,
  date: types.Date,
  datetime: types.Datetime,
  time: types.Time,
  base64: types.Blob,
};

/** The Apex type of a record's field. */
export function fieldType(field: Field): ApexType {
  return FIELD_TYPES[field.type];
}

/** What a name after a record means: a field, its parent, its children. */
export type RecordMember =
  | { readonly kind: 'field'; readonly name: string; readonly type: ApexType }
  | { readonly kind: 'parent'; readonly name: string; readonly type: ApexType }
  | { readonly kind: 'children'; readonly name: string; readonly type: ApexType };

/** Finds a field, a parent relationship or a child relationship of an object; the package prefix may be left out or given. */
export function recordMember(world: ApexWorld, objectName: string, written: string): RecordMember | undefined {
  const object = world.schema.objects.get(objectName.toLowerCase());
  if (!object) return undefined;
  const name = withoutNamespace(written.toLowerCase(), world.namespace);
  const field = object.fields.get(name);
  if (field) return { kind: 'field', name: field.name, type: fieldType(field) };
  const parent = parentField(object, name);
  if (parent?.reference?.relationshipName) {
    const { to, relationshipName } = parent.reference;
    const target = to.length === 1 ? to[0] : to.includes('User') ? 'User' : undefined;
    return { kind: 'parent', name: relationshipName, type: target ? sobjectOf(target) : types.SObject };
  }
  const child = childNamed(world, object, name);
  return child?.name ? { kind: 'children', name: child.name, type: listOf(sobjectOf(child.child.name)) } : undefined;
}

export function parentField(object: ObjectType, relationship: string): Field | undefined {
  return [...object.fields.values()].find(
    (field) => field.reference?.relationshipName?.toLowerCase() === relationship.toLowerCase(),
  );
}

export function childNamed(world: ApexWorld, object: ObjectType, name: string): ChildRelationship | undefined {
  return world.schema.childRelationships(object.name).find((each) => each.name?.toLowerCase() === name.toLowerCase());
}

function withoutNamespace(name: string, namespace: string | null): string {
  const prefix = namespace === null ? null : `${namespace.toLowerCase()}__`;
  return prefix !== null && name.startsWith(prefix) && /__(c|r)$/.test(name) ? name.slice(prefix.length) : name;
}
