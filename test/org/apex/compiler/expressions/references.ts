import { type ApexType, classOf, listOf, mapOf, sobjectOf, types, typeName } from '../../types.ts';
import { findField, platformClasses } from '../callables.ts';
import { type BodyContext, findVariable } from '../context.ts';
import { fail } from '../errors.ts';
import { recordMember } from '../fields.ts';
import { type PlatformClass } from '../library.ts';
import { type ClassModel, type FieldModel } from '../model.ts';
import { type TreeNode } from '../parse.ts';
import { nonNull, singleRow, type Typed } from '../typed.ts';
import { isVisible } from '../visibility.ts';
import { writtenName } from '../world.ts';

/** A value that may also be assigned to: `write` gives code that stores and answers the value. */
export type Value = Typed & {
  readonly kind: 'value';
  readonly write?: (code: string) => string;
  /** The object whose describe result this is, for `Schema.SObjectType.Account.fields`. */
  readonly describes?: string;
};

/** What a name means before anything is done with it. */
export type Reference =
  | Value
  | { readonly kind: 'name'; readonly type?: ApexType; readonly namespace?: string; readonly text: string }
  | { readonly kind: 'labels' }
  | { readonly kind: 'describes'; readonly type: ApexType | undefined }
  | { readonly kind: 'fields'; readonly object: string };

/** A name that stands alone: variable, field, outer static, type, namespace. */
export function resolveName(name: string, context: BodyContext, tree: TreeNode): Reference {
  const variable = findVariable(context.scope, name);
  if (variable) {
    const write = (code: string): string => {
      if (variable.isFinal) fail(tree, `Final variable has already been initialized: ${variable.name}`);
      return `(${variable.code} = ${code})`;
    };
    return { kind: 'value', type: variable.type, code: variable.code, write };
  }
  const field = fieldInScope(name, context);
  if (field !== 'instance only')
    return field?.(tree) ?? typeReference([name], context) ?? fail(tree, `Variable does not exist: ${name}`);
  return (
    typeReference([name], context) ?? fail(tree, `Non static field cannot be referenced from a static context: ${name}`)
  );
}

type Field = (tree: TreeNode) => Value;

/** A field by its bare name, the outer classes' static ones too; in static code an instance field does not hide a type. */
function fieldInScope(name: string, context: BodyContext): Field | 'instance only' | undefined {
  const { world } = context.unit;
  const own = findField(world, context.owner, name);
  if (own) {
    if (!own.isStatic && context.isStatic) return 'instance only';
    return (tree) => fieldValue(own, 'this', context, tree);
  }
  for (let outer = context.owner.outer; outer; outer = outer.outer) {
    const field = findField(world, outer, name);
    if (field?.isStatic) return (tree) => fieldValue(field, '', context, tree);
  }
  return undefined;
}

/** A type or a namespace by its name. */
export function typeReference(parts: readonly string[], context: BodyContext): Reference | undefined {
  const { world } = context.unit;
  const text = parts.join('.');
  const lower = text.toLowerCase();
  const type = world.findType(writtenName(...parts), context.owner);
  const isOwn = type && world.classOfType(type);
  if (!isOwn && LABELS.has(lower)) return { kind: 'labels' };
  if (!isOwn && DESCRIBES.has(lower)) return { kind: 'describes', type };
  const isNamespace = parts.length === 1 && isNamespaceName(text, context);
  if (!type && !isNamespace) return undefined;
  return { kind: 'name', text, ...(type ? { type } : {}), ...(isNamespace ? { namespace: text } : {}) };
}

const LABELS: ReadonlySet<string> = new Set(['label', 'system.label']);
const DESCRIBES: ReadonlySet<string> = new Set(['sobjecttype', 'schema.sobjecttype']);

function isNamespaceName(text: string, { unit: { world } }: BodyContext): boolean {
  return world.library.hasNamespace(text) || text.toLowerCase() === world.namespace?.toLowerCase();
}

/** A reference where a value is wanted. */
export function valueOf(reference: Reference, tree: TreeNode): Value {
  if (reference.kind === 'value') return reference;
  return fail(tree, `Variable does not exist: ${tree.getText()}`);
}

