import { RelayError } from '../../errors.ts';
import type { EntityDescription, EntityField, EntityKey, Value } from '../connector.ts';
import { fromWire, guidText, instantText, memberOf, NO_DATE, NO_GUID, numberText, zeroMember } from './wire-values.ts';

const BLANK = {
  string: "''",
  other: 'null',
  decimal: '0',
  integer: '0',
  boolean: 'false',
  dateTime: NO_DATE,
  date: '1900-01-01',
  guid: NO_GUID,
} as const;

type Literal = (value: string | boolean, field: EntityField, namespace: string) => string;

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const LITERAL: Readonly<Record<EntityField['type']['kind'], Literal>> = {
  string: (value) => quoted(String(value)),
  other: (value) => quoted(String(value)),
  decimal: numberText,
  integer: numberText,
  boolean: (value) => String(value === true || value === 'true'),
  dateTime: instantText,
  date: (value, field) => instantText(value, field).slice(0, 10),
  guid: guidText,
  enum: (value, field, namespace) =>
    `${namespace}.${field.type.kind === 'enum' ? field.type.name : ''}'${memberOf(value, field)}'`,
};

/** The OData literal of a canonical value, not yet URL-encoded; nothing that a value holds can end the literal early. */
export function literal(value: Value, field: EntityField, namespace: string): string {
  if (value !== null) return LITERAL[field.type.kind](value, field, namespace);
  if (field.type.kind === 'enum') return LITERAL.enum(zeroMember(field.type) ?? '', field, namespace);
  return BLANK[field.type.kind];
}

/** The namespace that qualifies an entity's enumerations. */
export function namespaceOf(entity: EntityDescription): string {
  return entity.entityType.slice(0, entity.entityType.lastIndexOf('.'));
}

function keyLiterals(entity: EntityDescription, key: EntityKey): [name: string, literal: string][] {
  return entity.key.map((name) => {
    const field = fieldOf(entity, name);
    const value = key[name];
    if (value === undefined) {
      throw new RelayError('MAPPING_INVALID', `The key of ${entity.entitySet} needs ${name}.`, { field: name });
    }
    const own = name === entity.companyField && typeof value === 'string' ? value.toLowerCase() : value;
    return [name, literal(own, field, namespaceOf(entity))];
  });
}

/** The key as text: all key fields in metadata order, company in lower case; `parseKeyText` reads it back. */
export function keyText(entity: EntityDescription, key: EntityKey): string {
  return keyLiterals(entity, key)
    .map(([name, text]) => `${name}=${text}`)
    .join(',');
}

/** The key predicate of a URL, encoded. */
export function keyPredicate(entity: EntityDescription, key: EntityKey): string {
  const parts = keyLiterals(entity, key).map(([name, text]) => `${name}=${encodeURIComponent(text)}`);
  return `(${parts.join(',')})`;
}

// name=value, where a value is a quoted string (apostrophes doubled), an enumeration literal, or anything without a comma.
const KEY_PART = /(\w+)=([\w.]*'(?:[^']|'')*'|[^,']*)(?:,|$)/y;

/** Reads a key that `keyText` wrote; throws MAPPING_INVALID where it does not name every key field once. */
export function parseKeyText(entity: EntityDescription, text: string): EntityKey {
  const key: Record<string, Value> = {};
  KEY_PART.lastIndex = 0;
  while (KEY_PART.lastIndex < text.length) {
    const [, name = '', source = ''] = KEY_PART.exec(text) ?? [];
    if (!entity.key.includes(name) || name in key) throw unreadable(entity, text);
    key[name] = valueOf(source, fieldOf(entity, name));
  }
  if (Object.keys(key).length !== entity.key.length) throw unreadable(entity, text);
  return key;
}

function valueOf(source: string, field: EntityField): Value {
  const quote = source.indexOf("'");
  const plain = quote < 0 ? source : source.slice(quote + 1, -1).replaceAll("''", "'");
  return fromWire(plain, field.type);
}

function unreadable(entity: EntityDescription, text: string): RelayError {
  return new RelayError('MAPPING_INVALID', `"${text}" is not a key of ${entity.entitySet} (${entity.key.join(', ')}).`);
}

/** The field of this name; throws FIELD_UNKNOWN. */
export function fieldOf(entity: EntityDescription, name: string): EntityField {
  const field = entity.fields.get(name);
  if (field !== undefined) return field;
  throw new RelayError('FIELD_UNKNOWN', `${entity.entitySet} has no field ${name}.`, { field: name });
}
