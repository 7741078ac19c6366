// A decimal of up to 15 digits survives a double unharmed; only longer ones need their source text.
const LONG_NUMBER = /[\d.]{16}/;

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
const keepDigits: Reviver = (_key, value, { source }) => (typeof value === 'number' ? (source ?? value) : value);

/**
 * Parses JSON without losing a digit: numbers come as numbers where a double holds them exactly, else as their source text.
 * The slow path with source texts is taken only where the document holds a long number.
 */
export function parseExact(text: string): unknown {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text) as unknown;
  // TypeScript's library does not know the reviver's third argument yet.
  return JSON.parse(text, keepDigits as (key: string, value: unknown) => unknown) as unknown;
}

const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };

/** A number for `JSON.stringify` with exactly these digits. The text must be a JSON number. */
export function exactNumber(digits: string): unknown {
  return rawJSON(digits);
}
