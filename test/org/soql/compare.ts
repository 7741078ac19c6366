import { type Field, isNumeric, isTextual } from '../metadata/schema.ts';
import { RecordError } from '../record-error.ts';
import { type SqlValue } from '../store/database.ts';
import { normalizeId } from '../store/record-ids.ts';
import { comparesWithoutCase } from '../store/record-store.ts';
import { coerce, type FieldInput, toColumn, toInstant } from '../store/values.ts';
import { type Literal, type Operator } from './ast.ts';
import { dayRange } from './date-literals.ts';
import { type Parameters } from './scope.ts';

/** What a bind gives: one value, or several for IN. */
export type BindValue = FieldInput | readonly FieldInput[];
export type Binds = (text: string) => BindValue;

export type ComparedField = { readonly sql: string; readonly field: Field };
export type CompareContext = { readonly parameters: Parameters; readonly now: string; readonly binds: Binds };

type ScalarOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';

function invalidFilter(field: Field, reason: string): RecordError {
  return new RecordError('INVALID_FIELD', `value of filter criterion for field '${field.name}' ${reason}`, [
    field.name,
  ]);
}

/** One comparison as SQL that is true or false, never null: SOQL has no third truth value. */
export function compareSql(
  context: CompareContext,
  left: ComparedField,
  operator: Exclude<Operator, 'IN' | 'NOT IN'>,
  literal: Literal,
): string {
  if (left.field.isLongText) {
    throw new RecordError('INVALID_FIELD', `field '${left.field.name}' can not be filtered in a query call`, [
      left.field.name,
    ]);
  }
  if (operator === 'LIKE') return likeSql(context, left, literal);
  if (operator === 'INCLUDES' || operator === 'EXCLUDES') return includesSql(context, left, operator, literal);
  if (literal.kind === 'dateLiteral') return rangeSql(context, left, operator, literal);
  return scalarSql(context, left, operator, literalToSql(context, left.field, literal));
}

function scalarSql(
  context: CompareContext,
  { sql, field }: ComparedField,
  operator: ScalarOperator,
  value: SqlValue,
): string {
  const isFolded = comparesWithoutCase(field);
  const column = isFolded ? `fold(${sql})` : sql;
  const parameter = context.parameters.add(isFolded && typeof value === 'string' ? value.toLowerCase() : value);
  if (operator === '=') return `${column} IS ${parameter}`;
  if (operator === '!=') return `${column} IS NOT ${parameter}`;
  return value === null ? '0' : `(${sql} IS NOT NULL AND ${column} ${operator} ${parameter})`;
}

function rangeSql(
  context: CompareContext,
  { sql, field }: ComparedField,
  operator: ScalarOperator,
  literal: Literal & { kind: 'dateLiteral' },
): string {
  if (field.type !== 'date' && field.type !== 'datetime') throw invalidFilter(field, `must be of type ${field.type}`);
  const range = dayRange(literal.name, literal.count, new Date(context.now));
  const text = (day: Date): string => (field.type === 'date' ? day.toISOString().slice(0, 10) : day.toISOString());
  const isFrom = (day: Date): string => `(${sql} IS NOT NULL AND ${sql} >= ${context.parameters.add(text(day))})`;
  const isBefore = (day: Date): string => `(${sql} IS NOT NULL AND ${sql} < ${context.parameters.add(text(day))})`;
  switch (operator) {
    case '=':
      return `(${isFrom(range.start)} AND ${isBefore(range.end)})`;
    case '!=':
      return `NOT (${isFrom(range.start)} AND ${isBefore(range.end)})`;
    case '<':
      return isBefore(range.start);
    case '>=':
      return isFrom(range.start);
    case '>':
      return isFrom(range.end);
    case '<=':
      return isBefore(range.end);
  }
}

function likeSql(context: CompareContext, { sql, field }: ComparedField, literal: Literal): string {
  if (!isTextual(field)) {
    throw new RecordError(
      'INVALID_QUERY_FILTER_OPERATOR',
      `invalid operator on ${field.type} field: ${field.name} LIKE`,
    );
  }
  const bound = literal.kind === 'bind' ? context.binds(literal.text) : null;
  if (Array.isArray(bound)) {
    const patterns = bound.map((value: FieldInput) => likePattern(context, sql, String(value)));
    return patterns.length === 0 ? '0' : `(${patterns.join(' OR ')})`;
  }
  if (literal.kind === 'bind') return likePattern(context, sql, String(bound));
  if (literal.kind !== 'string') throw invalidFilter(field, 'must be of type string and should be enclosed in quotes');
  return likePattern(context, sql, literal.pattern);
}

