import { ApexDate } from '../../runtime/values/apex-date.ts';
import { zoneName } from '../../runtime/values/time-zones.ts';

const DATE: Intl.DateTimeFormatOptions = { year: 'numeric', month: 'numeric', day: 'numeric' };
const TIME: Intl.DateTimeFormatOptions = { hour: 'numeric', minute: '2-digit' };

/** A day as the user's locale writes it: `11/23/2026`. */
export function formatLocaleDate(epochMs: number, locale: string, zone: string): string {
  return format(epochMs, locale, { ...DATE, timeZone: zone });
}

/** An instant as the user's locale writes it: `11/23/2026, 3:04 PM`. */
export function formatLocaleDatetime(epochMs: number, locale: string, zone: string): string {
  return format(epochMs, locale, { ...DATE, ...TIME, timeZone: zone });
}

/** `11/23/2026, 3:04:05 PM PST`. */
export function formatLocaleLong(epochMs: number, locale: string, zone: string): string {
  const text = format(epochMs, locale, { ...DATE, ...TIME, second: '2-digit', timeZone: zone });
  return `${text} ${zoneName(zone, epochMs, 'short')}`;
}

/** Reads what `formatLocaleDate` writes; null for anything else. */
export function parseLocaleDate(text: string, locale: string): ApexDate | null {
  const numbers = /^(\d{1,4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,4})\.?$/.exec(text.trim());
  if (!numbers) return null;
  const order = new Intl.DateTimeFormat(tagOf(locale), DATE)
    .formatToParts(0)
    .map(({ type }) => type)
    .filter((type) => type !== 'literal');
  const part = (type: string): number => Number(numbers[order.indexOf(type as 'day') + 1]);
  const [year, month, day] = [part('year'), part('month'), part('day')];
  const date = ApexDate.of(fullYear(year), month, day);
  return date.month === month && date.day === day ? date : null;
}

/** The milliseconds since midnight in `3:04 PM` or `15:04`; null for anything else. */
export function parseLocaleTime(text: string): number | null {
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s*([AP])M)?$/i.exec(text.trim());
  if (!match) return null;
  const hour = Number(match[1]);
  const [isHalfDay, isAfternoon] = [match[4] !== undefined, match[4]?.toUpperCase() === 'P'];
  if (hour > (isHalfDay ? 12 : 23) || Number(match[2]) > 59 || Number(match[3] ?? 0) > 59) return null;
  const fullHour = isHalfDay ? (hour % 12) + (isAfternoon ? 12 : 0) : hour;
  return ((fullHour * 60 + Number(match[2])) * 60 + Number(match[3] ?? 0)) * 1000;
}

/** The day a week begins with in the locale; 0 is Sunday. */
export function firstWeekday(locale: string): number {
  const info = new Intl.Locale(tagOf(locale)) as Intl.Locale & { getWeekInfo: () => { firstDay: number } };
  return info.getWeekInfo().firstDay % 7;
}

function fullYear(year: number): number {
  return year < 100 ? year + (year < 50 ? 2000 : 1900) : year;
}

function format(epochMs: number, locale: string, options: Intl.DateTimeFormatOptions): string {
  // Newer locale data puts a narrow no-break space before AM and PM; Apex gives a plain one.
  return new Intl.DateTimeFormat(tagOf(locale), options).format(epochMs).replaceAll('\u202f', ' ');
}

function tagOf(locale: string): string {
  return locale.replaceAll('_', '-');
}
