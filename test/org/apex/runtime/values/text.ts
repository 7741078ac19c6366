import { ApexValue } from './apex-value.ts';

const printing = new Set<ApexValue>();

/** What `'' + value` and `System.debug(value)` show; an object that contains itself is cut short, as Apex does. */
export function toApexString(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return value;
  if (!(value instanceof ApexValue)) return String(value);
  if (printing.has(value)) return '(already output)';
  printing.add(value);
  try {
    return value.toApexString();
  } finally {
    printing.delete(value);
  }
}

/** `String.hashCode` of Java, which Apex shows. */
export function textHash(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
  return hash;
}
