import { Decimal } from 'decimal.js';
import { type Field, isNumeric, isTextual } from '../metadata/schema.ts';
import { RecordError } from '../record-error.ts';
import { type SqlValue } from './database.ts';
import { fromNumberKey, toNumberKey } from './number-keys.ts';
import { normalizeId } from './record-ids.ts';

/** A field's value in the org: text, numbers as canonical decimal strings, dates `YYYY-MM-DD`, instants ISO-8601 UTC, ids with 18 characters. */
export type FieldValue = string | boolean | null;

/** A record by API name. */
export type Row = Record<string, FieldValue>;

/** What a caller may hand in for a field. */
export type FieldInput = string | number | bigint | boolean | Decimal | Date | null;

const Exact = Decimal.clone({ precision: 40, rounding: Decimal.ROUND_HALF_UP });

/** Decimal arithmetic with 40 digits, half up: the only arithmetic the org does with amounts. */
export function decimal(value: Decimal.Value): Decimal {
  return new Exact(value);
}

/** `1000.50` → `1000.5`, `-0` → `0`, never an exponent. */
export function canonicalNumber(value: Decimal.Value): string {
  const number = decimal(value);
  return number.isZero() ? '0' : number.toFixed();
}

/** A canonical value as SQLite keeps it; numbers as keys that sort and compare exactly. */
export function toColumn(field: Field, value: FieldValue): SqlValue {
  if (value === null) return null;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return isNumeric(field) ? toNumberKey(decimal(value)) : value;
}

/** The reverse of toColumn. */
export function fromColumn(field: Field, stored: SqlValue): FieldValue {
  if (field.type === 'boolean') return stored === 1n || stored === 1;
  if (stored === null) return null;
  return isNumeric(field) ? canonicalNumber(fromNumberKey(String(stored))) : String(stored);
}

/** What a caller gave, as the org's canonical value; refuses what the field's type cannot hold. */
export function coerce(field: Field, input: FieldInput): FieldValue {
  if (field.type === 'boolean') return coerceBoolean(field, input);
  if (input === null || input === '') return null;
  if (isNumeric(field)) return coerceNumber(field, input);
  if (field.type === 'date') return coerceDate(field, input);
  if (field.type === 'datetime') return coerceInstant(field, input);
  if (field.type === 'time') return coerceTime(field, input);
  if (field.type === 'id' || field.type === 'reference') return coerceId(field, input);
  if (field.type === 'base64') return String(input);
  if (isTextual(field)) return coerceText(field, input);
  throw new Error(`No rule for field type ${field.type}`);
}

function wrongType(field: Field, input: FieldInput): RecordError {
  const kind =
    typeof input === 'string' ? 'STRING' : typeof input === 'boolean' ? String(input).toUpperCase() : 'NUMBER';
  return new RecordError(
    'JSON_PARSER_ERROR',
    `Cannot deserialize instance of ${field.type} from VALUE_${kind} value ${String(input)} or request may be missing a required field at [line:1, column:1]`,
    [field.name],
  );
}

function coerceBoolean(field: Field, input: FieldInput): boolean {
  if (typeof input === 'boolean') return input;
  if (typeof input === 'string' && /^(true|false)$/i.test(input)) return input.toLowerCase() === 'true';
  throw wrongType(field, input);
}

const MAX_DECIMALS = 18;

/** Digits before the point are limited by the field; decimals beyond its scale are kept, as the API of a real org keeps them. */
function coerceNumber(field: Field, input: FieldInput): string {
  if (typeof input === 'boolean' || input === null || input instanceof Date) throw wrongType(field, input);
  const text = String(input).trim();
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw wrongType(field, input);
  const number = decimal(text);
  if (field.type === 'int' && !number.isInteger()) throw wrongType(field, input);
  if (number.abs().gte(decimal(10).pow(field.precision - field.scale))) {
    throw new RecordError(
      'NUMBER_OUTSIDE_VALID_RANGE',
      `${field.label}: value outside of valid range on numeric field: ${text}`,
      [field.name],
    );
  }
  return canonicalNumber(number.toDecimalPlaces(MAX_DECIMALS));
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

function coerceDate(field: Field, input: FieldInput): string {
  const text = input instanceof Date ? input.toISOString().slice(0, 10) : String(input);
  if (!DATE.test(text) || !isCalendarDay(text)) throw wrongType(field, input);
  return text;
}

/** Whether `YYYY-MM-DD` names a day that exists. */
export function isCalendarDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;

/** An ISO-8601 instant in UTC with whole seconds, as Salesforce stores them, or null where the text is none. */
export function toInstant(text: string): string | null {
  if (!INSTANT.test(text) || !isCalendarDay(text.slice(0, 10))) return null;
  const instant = new Date(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  if (Number.isNaN(instant.getTime())) return null;
  instant.setUTCMilliseconds(0);
  return instant.toISOString();
}

function coerceInstant(field: Field, input: FieldInput): string {
  const instant = toInstant(input instanceof Date ? input.toISOString() : String(input));
  if (instant === null) throw wrongType(field, input);
  return instant;
}

function coerceTime(field: Field, input: FieldInput): string {
  const match = /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,3}))?Z?$/.exec(String(input));
  if (!match) throw wrongType(field, input);
  return `${match[1] ?? ''}:${match[2] ?? ''}:${match[3] ?? ''}.${(match[4] ?? '0').padEnd(3, '0')}Z`;
}

function coerceId(field: Field, input: FieldInput): string {
  const id = typeof input === 'string' ? normalizeId(input) : null;
  if (id === null) {
    throw new RecordError('MALFORMED_ID', `${field.label}: id value of incorrect type: ${String(input)}`, [field.name]);
  }
  return id;
}

function coerceText(field: Field, input: FieldInput): string | null {
  if (typeof input === 'boolean' || input instanceof Date) throw wrongType(field, input);
  const text = String(input);
  const kept = field.isLongText || field.type === 'textarea' ? text.trimEnd() : text.trim();
  if (kept === '') return null;
  if (field.length > 0 && kept.length > field.length) {
    const shown = kept.length > 80 ? `${kept.slice(0, 80)}…` : kept;
    throw new RecordError(
      'STRING_TOO_LONG',
      `${field.label}: data value too large: ${shown} (max length=${field.length})`,
      [field.name],
    );
  }
  if (field.type === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(kept)) {
    throw new RecordError('INVALID_EMAIL_ADDRESS', `${field.label}: invalid email address: ${kept}`, [field.name]);
  }
  return kept;
}
