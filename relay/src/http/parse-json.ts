import { RelayError } from '../errors.ts';
import type { SchemaCheck } from '../json-schema.ts';

/** Parses JSON text; throws RelayError REQUEST_MALFORMED without repeating anything of the text. */
export function parseJson(text: string): unknown {
  return parse(text, undefined);
}

/** Parses JSON text with every number as its source text: digits beyond a double's survive. */
export function parseExactJson(text: string): unknown {
  return parse(text, (_name, value, context) => (typeof value === 'number' ? context.source : value));
}

type ExactReviver = (name: string, value: unknown, context: { readonly source: string }) => unknown;

function parse(text: string, reviver: ExactReviver | undefined): unknown {
  try {
    // The library types of TypeScript do not know the third argument of revivers yet.
    return JSON.parse(text, reviver as Parameters<typeof JSON.parse>[1]) as unknown;
  } catch {
    throw new RelayError('REQUEST_MALFORMED', 'The body is not JSON. Correct it; the schema is in contracts/schemas.');
  }
}

/** Throws RelayError REQUEST_MALFORMED that names the member at fault, where a document does not follow its schema. */
export function requireSchema(document: unknown, check: SchemaCheck, schemaName: string): void {
  const [fault] = check(document);
  if (fault === undefined) return;
  const where = fault.path === '' ? 'The body' : fault.path;
  const message = `${where} ${fault.problem}. Correct it; see contracts/schemas/${schemaName}.schema.json.`;
  throw new RelayError('REQUEST_MALFORMED', message, { field: fault.path });
}
