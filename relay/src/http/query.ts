import { RelayError } from '../errors.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/;

/** Refuses parameters that nobody reads, and repeated ones: a filter that is silently ignored answers too much. */
export function requireKnownParameters(query: URLSearchParams, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (!known.includes(name)) throw malformed(name, `is not known here; known are ${known.join(', ')}`);
    if (query.getAll(name).length > 1) throw malformed(name, 'is given twice');
  }
}

/** A parameter of text, left out where it is not given. */
export function textParameter<Name extends string>(
  query: URLSearchParams,
  name: Name,
  pattern: RegExp,
): Partial<Record<Name, string>> {
  const value = query.get(name);
  if (value === null) return {};
  if (!pattern.test(value)) throw malformed(name, 'is not well-formed');
  return { [name]: value } as Partial<Record<Name, string>>;
}

/** A parameter that is an instant, e.g. `2026-11-23T10:00:00Z`. */
export function instantParameter<Name extends string>(
  query: URLSearchParams,
  name: Name,
): Partial<Record<Name, string>> {
  const found = textParameter(query, name, INSTANT);
  if (found[name] !== undefined && Number.isNaN(Date.parse(found[name]))) throw malformed(name, 'is not an instant');
  return found;
}

/** How many entries a page holds. */
export function limitParameter(query: URLSearchParams): number {
  const text = query.get('limit') ?? String(DEFAULT_LIMIT);
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_LIMIT) throw malformed('limit', `is not a number from 1 to ${MAX_LIMIT}`);
  return limit;
}

function malformed(name: string, problem: string): RelayError {
  return new RelayError('REQUEST_MALFORMED', `The parameter ${JSON.stringify(name.slice(0, 40))} ${problem}.`, {
    field: name,
  });
}
