import { Decimal, type Amount } from './amounts.ts';
import { type Expression, type Operand, type Comparison, type Arithmetic, parseFilter } from './filter-syntax.ts';
import { invalidQuery } from './refusals.ts';
import { NAMESPACE, type EntitySet, type Property, type Schema } from './schema.ts';
import { type Row, type State } from './state.ts';

/** What a filter needs to reach rows and, across a navigation, their neighbors. */
export type FilterContext = { schema: Schema; state: State; set: EntitySet };

/** A filter ready to run: `candidates` are the only rows that can match, or null when every row must be looked at. */
export type CompiledFilter = { matches: (row: Row) => boolean; candidates: () => ReadonlySet<Row> | null };

type Value = string | Amount | number | null;
type ValueType = 'string' | 'number' | 'date' | 'boolean' | 'null' | `enum:${string}`;
type Compiled = { type: ValueType; read: (row: Row) => Value; literal?: string; property?: Property };

function typeOf(property: Property): ValueType {
  switch (property.kind) {
    case 'String':
      return 'string';
    case 'DateTimeOffset':
      return 'date';
    case 'Enum':
      return `enum:${property.enumName ?? ''}`;
    case 'Decimal':
    case 'Int32':
    case 'Int64':
      return 'number';
  }
}

function toValue(type: ValueType, text: string | null): Value {
  if (text === null) return null;
  if (type === 'number') return new Decimal(text);
  if (type === 'date') return Date.parse(text);
  // The database collation ignores case.
  return type === 'string' ? text.toLowerCase() : text;
}

function propertyOf(set: EntitySet, name: string): Property {
  const property = set.properties.get(name);
  if (property === undefined) {
    throw invalidQuery(`Could not find a property named '${name}' on type '${NAMESPACE}.${set.type}'.`);
  }
  return property;
}

function compileProperty(path: readonly string[], context: FilterContext): Compiled {
  const [first = '', second] = path;
  if (second === undefined) {
    const property = propertyOf(context.set, first);
    const type = typeOf(property);
    return { type, property, read: (row) => toValue(type, row.values[first] ?? property.fallback) };
  }
  const navigation = context.set.navigation.get(first);
  const target = navigation === undefined ? undefined : context.schema.sets.get(navigation.target);
  if (navigation === undefined || target === undefined || navigation.isCollection || path.length > 2) {
    throw invalidQuery(`Could not find a property named '${first}' on type '${NAMESPACE}.${context.set.type}'.`);
  }
  const property = propertyOf(target, second);
  const type = typeOf(property);
  return {
    type,
    read: (row) => {
      const [neighbor] = relatedRows(context.state, target, navigation.join, row);
      return neighbor === undefined ? null : toValue(type, neighbor.values[second] ?? property.fallback);
    },
  };
}

/** The rows of the target set that a navigation's join leads to. */
export function relatedRows(
  state: State,
  target: EntitySet,
  join: readonly (readonly [string, string])[],
  row: Row,
): Row[] {
  const wanted = join.map(([from, to]) => [to, (row.values[from] ?? '').toLowerCase()] as const);
  const last = wanted.at(-1);
  if (last === undefined || last[1] === '') return [];
  return [...state.rowsWith(target.table, last[0], last[1])].filter((candidate) =>
    wanted.every(([field, value]) => (candidate.values[field] ?? '').toLowerCase() === value),
  );
}

function calculate(operator: Arithmetic, left: Value, right: Value): Value {
  if (!(left instanceof Decimal) || !(right instanceof Decimal)) return null;
  switch (operator) {
    case 'add':
      return left.plus(right);
    case 'sub':
      return left.minus(right);
    case 'mul':
      return left.times(right);
    case 'div':
    case 'divby':
      return left.dividedBy(right);
    case 'mod':
      return left.modulo(right);
  }
}

function literal(type: ValueType, text: string): Compiled {
  const value = toValue(type, text);
  if (typeof value === 'number' && Number.isNaN(value)) throw invalidQuery(`Unrecognized date '${text}'.`);
  return { type, literal: text, read: () => value };
}

function enumLiteral(type: string, member: string, schema: Schema): Compiled {
  const name = type.startsWith(`${NAMESPACE}.`) ? type.slice(NAMESPACE.length + 1) : type;
  const members = schema.enums.get(name);
  if (members === undefined || name === type) throw invalidQuery(`The type '${type}' is not a known enumeration.`);
  if (!members.includes(member))
    throw invalidQuery(`The string '${type}'${member}'' is not a valid enumeration type constant.`);
  return literal(`enum:${name}`, member);
}

