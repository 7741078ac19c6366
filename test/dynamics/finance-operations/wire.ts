import { type EntitySet, type Property, NAMESPACE } from './schema.ts';
import { type Row } from './state.ts';

/** A number in a request body, in its own digits: amounts must not pass through a JavaScript float. */
export class ExactNumber {
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }
}

/** How much annotation the caller's Accept header asked for. */
export type MetadataLevel = 'none' | 'minimal' | 'full';

const NUMERIC = new Set(['Decimal', 'Int32', 'Int64']);

/** Parses a JSON body and keeps every number's own digits. */
export function parseExact(body: string): unknown {
  // The reviver's third argument carries the source text of primitives; the library types do not know it yet.
  const keepDigits = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' ? new ExactNumber(context?.source ?? String(value)) : value;
  return JSON.parse(body, keepDigits) as unknown;
}

type Segment = { name: string; prefix: string; isRaw: boolean; absent: string };

const segmentsOfSet = new WeakMap<EntitySet, readonly Segment[]>();

function valueText(value: string | null, isRaw: boolean): string {
  if (value === null) return 'null';
  return isRaw ? value : JSON.stringify(value);
}

function segment(property: Property): Segment {
  const isRaw = NUMERIC.has(property.kind);
  const prefix = `,${JSON.stringify(property.name)}:`;
  return { name: property.name, prefix, isRaw, absent: prefix + valueText(property.fallback, isRaw) };
}

function segmentsOf(set: EntitySet): readonly Segment[] {
  let segments = segmentsOfSet.get(set);
  if (segments === undefined) {
    segments = [...set.properties.values()].map(segment);
    segmentsOfSet.set(set, segments);
  }
  return segments;
}

/** The weak ETag of a row: base64 of `'<version>,<record id>'`. */
export function etagOf(row: Row): string {
  return `W/"${Buffer.from(`'${row.version},${row.recId}'`).toString('base64')}"`;
}

function keyLiteral(property: Property | undefined, value: string): string {
  return property === undefined || NUMERIC.has(property.kind) || property.kind === 'DateTimeOffset'
    ? value
    : `'${value.replaceAll("'", "''")}'`;
}

/** The canonical key part of a row's address, for example `(dataAreaId='usmf',CustomerAccount='US-001')`. */
export function keyAddress(set: EntitySet, row: Row): string {
  const parts = set.keys.map((name) => {
    const property = set.properties.get(name);
    return `${name}=${keyLiteral(property, row.values[name] ?? property?.fallback ?? '')}`;
  });
  return encodeURI(`${set.name}(${parts.join(',')})`);
}

/** What one answer shows of each row. */
export type Shape = { select: ReadonlySet<string> | null; level: MetadataLevel; root: string };

function annotations(set: EntitySet, row: Row, shape: Shape): string {
  if (shape.level === 'none') return '';
  const etag = `,"@odata.etag":${JSON.stringify(etagOf(row))}`;
  if (shape.level === 'minimal') return etag;
  const address = `${shape.root}${keyAddress(set, row)}`;
  return `,"@odata.type":"#${NAMESPACE}.${set.type}","@odata.id":${JSON.stringify(address)}${etag},"@odata.editLink":${JSON.stringify(address)}`;
}

/** Writes one row as JSON members without the braces; numbers appear exactly as stored. */
export function rowMembers(set: EntitySet, row: Row, shape: Shape): string {
  const values = row.values;
  let out = annotations(set, row, shape);
  for (const { name, prefix, isRaw, absent } of segmentsOf(set)) {
    if (shape.select !== null && !shape.select.has(name)) continue;
    const value = values[name];
    out += value === undefined ? absent : prefix + (isRaw ? value : JSON.stringify(value));
  }
  return out.slice(1);
}
