import { builtins } from 'sformula';
import { decimalText, type ExactDecimal, parseDecimal } from './decimal.ts';
import { dayOf, daysFrom } from './moment.ts';

/** A node of the expression tree that sformula compiles to; only the shapes that are rewritten are named. */
export type Node = { readonly [name: string]: unknown };
type Builtin = (...values: unknown[]) => unknown;

/** Why a formula has no answer for a record, in words that follow "could not be evaluated:". */
export class FormulaFailure extends Error {
  override readonly name = 'FormulaFailure';
}

/** Functions whose answer depends on the moment: a value made from them would move every day although nobody edited anything. */
const CLOCKS: ReadonlySet<string> = new Set(['TODAY', 'NOW', 'TIMENOW']);

/**
 * Where sformula answers blank (or depends on the machine's time zone) and Salesforce answers an error: these stand in for its own.
 * Blank operands stay blank.
 */
const STRICT: Readonly<Record<string, Builtin>> = {
  $$DIVIDE_NUMBER$$: guarded('$$DIVIDE_NUMBER$$', (_, divisor) => !divisor.isZero(), 'it divides by zero'),
  $$POWER_NUMBER$$: guarded('$$POWER_NUMBER$$', isPower, 'the power has no exact answer'),
  MOD: guarded('MOD', (_, divisor) => !divisor.isZero(), 'MOD divides by zero'),
  SQRT: guarded('SQRT', (value) => !value.isNegative() || value.isZero(), 'SQRT needs a number that is not negative'),
  LN: guarded('LN', (value) => value.greaterThan(0), 'LN needs a number above zero'),
  LOG: guarded('LOG', (value) => value.greaterThan(0), 'LOG needs a number above zero'),
  VALUE: (text) => (isBlank(text) ? null : exactNumber(text)),
  TEXT: textOf,
  DATE: (...parts) =>
    parts.some(isBlank) ? null : orFail(builtin('DATE')(...parts), 'DATE names a day that does not exist'),
  DATEVALUE: (value) =>
    isBlank(value) ? null : orFail(dayOf(String(value)), 'DATEVALUE reads a text that is no date'),
  DATETIMEVALUE: (value) =>
    isBlank(value)
      ? null
      : orFail(builtin('DATETIMEVALUE')(value), 'DATETIMEVALUE reads a text that is no date and time'),
  $$ADD_DATE$$: (day, count) => shifted(day, count, 1),
  $$SUBTRACT_DATE$$: (day, count) => shifted(day, count, -1),
  $$DIFF_DATE$$: (later, earlier) =>
    isBlank(later) || isBlank(earlier) ? null : exactNumber(daysFrom(String(earlier), String(later))),
};

const strictName = (name: string): string => `$$STRICT$$${name}`;

/** The functions that the rewritten tree calls beside sformula's own. */
export const strictContext: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(Object.entries(STRICT).map(([name, run]) => [strictName(name), run])),
  $$IS_SAME$$: (a: unknown, b: unknown) => builtin('CASE')(a, b, true, false),
  $$IS_FALSE$$: (value: unknown) => value === false,
  $$RESULT$$: canonicalResult,
};

/** An exact number as sformula's own arithmetic takes it. */
export function exactNumber(value: unknown): unknown {
  const text = String(value).trim();
  if (parseDecimal(text) === null) throw new FormulaFailure('a text that it reads as a number is none');
  return builtin('$$PLUS_NUMBER$$')(text);
}

/**
 * Rewrites a compiled tree so that it is exact, strict and lazy: number literals keep every digit, what has no answer fails,
 * and only the branch that is chosen is evaluated, so that `IF(Quantity = 0, 0, Total / Quantity)` guards as it reads.
 */
export function strictTree(tree: unknown): Node {
  return call('$$RESULT$$', [rewrite(tree)]);
}

function rewrite(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(rewrite);
  if (!isNode(node)) return node;
  if (node['type'] === 'Literal') return exactLiteral(node);
  const callee = node['callee'];
  if (node['type'] !== 'CallExpression' || !isNode(callee)) return mapNode(node);
  return rewriteCall(String(callee['name']), (node['arguments'] as unknown[]).map(rewrite));
}

