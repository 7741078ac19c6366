import { throwApex } from '../runtime/values/apex-exception.ts';

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

type Part = { readonly name: string; readonly from: number; readonly to: number; readonly words?: readonly string[] };

const PARTS: readonly Part[] = [
  { name: 'seconds', from: 0, to: 59 },
  { name: 'minutes', from: 0, to: 59 },
  { name: 'hours', from: 0, to: 23 },
  { name: 'day of month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12, words: MONTHS },
  { name: 'day of week', from: 1, to: 7, words: DAYS },
  { name: 'year', from: 1970, to: 2099 },
];

const DAY_MS = 86_400_000;
/** The last instant that a schedule may name. */
const LAST_DAY = Date.UTC(2099, 11, 31);

/** When a schedule fires next after an instant, in UTC; null where it never does again. */
export function nextFireTime(expression: string, after: Date): Date | null {
  const { matchesDay, times } = parseCron(expression);
  const firstDay = Date.UTC(after.getUTCFullYear(), after.getUTCMonth(), after.getUTCDate());
  for (let day = firstDay; day <= LAST_DAY; day += DAY_MS) {
    const midnight = new Date(day);
    if (!matchesDay(midnight)) continue;
    const next = times.map((offset) => midnight.getTime() + offset).find((at) => at > after.getTime());
    if (next !== undefined) return new Date(next);
  }
  return null;
}

type Schedule = {
  readonly matchesDay: (midnight: Date) => boolean;
  /** Milliseconds since midnight, ascending. */
  readonly times: readonly number[];
};

/** Parses `Seconds Minutes Hours Day_of_month Month Day_of_week [Year]`; what Apex would refuse is a StringException. */
export function parseCron(expression: string): Schedule {
  const texts = expression.trim().split(/\s+/);
  if (texts.length < 6 || texts.length > 7) {
    throwApex('System.StringException', `Illegal cron expression format (${expression})`);
  }
  const text = (index: number): string => texts[index] ?? '*';
  const dayOfMonth = text(3);
  const dayOfWeek = text(5);
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    throwApex(
      'System.StringException',
      'Support for specifying both a day-of-week AND a day-of-month parameter is not implemented.',
    );
  }
  const values = (part: string, index: number): Set<number> => valuesOf(part, PARTS[index], expression);
  const months = values(text(4), 4);
  const years = values(text(6), 6);
  const inMonth = dayOfMonth === '?' ? null : dayOfMonthRule(dayOfMonth, (part) => values(part, 3));
  const inWeek = dayOfWeek === '?' ? null : dayOfWeekRule(dayOfWeek, (part) => values(part, 5));
  const times = [...values(text(2), 2)].flatMap((hour) =>
    [...values(text(1), 1)].flatMap((minute) =>
      [...values(text(0), 0)].map((second) => ((hour * 60 + minute) * 60 + second) * 1000),
    ),
  );
  return {
    matchesDay: (day) =>
      months.has(day.getUTCMonth() + 1) && years.has(day.getUTCFullYear()) && (inMonth?.(day) ?? inWeek?.(day) ?? true),
    times: times.sort((a, b) => a - b),
  };
}

type DayRule = (day: Date) => boolean;

function lastDay(day: Date): number {
  return new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();
}

function dayOfMonthRule(text: string, values: (text: string) => Set<number>): DayRule {
  if (text === 'L') return (day) => day.getUTCDate() === lastDay(day);
  const nearest = /^(\d+)W$/.exec(text);
  if (nearest) return (day) => day.getUTCDate() === nearestWeekday(day, Number(nearest[1]));
  const days = values(text);
  return (day) => days.has(day.getUTCDate());
}

function nearestWeekday(day: Date, wanted: number): number {
  const date = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), wanted));
  if (date.getUTCDay() === 6) return wanted === 1 ? 3 : wanted - 1;
  if (date.getUTCDay() === 0) return wanted === lastDay(day) ? wanted - 2 : wanted + 1;
  return wanted;
}

function dayOfWeekRule(text: string, values: (text: string) => Set<number>): DayRule {
  const last = /^(.+)L$/.exec(text);
  const nth = /^(.+)#([1-5])$/.exec(text);
  const days = values(text === 'L' ? '7' : (last?.[1] ?? nth?.[1] ?? text));
  const isDay: DayRule = (day) => days.has(day.getUTCDay() + 1);
  if (last) return (day) => isDay(day) && day.getUTCDate() + 7 > lastDay(day);
  if (nth) return (day) => isDay(day) && Math.ceil(day.getUTCDate() / 7) === Number(nth[2]);
  return isDay;
}

function valuesOf(text: string, part: Part | undefined, expression: string): Set<number> {
  if (!part) return new Set();
  const found = new Set<number>();
  for (const item of text.toUpperCase().split(',')) {
    const match = /^(\*|\?|[A-Z]{3}|\d+)(?:-([A-Z]{3}|\d+))?(?:\/(\d+))?$/.exec(item);
    if (!match) throwApex('System.StringException', `Illegal cron expression format (${expression})`);
    const [, first = '', second, step] = match;
    const isAny = first === '*' || first === '?';
    const start = isAny ? part.from : numberOf(first, part, expression);
    const end =
      second === undefined ? (isAny || step !== undefined ? part.to : start) : numberOf(second, part, expression);
    for (let value = start; value <= end; value += Number(step ?? 1)) found.add(value);
  }
  return found;
}

function numberOf(text: string, part: Part, expression: string): number {
  const word = part.words?.indexOf(text) ?? -1;
  const value = word >= 0 ? word + part.from : Number(text);
  if (Number.isInteger(value) && value >= part.from && value <= part.to) return value;
  return throwApex(
    'System.StringException',
    `${part.name} values must be between ${part.from} and ${part.to}: ${expression}`,
  );
}
