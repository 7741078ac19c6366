import { canonicalDecimal } from './amounts.ts';
import { Refusal, notFound } from './refusals.ts';
import { type EntitySet, type Property, type Schema } from './schema.ts';

/** What an OData address points at. */
export type Target =
  | { kind: 'metadata' | 'service' | 'batch' }
  | { kind: 'collection' | 'count'; set: EntitySet }
  | { kind: 'record'; set: EntitySet; key: Readonly<Record<string, string>> };

const RESOURCE = /^(\w+)(?:\((.*)\))?(\/\$count)?$/s;
const KEY_PART = /\s*(?:(\w+)\s*=\s*)?(?:[\w.]*'((?:[^']|'')*)'|([^,']+))\s*(?:,|$)/y;

/** One spelling for every instant: UTC seconds. */
export function canonicalInstant(text: string): string | null {
  const milliseconds = Date.parse(text);
  if (Number.isNaN(milliseconds)) return null;
  return new Date(milliseconds).toISOString().replace('.000Z', 'Z');
}

function keyValue(property: Property, quoted: string | undefined, bare: string | undefined): string {
  const isText = property.kind === 'String' || property.kind === 'Enum';
  if (isText !== (quoted !== undefined)) throw badKey(property.name);
  if (quoted !== undefined) return quoted.replaceAll("''", "'");
  const text = (bare ?? '').trim();
  if (property.kind === 'DateTimeOffset') {
    const instant = canonicalInstant(text);
    if (instant === null) throw badKey(property.name);
    return instant;
  }
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw badKey(property.name);
  return canonicalDecimal(text);
}

function badKey(name: string): Refusal {
  return new Refusal(400, `The key segment is not valid: the value of '${name}' does not fit its type.`);
}

function parseKey(set: EntitySet, source: string): Record<string, string> {
  const key: Record<string, string> = {};
  KEY_PART.lastIndex = 0;
  while (KEY_PART.lastIndex < source.length) {
    const match = KEY_PART.exec(source);
    if (match === null) throw new Refusal(400, `The key segment '(${source})' cannot be read.`);
    const name = match[1] ?? (set.keys.length === 1 ? set.keys[0] : undefined);
    const property = name === undefined ? undefined : set.properties.get(name);
    if (property === undefined || !property.isKey) {
      throw new Refusal(
        400,
        `The key segment '(${source})' names '${name ?? ''}', which is not a key of '${set.name}'.`,
      );
    }
    key[property.name] = keyValue(property, match[2], match[3]);
  }
  const missing = set.keys.filter((name) => !(name in key));
  if (missing.length > 0) {
    throw new Refusal(400, `The key segment of '${set.name}' needs all key fields; missing: ${missing.join(', ')}.`);
  }
  return key;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new Refusal(400, 'The address is not validly percent-encoded.');
  }
}

/** Resolves the path below `/data/`; names are case-sensitive and every key field is needed. */
export function resolveAddress(path: string, schema: Schema): Target {
  const decoded = decode(path);
  if (decoded === '') return { kind: 'service' };
  if (decoded === '$metadata') return { kind: 'metadata' };
  if (decoded === '$batch') return { kind: 'batch' };
  const match = RESOURCE.exec(decoded);
  const set = match === null ? undefined : schema.sets.get(match[1] ?? '');
  if (match === null || set === undefined) throw notFound(decoded);
  const [, , key, count] = match;
  if (key !== undefined && count === undefined) return { kind: 'record', set, key: parseKey(set, key) };
  if (key !== undefined) throw notFound(decoded);
  return { kind: count === undefined ? 'collection' : 'count', set };
}
