import { RelayError } from '../errors.ts';

const MAX_VALUES = 200;
// Salesforce refuses request lines over 16 KB; the rest is room for the host and the fixed part of the query.
const MAX_URL_LENGTH = 12_000;

/** A quoted SOQL string literal. */
export function soqlText(text: string): string {
  const escaped = text
    .replace(/[\\'"]/g, String.raw`\$&`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\r', String.raw`\r`)
    .replaceAll('\t', String.raw`\t`);
  return `'${escaped}'`;
}

/** The name of an object, field or relationship, or a path of fields; anything else never reaches a query. */
export function soqlName(name: string): string {
  if (/^[A-Za-z]\w*(\.[A-Za-z]\w*){0,5}$/.test(name)) return name;
  throw new RelayError(
    'FIELD_UNKNOWN',
    `"${name}" is not the name of a Salesforce field. Correct the mapping that names it.`,
    {
      field: name,
    },
  );
}

/** A record id of 15 or 18 characters, quoted. */
export function soqlId(id: string): string {
  if (/^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$/.test(id)) return `'${id}'`;
  throw new RelayError('REQUEST_MALFORMED', 'A Salesforce record id must have 15 or 18 letters and digits.');
}

/** Field names once each, whatever their case: SOQL refuses a field that is selected twice. */
export function distinctNames(names: readonly string[]): string[] {
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()];
}

/** The queries `<before>(literal, …)` that together ask for all literals, each short enough for a URL. */
export function inQueries(before: string, literals: readonly string[], after = ''): string[] {
  const room = MAX_URL_LENGTH - encodeURIComponent(before + after).length;
  const chunks: string[][] = [];
  let chunk: string[] = [];
  let used = 0;
  for (const literal of literals) {
    const length = encodeURIComponent(literal).length + 3;
    if (chunk.length > 0 && (chunk.length === MAX_VALUES || used + length > room)) {
      chunks.push(chunk);
      chunk = [];
      used = 0;
    }
    chunk.push(literal);
    used += length;
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks.map((part) => `${before}(${part.join(',')})${after}`);
}
