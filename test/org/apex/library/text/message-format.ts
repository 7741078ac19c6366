import { throwApex } from '../../runtime/values/apex-exception.ts';
import { toApexString } from '../../runtime/values/text.ts';

/** `String.format`: Java's MessageFormat with every argument as text; `''` is a quote, `'…'` is taken as it stands. */
export function formatMessage(pattern: string, values: readonly unknown[]): string {
  return pattern.replace(/''|'([^']*)'?|\{([^{}]*)\}|\{/g, (whole, quoted?: string, place?: string) => {
    if (whole === "''") return "'";
    if (quoted !== undefined) return quoted;
    return place === undefined ? unmatched() : argumentAt(place, values);
  });
}

function argumentAt(place: string, values: readonly unknown[]): string {
  const index = place.trim();
  if (index.includes(','))
    throwApex('System.StringException', `String.format takes its arguments as text: {${place}} is not supported.`);
  if (!/^\d+$/.test(index)) throwApex('System.StringException', `can't parse argument number: ${place}`);
  return Number(index) < values.length ? toApexString(values[Number(index)]) : `{${index}}`;
}

function unmatched(): never {
  return throwApex('System.StringException', 'Unmatched braces in the pattern.');
}