/** A field or property of one of our classes. */
export function fieldValue(field: FieldModel, target: string, context: BodyContext, tree: TreeNode): Value {
  const { world } = context.unit;
  const { owner, modifiers } = field;
  const visible = (visibility?: 'private' | 'protected' | 'public' | 'global'): boolean =>
    isVisible(world, { from: context.owner, owner, modifiers, ...(visibility ? { visibility } : {}) });
  if (!visible()) fail(tree, `Variable is not visible: ${owner.name}.${field.name}`);
  if (field.property && !field.property.get && context.accessorOf !== field)
    return { kind: 'value', type: field.type, code: unreadable(field), write: writer(field, target, context, tree) };
  if (field.property?.get && !visible(field.property.get.visibility))
    fail(tree, `Variable is not visible: ${owner.name}.${field.name}`);
  return {
    kind: 'value',
    type: field.type,
    code: slotOf(field, target, context),
    write: writer(field, target, context, tree),
  };
}

const unreadable = (field: FieldModel): string => `$.unreadable(${JSON.stringify(field.name)})`;

function slotOf(field: FieldModel, target: string, context: BodyContext): string {
  const key = context.accessorOf === field ? `$${field.key}` : field.key;
  return `${field.isStatic ? staticsOf(field.owner) : target}.${key}`;
}

/** The static fields of a class in the running transaction. */
export const staticsOf = (model: ClassModel): string => `${classCode(model.name)}.$statics()`;

/** The compiled class of that name. */
export const classCode = (name: string): string => `K.${name.replaceAll('.', '$')}`;

function writer(field: FieldModel, target: string, context: BodyContext, tree: TreeNode): (code: string) => string {
  return (code) => {
    const isInside = context.accessorOf === field;
    const setter = field.property?.set;
    if (field.property && !setter && !isInside) fail(tree, `Field is not writeable: ${field.owner.name}.${field.name}`);
    const visibility = setter?.visibility;
    if (
      visibility &&
      !isVisible(context.unit.world, {
        from: context.owner,
        owner: field.owner,
        modifiers: field.modifiers,
        visibility,
      })
    )
      fail(tree, `Variable is not visible: ${field.owner.name}.${field.name}`);
    if (field.modifiers.words.has('final') && !context.isInitializing)
      fail(tree, `Final variable has already been initialized: ${field.name}`);
    return `(${slotOf(field, target, context)} = ${code})`;
  };
}

/** `target.name` for a value. */
export function memberOf(target: Typed, name: string, context: BodyContext, tree: TreeNode): Value {
  const { guards } = target;
  const found = findMember(target, name, context, tree) ?? fail(tree, `Variable does not exist: ${name}`);
  return guards ? { ...found, guards } : found;
}

function findMember(target: Typed, name: string, context: BodyContext, tree: TreeNode): Value | undefined {
  const { world } = context.unit;
  const { type } = target;
  if (type.kind === 'sobject') return recordValue(target, name, context);
  const model = world.classOfType(type);
  const field = model && findField(world, model, name);
  if (field) {
    if (field.isStatic)
      fail(tree, `Static field cannot be referenced from a non static context: ${typeName(type)}.${field.name}`);
    return fieldValue(field, nonNull(target), context, tree);
  }
  if (target.isQuery && type.kind === 'list') return recordValue(singleRow(target), name, context);
  for (const { platform } of platformClasses(world, type)) {
    const property = platform.properties.get(name.toLowerCase());
    if (property) return propertyValue(property, nonNull(target), context, tree);
  }
  return undefined;
}

function recordValue(target: Typed, name: string, context: BodyContext): Value | undefined {
  if (target.type.kind !== 'sobject') return undefined;
  const self = nonNull(target);
  const objectName = target.type.name;
  if (objectName === 'SObject')
    return name.toLowerCase() === 'id'
      ? {
          kind: 'value',
          type: types.Id,
          code: `${self}.getField("Id")`,
          write: (code) => `$.setField(${self}, "Id", ${code})`,
        }
      : undefined;
  const member = recordMember(context.unit.world, objectName, name);
  if (!member) return undefined;
  const key = JSON.stringify(member.name);
  if (member.kind === 'field')
    return {
      kind: 'value',
      type: member.type,
      code: `${self}.getField(${key})`,
      write: (code) => `$.setField(${self}, ${key}, ${code})`,
      field: { record: self, name: member.name },
    };
  if (member.kind === 'parent')
    return {
      kind: 'value',
      type: member.type,
      code: `${self}.getParent(${key})`,
      write: (code) => `$.setParent(${self}, ${key}, ${code})`,
    };
  return { kind: 'value', type: member.type, code: `${self}.getChildren(${key})` };
}

