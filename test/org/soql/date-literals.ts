import { notSupported } from '../record-error.ts';

/** Days from `start` up to, but without, `end`. */
export type DayRange = { readonly start: Date; readonly end: Date };

type Unit = 'DAY' | 'WEEK' | 'MONTH' | 'QUARTER' | 'YEAR';

const DAY_MS = 86_400_000;

function startOf(unit: Unit, day: Date): Date {
  const year = day.getUTCFullYear();
  const month = day.getUTCMonth();
  switch (unit) {
    case 'DAY':
      return new Date(Date.UTC(year, month, day.getUTCDate()));
    case 'WEEK':
      return new Date(Date.UTC(year, month, day.getUTCDate() - day.getUTCDay()));
    case 'MONTH':
      return new Date(Date.UTC(year, month, 1));
    case 'QUARTER':
      return new Date(Date.UTC(year, month - (month % 3), 1));
    case 'YEAR':
      return new Date(Date.UTC(year, 0, 1));
  }
}

function plus(unit: Unit, start: Date, count: number): Date {
  if (unit === 'DAY') return new Date(start.getTime() + count * DAY_MS);
  if (unit === 'WEEK') return new Date(start.getTime() + count * 7 * DAY_MS);
  const months = unit === 'MONTH' ? count : unit === 'QUARTER' ? count * 3 : count * 12;
  return new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + months, 1));
}

const NAMED: Readonly<Record<string, readonly [Unit, number]>> = {
  YESTERDAY: ['DAY', -1],
  TODAY: ['DAY', 0],
  TOMORROW: ['DAY', 1],
};

const RELATIVE: Readonly<Record<string, number>> = { LAST: -1, THIS: 0, NEXT: 1 };

/** The days a date literal means, in UTC, weeks beginning on Sunday and fiscal years in January as in a new org. */
export function dayRange(name: string, count: number, now: Date): DayRange {
  const plain = name.replace('FISCAL_', '');
  const named = NAMED[plain];
  if (named) return periods(named[0], now, named[1], named[1] + 1);
  const relative = /^(LAST|THIS|NEXT)_(WEEK|MONTH|QUARTER|YEAR)$/.exec(plain);
  if (relative) {
    const offset = RELATIVE[relative[1] ?? ''] ?? 0;
    return periods(relative[2] as Unit, now, offset, offset + 1);
  }
  return countedRange(plain, count, now);
}

function countedRange(name: string, count: number, now: Date): DayRange {
  if (name === 'LAST_90_DAYS') return countedRange('LAST_N_DAYS', 90, now);
  if (name === 'NEXT_90_DAYS') return countedRange('NEXT_N_DAYS', 90, now);
  const ago = /^N_(DAY|WEEK|MONTH|QUARTER|YEAR)S_AGO$/.exec(name);
  if (ago) return periods(ago[1] as Unit, now, -count, -count + 1);
  const counted = /^(LAST|NEXT)_N_(DAY|WEEK|MONTH|QUARTER|YEAR)S$/.exec(name);
  if (!counted) throw notSupported(`the date literal ${name}`);
  const unit = counted[2] as Unit;
  if (counted[1] === 'NEXT') return periods(unit, now, 1, count + 1);
  return periods(unit, now, -count, unit === 'DAY' ? 1 : 0);
}

function periods(unit: Unit, now: Date, from: number, to: number): DayRange {
  const start = startOf(unit, now);
  return { start: plus(unit, start, from), end: plus(unit, start, to) };
}
