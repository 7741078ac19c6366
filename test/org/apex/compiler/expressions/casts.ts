import { type CastExpressionContext, type InstanceOfExpressionContext } from '@apexdevtools/apex-parser';
import { type ApexType, sameType, types, typeName } from '../../types.ts';
import { type BodyContext } from '../context.ts';
import { fail } from '../errors.ts';
import { adapt, isType, singleRow, type Typed } from '../typed.ts';
import { isNumeric } from './arithmetic.ts';
import { compileExpression } from './expression.ts';

/** `(T) value`: what is certain is settled here, the rest is checked at run time. */
export function compileCast(tree: CastExpressionContext, context: BodyContext): Typed {
  const { world, pool } = context.unit;
  const to = world.typeOf(tree.typeRef(), context.owner);
  const value = castValue(tree, to, context);
  if (sameType(value.type, to) || value.type.kind === 'null') return { ...value, type: to };
  const isRecordwise = value.type.kind === to.kind && to.kind !== 'primitive' && to.kind !== 'class';
  if (world.assignable(value.type, to) && !isRecordwise) return cast(adapt(value, to, context), to);
  const isNarrower = isNumeric(value.type) && isNumeric(to);
  if (!isNarrower && !mayBe(value.type, to, context))
    fail(
      tree,
      `Incompatible types since an instance of ${typeName(value.type)} is never an instance of ${typeName(to)}`,
    );
  const code = isNarrower ? `$.narrow${typeName(to)}(${value.code})` : `$.cast(${value.code}, ${pool.type(to)})`;
  return cast({ ...value, code }, to);
}

function castValue(tree: CastExpressionContext, to: ApexType, context: BodyContext): Typed {
  const given = compileExpression(tree.expression(), context);
  if (given.type.kind === 'void') fail(tree, 'Illegal use of void expression');
  return given.isQuery && to.kind === 'sobject' ? singleRow(given) : given;
}

/** The value under the type that it was cast to, even where it is known better. */
function cast({ code, isNonNull }: Typed, type: ApexType): Typed {
  return { type, code, ...(isNonNull ? { isNonNull } : {}) };
}

function mayBe(from: ApexType, to: ApexType, context: BodyContext): boolean {
  const { world } = context.unit;
  if (from.kind === 'any' || world.assignable(to, from) || world.assignable(from, to)) return true;
  if (isType(from, types.String, types.Id) && isType(to, types.String, types.Id)) return true;
  if (isInterface(from, context) || isInterface(to, context))
    return from.kind !== 'primitive' && to.kind !== 'primitive';
  return maySharePart(from, to, context);
}

/** Collections may be cast where their elements may. */
function maySharePart(from: ApexType, to: ApexType, context: BodyContext): boolean {
  if (from.kind === 'map' && to.kind === 'map')
    return mayBe(from.key, to.key, context) && mayBe(from.value, to.value, context);
  if (!('of' in from) || !('of' in to)) return false;
  const isAlike = from.kind === to.kind || to.kind === 'iterable' || from.kind === 'iterable';
  return isAlike && mayBe(from.of, to.of, context);
}

function isInterface(type: ApexType, { unit: { world } }: BodyContext): boolean {
  if (type.kind === 'iterable' || type.kind === 'iterator') return true;
  if (type.kind !== 'class') return false;
  return world.classOfType(type)?.kind === 'interface' || world.platformOfType(type)?.kind === 'interface';
}

/** `value instanceof T`. */
export function compileInstanceOf(tree: InstanceOfExpressionContext, context: BodyContext): Typed {
  const { world, pool } = context.unit;
  const value = compileExpression(tree.expression(), context);
  const type = world.typeOf(tree.typeRef(), context.owner);
  return { type: types.Boolean, code: `$.isInstance(${value.code}, ${pool.type(type)})`, isNonNull: true };
}