function likePattern(context: CompareContext, sql: string, pattern: string): string {
  return `(${sql} IS NOT NULL AND fold(${sql}) LIKE ${context.parameters.add(pattern.toLowerCase())} ESCAPE '\\')`;
}

function includesSql(
  context: CompareContext,
  { sql, field }: ComparedField,
  operator: 'INCLUDES' | 'EXCLUDES',
  literal: Literal,
): string {
  if (field.type !== 'multipicklist') {
    throw new RecordError(
      'INVALID_QUERY_FILTER_OPERATOR',
      `invalid operator on ${field.type} field: ${field.name} ${operator}`,
    );
  }
  const includes = `includes(${sql}, ${context.parameters.add(literalToSql(context, field, literal))})`;
  return operator === 'INCLUDES' ? includes : `NOT ${includes}`;
}

/** A literal or bind as the field stores it; a literal of the wrong kind is refused as a real org does. */
export function literalToSql(context: CompareContext, field: Field, literal: Literal): SqlValue {
  if (literal.kind === 'null') return null;
  if (literal.kind === 'bind') return bindToSql(field, context.binds(literal.text));
  if (field.type === 'id' || field.type === 'reference') return idLiteral(field, literal);
  if (isTextual(field)) {
    if (literal.kind !== 'string')
      throw invalidFilter(field, 'must be of type string and should be enclosed in quotes');
    return literal.text === '' ? null : literal.text;
  }
  if (literal.kind === 'string')
    throw invalidFilter(field, `must be of type ${field.type} and should not be enclosed in quotes`);
  const value = typedLiteral(field, literal);
  if (value === undefined) throw invalidFilter(field, `must be of type ${field.type}`);
  return value;
}

function idLiteral(field: Field, literal: Literal): SqlValue {
  if (literal.kind !== 'string') throw invalidFilter(field, 'must be of type string and should be enclosed in quotes');
  if (literal.text === '') return null;
  const id = normalizeId(literal.text);
  if (id === null)
    throw new RecordError('INVALID_QUERY_FILTER_OPERATOR', `invalid ID field: ${literal.text}`, [field.name]);
  return id;
}

function typedLiteral(field: Field, literal: Literal): SqlValue | undefined {
  if (literal.kind === 'boolean' && field.type === 'boolean') return literal.value ? 1n : 0n;
  if (literal.kind === 'number' && isNumeric(field)) return toColumn(field, literal.text);
  if (literal.kind === 'date' && field.type === 'date') return coerce(field, literal.text) as string;
  if (literal.kind === 'datetime' && field.type === 'datetime') return toInstant(literal.text) ?? undefined;
  return undefined;
}

function bindToSql(field: Field, value: BindValue): SqlValue {
  if (Array.isArray(value)) throw invalidFilter(field, 'must be one value, not a collection');
  return toColumn(
    field,
    value === null ? null : coerce({ ...field, length: 0, precision: 24, scale: 0 }, value as FieldInput),
  );
}

/** IN and NOT IN over literals or one bound collection; a blank field is in no list, but in every NOT IN. */
export function listSql(
  context: CompareContext,
  left: ComparedField,
  isNegated: boolean,
  literals: readonly Literal[],
): string {
  const values = literals.flatMap((literal) => {
    const bound = literal.kind === 'bind' ? context.binds(literal.text) : null;
    if (Array.isArray(bound)) return bound.map((value: FieldInput) => bindToSql(left.field, value));
    return [literalToSql(context, left.field, literal)];
  });
  const isFolded = comparesWithoutCase(left.field);
  const column = isFolded ? `fold(${left.sql})` : left.sql;
  const list = values
    .filter((value) => value !== null)
    .map((value) => context.parameters.add(isFolded && typeof value === 'string' ? value.toLowerCase() : value));
  const inList = list.length === 0 ? '0' : `(${left.sql} IS NOT NULL AND ${column} IN (${list.join(', ')}))`;
  const inside = values.includes(null) ? `(${inList} OR ${left.sql} IS NULL)` : inList;
  return isNegated ? `NOT ${inside}` : inside;
}