function compileOperand(operand: Operand, context: FilterContext): Compiled {
  switch (operand.kind) {
    case 'property':
      return compileProperty(operand.path, context);
    case 'enum':
      return enumLiteral(operand.type, operand.value, context.schema);
    case 'null':
      return { type: 'null', read: () => null };
    case 'arithmetic': {
      const left = compileOperand(operand.left, context);
      const right = compileOperand(operand.right, context);
      if (left.type !== 'number' || right.type !== 'number')
        throw incompatible(left.type, right.type, operand.operator);
      return { type: 'number', read: (row) => calculate(operand.operator, left.read(row), right.read(row)) };
    }
    case 'string':
    case 'number':
    case 'date':
    case 'boolean':
      return literal(operand.kind, operand.value);
  }
}

function incompatible(left: string, right: string, operator: string): Error {
  return invalidQuery(
    `A binary operator with incompatible types was detected. Found operand types '${left}' and '${right}' for operator kind '${operator}'.`,
  );
}

function order(left: Value, right: Value): number {
  if (left === null || right === null) return left === right ? 0 : Number.NaN;
  if (left instanceof Decimal && right instanceof Decimal) return left.comparedTo(right);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

const HOLDS: Readonly<Record<Comparison, (ordering: number) => boolean>> = {
  eq: (ordering) => ordering === 0,
  ne: (ordering) => ordering !== 0,
  gt: (ordering) => ordering > 0,
  ge: (ordering) => ordering >= 0,
  lt: (ordering) => ordering < 0,
  le: (ordering) => ordering <= 0,
};

function wildcard(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^]*');
  return new RegExp(`^${escaped}$`, 'iu');
}

const NO_INDEX = (): null => null;

function checkTypes(left: Compiled, right: Compiled, operator: Comparison): void {
  const isEquality = operator === 'eq' || operator === 'ne';
  const isSame = left.type === right.type || left.type === 'null' || right.type === 'null';
  if (!isSame || (left.type.startsWith('enum:') && !isEquality)) throw incompatible(left.type, right.type, operator);
}

function isPattern(left: Compiled, right: Compiled, operator: Comparison): boolean {
  return (operator === 'eq' || operator === 'ne') && left.type === 'string' && right.literal?.includes('*') === true;
}

function indexed(left: Compiled, right: Compiled, context: FilterContext): CompiledFilter['candidates'] {
  const { property, type } = left;
  const { literal: value } = right;
  if (property === undefined || value === undefined || type !== 'string') return NO_INDEX;
  return () => context.state.rowsWith(context.set.table, property.name, value);
}

function compileComparison(expression: Expression & { kind: 'compare' }, context: FilterContext): CompiledFilter {
  const left = compileOperand(expression.left, context);
  const right = compileOperand(expression.right, context);
  const { operator } = expression;
  checkTypes(left, right, operator);
  if (isPattern(left, right, operator)) {
    const pattern = wildcard(right.literal ?? '');
    const wanted = operator === 'eq';
    return { matches: (row) => pattern.test(String(left.read(row))) === wanted, candidates: NO_INDEX };
  }
  const holds = HOLDS[operator];
  return {
    matches: (row) => holds(order(left.read(row), right.read(row))),
    candidates: operator === 'eq' ? indexed(left, right, context) : NO_INDEX,
  };
}

function smaller(left: ReadonlySet<Row> | null, right: ReadonlySet<Row> | null): ReadonlySet<Row> | null {
  if (left === null || right === null) return left ?? right;
  return left.size <= right.size ? left : right;
}

function compile(expression: Expression, context: FilterContext): CompiledFilter {
  if (expression.kind === 'compare') return compileComparison(expression, context);
  if (expression.kind === 'not') {
    const operand = compile(expression.operand, context);
    return { matches: (row) => !operand.matches(row), candidates: NO_INDEX };
  }
  const left = compile(expression.left, context);
  const right = compile(expression.right, context);
  if (expression.kind === 'and') {
    return {
      matches: (row) => left.matches(row) && right.matches(row),
      candidates: () => smaller(left.candidates(), right.candidates()),
    };
  }
  return {
    matches: (row) => left.matches(row) || right.matches(row),
    candidates: () => {
      const first = left.candidates();
      const second = first === null ? null : right.candidates();
      return first === null || second === null ? null : first.union(second);
    },
  };
}

/** Checks a `$filter` against the set's types and makes it runnable. */
export function compileFilter(source: string, context: FilterContext): CompiledFilter {
  return compile(parseFilter(source), context);
}
