import { type Field, objectNamed, type ObjectType } from '../metadata/schema.ts';
import { RecordError } from '../record-error.ts';
import { quoted } from '../store/database.ts';
import { comparesWithoutCase, type RecordStore } from '../store/record-store.ts';
import { type Condition, type Literal, type Query, type SelectItem } from './ast.ts';
import { type Binds, compareSql, type ComparedField, listSql } from './compare.ts';
import { createParameters, createScope, fieldSql, type QuerySecurity, resolvePath, type Scope } from './scope.ts';
import { operandSql } from './operands.ts';
import { type CompiledQuery, createPlan } from './plan.ts';

export type CompileOptions = {
  readonly store: RecordStore;
  readonly now: string;
  readonly binds: Binds;
  /** Deleted records too, as queryAll and ALL ROWS ask. */
  readonly withDeleted: boolean;
  /** What the user may see; everything where absent. */
  readonly security?: QuerySecurity | null;
};

/** Compiles a parsed query to SQL over the org's tables. */
export function compileQuery(options: CompileOptions, query: Query): CompiledQuery {
  const object = objectNamed(options.store.schema, query.from);
  if (object.kind === 'event') {
    throw new RecordError('INVALID_TYPE_FOR_OPERATION', `entity type ${object.name} does not support query`);
  }
  return compileSelect(options, query, { object, parentField: null });
}

type Source = { readonly object: ObjectType; readonly parentField: Field | null };

function compileSelect(options: CompileOptions, query: Query, source: Source): CompiledQuery {
  options.security?.checkObject(source.object);
  const parameters = createParameters();
  let aliases = 0;
  const scope = createScope(
    {
      store: options.store,
      security: options.security ?? null,
      now: options.now,
      parameters,
      nextAlias: () => `t${aliases++}`,
    },
    source.object,
    query.alias,
  );
  const parentFilter = source.parentField
    ? `${fieldSql(scope, scope.root, source.parentField)} = ${parameters.add(null)}`
    : null;
  const items = expandFields(query, source.object);
  const plan = createPlan(scope, query, items, (child) => compileChild(options, source.object, child));
  const order = orderSql(scope, query);
  const clauses = [
    `SELECT ${plan.columns.join(', ')}`,
    tail(options, scope, query, parentFilter),
    order,
    limitSql(options, scope, query),
  ];
  return { sql: clauses.filter((clause) => clause !== '').join(' '), parameters: parameters.values, plan: plan.plan };
}

/** FROM, WHERE, GROUP BY and HAVING; every other path must be resolved before, for the joins are written here. */
function tail(options: CompileOptions, scope: Scope, query: Query, parentFilter: string | null): string {
  const conditions = [
    parentFilter,
    options.withDeleted || query.isAllRows || !scope.root.object.fields.has('isdeleted')
      ? null
      : `${scope.root.alias}."IsDeleted" = 0`,
    options.security?.rowFilter(scope.root.object, scope.root.alias) ?? null,
    query.where ? conditionSql(options, scope, query.where) : null,
  ].filter((condition) => condition !== null);
  const groups = query.groupBy.map((operand) => operandSql(scope, operand).sql);
  const having = query.having ? conditionSql(options, scope, query.having) : null;
  return [
    `FROM ${quoted(scope.root.object.name)} AS ${scope.root.alias}`,
    ...scope.joins,
    conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '',
    groups.length > 0 ? `GROUP BY ${groups.join(', ')}` : '',
    having === null ? '' : `HAVING ${having}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function compileChild(options: CompileOptions, parent: ObjectType, query: Query): CompiledQuery & { name: string } {
  const relationship = options.store.schema
    .childRelationships(parent.name)
    .find((candidate) => candidate.name?.toLowerCase() === query.from.toLowerCase());
  if (!relationship) {
    throw new RecordError(
      'INVALID_TYPE',
      `Didn't understand relationship '${query.from}' in FROM part of query call. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`,
    );
  }
  const compiled = compileSelect(options, query, { object: relationship.child, parentField: relationship.field });
  return { ...compiled, name: relationship.name ?? '' };
}

