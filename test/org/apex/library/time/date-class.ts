import { ApexDate, daysInMonth } from '../../runtime/values/apex-date.ts';
import { ApexDatetime } from '../../runtime/values/apex-datetime.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { clockAt } from '../../runtime/values/time-zones.ts';
import { currentExecution, nowOf } from '../../execution/execution.ts';
import { strictMethods, strictStatic } from '../arguments.ts';
import { platformClass } from '../declare.ts';
import { userLocale, userTimeZone } from '../session-locale.ts';
import { firstWeekday, formatLocaleDate, parseLocaleDate } from './locale-format.ts';

/** Today on the calendar of the running user. */
export function today(): ApexDate {
  return localDate(nowOf(currentExecution()));
}

/** The day on which the instant falls for the running user. */
export function localDate(epochMs: number): ApexDate {
  const { year, month, day } = clockAt(epochMs, userTimeZone());
  return ApexDate.of(year, month, day);
}

export const dateClass = platformClass('Date', {
  statics: {
    'Date newInstance(Integer, Integer, Integer)': strictStatic((year: number, month: number, day: number) =>
      ApexDate.of(year, month, day),
    ),
    'Date today()': today,
    'Integer daysInMonth(Integer, Integer)': strictStatic(daysInMonth),
    'Boolean isLeapYear(Integer)': strictStatic((year: number) => daysInMonth(year, 2) === 29),
    'Date parse(String)': strictStatic((text: string) => parseLocaleDate(text, userLocale()) ?? throwInvalid(text)),
    'Date valueOf(String)': strictStatic(dateOfText),
    'Date valueOf(Object)': strictStatic(dateOfValue),
  },
  methods: strictMethods({
    'Date addDays(Integer)': (self: ApexDate, days: number) => self.plusDays(days),
    'Date addMonths(Integer)': (self: ApexDate, months: number) => self.plusMonths(months),
    'Date addYears(Integer)': (self: ApexDate, years: number) => self.plusMonths(years * 12),
    'Integer day()': (self: ApexDate) => self.day,
    'Integer dayOfYear()': (self: ApexDate) => self.epochDay - ApexDate.of(self.year, 1, 1).epochDay + 1,
    'Integer daysBetween(Date)': (self: ApexDate, other: ApexDate) => other.epochDay - self.epochDay,
    'String format()': (self: ApexDate) => formatLocaleDate(ApexDatetime.ofDate(self).epochMs, userLocale(), 'GMT'),
    'Boolean isSameDay(Date)': (self: ApexDate, other: ApexDate) => self.epochDay === other.epochDay,
    'Integer month()': (self: ApexDate) => self.month,
    'Integer monthsBetween(Date)': (self: ApexDate, other: ApexDate) =>
      (other.year - self.year) * 12 + other.month - self.month,
    'Date toStartOfMonth()': (self: ApexDate) => ApexDate.of(self.year, self.month, 1),
    'Date toStartOfWeek()': (self: ApexDate) => self.plusDays(-((self.weekday - firstWeekday(userLocale()) + 7) % 7)),
    'Integer year()': (self: ApexDate) => self.year,
  }),
});

/** `Date.valueOf(text)`: `yyyy-MM-dd`; a time after it is passed over. */
function dateOfText(text: string): ApexDate {
  const day = /^(\d{4}-\d{1,2}-\d{1,2})(?: .*)?$/.exec(text.trim())?.[1];
  return (day === undefined ? null : ApexDate.ofIso(day)) ?? throwInvalid(text);
}

function dateOfValue(value: unknown): ApexDate {
  if (value instanceof ApexDate) return value;
  if (value instanceof ApexDatetime) return localDate(value.epochMs);
  return typeof value === 'string' ? dateOfText(value) : throwApex('System.TypeException', 'Invalid date');
}

function throwInvalid(text: string): never {
  return throwApex('System.TypeException', `Invalid date: ${text}`);
}
