import { Decimal } from 'decimal.js';
import { isNumeric, type Field } from '../metadata/schema.ts';
import { RecordError } from '../record-error.ts';
import { type FieldValue } from '../store/values.ts';
import { type ResultRecord, type ResultValue } from '../soql/execute.ts';

type RawJson = { readonly rawJSON: string };
type ReviverContext = { readonly source?: string };

const SourceJSON = JSON as unknown as {
  readonly rawJSON: (text: string) => RawJson;
  readonly parse: (text: string, reviver: (key: string, value: unknown, context: ReviverContext) => unknown) => unknown;
};

/** Reads a request body; numbers arrive as Decimal with every digit the caller wrote. */
export function parseJson(text: string): unknown {
  try {
    return SourceJSON.parse(text, (_key, value, context) =>
      typeof value === 'number' ? new Decimal(context.source ?? value) : value,
    );
  } catch (error) {
    throw new RecordError('JSON_PARSER_ERROR', error instanceof Error ? error.message : 'The body is not JSON.');
  }
}

/** A value as REST shows it: numbers unquoted with exact digits, instants with milliseconds and `+0000`. */
export function toJsonValue(field: Field, value: FieldValue): unknown {
  if (typeof value !== 'string') return value;
  if (isNumeric(field)) return SourceJSON.rawJSON(field.type === 'int' ? value : javaDouble(value));
  if (field.type === 'datetime') return toApiInstant(value);
  return value;
}

/** `2026-11-24T02:00:00.000Z` → `2026-11-24T02:00:00.000+0000`. */
export function toApiInstant(instant: string): string {
  return instant.replace('Z', '+0000');
}

/** A number that JSON writes with exactly these digits. */
export function jsonNumber(text: string): unknown {
  return SourceJSON.rawJSON(text);
}

/** A decimal as Java prints a double, as a real org does: `1000` → `1000.0`, `350000000` → `3.5E8`, never losing a digit. */
export function javaDouble(canonical: string): string {
  const number = new Decimal(canonical);
  const isPlain = number.isZero() || (number.abs().gte('0.001') && number.abs().lt('1e7'));
  if (isPlain) return number.isInteger() ? `${number.toFixed()}.0` : number.toFixed();
  const [mantissa = '', exponent = ''] = number.toExponential().split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${exponent.replace('+', '')}`;
}

/** A query's record as REST shows it, parents and children inside. */
export function toJsonRecord(record: ResultRecord, version: string): Record<string, unknown> {
  const url = `/services/data/${version}/sobjects/${record.type}/${record.id ?? ''}`;
  return {
    attributes: record.id === null ? { type: record.type } : { type: record.type, url },
    ...Object.fromEntries(record.values.map((value) => [value.name, resultValue(value, version)])),
  };
}

function resultValue(value: ResultValue, version: string): unknown {
  if (value.kind === 'value') return toJsonValue(value.field, value.value);
  if (value.kind === 'parent') return value.record && toJsonRecord(value.record, version);
  if (value.records.length === 0) return null;
  return {
    totalSize: value.records.length,
    done: true,
    records: value.records.map((record) => toJsonRecord(record, version)),
  };
}
