import { Decimal } from 'decimal.js';
import { RelayError } from '../../errors.ts';
import type { EntityField, FieldType, Value } from '../connector.ts';
import { exactNumber } from './exact-json.ts';

/** How Dynamics writes "no date": dates carry noon UTC so that no time zone moves them to another day. */
export const NO_DATE = '1900-01-01T12:00:00Z';
export const NO_GUID = '00000000-0000-0000-0000-000000000000';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.(\d+))?Z$/;
const INTEGER = /^-?\d+$/;
const DECIMAL = /^-?\d+(\.\d+)?$/;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const PLAIN_NUMBER = /^(?:0|-?[1-9]\d*|-?(?:0|[1-9]\d*)\.\d*[1-9])$/;

type Kind = FieldType['kind'];

const FROM_WIRE: Readonly<Record<Kind, (value: unknown) => Value>> = {
  string: plainText,
  enum: plainText,
  other: plainText,
  decimal: canonicalNumber,
  integer: canonicalNumber,
  boolean: (value) => value === true || value === 'true',
  dateTime: (value) => canonicalInstant(plainText(value)),
  date: (value) => (value === '1900-01-01' ? null : plainText(value)),
  guid: (value) => (value === NO_GUID ? null : plainText(value).toLowerCase()),
};

/** The canonical value of what Dynamics sent for a field of this type. */
export function fromWire(value: unknown, type: FieldType): Value {
  return value === null || value === undefined || value === '' ? null : FROM_WIRE[type.kind](value);
}

function plainText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function canonicalNumber(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (PLAIN_NUMBER.test(text)) return text;
  const plain = new Decimal(text).toFixed();
  return plain === '-0' ? '0' : plain;
}

function canonicalInstant(text: string): Value {
  const utc = INSTANT.test(text) ? text : new Date(text).toISOString();
  const [, day = '', time = '', fraction = ''] = INSTANT.exec(utc) ?? [];
  if (day === '1900-01-01') return null;
  const rest = fraction.replace(/0+$/, '');
  if (time === '12:00:00' && rest === '') return day;
  return rest === '' ? `${day}T${time}Z` : `${day}T${time}.${rest}Z`;
}

const BLANK: Readonly<Record<Kind, (type: FieldType) => unknown>> = {
  string: () => '',
  other: () => null,
  decimal: () => 0,
  integer: () => 0,
  boolean: () => false,
  dateTime: () => NO_DATE,
  date: () => '1900-01-01',
  guid: () => NO_GUID,
  enum: zeroMember,
};

const TO_WIRE: Readonly<Record<Kind, (value: string | boolean, field: EntityField) => unknown>> = {
  string: String,
  other: (_value, field) => {
    throw wrongType(field, 'no value from outside');
  },
  decimal: (value, field) => exactNumber(numberText(value, field)),
  integer: (value, field) => exactNumber(numberText(value, field)),
  boolean: (value) => value === true || value === 'true',
  dateTime: instantText,
  date: (value, field) => checked(value, DATE, field, 'a date'),
  guid: guidText,
  enum: memberOf,
};

/**
 * What goes into a request body for a canonical value. Blank becomes what Dynamics holds for blank: "", 0, 1900-01-01, the zero
 * member. Throws VALUE_WRONG_TYPE or ENUM_MEMBER_UNKNOWN, naming the field.
 */
export function toWire(value: Value, field: EntityField): unknown {
  const { kind } = field.type;
  return value === null ? BLANK[kind](field.type) : TO_WIRE[kind](value, field);
}

/** The member that stands for "not set": Dynamics lists it first. */
export function zeroMember(type: FieldType): string | null {
  return type.kind === 'enum' ? (type.members[0] ?? null) : null;
}

/** A number field's value as digits, checked, so that it can stand unquoted in a URL or body. */
export function numberText(value: Value, field: EntityField): string {
  return field.type.kind === 'integer'
    ? checked(value, INTEGER, field, 'a whole number')
    : checked(value, DECIMAL, field, 'a decimal number');
}

/** A date as noon UTC, an instant as it is, checked. */
export function instantText(value: Value, field: EntityField): string {
  if (typeof value === 'string' && DATE.test(value)) return `${value}T12:00:00Z`;
  return checked(value, INSTANT, field, 'a date or an instant in UTC').replace(/\.0+Z$/, 'Z');
}

/** A GUID in its plain form, checked. */
export function guidText(value: Value, field: EntityField): string {
  return checked(value, GUID, field, 'a GUID');
}

/** The name of an enumeration member, checked against the metadata. */
export function memberOf(value: Value, field: EntityField): string {
  const members = field.type.kind === 'enum' ? field.type.members : [];
  if (typeof value === 'string' && members.includes(value)) return value;
  throw new RelayError('ENUM_MEMBER_UNKNOWN', `${field.name} takes only: ${members.join(', ')}.`, {
    field: field.name,
  });
}

function checked(value: Value, pattern: RegExp, field: EntityField, expected: string): string {
  if (typeof value === 'string' && pattern.test(value)) return value;
  throw wrongType(field, expected);
}

function wrongType(field: EntityField, expected: string): RelayError {
  return new RelayError('VALUE_WRONG_TYPE', `${field.name} takes ${expected}.`, { field: field.name });
}
