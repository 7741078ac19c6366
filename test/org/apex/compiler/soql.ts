import { BoundExpressionContext, type QueryContext } from '@apexdevtools/apex-parser';
import { RecordError } from '../../record-error.ts';
import { type Query } from '../../soql/ast.ts';
import { readQuery } from '../../soql/parse.ts';
import { type ApexType, listOf, sobjectOf, types } from '../types.ts';
import { type BodyContext } from './context.ts';
import { fail } from './errors.ts';
import { compileExpression } from './expressions/expression.ts';
import { checkQuery } from './soql-check.ts';
import { type Typed } from './typed.ts';

/** An inline query: its fields are checked against the schema, its binds compiled as expressions. */
export function compileSoql(tree: QueryContext, context: BodyContext): Typed {
  const { pool } = context.unit;
  const query = readChecked(tree, context);
  const binds = boundExpressions(tree);
  const texts = [...new Set(binds.map((bind) => bind.expression().getText()))];
  const values = texts.map((text) => {
    const bind = binds.find((each) => each.expression().getText() === text);
    return bind ? compileExpression(bind.expression(), context).code : 'null';
  });
  const constant = pool.constant(JSON.stringify(numberBinds(query, texts)));
  const type = resultType(query, context);
  const element = type.kind === 'list' ? type.of : type;
  const code = `$.query(${constant}, [${values.join(', ')}], ${pool.type(element)})`;
  return { type, code, isNonNull: true, ...(type.kind === 'list' ? { isQuery: true } : {}) };
}

function readChecked(tree: QueryContext, context: BodyContext): Query {
  try {
    const query = readQuery(tree);
    checkQuery(context.unit.world, query);
    return query;
  } catch (error) {
    if (error instanceof RecordError) return fail(tree, error.message);
    throw error;
  }
}

function resultType(query: Query, context: BodyContext): ApexType {
  const operands = query.select.filter((item) => item.kind === 'operand');
  const [first] = operands;
  const isAggregate = operands.some(({ operand }) => operand.kind === 'aggregate');
  const isCount = query.select.length === 1 && first?.operand.kind === 'aggregate' && first.operand.path === null;
  if (isCount && query.groupBy.length === 0) return types.Integer;
  if (isAggregate || query.groupBy.length > 0) return listOf(sobjectOf('AggregateResult'));
  const object = context.unit.world.schema.objects.get(query.from.toLowerCase());
  return listOf(sobjectOf(object?.name ?? query.from));
}

type Node = { readonly children?: readonly unknown[] | null };

/** The `:expression` parts of a query, in the order of the text. */
export function boundExpressions(node: unknown): BoundExpressionContext[] {
  if (node instanceof BoundExpressionContext) return [node];
  return ((node as Node).children ?? []).flatMap(boundExpressions);
}

/** Replaces the source of each bind by its place among the values. */
function numberBinds<T>(part: T, texts: readonly string[]): T {
  if (Array.isArray(part)) return part.map((each: unknown) => numberBinds(each, texts)) as T;
  if (typeof part !== 'object' || part === null) return part;
  const entries = Object.entries(part).map(([key, value]) => [key, numberBinds(value, texts)] as const);
  const copy = Object.fromEntries(entries) as T & { kind?: unknown; text?: unknown };
  return copy.kind === 'bind' ? { ...copy, text: String(texts.indexOf(String(copy.text))) } : copy;
}
