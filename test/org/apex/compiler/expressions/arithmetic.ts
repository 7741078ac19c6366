import { type ApexType, type PrimitiveName, types, typeName } from '../../types.ts';
import { type BodyContext } from '../context.ts';
import { fail } from '../errors.ts';
import { type TreeNode } from '../parse.ts';
import { adapt, isType, nonNull, textOf, type Typed } from '../typed.ts';

export type Operation = { readonly operator: string; readonly left: Typed; readonly right: Typed };

const NUMBERS: readonly PrimitiveName[] = ['Integer', 'Long', 'Double', 'Decimal'];

/** 0 for Integer … 3 for Decimal; -1 for what is no number. */
function rank(type: ApexType): number {
  return type.kind === 'primitive' ? NUMBERS.indexOf(type.name) : -1;
}

export const isNumeric = (type: ApexType): boolean => rank(type) >= 0;

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  '+': 'Arithmetic expressions must use numeric arguments',
  '-': 'Arithmetic expressions must use numeric arguments',
  '*': 'Arithmetic expressions must use numeric arguments',
  '/': 'Arithmetic expressions must use numeric arguments',
};

/** `+ - * /`: text, dates and numbers, each by the static types. */
export function compileArithmetic(operation: Operation, context: BodyContext, tree: TreeNode): Typed {
  const { operator, left, right } = operation;
  if (left.type.kind === 'void' || right.type.kind === 'void') fail(tree, 'Illegal use of void expression');
  if (operator === '+' && (isType(left.type, types.String) || isType(right.type, types.String)))
    return { type: types.String, code: `(${textOf(left)} + ${textOf(right)})`, isNonNull: true };
  const dated = compileDateArithmetic(operation);
  if (dated) return dated;
  const wider = widerNumber(left.type, right.type);
  if (!wider) {
    if (operator === '+' && isDate(left.type))
      fail(tree, 'Date/time expressions must use Integer or Long or Double or Decimal');
    return fail(tree, DESCRIPTIONS[operator] ?? `Unexpected operator ${operator}`);
  }
  return numberOperation({ operator, left: adapt(left, wider, context), right: adapt(right, wider, context) }, wider);
}

/** The type that both numbers become. */
export function widerNumber(left: ApexType, right: ApexType): ApexType | null {
  const [a, b] = [rank(left), rank(right)];
  const name = a < 0 || b < 0 ? undefined : NUMBERS[Math.max(a, b)];
  return name === undefined ? null : types[name];
}

const NAMES: Readonly<Record<string, string>> = { '+': 'add', '-': 'subtract', '*': 'multiply', '/': 'divide' };

function numberOperation({ operator, left, right }: Operation, type: ApexType): Typed {
  const [a, b] = [nonNull(left), nonNull(right)];
  const isSum = operator === '+' || operator === '-';
  if (isType(type, types.Integer)) {
    if (isSum) return { type, code: `(${a} ${operator} ${b} | 0)`, isNonNull: true };
    return { type, code: operator === '*' ? `Math.imul(${a}, ${b})` : `$.divideIntegers(${a}, ${b})`, isNonNull: true };
  }
  if (isType(type, types.Long)) {
    const code = operator === '/' ? `$.divideLongs(${a}, ${b})` : `BigInt.asIntN(64, ${a} ${operator} ${b})`;
    return { type, code, isNonNull: true };
  }
  return { type, code: `$.${NAMES[operator] ?? ''}${typeName(type)}s(${a}, ${b})`, isNonNull: true };
}

const isDate = (type: ApexType): boolean => isType(type, types.Date, types.Datetime, types.Time);

/** `date + 3`, `datetime - 0.5`: days are added. */
function compileDateArithmetic({ operator, left, right }: Operation): Typed | null {
  if (!isDate(left.type) || !isNumeric(right.type) || (operator !== '+' && operator !== '-')) return null;
  const amount = operator === '-' ? `$.negate(${nonNull(right)})` : nonNull(right);
  return { type: left.type, code: `$.add${typeName(left.type)}Days(${nonNull(left)}, ${amount})`, isNonNull: true };
}

/** `-x` and `+x`. */
export function compileSign(sign: string, value: Typed, tree: TreeNode): Typed {
  if (!isNumeric(value.type)) fail(tree, 'Arithmetic expressions must use numeric arguments');
  if (sign === '+') return { ...value, code: nonNull(value), isNonNull: true };
  if (value.literal !== undefined)
    return { type: types.Integer, code: `(${-value.literal | 0})`, literal: -value.literal | 0, isNonNull: true };
  if (isType(value.type, types.Integer))
    return { type: types.Integer, code: `(-${nonNull(value)} | 0)`, isNonNull: true };
  return { type: value.type, code: `$.negate(${nonNull(value)})`, isNonNull: true };
}

/** `& | ^ << >> >>>` on Integer, Long and, the first three, Boolean. */
export function compileBits({ operator, left, right }: Operation, context: BodyContext, tree: TreeNode): Typed {
  const isLogic = operator === '&' || operator === '|' || operator === '^';
  if (isLogic && isType(left.type, types.Boolean) && isType(right.type, types.Boolean))
    return { type: types.Boolean, code: `((${nonNull(left)} ${operator} ${nonNull(right)}) === 1)`, isNonNull: true };
  const wider = widerNumber(left.type, right.type);
  if (!wider || !isType(wider, types.Integer, types.Long))
    return fail(tree, 'Bitwise operator only allowed on boolean or integer types');
  const type = isLogic ? wider : left.type;
  const a = nonNull(adapt(left, type, context));
  if (isType(type, types.Long)) return longBits(operator, a, adapt(right, types.Long, context));
  const b = isType(right.type, types.Long) ? `Number(${nonNull(right)})` : nonNull(right);
  return { type, code: `((${a} ${operator} ${b}) | 0)`, isNonNull: true };
}

function longBits(operator: string, left: string, right: Typed): Typed {
  const b = nonNull(right);
  const isShift = operator.length > 1;
  const code = isShift ? `$.shiftLong("${operator}", ${left}, ${b})` : `BigInt.asIntN(64, ${left} ${operator} ${b})`;
  return { type: types.Long, code, isNonNull: true };
}
