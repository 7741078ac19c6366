import { twoDigits } from '../../runtime/values/apex-date.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { clockAt, type ClockTime, utcMilliseconds, zoneName, zoneOffset } from '../../runtime/values/time-zones.ts';

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const WEEKDAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const DAY_MS = 86_400_000;

type Moment = { readonly clock: ClockTime; readonly zone: string; readonly epochMs: number };
type Field = (moment: Moment, width: number) => string;

const padded = (value: number, width: number): string => String(value).padStart(width, '0');
const named = (names: readonly string[], index: number, width: number): string => {
  const name = names[index] ?? '';
  return width >= 4 ? name : name.slice(0, 3);
};
const month: Field = ({ clock }, width) =>
  width >= 3 ? named(MONTHS, clock.month - 1, width) : padded(clock.month, width);
const year = (value: number, width: number): string => (width === 2 ? padded(value % 100, 2) : padded(value, width));

/** The letters of java.text.SimpleDateFormat, in the locale en_US. */
const FIELDS: Readonly<Record<string, Field>> = {
  G: () => 'AD',
  y: ({ clock }, width) => year(clock.year, width),
  Y: ({ clock }, width) => year(weekOf(clock).year, width),
  M: month,
  L: month,
  w: ({ clock }, width) => padded(weekOf(clock).week, width),
  W: ({ clock }, width) => padded(Math.ceil((clock.day + weekday({ ...clock, day: 1 })) / 7), width),
  D: ({ clock }, width) => padded(dayOfYear(clock), width),
  d: ({ clock }, width) => padded(clock.day, width),
  F: ({ clock }, width) => padded(Math.ceil(clock.day / 7), width),
  E: ({ clock }, width) => named(WEEKDAYS, weekday(clock), width),
  u: ({ clock }, width) => padded(weekday(clock) || 7, width),
  a: ({ clock }) => (clock.hour < 12 ? 'AM' : 'PM'),
  H: ({ clock }, width) => padded(clock.hour, width),
  k: ({ clock }, width) => padded(clock.hour || 24, width),
  K: ({ clock }, width) => padded(clock.hour % 12, width),
  h: ({ clock }, width) => padded(clock.hour % 12 || 12, width),
  m: ({ clock }, width) => padded(clock.minute, width),
  s: ({ clock }, width) => padded(clock.second, width),
  S: ({ clock }, width) => padded(clock.millisecond, width),
  z: ({ zone, epochMs }, width) => zoneName(zone, epochMs, width >= 4 ? 'long' : 'short'),
  Z: ({ zone, epochMs }) => offsetText(zone, epochMs, ''),
  X: ({ zone, epochMs }, width) => isoOffset(zone, epochMs, width),
};

/** Formats an instant by a SimpleDateFormat pattern on the clock of a zone. */
export function formatPattern(epochMs: number, pattern: string, zone: string): string {
  const moment = { clock: clockAt(epochMs, zone), zone, epochMs };
  return pattern.replace(/''|'((?:[^']|'')*)'|'|([A-Za-z])\2*/g, (whole, quoted?: string, letter?: string) => {
    if (whole === "''") return "'";
    if (quoted !== undefined) return quoted.replaceAll("''", "'");
    if (letter === undefined) return throwApex('System.StringException', 'Unterminated quote');
    const field = FIELDS[letter];
    return field
      ? field(moment, whole.length)
      : throwApex('System.StringException', `Illegal pattern character '${letter}'`);
  });
}

/** 0 is Sunday. */
export function weekday(clock: ClockTime): number {
  return new Date(utcMilliseconds(clock)).getUTCDay();
}

export function dayOfYear(clock: ClockTime): number {
  const start = utcMilliseconds({ ...clock, month: 1, day: 1 });
  return Math.round((utcMilliseconds(clock) - start) / DAY_MS) + 1;
}

/** Weeks begin on Sunday; the first one of a year holds its first of January. */
function weekOf(clock: ClockTime): { readonly year: number; readonly week: number } {
  const firstWeekday = weekday({ ...clock, month: 1, day: 1 });
  const daysLeft = (utcMilliseconds({ ...clock, month: 12, day: 31 }) - utcMilliseconds(clock)) / DAY_MS;
  const isNextYear = weekday(clock) + daysLeft < 6;
  if (isNextYear) return { year: clock.year + 1, week: 1 };
  return { year: clock.year, week: Math.floor((dayOfYear(clock) - 1 + firstWeekday) / 7) + 1 };
}

function offsetText(zone: string, epochMs: number, separator: string): string {
  const minutes = Math.round(zoneOffset(zone, epochMs) / 60_000);
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${twoDigits(Math.floor(size / 60))}${separator}${twoDigits(size % 60)}`;
}

function isoOffset(zone: string, epochMs: number, width: number): string {
  if (zoneOffset(zone, epochMs) === 0) return 'Z';
  const text = offsetText(zone, epochMs, width === 3 ? ':' : '');
  return width === 1 ? text.slice(0, 3) : text;
}
