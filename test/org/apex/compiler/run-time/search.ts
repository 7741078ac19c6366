import { ApexCollection } from '../../runtime/values/apex-collection.ts';
import { ApexId } from '../../runtime/values/apex-id.ts';
import { ApexDatetime } from '../../runtime/values/apex-datetime.ts';
import { toApexString } from '../../runtime/values/text.ts';

/** The text of a search with its binds as literals. */
export function searchText(pieces: readonly string[], values: readonly unknown[]): string {
  return pieces.map((piece, index) => (index === 0 ? '' : literal(values[index - 1])) + piece).join('');
}

function literal(value: unknown): string {
  if (value instanceof ApexCollection)
    return `(${[...(value as unknown as { items: unknown[] }).items].map(literal).join(', ')})`;
  if (value instanceof ApexDatetime) return new Date(value.epochMs).toISOString();
  if (typeof value !== 'string' && !(value instanceof ApexId)) return toApexString(value);
  return `'${toApexString(value).replace(/['\\]/g, '\\$&')}'`;
}
