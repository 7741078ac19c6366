import { Decimal } from './amounts.ts';
import { type CompiledFilter, compileFilter, relatedRows } from './filter.ts';
import { Refusal, invalidQuery } from './refusals.ts';
import { NAMESPACE, type EntitySet, type Navigation, type Property, type Schema } from './schema.ts';
import { type Row, type State } from './state.ts';
import { type MetadataLevel, rowMembers } from './wire.ts';

/** Who asks, for which companies, and how the answer is to look. */
export type ReadContext = {
  schema: Schema;
  state: State;
  root: string;
  pageSize: number;
  level: MetadataLevel;
  company: string | null;
};

type Expansion = { navigation: Navigation; target: EntitySet; select: ReadonlySet<string> | null };
type Ordering = { property: Property; isDescending: boolean };
type Options = {
  filter: CompiledFilter | null;
  orderings: Ordering[];
  top: number | null;
  skip: number;
  withCount: boolean;
  select: ReadonlySet<string> | null;
  expansions: Expansion[];
};

const KNOWN = new Set(['$filter', '$orderby', '$top', '$skip', '$count', '$select', '$expand', '$format']);

function propertyNamed(set: EntitySet, name: string): Property {
  const property = set.properties.get(name);
  if (property === undefined) {
    throw invalidQuery(`Could not find a property named '${name}' on type '${NAMESPACE}.${set.type}'.`);
  }
  return property;
}

function parseSelect(source: string | null, set: EntitySet): ReadonlySet<string> | null {
  if (source === null || source.trim() === '' || source.trim() === '*') return null;
  return new Set(source.split(',').map((name) => propertyNamed(set, name.trim()).name));
}

function parseOrderings(source: string | null, set: EntitySet): Ordering[] {
  if (source === null || source.trim() === '') return [];
  return source.split(',').map((part) => {
    const [name = '', direction = 'asc', ...rest] = part.trim().split(/\s+/);
    if (rest.length > 0 || (direction !== 'asc' && direction !== 'desc')) {
      throw invalidQuery(`Syntax error in '$orderby=${source}'.`);
    }
    return { property: propertyNamed(set, name), isDescending: direction === 'desc' };
  });
}

function parseWhole(source: string | null, option: string): number | null {
  if (source === null) return null;
  if (!/^\d+$/.test(source)) throw invalidQuery(`Invalid value '${source}' for ${option} query option found.`);
  return Number(source);
}

const EXPANSION = /^(\w+)(?:\(\s*\$select=([^()$;]*)\))?$/;

function parseExpansion(source: string, set: EntitySet, schema: Schema): Expansion {
  const match = EXPANSION.exec(source.trim());
  if (match === null) throw invalidQuery(`Only the first level can be expanded, with $select: '${source}'.`);
  const navigation = set.navigation.get(match[1] ?? '');
  const target = navigation === undefined ? undefined : schema.sets.get(navigation.target);
  if (navigation === undefined || target === undefined) {
    throw invalidQuery(`Could not find a property named '${match[1] ?? ''}' on type '${NAMESPACE}.${set.type}'.`);
  }
  return { navigation, target, select: parseSelect(match[2] ?? null, target) };
}

function parseOptions(query: URLSearchParams, set: EntitySet, context: ReadContext): Options {
  for (const name of query.keys()) {
    if (name.startsWith('$') && !KNOWN.has(name)) throw invalidQuery(`The query parameter '${name}' is not supported.`);
  }
  const filter = query.get('$filter');
  const expand = query.get('$expand');
  return {
    filter: filter === null ? null : compileFilter(filter, { schema: context.schema, state: context.state, set }),
    orderings: parseOrderings(query.get('$orderby'), set),
    top: parseWhole(query.get('$top'), '$top'),
    skip: parseWhole(query.get('$skip'), '$skip') ?? 0,
    withCount: query.get('$count') === 'true',
    select: parseSelect(query.get('$select'), set),
    expansions:
      expand === null ? [] : expand.split(/,(?![^(]*\))/).map((part) => parseExpansion(part, set, context.schema)),
  };
}

/** Tells whether a row is visible to a caller bound to one company. */
export function isVisible(set: EntitySet, row: Row, company: string | null): boolean {
  return company === null || set.companyField === null || row.values[set.companyField] === company;
}

/** The smallest set of rows that is sure to hold every match, or null for the whole table. */
function narrowest(set: EntitySet, filter: CompiledFilter | null, context: ReadContext): ReadonlySet<Row> | null {
  const found = filter?.candidates() ?? null;
  if (context.company === null || set.companyField === null) return found;
  const own = context.state.rowsWith(set.table, set.companyField, context.company);
  return found === null || own.size < found.size ? own : found;
}

