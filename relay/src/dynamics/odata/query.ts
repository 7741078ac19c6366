import { RelayError } from '../../errors.ts';
import type { Condition, EntityDescription, EntityKey, FindRequest, ReadRequest, Values } from '../connector.ts';
import { fieldOf, keyPredicate, literal, namespaceOf } from './literals.ts';

/** Longest path and query of one request; longer filters are split into several requests. */
export const MAX_URL_LENGTH = 6000;

// Without the switch only the default company of the relay's user is visible, silently.
const EVERY_COMPANY = 'cross-company=true';

/** The path of one record. */
export function recordPath(entity: EntityDescription, key: EntityKey): string {
  return `${entity.entitySet}${keyPredicate(entity, key)}?${EVERY_COMPANY}`;
}

/** The path to create records of an entity set. */
export function collectionPath(entity: EntityDescription): string {
  return `${entity.entitySet}?${EVERY_COMPANY}`;
}

/** The path that reads one record's key and wanted fields. */
export function readPath(entity: EntityDescription, request: Pick<ReadRequest, 'key' | 'fields'>): string {
  return `${recordPath(entity, request.key)}&$select=${selection(entity, request.fields)}`;
}

function selection(entity: EntityDescription, fields: readonly string[]): string {
  return [...new Set([...entity.key, ...fields])].map((name) => fieldOf(entity, name).name).join(',');
}

/** The paths that together find what a request asks for; each is within the URL limit. */
export function findPaths(entity: EntityDescription, request: FindRequest): string[] {
  const everywhere = [companyFilter(entity, request.company), sinceFilter(entity, request.since)]
    .filter((filter) => filter !== '')
    .join(' and ');
  const groups = request.anyOf.map((conditions) => groupFilter(entity, conditions));
  const limit = hasWildcard(request) ? '' : `&$top=${request.limit}`;
  const head = `${collectionPath(entity)}&$select=${selection(entity, request.fields)}&$orderby=${entity.key.join(',')}${limit}`;
  if (groups.includes('') || groups.length === 0) {
    return request.anyOf.length === 0 ? [] : [withFilter(head, everywhere)];
  }
  return packGroups(groups, MAX_URL_LENGTH - head.length - encodeURIComponent(everywhere).length).map((packed) => {
    const any = packed.length === 1 ? (packed[0] ?? '') : packed.map((group) => `(${group})`).join(' or ');
    return withFilter(head, everywhere === '' ? any : `${everywhere} and (${any})`);
  });
}

function withFilter(head: string, filter: string): string {
  return filter === '' ? head : `${head}&$filter=${encodeURIComponent(filter)}`;
}

function companyFilter(entity: EntityDescription, company: string | null): string {
  if (entity.companyField === null || company === null) return '';
  return comparison(entity, { field: entity.companyField, value: company.toLowerCase() });
}

function sinceFilter(entity: EntityDescription, since: FindRequest['since']): string {
  if (since === undefined) return '';
  return `${since.field} ge ${literal(since.value, fieldOf(entity, since.field), namespaceOf(entity))}`;
}

function groupFilter(entity: EntityDescription, conditions: readonly Condition[]): string {
  return conditions.map((condition) => comparison(entity, condition)).join(' and ');
}

function comparison(entity: EntityDescription, { field: name, value }: Condition): string {
  const field = fieldOf(entity, name);
  // A blank date is 1900-01-01 at whatever hour the entity chose.
  if (value === null && field.type.kind === 'dateTime') return `${name} lt 1900-01-02T00:00:00Z`;
  return `${name} eq ${literal(value, field, namespaceOf(entity))}`;
}

function packGroups(groups: readonly string[], room: number): (readonly string[])[] {
  if (groups.length === 1) return [groups];
  const packs: string[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const group of groups) {
    const length = encodeURIComponent(`(${group}) or `).length;
    if (used + length > room) {
      packs.push([]);
      used = 0;
    }
    packs.at(-1)?.push(group);
    used += length;
  }
  return packs;
}

/** Whether a value holds `*`, which Dynamics takes for a wildcard and offers no escape for. */
export function hasWildcard(request: FindRequest): boolean {
  return request.anyOf.some((conditions) => conditions.some(isWildcard));
}

function isWildcard({ value }: Condition): boolean {
  return typeof value === 'string' && value.includes('*');
}

/** The fields to read besides the wanted ones so that `meetsExactly` can judge. */
export function comparedFields(request: FindRequest): string[] {
  return request.anyOf.flatMap((conditions) => conditions.map(({ field }) => field));
}

/**
 * Whether a found record really holds the values that contain `*`: Dynamics' own comparison treats them as patterns, so the
 * answer is wider than the question. Compared caselessly, as the database does.
 */
export function meetsExactly(request: FindRequest, values: Values): boolean {
  return request.anyOf.some((conditions) =>
    conditions.every((condition) => sameText(values[condition.field], condition)),
  );
}

function sameText(found: Values[string] | undefined, { value }: Condition): boolean {
  if (typeof value !== 'string' || typeof found !== 'string') return (found ?? null) === value;
  return found.trimEnd().toLowerCase() === value.trimEnd().toLowerCase();
}

/** The path of the next page; a link that leaves the environment is refused, since our token would travel with it. */
export function nextPath(link: string, root: URL): string {
  const next = URL.parse(link, root.href);
  if (next?.host !== root.host || !next.pathname.startsWith(root.pathname)) {
    throw new RelayError(
      'UNEXPECTED',
      'Dynamics sent a link to a next page outside the environment; it was not followed.',
    );
  }
  const path = next.pathname.slice(root.pathname.length) + next.search;
  if (next.searchParams.has('cross-company')) return path;
  return `${path}${next.search === '' ? '?' : '&'}${EVERY_COMPANY}`;
}
