import { type ApexType, sameType, types, typeName } from '../../types.ts';
import { type BodyContext } from '../context.ts';
import { fail } from '../errors.ts';
import { type TreeNode } from '../parse.ts';
import { isType, singleRow, type Typed } from '../typed.ts';
import { isNumeric, type Operation } from './arithmetic.ts';

const boolean = (code: string): Typed => ({ type: types.Boolean, code, isNonNull: true });

/** `== != <>` by value, `=== !==` by identity. */
export function compileEquality(operation: Operation, context: BodyContext, tree: TreeNode): Typed {
  const { operator } = operation;
  const [left, right] = unifyRows(operation);
  if (!comparable(left.type, right.type, context))
    fail(tree, `Comparison arguments must be compatible types: ${typeName(left.type)}, ${typeName(right.type)}`);
  const isNegated = operator.startsWith('!') || operator === '<>';
  return boolean(isNegated ? `!${equalCode(operator, left, right)}` : equalCode(operator, left, right));
}

function unifyRows({ left, right }: Operation): [Typed, Typed] {
  if (left.isQuery && right.type.kind === 'sobject') return [singleRow(left), right];
  if (right.isQuery && left.type.kind === 'sobject') return [left, singleRow(right)];
  return [left, right];
}

function equalCode(operator: string, left: Typed, right: Typed): string {
  const isIdentity = operator === '===' || operator === '!==';
  if (left.type.kind === 'null' || right.type.kind === 'null') return `(${left.code} === ${right.code})`;
  if (sameType(left.type, right.type) && isType(left.type, types.Integer, types.Long, types.Boolean))
    return `(${left.code} === ${right.code})`;
  if (isIdentity) return `$.isSame(${left.code}, ${right.code})`;
  if (isType(left.type, types.String) && isType(right.type, types.String))
    return `$.equalText(${left.code}, ${right.code})`;
  return `$.equal(${left.code}, ${right.code})`;
}

function comparable(left: ApexType, right: ApexType, { unit: { world } }: BodyContext): boolean {
  if (left.kind === 'void' || right.kind === 'void') return false;
  if (isNumeric(left) && isNumeric(right)) return true;
  if (world.assignable(left, right) || world.assignable(right, left)) return true;
  return isInterface(left, world) || isInterface(right, world);
}

type World = BodyContext['unit']['world'];

function isInterface(type: ApexType, world: World): boolean {
  return (
    type.kind === 'class' &&
    (world.classOfType(type)?.kind === 'interface' || world.platformOfType(type)?.kind === 'interface')
  );
}

const ORDERED: readonly ApexType[] = [types.String, types.Id, types.Date, types.Datetime, types.Time];

const NAMES: Readonly<Record<string, string>> = {
  '<': 'isLess',
  '<=': 'isLessOrEqual',
  '>': 'isGreater',
  '>=': 'isGreaterOrEqual',
};

/** `< <= > >=`: with null on a side numbers and dates answer false, and text counts null as the least. */
export function compileOrder({ operator, left, right }: Operation, context: BodyContext, tree: TreeNode): Typed {
  if (!haveOrder(left.type, right.type, context))
    fail(tree, `Comparison arguments must be compatible types: ${typeName(left.type)}, ${typeName(right.type)}`);
  const isWhole = isType(left.type, types.Integer, types.Long) && isType(right.type, types.Integer, types.Long);
  if (isWhole && left.isNonNull && right.isNonNull) return boolean(`(${left.code} ${operator} ${right.code})`);
  const suffix = isWhole ? 'Whole' : '';
  return boolean(`$.${NAMES[operator] ?? ''}${suffix}(${left.code}, ${right.code})`);
}

function haveOrder(left: ApexType, right: ApexType, { unit: { world } }: BodyContext): boolean {
  if (isNumeric(left) && isNumeric(right)) return true;
  const isOrdered = (type: ApexType): boolean => type.kind === 'null' || isNumeric(type) || isType(type, ...ORDERED);
  return isOrdered(left) && isOrdered(right) && (world.assignable(left, right) || world.assignable(right, left));
}

/** `&&` and `||`: the right side runs only where it decides; null is a NullPointerException. */
export function compileLogic({ operator, left, right }: Operation, tree: TreeNode): Typed {
  requireBoolean(left, tree);
  requireBoolean(right, tree);
  return boolean(`(${truth(left)} ${operator} ${truth(right)})`);
}

export function compileNot(value: Typed, tree: TreeNode): Typed {
  requireBoolean(value, tree);
  return boolean(`!${truth(value)}`);
}

function requireBoolean(value: Typed, tree: TreeNode): void {
  if (!isType(value.type, types.Boolean))
    fail(tree, `Condition expression must be of type Boolean: ${typeName(value.type)}`);
}

export function truth({ code, isNonNull }: Typed): string {
  return isNonNull ? code : `nn(${code})`;
}
