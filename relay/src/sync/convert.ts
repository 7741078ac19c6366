import type { FieldType, Value } from '../dynamics/connector.ts';
import { fault, type ErrorCode, type Fault } from '../errors.ts';
import { cleanText, isYesNo } from './canonical.ts';
import { decimalText, parseDecimal } from './decimal.ts';
import type { FieldMapping } from './mapping.ts';
import { dayOf, instantText, isDay } from './moment.ts';
import { nameOf } from './value-map.ts';

export type Converted = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly fault: Fault };

/** Beyond this a decimal does not fit the type that Dynamics computes with (.NET decimal). */
const LARGEST_DECIMAL = parseDecimal('79228162514264337593543950335');
/** Dynamics stores no more decimals than these; what is rounded beyond them is rounded unasked. */
const MOST_DECIMALS = 16;
/** So many members are listed in a message; more would hide the point. */
const MEMBERS_NAMED = 20;

/**
 * Turns a value into the type of its Dynamics field, or says why it does not fit. Nothing is cut, and decimals are rounded only where the
 * field mapping says to how many (`scale`).
 */
export function toDynamicsValue(value: Value, type: FieldType, field: FieldMapping): Converted {
  if (isBlank(value)) return done(null);
  switch (type.kind) {
    case 'string':
      return toText(value, type.maxLength, field);
    case 'decimal':
      return toDecimal(value, field);
    case 'integer':
      return toInteger(value, type.bits, field);
    case 'boolean':
      return toBoolean(value, field);
    case 'enum':
      return toMember(value, type, field);
    case 'dateTime':
    case 'date':
      return toMoment(value, type.kind, field);
    case 'guid':
      return toGuid(value, field);
    case 'other':
      return done(cleaned(value));
  }
}

/** Turns a Dynamics value into the type of its Salesforce field. */
export function toSalesforceValue(value: Value, field: FieldMapping): Converted {
  if (field.salesforceType === 'boolean') return done(value === true || value === 'Yes' || value === 'true');
  if (value === null) return done(null);
  if (field.salesforceType === 'number') return toSalesforceNumber(value, field);
  if (field.salesforceType === 'date') return toSalesforceDay(value, field);
  if (field.salesforceType === 'datetime') return toSalesforceInstant(value, field);
  return toSalesforceText(value, field);
}

const isBlank = (value: Value): boolean => value === null || (typeof value === 'string' && value.trim() === '');
const cleaned = (value: Value): Value => (typeof value === 'string' ? cleanText(value) : value);
const done = (value: Value): Converted => ({ ok: true, value });

function refuse(code: ErrorCode, field: FieldMapping, reason: string): Converted {
  return { ok: false, fault: fault(code, `${nameOf(field)}: ${reason}.`, { field: field.dynamicsField }) };
}

function toText(value: Value, maxLength: number | null, field: FieldMapping): Converted {
  if (typeof value !== 'string') return refuse('VALUE_WRONG_TYPE', field, 'a checkbox goes to a text field');
  const text = cleanText(value);
  if (text !== null && maxLength !== null && text.length > maxLength) {
    return refuse('VALUE_TOO_LONG', field, `${text.length} characters, Dynamics takes ${maxLength}`);
  }
  return done(text);
}

function toDecimal(value: Value, field: FieldMapping): Converted {
  const decimal = typeof value === 'string' ? parseDecimal(value.trim()) : null;
  if (decimal === null) return refuse('VALUE_WRONG_TYPE', field, 'the value is no number');
  if (LARGEST_DECIMAL !== null && decimal.abs().greaterThan(LARGEST_DECIMAL)) {
    return refuse('VALUE_OUT_OF_RANGE', field, 'the number is too large for Dynamics');
  }
  const { scale } = field.options;
  if (scale === undefined && decimal.decimalPlaces() > MOST_DECIMALS) {
    const howTo =
      'say to how many it is rounded by the option "scale" of the field mapping, or round it in the formula';
    return refuse('VALUE_WRONG_TYPE', field, `the number has ${decimal.decimalPlaces()} decimals: ${howTo}`);
  }
  return done(decimalText(scale === undefined ? decimal : decimal.toDecimalPlaces(scale)));
}

