import { type ApexType, isCollection, sameType, types, typeName } from '../types.ts';
import { type BodyContext } from './context.ts';
import { fail } from './errors.ts';
import { type TreeNode } from './parse.ts';

/** A compiled expression: its static type and the JavaScript that computes it, complete enough to stand in any other. */
export type Typed = {
  readonly type: ApexType;
  readonly code: string;
  /** Literals, `this`, results of arithmetic: no null check is needed. */
  readonly isNonNull?: boolean;
  /** An Integer literal, which may still become any other number. */
  readonly literal?: number;
  /** An inline query, which stands for its rows or for its only row. */
  readonly isQuery?: boolean;
  /** Conditions under which a chain with `?.` ends in null. */
  readonly guards?: readonly string[];
  /** The record and field that were read, for `record.Field.addError(…)`. */
  readonly field?: { readonly record: string; readonly name: string };
};

export const isType = (type: ApexType, ...expected: readonly ApexType[]): boolean =>
  expected.some((each) => sameType(type, each));

/** The code with a null check, for what is about to be dereferenced. */
export function nonNull({ code, isNonNull }: Typed): string {
  return isNonNull ? code : `nn(${code})`;
}

/** The same value as the declared type wants it; what Apex would not assign is a compile error. */
export function convert(value: Typed, to: ApexType, context: BodyContext, tree: TreeNode): Typed {
  const { world } = context.unit;
  if (value.isQuery && to.kind === 'sobject' && value.type.kind === 'list')
    return convert(singleRow(value), to, context, tree);
  if (!world.assignable(value.type, to))
    fail(tree, `Illegal assignment from ${typeName(value.type)} to ${typeName(to)}`);
  return adapt(value, to, context);
}

/** The only row of an inline query, or a QueryException at run time. */
export function singleRow(value: Typed): Typed {
  if (value.type.kind !== 'list') return value;
  return { type: value.type.of, code: `$.onlyRow(${value.code})`, isNonNull: true };
}

/** The same where a query without rows is null: before `?.` and `??`. */
export function rowOrNull(value: Typed): Typed {
  if (!value.isQuery || value.type.kind !== 'list') return value;
  return { type: value.type.of, code: `$.rowOrNull(${value.code})` };
}

/** Changes the form of a value whose type may stand for the other: Integer to Decimal, String to Id. */
export function adapt(value: Typed, to: ApexType, context: BodyContext): Typed {
  const { type } = value;
  if (type.kind === 'null' || to.kind === 'any' || sameType(type, to))
    return { ...value, type: type.kind === 'null' ? to : type };
  if (value.literal !== undefined && to.kind === 'primitive')
    return { type: to, code: literalAs(value.literal, to.name, context), isNonNull: true };
  if (type.kind === 'primitive') return converted(value, to);
  if (type.kind === 'list' && isCollection(to) && to.of.kind === 'primitive')
    return { ...value, type: to, code: `$.copyList(${value.code}, ${context.unit.pool.type(to.of)})` };
  return { ...value, type: to };
}

function converted(value: Typed, to: ApexType): Typed {
  return { type: to, code: `$.to${typeName(to)}(${value.code})`, ...(value.isNonNull ? { isNonNull: true } : {}) };
}

function literalAs(value: number, name: string, context: BodyContext): string {
  if (name === 'Long') return `${value}n`;
  if (name === 'Double' || name === 'Decimal') return context.unit.pool.constant(`$.to${name}(${value})`);
  return String(value);
}

/** A String for concatenation and for `String` parameters of the platform. */
export function textOf(value: Typed): string {
  const isText = sameType(value.type, types.String);
  return isText && value.isNonNull ? value.code : `$.text(${value.code})`;
}
