import { type Query, type SelectItem } from '../soql/ast.ts';
import { RecordError } from '../record-error.ts';
import { fieldNamed, isNumeric, objectNamed, type Schema } from '../metadata/schema.ts';
import { type ResultRecord } from '../soql/execute.ts';
import { javaDouble } from '../rest/json.ts';

/** The columns that a query's results have, in its order; what only REST queries may ask for is refused. */
export function queryColumns(schema: Schema, query: Query): string[] {
  if (query.groupBy.length > 0 || query.having) throw refused('GROUP BY is not supported in Bulk Query');
  if (query.offset) throw refused('OFFSET is not supported in Bulk Query');
  return query.select.map((item) => columnOf(schema, query, item));
}

function columnOf(schema: Schema, query: Query, item: SelectItem): string {
  if (item.kind === 'subquery') {
    throw refused('Aggregate Relationships not supported in Bulk V2 Query with CSV content type');
  }
  if (item.kind === 'fields') throw refused(`FIELDS(${item.set}) is not supported in Bulk Query`);
  if (item.operand.kind !== 'field') throw refused(`${item.operand.name} is not supported in Bulk Query`);
  const { path } = item.operand;
  const isOwn = path.length > 1 && [query.alias, query.from].some((name) => isSame(name, path[0]));
  const names = isOwn ? path.slice(1) : path;
  const [only = ''] = names;
  return names.length > 1 ? names.join('.') : (fieldNamed(objectNamed(schema, query.from), only)?.name ?? only);
}

function isSame(a: string | null, b: string | undefined): boolean {
  return a !== null && a.toLowerCase() === b?.toLowerCase();
}

function refused(message: string): RecordError {
  return new RecordError('API_ERROR', message);
}

/** A record's values in the order of the columns; what is not there is empty. */
export function resultRow(record: ResultRecord, columns: readonly string[]): string[] {
  const texts = new Map(flat(record, ''));
  return columns.map((column) => texts.get(column.toLowerCase()) ?? '');
}

function flat(record: ResultRecord, prefix: string): [string, string][] {
  return record.values.flatMap((value): [string, string][] => {
    const name = `${prefix}${value.name.toLowerCase()}`;
    if (value.kind === 'parent') return value.record ? flat(value.record, `${name}.`) : [];
    if (value.kind === 'children' || value.value === null) return [];
    const isDouble = isNumeric(value.field) && value.field.type !== 'int';
    return [[name, isDouble ? javaDouble(String(value.value)) : String(value.value)]];
  });
}
