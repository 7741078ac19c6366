import { RelayError } from '../errors.ts';

/** A query for Dynamics, rebuilt, and the navigation properties that it expands. */
export type ForwardQuery = { readonly text: string; readonly expands: readonly string[] };

const NAME = String.raw`[A-Za-z]\w*`;
const NAMES = new RegExp(String.raw`^${NAME}(?:\s*,\s*${NAME})*$`);
const ORDER = new RegExp(String.raw`^${NAME}(?: +(?:asc|desc))?(?:\s*,\s*${NAME}(?: +(?:asc|desc))?)*$`);
const STRING_LITERAL = /'(?:[^']|'')*'/g;
/** Without `/`, `$` and `@` a filter cannot leave the entity set: no navigation, no lambda, no root, no alias. */
const FILTER = /^[\w\s(),.:+*-]+$/;
const COUNT = /^\d{1,10}$/;

/** The query options that are let through, each with what its value must look like. */
const OPTIONS: Readonly<Record<string, (value: string) => boolean>> = {
  $filter: (value) => FILTER.test(value.replace(STRING_LITERAL, 'x')),
  $select: (value) => value === '*' || NAMES.test(value),
  $orderby: (value) => ORDER.test(value),
  $top: (value) => COUNT.test(value),
  $skip: (value) => COUNT.test(value),
  $count: (value) => /^(true|false)$/.test(value),
  $expand: (value) => NAMES.test(value),
  // Always set by us, and accepted because links to a next page hold it.
  'cross-company': (value) => value === 'true',
};

/**
 * Reads the caller's query and writes ours: known options once each, values encoded anew, `cross-company=true` always.
 * Throws RelayError FORWARD_PATH_REFUSED.
 */
export function parseForwardQuery(query: string): ForwardQuery {
  const values = new Map<string, string>();
  for (const part of query === '' ? [] : query.split('&')) {
    const [name, value] = parseOption(part);
    if (values.has(name)) throw refused(`gives ${name} twice`);
    values.set(name, value);
  }
  values.delete('cross-company');
  const options = [...values].map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return {
    text: ['cross-company=true', ...options].join('&'),
    expands: values.get('$expand')?.split(/\s*,\s*/) ?? [],
  };
}

function parseOption(part: string): [name: string, value: string] {
  const separator = part.indexOf('=');
  const name = decode(separator < 0 ? part : part.slice(0, separator));
  const value = decode(separator < 0 ? '' : part.slice(separator + 1));
  const accepts = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
  if (accepts === undefined) throw refused(`has an option that is not one of ${Object.keys(OPTIONS).join(', ')}`);
  if (/\p{Cc}/u.test(value) || !accepts(value)) throw refused(`has a value of ${name} that is not let through`);
  return [name, value];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw refused('cannot be decoded');
  }
}

function refused(problem: string): RelayError {
  return new RelayError('FORWARD_PATH_REFUSED', `The forwarded query ${problem}. See contracts/openapi.yaml.`);
}
