const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const INSTANT = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.(\d{1,7}))?(Z|[+-]\d{2}:?\d{2})$/;
const DAY_MS = 86_400_000;

/** True for a day of the calendar, `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  if (!DAY.test(text)) return false;
  const parsed = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
}

/** An instant in UTC, `YYYY-MM-DDTHH:MM:SS[.mmm]Z`, fraction only where it is not zero; null where the text is no instant. */
export function instantText(text: string): string | null {
  const match = INSTANT.exec(text);
  if (match === null || !isDay(match[1] ?? '')) return null;
  const zone = (match[4] ?? 'Z').replace(/^([+-]\d{2}):?(\d{2})$/, '$1:$2');
  const fraction = (match[3] ?? '').slice(0, 3);
  const parsed = new Date(`${match[1] ?? ''}T${match[2] ?? ''}${fraction === '' ? '' : `.${fraction}`}${zone}`);
  return Number.isNaN(parsed.getTime()) ? null : parsed.toISOString().replace('.000Z', 'Z');
}

/** The day of a date or, in UTC, of an instant; null for anything else. */
export function dayOf(text: string): string | null {
  return isDay(text) ? text : (instantText(text)?.slice(0, 10) ?? null);
}

/** Whole days from one date to another; no time zone plays a part. */
export function daysFrom(earlier: string, later: string): number {
  return Math.round((Date.parse(`${later}T00:00:00Z`) - Date.parse(`${earlier}T00:00:00Z`)) / DAY_MS);
}