function matchingRows(set: EntitySet, { filter }: Options, context: ReadContext): Row[] {
  const narrowed = narrowest(set, filter, context);
  const rows: Row[] = [];
  for (const row of narrowed ?? context.state.rows(set.table)) {
    if (isVisible(set, row, context.company) && (filter === null || filter.matches(row))) rows.push(row);
  }
  return narrowed === null ? rows : rows.sort((left, right) => left.recId - right.recId);
}

function sortKey(property: Property, row: Row): string | InstanceType<typeof Decimal> {
  const value = row.values[property.name] ?? property.fallback ?? '';
  if (property.kind === 'Decimal' || property.kind === 'Int64' || property.kind === 'Int32') return new Decimal(value);
  return value.toLowerCase();
}

function sortRows(rows: Row[], orderings: readonly Ordering[]): Row[] {
  if (orderings.length === 0) return rows;
  const keyed = rows.map((row) => ({ row, keys: orderings.map(({ property }) => sortKey(property, row)) }));
  keyed.sort((left, right) => {
    for (const [position, { isDescending }] of orderings.entries()) {
      const first = left.keys[position] ?? '';
      const second = right.keys[position] ?? '';
      const ordering =
        first instanceof Decimal && second instanceof Decimal
          ? first.comparedTo(second)
          : first < second
            ? -1
            : first > second
              ? 1
              : 0;
      if (ordering !== 0) return isDescending ? -ordering : ordering;
    }
    return left.row.recId - right.row.recId;
  });
  return keyed.map(({ row }) => row);
}

function expansionMembers(row: Row, expansions: readonly Expansion[], context: ReadContext): string {
  return expansions
    .map(({ navigation, target, select }) => {
      const shape = { select, level: context.level, root: context.root };
      const related = relatedRows(context.state, target, navigation.join, row).map(
        (neighbor) => `{${rowMembers(target, neighbor, shape)}}`,
      );
      const value = navigation.isCollection ? `[${related.join(',')}]` : (related[0] ?? 'null');
      return `,"${navigation.name}":${value}`;
    })
    .join('');
}

function rowJson(
  set: EntitySet,
  row: Row,
  options: Pick<Options, 'select' | 'expansions'>,
  context: ReadContext,
): string {
  const members = rowMembers(set, row, { select: options.select, level: context.level, root: context.root });
  return members + expansionMembers(row, options.expansions, context);
}

function nextLink(query: URLSearchParams, set: EntitySet, page: { skip: number; top: number }, root: string): string {
  const rest = new URLSearchParams(query);
  rest.delete('$skip');
  rest.delete('$top');
  const parts = [...rest].map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  parts.push(`$skip=${page.skip}`, `$top=${page.top}`);
  return `${root}${set.name}?${parts.join('&')}`;
}

function contextMember(set: EntitySet, context: ReadContext, suffix: string): string {
  return context.level === 'none' ? '' : `"@odata.context":"${context.root}$metadata#${set.name}${suffix}",`;
}

/** Answers a collection read as JSON text, one server page at a time. */
export function readCollection(set: EntitySet, query: URLSearchParams, context: ReadContext): string {
  const options = parseOptions(query, set, context);
  const matching = sortRows(matchingRows(set, options, context), options.orderings);
  // The real next link repeats the page size as $top and still leads on, so a $top of exactly one page is no limit.
  const limit = options.top === null || options.top === context.pageSize ? Number.MAX_SAFE_INTEGER : options.top;
  const wanted = Math.min(limit, Math.max(matching.length - options.skip, 0));
  const size = Math.min(wanted, context.pageSize);
  const rows = matching.slice(options.skip, options.skip + size);
  const count = options.withCount ? `"@odata.count":${matching.length},` : '';
  const value = `"value":[${rows.map((row) => `{${rowJson(set, row, options, context)}}`).join(',')}]`;
  const top = limit === Number.MAX_SAFE_INTEGER ? size : limit - size;
  const next = nextLink(query, set, { skip: options.skip + size, top }, context.root);
  const link = wanted > size ? `,"@odata.nextLink":${JSON.stringify(next)}` : '';
  return `{${contextMember(set, context, '')}${count}${value}${link}}`;
}

/** Answers `/Set/$count`. */
export function countCollection(set: EntitySet, query: URLSearchParams, context: ReadContext): string {
  return String(matchingRows(set, parseOptions(query, set, context), context).length);
}

/** Answers a keyed read as JSON text. */
export function readRecord(set: EntitySet, row: Row, query: URLSearchParams, context: ReadContext): string {
  const options = parseOptions(query, set, context);
  if (options.filter !== null) throw new Refusal(400, 'A keyed read takes no $filter.');
  return `{${contextMember(set, context, '/$entity')}${rowJson(set, row, options, context)}}`;
}
