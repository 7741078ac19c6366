import { Decimal } from 'decimal.js';
import { RelayError } from '../errors.ts';

const MAX_EXPONENT = 100;

// Node 24 has both; the types of TypeScript's library do not name them yet.
type ExactJson = {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
};
const exactJson = JSON as unknown as ExactJson;

/** Parses JSON with every number as the canonical decimal string of its own source text: no digit is lost to a binary float. */
export function parseExact(text: string): unknown {
  return exactJson.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined ? canonicalDecimal(source) : value,
  );
}

/** The decimal without exponent, superfluous zeros or negative zero: `1.50E2` becomes `150`. */
export function canonicalDecimal(text: string): string {
  const exponent = Number(/e([+-]?\d+)$/i.exec(text)?.[1] ?? 0);
  // Such a number would be written out with that many zeros.
  if (Math.abs(exponent) > MAX_EXPONENT)
    throw new RelayError('UNEXPECTED', 'Salesforce answered a number beyond any field.');
  const decimal = new Decimal(text);
  return decimal.isZero() ? '0' : decimal.toFixed();
}

/** A decimal string as the JSON number with exactly those digits; for `JSON.stringify`. */
export function exactNumber(decimal: string): unknown {
  return exactJson.rawJSON(canonicalDecimal(decimal));
}