function expandFields(query: Query, object: ObjectType): SelectItem[] {
  return query.select.flatMap((item) => {
    if (item.kind !== 'fields') return [item];
    if (item.set !== 'STANDARD' && (query.limit?.kind !== 'number' || Number(query.limit.text) > 200)) {
      throw new RecordError(
        'MALFORMED_QUERY',
        `The SOQL FIELDS function with ${item.set} must have a LIMIT of at most 200`,
      );
    }
    return [...object.fields.values()]
      .filter((field) => item.set === 'ALL' || field.isCustom === (item.set === 'CUSTOM'))
      .map((field) => ({
        kind: 'operand' as const,
        operand: { kind: 'field' as const, path: [field.name] },
        alias: null,
      }));
  });
}

function conditionSql(options: CompileOptions, scope: Scope, condition: Condition): string {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return `(${condition.conditions.map((part) => conditionSql(options, scope, part)).join(condition.kind === 'and' ? ' AND ' : ' OR ')})`;
    case 'not':
      return `NOT ${conditionSql(options, scope, condition.condition)}`;
    case 'compare':
      return comparisonSql(options, scope, condition);
  }
}

function comparisonSql(options: CompileOptions, scope: Scope, condition: Condition & { kind: 'compare' }): string {
  const { operator, right } = condition;
  const left = operandSql(scope, condition.left);
  const context = { parameters: scope.parameters, now: scope.now, binds: options.binds };
  if (right.kind === 'subquery')
    return semiJoinSql(options, scope, left, { isNegated: operator === 'NOT IN', query: right.query });
  if (operator === 'IN' || operator === 'NOT IN') {
    const literals: readonly Literal[] = right.kind === 'list' ? right.values : [right];
    return listSql(context, left, operator === 'NOT IN', literals);
  }
  if (right.kind !== 'list') return compareSql(context, left, operator, right);
  const parts = right.values.map((value) => compareSql(context, left, operator, value));
  return `(${parts.join(operator === 'EXCLUDES' ? ' AND ' : ' OR ')})`;
}

function semiJoinSql(
  options: CompileOptions,
  scope: Scope,
  left: ComparedField,
  { isNegated, query }: { isNegated: boolean; query: Query },
): string {
  const [item] = query.select;
  if (query.select.length !== 1 || item?.kind !== 'operand' || item.operand.kind !== 'field') {
    throw new RecordError('MALFORMED_QUERY', 'a semi-join subquery selects exactly one id or reference field');
  }
  const object = objectNamed(options.store.schema, query.from);
  options.security?.checkObject(object);
  const inner = createScope(scope, object, query.alias);
  const selected = resolvePath(inner, item.operand.path);
  const from = tail(options, inner, query, `${selected.sql} IS NOT NULL`);
  const inside = `(${left.sql} IS NOT NULL AND ${left.sql} IN (SELECT ${selected.sql} ${from}))`;
  return isNegated ? `NOT ${inside}` : inside;
}

function orderSql(scope: Scope, query: Query): string {
  if (query.orderBy.length === 0) return '';
  const parts = query.orderBy.map((item) => {
    const { sql, field } = operandSql(scope, item.operand);
    if (field.isLongText) {
      throw new RecordError('INVALID_FIELD', `field '${field.name}' can not be sorted in a query call`, [field.name]);
    }
    const column = comparesWithoutCase(field) ? `fold(${sql})` : sql;
    return `${column} ${item.isDescending ? 'DESC' : 'ASC'} NULLS ${item.nulls}`;
  });
  return `ORDER BY ${parts.join(', ')}`;
}

function limitSql(options: CompileOptions, scope: Scope, query: Query): string {
  const limit = query.limit && bound(options, query.limit);
  const offset = query.offset && bound(options, query.offset);
  if (offset !== null && offset > 2000n) {
    throw new RecordError('NUMBER_OUTSIDE_VALID_RANGE', 'Maximum SOQL offset allowed is 2000');
  }
  if (limit === null && offset === null) return '';
  return `LIMIT ${scope.parameters.add(limit ?? -1n)}${offset === null ? '' : ` OFFSET ${scope.parameters.add(offset)}`}`;
}

function bound(options: CompileOptions, literal: Literal): bigint {
  const value = literal.kind === 'bind' ? options.binds(literal.text) : literal.kind === 'number' ? literal.text : null;
  if (value === null || !/^\d+$/.test(String(value))) {
    throw new RecordError('MALFORMED_QUERY', `LIMIT and OFFSET need a whole number, not ${String(value)}`);
  }
  return BigInt(String(value));
}
