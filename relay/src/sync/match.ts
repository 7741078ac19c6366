import type { Condition, EntityRecord, Value } from '../dynamics/connector.ts';
import { cleanText } from './canonical.ts';
import { toDynamicsValue } from './convert.ts';
import { type MapContext, outboundValue } from './map.ts';
import type { EntityMapping, FieldMapping, MatchRule, Normalizer } from './mapping.ts';
import type { SalesforceRecord } from './unit.ts';

/** One way to look for the record in Dynamics: conditions narrow, `accepts` decides. */
export type MatchRequest = {
  readonly rule: string;
  readonly conditions: Condition[][];
  readonly fields: string[];
  accepts(candidate: EntityRecord): boolean;
};

/** What to look for, best rule first. A rule with a blank field is left out: blank matches nothing. */
export function matchRequests(mapping: EntityMapping, record: SalesforceRecord, context: MapContext): MatchRequest[] {
  return mapping.matchRules
    .toSorted((a, b) => a.priority - b.priority || (a.name < b.name ? -1 : 1))
    .flatMap((rule) => {
      const request = requestOf(rule, mapping, record, context);
      return request === null ? [] : [request];
    });
}

type Wanted = { readonly dynamics: string; readonly value: Value; readonly normalise: Normalizer };

function requestOf(
  rule: MatchRule,
  mapping: EntityMapping,
  record: SalesforceRecord,
  context: MapContext,
): MatchRequest | null {
  const wanted = rule.fields.map(({ salesforce, dynamics, normalise }) => ({
    dynamics,
    normalise,
    value: wantedValue(mapping, record, context, { salesforce, dynamics }),
  }));
  if (wanted.some(({ value, normalise }) => normalised(value, normalise) === '')) return null;
  return {
    rule: rule.name,
    conditions: combinations(wanted),
    fields: wanted.map(({ dynamics }) => dynamics),
    accepts: (candidate) => wanted.every((want) => agrees(want, candidate)),
  };
}

/** The value as Dynamics would hold it: by the field mapping of the pair where there is one, so that value maps count. */
function wantedValue(
  mapping: EntityMapping,
  record: SalesforceRecord,
  context: MapContext,
  pair: { salesforce: string; dynamics: string },
): Value {
  const field = mapping.fields.find(
    (candidate) => candidate.salesforceField === pair.salesforce && candidate.dynamicsField === pair.dynamics,
  );
  const raw = record.fields[pair.salesforce] ?? null;
  const result = field === undefined ? plain(raw, pair, context) : outboundValue(field, record.fields, context);
  return result?.ok === true ? result.value : null;
}

function plain(
  raw: Value,
  pair: { salesforce: string; dynamics: string },
  context: MapContext,
): ReturnType<typeof toDynamicsValue> | null {
  const type = context.entity.fields.get(pair.dynamics)?.type;
  if (type === undefined) return null;
  const field = { salesforceField: pair.salesforce, dynamicsField: pair.dynamics, options: {} } as FieldMapping;
  return toDynamicsValue(raw, type, field);
}

function agrees(want: Wanted, candidate: EntityRecord): boolean {
  const theirs = candidate.values[want.dynamics] ?? candidate.key[want.dynamics] ?? null;
  return normalised(theirs, want.normalise) === normalised(want.value, want.normalise);
}

/** The form in which two values are compared. */
export function normalised(value: Value, normalise: Normalizer): string {
  const text = value === null ? '' : (cleanText(String(value)) ?? '');
  switch (normalise) {
    case 'exact':
      return text;
    case 'caseless':
      return text.toLowerCase();
    case 'email':
      return text.toLowerCase().replace(/^mailto:/, '');
    case 'alphanumeric':
      return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
    case 'phone':
      return phoneDigits(text);
  }
}

/** Digits only, an international prefix written `00` or `+` alike, and no extension. */
function phoneDigits(text: string): string {
  const main = text.replace(/\s*(?:ext\.?|x|#).*$/i, '');
  const digits = main.replace(/\(0\)/, '').replace(/\D/g, '');
  return main.trimStart().startsWith('+') ? digits : digits.replace(/^00/, '');
}

/** Dynamics compares whole values, so the spellings that are likely are asked for one by one. */
function spellings({ value, normalise }: Wanted): Value[] {
  if (value === null || typeof value === 'boolean' || normalise === 'exact') return [value];
  const bare = normalised(value, normalise);
  const more = normalise === 'phone' ? [`+${bare}`, `00${bare}`] : [];
  const upper = normalise === 'alphanumeric' ? [bare.toUpperCase()] : [];
  return [...new Set([value, ...upper, bare, ...more])];
}

function combinations(wanted: readonly Wanted[]): Condition[][] {
  return wanted.reduce<Condition[][]>(
    (groups, want) =>
      groups.flatMap((group) => spellings(want).map((value) => [...group, { field: want.dynamics, value }])),
    [[]],
  );
}
