import { type Field, isNumeric } from '../../metadata/schema.ts';
import { type FieldInput, type FieldValue } from '../../store/values.ts';
import { ApexBlob } from '../runtime/values/apex-blob.ts';
import { ApexDate } from '../runtime/values/apex-date.ts';
import { ApexDatetime, ApexTime } from '../runtime/values/apex-datetime.ts';
import { ApexDecimal } from '../runtime/values/apex-decimal.ts';
import { ApexDouble } from '../runtime/values/apex-double.ts';
import { throwApex } from '../runtime/values/apex-exception.ts';
import { ApexId, fullId } from '../runtime/values/apex-id.ts';
import { ApexValue } from '../runtime/values/apex-value.ts';
import { isNumber, toDecimal } from '../runtime/values/numbers.ts';
import { type ApexType, type PrimitiveName, types, typeName } from '../types.ts';

const KINDS: Readonly<Record<Field['type'], PrimitiveName>> = {
  id: 'Id',
  reference: 'Id',
  string: 'String',
  textarea: 'String',
  email: 'String',
  phone: 'String',
  url: 'String',
  picklist: 'String',
  multipicklist: 'String',
  boolean: 'Boolean',
  int: 'Integer',
  double: 'Decimal',
  currency: 'Decimal',
  percent: 'Decimal',
  date: 'Date',
  datetime: 'Datetime',
  time: 'Time',
  base64: 'Blob',
};

/** The Apex type of a field's values. */
export function apexTypeOf(field: Field): ApexType {
  return types[KINDS[field.type]];
}

/** A stored value as Apex reads it; amounts have at least the field's decimals. */
export function toApexValue(field: Field, value: FieldValue): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (field.type === 'int') return Number(value);
  if (isNumeric(field)) return new ApexDecimal(value, Math.max(field.scale, decimalsOf(value)));
  switch (KINDS[field.type]) {
    case 'Id':
      return ApexId.of(value);
    case 'Date':
      return ApexDate.ofIso(value);
    case 'Datetime':
      return new ApexDatetime(Date.parse(value));
    case 'Time':
      return ApexTime.ofIso(value);
    case 'Blob':
      return new ApexBlob(Buffer.from(value, 'base64'));
    default:
      return value;
  }
}

function decimalsOf(number: string): number {
  const point = number.indexOf('.');
  return point < 0 ? 0 : number.length - point - 1;
}

/** An Apex value as a save or a bind takes it. */
export function toFieldInput(value: unknown): FieldInput {
  if (isPlain(value)) return value;
  if (value instanceof ApexDecimal) return value.value.toFixed();
  if (value instanceof ApexDouble) return String(value.value);
  if (value instanceof ApexId) return value.value;
  if (value instanceof ApexDatetime) return new Date(value.epochMs).toISOString();
  if (value instanceof ApexDate) return isoDay(value);
  if (value instanceof ApexTime) return isoTime(value);
  if (value instanceof ApexBlob) return value.bytes.toString('base64');
  return throwApex('System.TypeException', `Invalid type for a record's field: ${shownType(value)}`);
}

function isPlain(value: unknown): value is string | number | bigint | boolean | null {
  return value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}

export function isoDay(date: ApexDate): string {
  return new Date(date.epochDay * 86_400_000).toISOString().slice(0, 10);
}

function isoTime(time: ApexTime): string {
  return `${new Date(time.milliseconds).toISOString().slice(11, 23)}Z`;
}

/** The type of any value as messages name it. */
export function shownType(value: unknown): string {
  if (value === null) return 'null';
  if (value instanceof ApexValue) return typeName(value.apexType);
  const names: Record<string, string> = { string: 'String', boolean: 'Boolean', number: 'Integer', bigint: 'Long' };
  return names[typeof value] ?? 'Object';
}

/** A value put dynamically, as the field's type; what does not fit is an SObjectException, as in Apex. */
export function assignTo(field: Field, value: unknown): unknown {
  if (value === null) return null;
  const wanted = KINDS[field.type];
  const converted = CONVERSIONS[wanted](value);
  if (converted !== undefined) return converted;
  return throwApex('System.SObjectException', `Illegal assignment from ${shownType(value)} to ${wanted}`);
}

const only =
  (isRight: (value: unknown) => boolean) =>
  (value: unknown): unknown =>
    isRight(value) ? value : undefined;

const CONVERSIONS: Readonly<Record<PrimitiveName, (value: unknown) => unknown>> = {
  Boolean: only((value) => typeof value === 'boolean'),
  String: (value) => (value instanceof ApexId ? value.value : typeof value === 'string' ? value : undefined),
  Id: (value) => {
    if (value instanceof ApexId) return value;
    return typeof value === 'string' && fullId(value) !== null ? ApexId.of(value) : undefined;
  },
  Integer: (value) => (typeof value === 'number' ? value : wholeNumber(value)),
  Long: only((value) => typeof value === 'bigint'),
  Double: only((value) => value instanceof ApexDouble),
  Decimal: (value) => (isNumber(value) ? toDecimal(value) : undefined),
  Date: (value) => (value instanceof ApexDate ? value : undefined),
  Datetime: (value) =>
    value instanceof ApexDatetime ? value : value instanceof ApexDate ? ApexDatetime.ofDate(value) : undefined,
  Time: only((value) => value instanceof ApexTime),
  Blob: only((value) => value instanceof ApexBlob),
};

function wholeNumber(value: unknown): number | undefined {
  if (!isNumber(value)) return undefined;
  const { value: number } = toDecimal(value);
  return number.isInteger() ? number.toNumber() : undefined;
}
