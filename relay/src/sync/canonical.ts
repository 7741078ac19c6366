import type { FieldType, Value } from '../dynamics/connector.ts';
import { decimalText, parseDecimal } from './decimal.ts';
import { instantText, isDay } from './moment.ts';
import type { FieldMapping } from './mapping.ts';

/**
 * The text in which a value is hashed and compared. Equal texts are the same value to both systems: line ends, blanks at the ends,
 * trailing zeros, `1900-01-01` and the time of a date at noon make no difference; case does not where the mapping says so.
 */
export function canonicalText(value: Value, field: FieldMapping, type: FieldType): string {
  switch (type.kind) {
    case 'decimal':
    case 'integer':
      return numberText(value, field.options.scale);
    case 'boolean':
      return value === true || value === 'true' ? 'true' : 'false';
    case 'enum':
      return withCase(enumText(value), field);
    case 'dateTime':
    case 'date':
      return momentText(value, type.kind);
    case 'guid':
      return plainText(value).toLowerCase();
    case 'string':
    case 'other':
      return withCase(plainText(value), field);
  }
}

/** True where both values are one value to both systems. */
export function sameValue(a: Value, b: Value, field: FieldMapping, type: FieldType): boolean {
  return canonicalText(a, field, type) === canonicalText(b, field, type);
}

/** Text as both systems keep it: `\n` between lines, nothing blank around it; null where nothing is left. */
export function cleanText(text: string): string | null {
  const lines = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  const clean = lines.normalize('NFC').trim();
  return clean === '' ? null : clean;
}

/** True for NoYes and its kin: a checkbox on the Salesforce side. */
export function isYesNo(type: FieldType): boolean {
  return (
    type.kind === 'enum' && type.members.length === 2 && type.members.includes('Yes') && type.members.includes('No')
  );
}

const plainText = (value: Value): string => (value === null ? '' : (cleanText(String(value)) ?? ''));

const withCase = (text: string, field: FieldMapping): string =>
  field.options.caseless === true ? text.toLowerCase() : text;

function enumText(value: Value): string {
  return typeof value === 'boolean' ? (value ? 'Yes' : 'No') : plainText(value);
}

/** Dynamics has no blank number: nothing and zero are one. */
function numberText(value: Value, scale: number | undefined): string {
  const decimal = typeof value === 'string' ? parseDecimal(value.trim()) : null;
  if (decimal === null) return value === null || value === '' ? '0' : plainText(value);
  return decimalText(scale === undefined ? decimal : decimal.toDecimalPlaces(scale));
}

/** Instants count to the second, as Dynamics stores them. */
function momentText(value: Value, kind: 'date' | 'dateTime'): string {
  const text = plainText(value);
  const instant = isDay(text) ? `${text}T12:00:00Z` : instantText(text);
  if (instant === null) return text;
  const day = instant.slice(0, 10);
  if (day === '1900-01-01') return '';
  const second = instant.replace(/\.\d+Z$/, 'Z');
  return kind === 'date' || second.endsWith('T12:00:00Z') ? day : second;
}
