import { fault, type Fault } from '../errors.ts';
import type { Value } from '../dynamics/connector.ts';
import type { Direction, FieldMapping, ValueMap } from './mapping.ts';

export type Translation = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly fault: Fault };

type Way = 'ToDynamics' | 'ToSalesforce';
type Entry = ValueMap['entries'][number];

/**
 * Translates a value by the map of its field. Entries of the company go before general ones, entries of this direction before those of
 * both; otherwise the first in the order of the document. A blank value is translated only by an entry for blank.
 */
export function translate(value: Value, field: FieldMapping, way: Way, company: string): Translation {
  const map = field.valueMap;
  if (map === null) return { ok: true, value };
  const text = value === null ? '' : String(value).trim();
  const entry = entryFor(map, { text, way, company, isCaseless: field.options.caseless === true });
  if (entry !== null) return { ok: true, value: blankAsNull(target(entry, way)) };
  if (text === '' || map.unknownValue === 'PassThrough') return { ok: true, value };
  if (map.unknownValue === 'Default') {
    const standard = way === 'ToDynamics' ? map.defaultDynamicsValue : map.defaultSalesforceValue;
    return { ok: true, value: blankAsNull(standard ?? '') };
  }
  const [from, to] = way === 'ToDynamics' ? ['Salesforce', 'Dynamics'] : ['Dynamics', 'Salesforce'];
  const where = company === '' ? '' : ` for company ${company}`;
  const message = `${nameOf(field)}: the value map ${map.name} has no ${to} value${where} for what ${from} holds.`;
  return { ok: false, fault: fault('VALUE_NOT_MAPPED', message, { field: field.dynamicsField }) };
}

/** Two entries that claim the same Salesforce value in the same company; the map says nothing certain for it. */
export function contradictions(entries: readonly Entry[]): [Entry, Entry][] {
  const outbound = entries.filter((entry) => entry.direction !== 'ToSalesforce');
  return outbound.flatMap((entry, index) => {
    const twin = outbound.slice(index + 1).find((other) => claimsSame(entry, other));
    return twin === undefined ? [] : [[entry, twin] as [Entry, Entry]];
  });
}

function claimsSame(one: Entry, other: Entry): boolean {
  return (
    one.salesforceValue === other.salesforceValue &&
    one.company === other.company &&
    one.direction === other.direction &&
    one.dynamicsValue !== other.dynamicsValue
  );
}

function entryFor(
  map: ValueMap,
  wanted: { text: string; way: Way; company: string; isCaseless: boolean },
): Entry | null {
  const fold = (text: string): string => (wanted.isCaseless ? text.toLowerCase() : text);
  const fitting = map.entries.filter(
    (entry) =>
      goes(entry.direction, wanted.way) &&
      (entry.company === null || entry.company === wanted.company) &&
      fold(source(entry, wanted.way)) === fold(wanted.text),
  );
  const rank = (entry: Entry): number => (entry.company === null ? 2 : 0) + (entry.direction === 'Both' ? 1 : 0);
  return fitting.toSorted((a, b) => rank(a) - rank(b))[0] ?? null;
}

const goes = (direction: Direction, way: Way): boolean => direction === 'Both' || direction === way;
const source = (entry: Entry, way: Way): string => (way === 'ToDynamics' ? entry.salesforceValue : entry.dynamicsValue);
const target = (entry: Entry, way: Way): string => (way === 'ToDynamics' ? entry.dynamicsValue : entry.salesforceValue);
const blankAsNull = (text: string): Value => (text === '' ? null : text);

/** How a field is called in a message to people: both of its names. */
export function nameOf(field: FieldMapping): string {
  return field.salesforceField === null ? field.dynamicsField : `${field.salesforceField} → ${field.dynamicsField}`;
}
