import {
  ArrayExpressionContext,
  type AssignExpressionContext,
  DotExpressionContext,
  type ExpressionContext,
  type PostOpExpressionContext,
  type PreOpExpressionContext,
  SubExpressionContext,
} from '@apexdevtools/apex-parser';
import { types, typeName } from '../../types.ts';
import { type BodyContext, temporary } from '../context.ts';
import { fail } from '../errors.ts';
import { optional } from '../parse.ts';
import { convert, nonNull, type Typed } from '../typed.ts';
import { compileArithmetic, compileBits, isNumeric } from './arithmetic.ts';
import { resolveTarget } from './dot.ts';
import { compileAs, compileExpression } from './expression.ts';
import { memberOf, memberOfName, type Reference, type Value, valueOf } from './references.ts';

/** Something that can be assigned to; `setup` keeps what must be computed only once. */
type Place = { readonly value: Value; readonly setup: readonly string[]; readonly write: (code: string) => string };

/** `a = b` and `a += b`. */
export function compileAssignment(tree: AssignExpressionContext, context: BodyContext): Typed {
  const [left, right] = [tree.expression(0), tree.expression(1)];
  const operator = operatorOf(tree);
  if (operator === '') {
    const place = placeOf(left, context, false);
    const value = compileAs(right, place.value.type, context);
    return { type: place.value.type, code: place.write(value.code), ...(value.isNonNull ? { isNonNull: true } : {}) };
  }
  const place = placeOf(left, context, true);
  const operation = { operator, left: place.value, right: compileExpression(right, context) };
  const isArithmetic = ['+', '-', '*', '/'].includes(operator);
  const result = isArithmetic ? compileArithmetic(operation, context, tree) : compileBits(operation, context, tree);
  const stored = convert(result, place.value.type, context, tree);
  return { type: place.value.type, code: sequence([...place.setup, place.write(stored.code)]), isNonNull: true };
}

/** `+=` → `+`, `=` → nothing. */
function operatorOf(tree: AssignExpressionContext): string {
  const child = (tree.children as { getText: () => string }[])[1];
  return (child?.getText() ?? '=').slice(0, -1);
}

/** `x++`, `--x`. */
export function compileStep(
  tree: PostOpExpressionContext | PreOpExpressionContext,
  context: BodyContext,
  isPrefix: boolean,
): Typed {
  const place = placeOf(tree.expression(), context, true);
  const { type } = place.value;
  if (!isNumeric(type)) fail(tree, `Arithmetic expressions must use numeric arguments: ${typeName(type)}`);
  const operator = optional(tree.INC()) ? '+' : '-';
  const one: Typed = { type: types.Integer, code: '1', literal: 1, isNonNull: true };
  const step = (from: Typed): string =>
    place.write(
      convert(compileArithmetic({ operator, left: from, right: one }, context, tree), type, context, tree).code,
    );
  if (isPrefix) return { type, code: sequence([...place.setup, step(place.value)]), isNonNull: true };
  const kept = temporary(context);
  const before: Typed = { type, code: kept, isNonNull: true };
  return {
    type,
    code: sequence([...place.setup, `${kept} = ${nonNull(place.value)}`, step(before), kept]),
    isNonNull: true,
  };
}

const sequence = (codes: readonly string[]): string =>
  codes.length === 1 ? (codes[0] ?? '') : `(${codes.join(', ')})`;

function placeOf(tree: ExpressionContext, context: BodyContext, isOnce: boolean): Place {
  if (tree instanceof SubExpressionContext) return placeOf(tree.expression(), context, isOnce);
  if (tree instanceof ArrayExpressionContext) return elementPlace(tree, context, isOnce);
  const isMember = tree instanceof DotExpressionContext && !optional(tree.dotMethodCall());
  const setup: string[] = [];
  const value = isMember
    ? memberPlace(tree, context, isOnce ? setup : null)
    : valueOf(resolveTarget(tree, context), tree);
  const { write } = value;
  if (!write) return fail(tree, 'Expression cannot be assigned');
  if (value.guards?.length) fail(tree, 'Safe navigation operator cannot be used on the left side of an assignment');
  return { value, setup, write };
}

function memberPlace(tree: DotExpressionContext, context: BodyContext, setup: string[] | null): Value {
  if (optional(tree.QUESTIONDOT()))
    fail(tree, 'Safe navigation operator cannot be used on the left side of an assignment');
  const target: Reference = resolveTarget(tree.expression(), context);
  const name = tree.anyId().getText();
  if (target.kind === 'name') return valueOf(memberOfName(target, name, context, tree), tree);
  const object = valueOf(target, tree);
  if (!setup || object.code === 'this' || /^_\w+$/.test(object.code)) return memberOf(object, name, context, tree);
  const kept = temporary(context);
  setup.push(`${kept} = ${nonNull(object)}`);
  return memberOf({ type: object.type, code: kept, isNonNull: true }, name, context, tree);
}

function elementPlace(tree: ArrayExpressionContext, context: BodyContext, isOnce: boolean): Place {
  const list = compileExpression(tree.expression(0), context);
  const index = compileAs(tree.expression(1), types.Integer, context);
  if (list.type.kind !== 'list') return fail(tree, `Expression must be a list type: ${typeName(list.type)}`);
  const [listCode, indexCode] = [nonNull(list), nonNull(index)];
  const element = (l: string, i: string): Place => ({
    value: { kind: 'value', type: list.type.kind === 'list' ? list.type.of : types.any, code: `${l}.get(${i})` },
    setup: [],
    write: (code) => `$.setElement(${l}, ${i}, ${code})`,
  });
  if (!isOnce) return element(listCode, indexCode);
  const [l, i] = [temporary(context), temporary(context)];
  return { ...element(l, i), setup: [`${l} = ${listCode}`, `${i} = ${indexCode}`] };
}
