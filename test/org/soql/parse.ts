import {
  ApexErrorListener,
  ApexParserFactory,
  type ComparisonOperatorContext,
  type FieldExpressionContext,
  type FieldNameContext,
  type FieldOrderContext,
  type LimitClauseContext,
  type LogicalExpressionContext,
  type OffsetClauseContext,
  type QueryContext,
  type SelectEntryContext,
  type SoqlFunctionContext,
  type SubFieldEntryContext,
  type SubQueryContext,
  type WhereLogicalExpressionContext,
} from '@apexdevtools/apex-parser';
import { notSupported, RecordError } from '../record-error.ts';
import {
  type AggregateName,
  type Condition,
  type DateFunctionName,
  type Literal,
  type Operand,
  type Operator,
  type OrderItem,
  type Path,
  type Query,
  type SelectItem,
} from './ast.ts';
import { hideLikeEscapes, optional, readValue } from './parse-values.ts';

/** Turns the grammar's complaint into the platform's error. */
class MalformedQueryListener extends ApexErrorListener {
  readonly #soql: string;

  constructor(soql: string) {
    super();
    this.#soql = soql;
  }

  apexSyntaxError(_line: number, column: number, message: string): void {
    throw malformed(this.#soql, column, message);
  }
}

/** Parses a whole SOQL query; what is wrong comes back as MALFORMED_QUERY with the place. */
export function parseQuery(soql: string): Query {
  const { parser } = ApexParserFactory.createLexerAndParser(hideLikeEscapes(soql), new MalformedQueryListener(soql));
  const tree = parser.query();
  const rest = parser.getCurrentToken();
  if (rest.type !== END_OF_INPUT) throw malformed(soql, rest.column, `unexpected token: '${rest.text}'`);
  return readQuery(tree);
}

const END_OF_INPUT = -1;

function malformed(soql: string, column: number, reason: string): RecordError {
  const start = Math.max(0, column - 40);
  return new RecordError(
    'MALFORMED_QUERY',
    `\n${soql.slice(start, column + 20)}\n${' '.repeat(column - start)}^\nERROR at Row:1:Column:${column + 1}\n${reason}`,
  );
}

/** The AST of a query that some parse of the Apex grammar found; Apex uses it for its inline queries. */
export function readQuery(tree: QueryContext): Query {
  if (optional(tree.usingScope())) throw notSupported('USING SCOPE');
  const groupBy = optional(tree.groupByClause());
  const having = groupBy && optional(groupBy.logicalExpression());
  if (groupBy && (optional(groupBy.ROLLUP()) ?? optional(groupBy.CUBE())))
    throw notSupported('GROUP BY ROLLUP and CUBE');
  const withClause = optional(tree.withClause());
  return {
    ...readCommon(tree),
    select: tree.selectList().selectEntry_list().map(readSelectEntry),
    groupBy: (groupBy?.fieldGroupByList().fieldGroupBy_list() ?? []).map((entry) => {
      const path = optional(entry.fieldName());
      return path ? fieldOperand(path) : readFunction(entry.soqlFunction());
    }),
    having: having ? readHaving(having) : null,
    offset: readBound(optional(tree.offsetClause())),
    isAllRows: optional(tree.allRowsClause()) !== null,
    accessMode: withClause ? readAccessMode(withClause.getText()) : null,
  };
}

function readAccessMode(text: string): Query['accessMode'] {
  const mode = text.slice('WITH'.length).toUpperCase();
  if (mode === 'USER_MODE' || mode === 'SYSTEM_MODE' || mode === 'SECURITY_ENFORCED') return mode;
  throw notSupported(`WITH ${mode}`);
}

function readSubQuery(tree: SubQueryContext): Query {
  return {
    ...readCommon(tree),
    select: tree.subFieldList().subFieldEntry_list().map(readSelectEntry),
    groupBy: [],
    having: null,
    offset: null,
    isAllRows: false,
    accessMode: null,
  };
}

function readCommon(
  tree: QueryContext | SubQueryContext,
): Pick<Query, 'from' | 'alias' | 'where' | 'orderBy' | 'limit' | 'isForUpdate'> {
  const names = tree.fromNameList();
  const from = readPath(names.fieldName(0));
  if (names.fieldName_list().length > 1 || from.length > 1) throw notSupported('aliases of relationships in FROM');
  const where = optional(tree.whereClause());
  const orderBy = optional(tree.orderByClause());
  return {
    from: from.join('.'),
    alias: optional(names.soqlId(0))?.getText() ?? null,
    where: where ? readWhere(where.whereLogicalExpression()) : null,
    orderBy: (orderBy?.fieldOrderList().fieldOrder_list() ?? []).map(readOrder),
    limit: readBound(optional(tree.limitClause())),
    isForUpdate: tree.forClauses().UPDATE_list().length > 0,
  };
}

function readBound(clause: LimitClauseContext | OffsetClauseContext | null): Literal | null {
  if (!clause) return null;
  const bind = optional(clause.boundExpression());
  if (bind) return { kind: 'bind', text: bind.expression().getText() };
  return { kind: 'number', text: clause.IntegerLiteral().getText() };
}

function readSelectEntry(entry: SelectEntryContext | SubFieldEntryContext): SelectItem {
  if (optional(entry.typeOf())) throw notSupported('TYPEOF');
  const query = optional(entry.subQuery());
  if (query) return { kind: 'subquery', query: readSubQuery(query) };
  const alias = optional(entry.soqlId())?.getText() ?? null;
  const path = optional(entry.fieldName());
  if (path) return { kind: 'operand', operand: fieldOperand(path), alias };
  const call = entry.soqlFunction();
  if (optional(call.FIELDS())) {
    const set = call.soqlFieldsParameter().getText().toUpperCase();
    return { kind: 'fields', set: set === 'ALL' || set === 'CUSTOM' ? set : 'STANDARD' };
  }
  return { kind: 'operand', operand: readFunction(call), alias };
}

function readPath(name: FieldNameContext): Path {
  return name.soqlId_list().map((part) => part.getText());
}

function fieldOperand(name: FieldNameContext): Operand {
  return { kind: 'field', path: readPath(name) };
}

const AGGREGATES: ReadonlySet<string> = new Set(['COUNT', 'COUNT_DISTINCT', 'SUM', 'MIN', 'MAX', 'AVG']);
const DATE_FUNCTIONS: ReadonlySet<string> = new Set([
  'CALENDAR_MONTH',
  'CALENDAR_QUARTER',
  'CALENDAR_YEAR',
  'DAY_IN_MONTH',
  'DAY_IN_WEEK',
  'DAY_IN_YEAR',
  'DAY_ONLY',
  'HOUR_IN_DAY',
]);

function readFunction(call: SoqlFunctionContext): Operand {
  const name = call.getText().split('(')[0]?.toUpperCase() ?? '';
  if (AGGREGATES.has(name)) {
    const path = optional(call.fieldName());
    return { kind: 'aggregate', name: name as AggregateName, path: path ? readPath(path) : null };
  }
  const labelled = optional(call.fieldName());
  if (name === 'TOLABEL' && labelled) return { kind: 'label', name: 'toLabel', path: readPath(labelled) };
  const date = optional(call.dateFieldName());
  const path = date && optional(date.fieldName());
  if (!DATE_FUNCTIONS.has(name) || !path || optional(date.CONVERT_TIMEZONE()))
    throw notSupported(`SOQL function ${call.getText()}`);
  return { kind: 'dateFunction', name: name as DateFunctionName, path: readPath(path) };
}

function readWhere(tree: WhereLogicalExpressionContext): Condition {
  const conditions = tree.whereConditionalExpression_list().map((entry) => {
    const nested = optional(entry.whereLogicalExpression());
    if (nested) return readWhere(nested);
    const leaf = optional(entry.whereFieldExpression().fieldExpression());
    if (!leaf) throw notSupported('FORMULA() in WHERE');
    return readComparison(leaf);
  });
  return combine(conditions, { isNot: optional(tree.NOT()) !== null, isOr: tree.SOQLOR_list().length > 0 });
}

function readHaving(tree: LogicalExpressionContext): Condition {
  const conditions = tree.conditionalExpression_list().map((entry) => {
    const nested = optional(entry.logicalExpression());
    return nested ? readHaving(nested) : readComparison(entry.fieldExpression());
  });
  return combine(conditions, { isNot: optional(tree.NOT()) !== null, isOr: tree.SOQLOR_list().length > 0 });
}

function combine(conditions: readonly Condition[], { isNot, isOr }: { isNot: boolean; isOr: boolean }): Condition {
  const [first] = conditions;
  if (!first) throw new RecordError('MALFORMED_QUERY', 'a condition is empty');
  if (isNot) return { kind: 'not', condition: first };
  return conditions.length === 1 ? first : { kind: isOr ? 'or' : 'and', conditions };
}

function readComparison(tree: FieldExpressionContext): Condition {
  const path = optional(tree.fieldName());
  return {
    kind: 'compare',
    left: path ? fieldOperand(path) : readFunction(tree.soqlFunction()),
    operator: readOperator(tree.comparisonOperator()),
    right: readValue(tree.value(), readSubQuery),
  };
}

function readOperator(tree: ComparisonOperatorContext): Operator {
  const text = tree.getText().toUpperCase();
  if (text === '<>') return '!=';
  return (text === 'NOTIN' ? 'NOT IN' : text) as Operator;
}

function readOrder(tree: FieldOrderContext): OrderItem {
  const path = optional(tree.fieldName());
  return {
    operand: path ? fieldOperand(path) : readFunction(tree.soqlFunction()),
    isDescending: optional(tree.DESC()) !== null,
    nulls: optional(tree.LAST()) ? 'LAST' : 'FIRST',
  };
}
