import {
  DotExpressionContext,
  type ExpressionContext,
  IdPrimaryContext,
  PrimaryExpressionContext,
} from '@apexdevtools/apex-parser';
import { classOf, typeName, types } from '../../types.ts';
import { type BodyContext, temporary } from '../context.ts';
import { CompileFailure, fail } from '../errors.ts';
import { recordMember } from '../fields.ts';
import { optional } from '../parse.ts';
import { rowOrNull, type Typed } from '../typed.ts';
import { compileDotCall } from './calls.ts';
import { compileChain } from './expression.ts';
import {
  memberOf,
  memberOfName,
  type Reference,
  resolveName,
  typeReference,
  type Value,
  valueOf,
} from './references.ts';

/** `a.b`, `a?.b` and `a.b()`. */
export function compileDot(tree: DotExpressionContext, context: BodyContext): Typed {
  if (optional(tree.dotMethodCall())) return compileDotCall(tree, context);
  return valueOf(resolveDot(tree, context), tree);
}

/** What the left side of a dot means: a value, a type, a namespace. */
export function resolveTarget(tree: ExpressionContext, context: BodyContext): Reference {
  if (tree instanceof DotExpressionContext && !optional(tree.dotMethodCall())) return resolveDot(tree, context);
  const primary = tree instanceof PrimaryExpressionContext ? tree.primary() : null;
  if (primary instanceof IdPrimaryContext) return resolveName(primary.id().getText(), context, primary);
  return { kind: 'value', ...compileChain(tree, context) };
}

/** `a.b` as a reference. */
export function resolveDot(tree: DotExpressionContext, context: BodyContext): Reference {
  const name = tree.anyId().getText();
  const target = resolveTarget(tree.expression(), context);
  try {
    return resolveMember(target, name, tree, context);
  } catch (error) {
    const asType = error instanceof CompileFailure ? hiddenType(tree.expression(), target, context) : undefined;
    if (!asType) throw error;
    return memberOfName(asType, name, context, tree);
  }
}

/** A variable may hide the type of the same name; what the variable has not is looked for in the type. */
export function hiddenType(
  tree: ExpressionContext,
  target: Reference,
  context: BodyContext,
): Extract<Reference, { kind: 'name' }> | undefined {
  const primary = tree instanceof PrimaryExpressionContext ? tree.primary() : null;
  if (target.kind !== 'value' || !(primary instanceof IdPrimaryContext)) return undefined;
  const found = typeReference([primary.id().getText()], context);
  return found?.kind === 'name' ? found : undefined;
}

function resolveMember(target: Reference, name: string, tree: DotExpressionContext, context: BodyContext): Reference {
  switch (target.kind) {
    case 'value':
      return resolveOnValue(target, name, tree, context);
    case 'name':
      return memberOfName(target, name, context, tree);
    case 'labels':
      return label(name, tree, context);
    case 'describes':
      return describeObject(target, name, tree, context);
    case 'fields':
      return describeField(target.object, name, tree, context);
  }
}

function resolveOnValue(target: Value, name: string, tree: DotExpressionContext, context: BodyContext): Reference {
  if (target.describes !== undefined && name.toLowerCase() === 'fields')
    return { kind: 'fields', object: target.describes };
  if (typeName(target.type) === 'Schema.SObjectTypeFieldSets') return fieldSet(target, name, context);
  return memberOf(optional(tree.QUESTIONDOT()) ? guarded(rowOrNull(target), context) : target, name, context, tree);
}

/** `SObjectType.Account.fieldSets.Name`. */
function fieldSet(target: Value, name: string, context: BodyContext): Value {
  const find = context.unit.pool.constant('$.method("Schema.SObjectTypeFieldSets.named(String)")');
  return {
    kind: 'value',
    type: classOf('Schema.FieldSet'),
    code: `${find}(${target.code}, ${JSON.stringify(name)})`,
  };
}

/** The target of `?.`: kept aside, and the chain ends in null where it is null. */
export function guarded(target: Typed, context: BodyContext): Typed {
  const kept = temporary(context);
  return {
    type: target.type,
    code: kept,
    isNonNull: true,
    ...(target.isQuery ? { isQuery: true } : {}),
    guards: [...(target.guards ?? []), `(${kept} = ${target.code}) === null`],
  };
}

function label(name: string, tree: DotExpressionContext, context: BodyContext): Value {
  if (!context.unit.world.labels.has(name.toLowerCase())) fail(tree, `External string does not exist: ${name}`);
  return { kind: 'value', type: types.String, code: `$.label(${JSON.stringify(name)})`, isNonNull: true };
}

type Describes = Extract<Reference, { kind: 'describes' }>;

/** `Schema.SObjectType.Account`. */
function describeObject(target: Describes, name: string, tree: DotExpressionContext, context: BodyContext): Reference {
  const object = context.unit.world.schema.objects.get(name.toLowerCase());
  if (!object && target.type)
    return memberOfName({ kind: 'name', type: target.type, text: 'Schema.SObjectType' }, name, context, tree);
  if (!object) return fail(tree, `Variable does not exist: ${name}`);
  return {
    kind: 'value',
    type: classOf('Schema.DescribeSObjectResult'),
    code: `$.describeObject(${JSON.stringify(object.name)})`,
    isNonNull: true,
    describes: object.name,
  };
}

/** `Schema.SObjectType.Account.fields.Name`. */
function describeField(object: string, name: string, tree: DotExpressionContext, context: BodyContext): Value {
  const member = recordMember(context.unit.world, object, name);
  if (member?.kind !== 'field') return fail(tree, `Variable does not exist: ${name}`);
  return {
    kind: 'value',
    type: classOf('Schema.DescribeFieldResult'),
    code: `$.describeField(${JSON.stringify(object)}, ${JSON.stringify(member.name)})`,
    isNonNull: true,
  };
}