function rewriteCall(name: string, args: unknown[]): Node {
  if (CLOCKS.has(name)) {
    throw new FormulaFailure(
      `${name}() gives another answer each day; a synchronized value depends on the record alone`,
    );
  }
  if (name === 'IF') return choose(args[0], args[1], args[2]);
  if (name === 'CASE') return chooseCase(args);
  if (name === 'AND')
    return fold(args, (head, rest) => choose(call('$$IS_FALSE$$', [head]), head, call('AND', [head, rest])));
  if (name === 'OR') return fold(args, (head, rest) => choose(head, head, call('OR', [head, rest])));
  return call(Object.hasOwn(STRICT, name) ? strictName(name) : name, args);
}

function fold(args: readonly unknown[], join: (head: unknown, rest: unknown) => Node): Node {
  return args.reduceRight((rest, head) => join(head, rest)) as Node;
}

function chooseCase(args: readonly unknown[]): Node {
  const [value, ...rest] = args;
  const otherwise = rest.at(-1);
  const pairs = Array.from({ length: Math.floor((rest.length - 1) / 2) }, (_, index) => [
    rest[2 * index],
    rest[2 * index + 1],
  ]);
  const chosen = pairs.reduceRight(
    (alternative: unknown, [match, result]) => choose(call('$$IS_SAME$$', [value, match]), result, alternative),
    otherwise,
  );
  return chosen as Node;
}

function exactLiteral(node: Node): Node {
  const { value, raw: written } = node;
  if (typeof value !== 'number') return node;
  const raw = typeof written === 'string' ? written : String(value);
  return call('$$PLUS_NUMBER$$', [{ type: 'Literal', value: raw, raw }]);
}

const choose = (test: unknown, consequent: unknown, alternate: unknown): Node => ({
  type: 'ConditionalExpression',
  test,
  consequent,
  alternate,
});

const call = (name: string, args: readonly unknown[]): Node => ({
  type: 'CallExpression',
  callee: { type: 'Identifier', name },
  arguments: args,
  optional: false,
});

/** True for anything that may be a node of a tree. */
export const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

const mapNode = (node: Node): Node =>
  Object.fromEntries(Object.entries(node).map(([name, value]) => [name, name === 'loc' ? value : rewrite(value)]));

function builtin(name: string): Builtin {
  return (builtins as unknown as Readonly<Record<string, Builtin>>)[name] as Builtin;
}

const isBlank = (value: unknown): boolean => value === null || value === undefined || value === '';

function guarded(
  name: string,
  holds: (first: ExactDecimal, second: ExactDecimal) => boolean,
  failure: string,
): Builtin {
  return (...operands) => {
    if (operands.some(isBlank)) return null;
    const [first = null, second = first] = operands.map((operand) => parseDecimal(String(operand)));
    if (first === null || second === null) return null;
    if (!holds(first, second)) throw new FormulaFailure(failure);
    return builtin(name)(...operands);
  };
}

function isPower(base: ExactDecimal, exponent: ExactDecimal): boolean {
  return exponent.isInteger() && exponent.abs().lessThan(1_000) && !(base.isZero() && exponent.isNegative());
}

function orFail(value: unknown, failure: string): unknown {
  if (value === null) throw new FormulaFailure(failure);
  return value;
}

function shifted(day: unknown, count: unknown, sign: 1 | -1): unknown {
  if (isBlank(day) || isBlank(count)) return null;
  const days = parseDecimal(String(count))?.trunc().toNumber() ?? 0;
  const start = Date.parse(`${String(day)}T00:00:00Z`);
  return new Date(start + sign * days * 86_400_000).toISOString().slice(0, 10);
}

/** As Salesforce writes numbers: plain, and without the zero before the point. */
function textOf(annotated: unknown): unknown {
  const [value] = annotated as [unknown, string];
  const isNumber = typeof value === 'number' || (isNode(value) && value['_isBigNumber'] === true);
  if (!isNumber) return builtin('TEXT')(annotated);
  return decimalText(finite(value)).replace(/^(-?)0\./, '$1.');
}

function finite(value: unknown): ExactDecimal {
  const decimal = parseDecimal(String(value));
  if (decimal === null) throw new FormulaFailure('the result is not a number');
  return decimal;
}

function canonicalResult(value: unknown): string | boolean | null {
  if (typeof value === 'boolean') return value;
  if (isBlank(value)) return null;
  if (typeof value !== 'string') return decimalText(finite(value));
  return value.trim() || null;
}
