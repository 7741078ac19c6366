import { canonicalInstant } from './address.ts';
import { canonicalDecimal } from './amounts.ts';
import { noon } from './environment.ts';
import { type Refusal, fieldRefused, malformed } from './refusals.ts';
import { NAMESPACE, type EntitySet, type Property } from './schema.ts';
import { type Values } from './state.ts';
import { ExactNumber, parseExact } from './wire.ts';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
const WHOLE = /^-?\d+$/;
const INT32_LIMIT = 2_147_483_647;

function wrongType(property: Property): Refusal {
  const type = property.enumName === null ? `Edm.${property.kind}` : `${NAMESPACE}.${property.enumName}`;
  return malformed(`Cannot convert a value to target type '${type}' for property '${property.name}'.`);
}

function nullValue(property: Property): string | null {
  if (property.kind === 'String') return '';
  if (property.kind === 'Enum' && !property.isKey) return property.fallback;
  throw malformed(
    `A null value was found for the property named '${property.name}', which has the expected type 'Edm.${property.kind}[Nullable=False]'. The expected type 'Edm.${property.kind}[Nullable=False]' does not allow null values.`,
  );
}

function numberValue(property: Property, value: unknown): string {
  if (!(value instanceof ExactNumber)) throw wrongType(property);
  if (property.kind === 'Decimal') return canonicalDecimal(value.digits);
  if (!WHOLE.test(value.digits)) throw wrongType(property);
  if (property.kind === 'Int32' && Math.abs(Number(value.digits)) > INT32_LIMIT) throw wrongType(property);
  return value.digits;
}

function instantValue(property: Property, value: unknown): string {
  if (typeof value !== 'string' || !INSTANT.test(value)) throw wrongType(property);
  const instant = canonicalInstant(value);
  if (instant === null) throw wrongType(property);
  // Only date-and-time fields keep their time of day; a date keeps the UTC day, whatever the caller's zone was.
  return /DateTime|ValidFrom|ValidTo/.test(property.name) ? instant : noon(instant);
}

function enumValue(property: Property, value: unknown): string {
  if (typeof value !== 'string') throw wrongType(property);
  if (property.members?.has(value) === true) return value;
  throw malformed(
    `The property '${property.name}': requested value '${value}' was not found in '${property.enumName ?? ''}'.`,
  );
}

function textValue(property: Property, value: unknown, set: EntitySet): string {
  if (typeof value !== 'string') throw wrongType(property);
  if (property.maxLength !== null && value.length > property.maxLength) {
    throw fieldRefused(
      set.aot,
      property.name,
      `The value in field '${property.label}' is ${value.length} characters long; the field holds ${property.maxLength}.`,
    );
  }
  return value;
}

function fieldValue(property: Property, value: unknown, set: EntitySet): string | null {
  if (value === null) return nullValue(property);
  switch (property.kind) {
    case 'String':
      return textValue(property, value, set);
    case 'Enum':
      return enumValue(property, value);
    case 'DateTimeOffset':
      return instantValue(property, value);
    case 'Decimal':
    case 'Int32':
    case 'Int64':
      return numberValue(property, value);
  }
}

function parseObject(body: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = parseExact(body);
  } catch {
    throw malformed('The JSON body cannot be read.');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw malformed('The body must be one JSON object.');
  return parsed as Record<string, unknown>;
}

/** Reads a request body into field values; unknown properties, wrong types, unknown enum members and long strings are refused. */
export function readFields(set: EntitySet, body: string): Values {
  const values: Values = {};
  for (const [name, value] of Object.entries(parseObject(body))) {
    if (name.startsWith('@odata.')) continue;
    const property = set.properties.get(name);
    if (property === undefined) {
      throw malformed(
        `The property '${name}' does not exist on type '${NAMESPACE}.${set.type}'. Make sure to only use property names that are defined by the type.`,
      );
    }
    const text = fieldValue(property, value, set);
    if (text !== null) values[name] = name === set.companyField ? text.toLowerCase() : text;
  }
  return values;
}