function toInteger(value: Value, bits: 16 | 32 | 64, field: FieldMapping): Converted {
  const decimal = typeof value === 'string' ? parseDecimal(value.trim()) : null;
  if (decimal === null) return refuse('VALUE_WRONG_TYPE', field, 'the value is no number');
  if (!decimal.isInteger()) return refuse('VALUE_WRONG_TYPE', field, 'Dynamics takes whole numbers only');
  const integer = BigInt(decimal.toFixed());
  if (BigInt.asIntN(bits, integer) !== integer) {
    return refuse('VALUE_OUT_OF_RANGE', field, `the number does not fit ${bits} bits`);
  }
  return done(integer.toString());
}

function toBoolean(value: Value, field: FieldMapping): Converted {
  if (typeof value === 'boolean') return done(value);
  const text = String(value).trim().toLowerCase();
  if (text === 'true' || text === 'false') return done(text === 'true');
  return refuse('VALUE_WRONG_TYPE', field, 'the value is neither true nor false');
}

function toMember(value: Value, type: Extract<FieldType, { kind: 'enum' }>, field: FieldMapping): Converted {
  if (typeof value === 'boolean') {
    if (isYesNo(type)) return done(value ? 'Yes' : 'No');
    return refuse('VALUE_WRONG_TYPE', field, `a checkbox goes to the enumeration ${type.name}`);
  }
  const text = String(value).trim();
  if (type.members.length === 0 || type.members.includes(text)) return done(text);
  return refuse('ENUM_MEMBER_UNKNOWN', field, `${type.name} has the members ${membersOf(type)}`);
}

/** The members of an enumeration as a message names them. */
export function membersOf(type: Extract<FieldType, { kind: 'enum' }>): string {
  const more = type.members.length - MEMBERS_NAMED;
  return type.members.slice(0, MEMBERS_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function toMoment(value: Value, kind: 'date' | 'dateTime', field: FieldMapping): Converted {
  const text = String(value).trim();
  if (isDay(text)) return done(text === '1900-01-01' ? null : text);
  const instant = instantText(text);
  if (instant === null) return refuse('VALUE_WRONG_TYPE', field, 'the value is no date');
  if (kind === 'dateTime') return done(instant);
  return refuse(
    'VALUE_WRONG_TYPE',
    field,
    'Dynamics takes a day, not a time: choose the day by a formula with DATEVALUE',
  );
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function toGuid(value: Value, field: FieldMapping): Converted {
  const text = String(value).trim().toLowerCase();
  return GUID.test(text) ? done(text) : refuse('VALUE_WRONG_TYPE', field, 'the value is no GUID');
}

function toSalesforceNumber(value: Value, field: FieldMapping): Converted {
  const decimal = typeof value === 'string' ? parseDecimal(value.trim()) : null;
  if (decimal === null) return refuse('VALUE_WRONG_TYPE', field, 'the value is no number');
  return done(decimalText(field.salesforceScale === null ? decimal : decimal.toDecimalPlaces(field.salesforceScale)));
}

function toSalesforceDay(value: Value, field: FieldMapping): Converted {
  const day = dayOf(String(value));
  return day === null ? refuse('VALUE_WRONG_TYPE', field, 'the value is no date') : done(day);
}

function toSalesforceInstant(value: Value, field: FieldMapping): Converted {
  const text = String(value);
  const instant = isDay(text) ? `${text}T12:00:00Z` : instantText(text);
  return instant === null ? refuse('VALUE_WRONG_TYPE', field, 'the value is no date and time') : done(instant);
}

function toSalesforceText(value: Value, field: FieldMapping): Converted {
  const text = cleanText(String(value));
  if (text !== null && field.salesforceLength > 0 && text.length > field.salesforceLength) {
    return refuse('VALUE_TOO_LONG', field, `${text.length} characters, Salesforce takes ${field.salesforceLength}`);
  }
  return done(text);
}
