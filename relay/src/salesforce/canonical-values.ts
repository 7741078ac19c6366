import type { Value } from '../dynamics/connector.ts';
import type { SalesforceFieldType } from '../sync/mapping.ts';
import { canonicalDecimal, exactNumber } from './exact-json.ts';

/** A scalar of a Salesforce answer in canonical form; numbers come canonical from the text already. */
export function toCanonical(raw: unknown, type: SalesforceFieldType | undefined): Value {
  if (typeof raw === 'boolean') return raw;
  if (typeof raw !== 'string' || raw === '') return null;
  return type === 'datetime' ? new Date(raw.replace(/\+0000$/, 'Z')).toISOString() : raw;
}

/** True where Salesforce would store the same for both: it trims text, completes ids, and reads a blank checkbox as unchecked. */
export function isSameValue(a: Value, b: Value, type: SalesforceFieldType): boolean {
  return comparable(a, type) === comparable(b, type);
}

/** A canonical value as Salesforce takes it in JSON: a number with all its digits. */
export function toWire(value: Value, type: SalesforceFieldType): unknown {
  if (type === 'boolean') return value ?? false;
  return type === 'number' && typeof value === 'string' ? exactNumber(value) : value;
}

function comparable(value: Value, type: SalesforceFieldType): Value {
  if (type === 'boolean') return value ?? false;
  if (typeof value !== 'string') return value;
  const text = value.replaceAll('\r\n', '\n').trim();
  return text === '' ? null : (COMPARABLE[type]?.(text) ?? text);
}

const COMPARABLE: Partial<Record<SalesforceFieldType, (text: string) => string>> = {
  number: canonicalDecimal,
  datetime: (text) => new Date(text).toISOString(),
  id: (text) => text.slice(0, 15),
  reference: (text) => text.slice(0, 15),
  multipicklist: (text) => text.split(';').toSorted().join(';'),
};