type Property = NonNullable<ReturnType<PlatformClass['properties']['get']>>;

function propertyValue(property: Property, self: string | null, context: BodyContext, tree: TreeNode): Value {
  const { pool } = context.unit;
  const reference = JSON.stringify(property.reference);
  const before = self === null ? '' : self;
  const write = (code: string): string => {
    if (!property.entry.set) fail(tree, `Field is not writeable: ${property.name}`);
    const setter = pool.constant(`$.setter(${reference})`);
    return `${setter}(${before === '' ? code : `${before}, ${code}`})`;
  };
  return { kind: 'value', type: property.type, code: `${pool.constant(`$.getter(${reference})`)}(${before})`, write };
}

type Named = Extract<Reference, { kind: 'name' }>;

/** `Name.member` for a type or a namespace. */
export function memberOfName(target: Named, name: string, context: BodyContext, tree: TreeNode): Reference {
  const inType = target.type && staticMember(target.type, name, context, tree);
  return (
    inType ??
    typeReference([...target.text.split('.'), name], context) ??
    fail(tree, `Variable does not exist: ${target.text}.${name}`)
  );
}

function staticMember(type: ApexType, name: string, context: BodyContext, tree: TreeNode): Value | undefined {
  const { world } = context.unit;
  if (type.kind === 'sobject') return tokenOf(type.name, name, context);
  const model = world.classOfType(type);
  if (model) return ownStatic(model, name, context, tree);
  const platform = world.platformOfType(type) ?? world.library.byName(`System.${typeName(type)}`);
  if (!platform) return undefined;
  const constant = platform.constants.find((each) => each.toLowerCase() === name.toLowerCase());
  if (constant !== undefined) return enumConstant(platform.name, constant, context);
  const property = platform.staticProperties.get(name.toLowerCase());
  if (!property) return undefined;
  const value = propertyValue(property, null, context, tree);
  return platform.name === 'System.Trigger' ? { ...value, type: triggerType(value.type, context) } : value;
}

/** Inside a trigger, its records have the trigger's object as their type. */
function triggerType(type: ApexType, { triggerObject }: BodyContext): ApexType {
  if (triggerObject === null) return type;
  if (type.kind === 'list') return listOf(sobjectOf(triggerObject));
  return type.kind === 'map' ? mapOf(type.key, sobjectOf(triggerObject)) : type;
}

function ownStatic(model: ClassModel, name: string, context: BodyContext, tree: TreeNode): Value | undefined {
  const constant = model.constants.find((each) => each.toLowerCase() === name.toLowerCase());
  if (constant !== undefined) return enumConstant(model.name, constant, context);
  const field = findField(context.unit.world, model, name);
  if (!field || (!field.isStatic && model.inner.has(name.toLowerCase()))) return undefined;
  if (!field.isStatic)
    fail(tree, `Non static field cannot be referenced from a static context: ${model.name}.${field.name}`);
  return fieldValue(field, '', context, tree);
}

export function enumConstant(enumName: string, constant: string, context: BodyContext): Value {
  const code = context.unit.pool.constant(`$.enumConstant(${JSON.stringify(enumName)}, ${JSON.stringify(constant)})`);
  return { kind: 'value', type: classOf(enumName), code, isNonNull: true };
}

/** `Account.SObjectType`, `Account.Name`. */
function tokenOf(objectName: string, name: string, context: BodyContext): Value | undefined {
  const object = JSON.stringify(objectName);
  if (name.toLowerCase() === 'sobjecttype')
    return { kind: 'value', type: classOf('Schema.SObjectType'), code: `$.objectToken(${object})`, isNonNull: true };
  const member = recordMember(context.unit.world, objectName, name);
  if (member?.kind !== 'field') return undefined;
  const code = `$.fieldToken(${object}, ${JSON.stringify(member.name)})`;
  return { kind: 'value', type: classOf('Schema.SObjectField'), code, isNonNull: true };
}
