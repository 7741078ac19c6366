import { ApexDate } from '../../runtime/values/apex-date.ts';
import { ApexDatetime, ApexTime } from '../../runtime/values/apex-datetime.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { clockAt, type ClockTime, instantOf, knownZone } from '../../runtime/values/time-zones.ts';
import { currentExecution, nowOf } from '../../execution/execution.ts';
import { strictMethods, strictStatic } from '../arguments.ts';
import { platformClass } from '../declare.ts';
import { userLocale, userTimeZone } from '../session-locale.ts';
import { dayOfYear, formatPattern } from './date-format.ts';
import { localDate } from './date-class.ts';
import { formatLocaleDatetime, formatLocaleLong, parseLocaleDate, parseLocaleTime } from './locale-format.ts';

const GMT = 'GMT';

/** The instant the running transaction calls now. */
export function now(): ApexDatetime {
  return new ApexDatetime(nowOf(currentExecution()));
}

const partOf =
  (part: keyof ClockTime, zone: () => string) =>
  (self: ApexDatetime): number =>
    clockAt(self.epochMs, zone())[part];

const plus =
  (milliseconds: number) =>
  (self: ApexDatetime, count: number): ApexDatetime =>
    new ApexDatetime(self.epochMs + count * milliseconds);

export const datetimeClass = platformClass('Datetime', {
  statics: {
    'Datetime now()': now,
    'Datetime newInstance(Long)': strictStatic((epochMs: bigint) => new ApexDatetime(Number(epochMs))),
    'Datetime newInstance(Date, Time)': strictStatic((date: ApexDate, time: ApexTime) =>
      onClock(date, time, userTimeZone()),
    ),
    'Datetime newInstance(Integer, Integer, Integer)': strictStatic((...parts: number[]) =>
      ofParts(parts, userTimeZone()),
    ),
    'Datetime newInstance(Integer, Integer, Integer, Integer, Integer, Integer)': strictStatic((...parts: number[]) =>
      ofParts(parts, userTimeZone()),
    ),
    'Datetime newInstanceGmt(Date, Time)': strictStatic((date: ApexDate, time: ApexTime) => onClock(date, time, GMT)),
    'Datetime newInstanceGmt(Integer, Integer, Integer)': strictStatic((...parts: number[]) => ofParts(parts, GMT)),
    'Datetime newInstanceGmt(Integer, Integer, Integer, Integer, Integer, Integer)': strictStatic(
      (...parts: number[]) => ofParts(parts, GMT),
    ),
    'Datetime parse(String)': strictStatic(parseInLocale),
    'Datetime valueOf(String)': strictStatic((text: string) => ofSqlText(text, userTimeZone())),
    'Datetime valueOf(Object)': strictStatic(ofValue),
    'Datetime valueOfGmt(String)': strictStatic((text: string) => ofSqlText(text, GMT)),
  },
  methods: strictMethods({
    'Datetime addDays(Integer)': plus(86_400_000),
    'Datetime addHours(Integer)': plus(3_600_000),
    'Datetime addMinutes(Integer)': plus(60_000),
    'Datetime addSeconds(Integer)': plus(1000),
    'Datetime addMonths(Integer)': plusMonths,
    'Datetime addYears(Integer)': (self: ApexDatetime, years: number) => plusMonths(self, years * 12),
    'Date date()': (self: ApexDatetime) => localDate(self.epochMs),
    'Date dateGmt()': (self: ApexDatetime) => new ApexDate(Math.floor(self.epochMs / 86_400_000)),
    'Time time()': (self: ApexDatetime) => timeOn(self, userTimeZone()),
    'Time timeGmt()': (self: ApexDatetime) => timeOn(self, GMT),
    'Integer year()': partOf('year', userTimeZone),
    'Integer yearGmt()': partOf('year', () => GMT),
    'Integer month()': partOf('month', userTimeZone),
    'Integer monthGmt()': partOf('month', () => GMT),
    'Integer day()': partOf('day', userTimeZone),
    'Integer dayGmt()': partOf('day', () => GMT),
    'Integer dayOfYear()': (self: ApexDatetime) => dayOfYear(clockAt(self.epochMs, userTimeZone())),
    'Integer dayOfYearGmt()': (self: ApexDatetime) => dayOfYear(clockAt(self.epochMs, GMT)),
    'Integer hour()': partOf('hour', userTimeZone),
    'Integer hourGmt()': partOf('hour', () => GMT),
    'Integer minute()': partOf('minute', userTimeZone),
    'Integer minuteGmt()': partOf('minute', () => GMT),
    'Integer second()': partOf('second', userTimeZone),
    'Integer secondGmt()': partOf('second', () => GMT),
    'Integer millisecond()': partOf('millisecond', userTimeZone),
    'Integer millisecondGmt()': partOf('millisecond', () => GMT),
    'Long getTime()': (self: ApexDatetime) => BigInt(self.epochMs),
    'Boolean isSameDay(Datetime)': (self: ApexDatetime, other: ApexDatetime) =>
      localDate(self.epochMs).epochDay === localDate(other.epochMs).epochDay,
    'String format()': (self: ApexDatetime) => formatLocaleDatetime(self.epochMs, userLocale(), userTimeZone()),
    'String format(String)': (self: ApexDatetime, pattern: string) =>
      formatPattern(self.epochMs, pattern, userTimeZone()),
    'String format(String, String)': (self: ApexDatetime, pattern: string, zone: string) =>
      formatPattern(self.epochMs, pattern, knownZone(zone)),
    'String formatGmt(String)': (self: ApexDatetime, pattern: string) => formatPattern(self.epochMs, pattern, GMT),
    'String formatLong()': (self: ApexDatetime) => formatLocaleLong(self.epochMs, userLocale(), userTimeZone()),
  }),
});

function ofParts(parts: readonly number[], zone: string): ApexDatetime {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts;
  return new ApexDatetime(instantOf({ year, month, day, hour, minute, second, millisecond: 0 }, zone));
}

function onClock(date: ApexDate, time: ApexTime, zone: string): ApexDatetime {
  const { year, month, day } = date;
  const { hour, minute, second, millisecond } = time;
  return new ApexDatetime(instantOf({ year, month, day, hour, minute, second, millisecond }, zone));
}

function timeOn(instant: ApexDatetime, zone: string): ApexTime {
  const { hour, minute, second, millisecond } = clockAt(instant.epochMs, zone);
  return new ApexTime(((hour * 60 + minute) * 60 + second) * 1000 + millisecond);
}

function plusMonths(self: ApexDatetime, months: number): ApexDatetime {
  const days = Math.floor(self.epochMs / 86_400_000);
  return new ApexDatetime(self.epochMs + (new ApexDate(days).plusMonths(months).epochDay - days) * 86_400_000);
}

/** `yyyy-MM-dd HH:mm:ss`; what follows is passed over, as Java's parser does. */
function ofSqlText(text: string, zone: string): ApexDatetime {
  const match = /^(\d{4}-\d{1,2}-\d{1,2}) (\d{1,2}:\d{2}:\d{2})/.exec(text);
  const date = ApexDate.ofIso(match?.[1] ?? '');
  const time = ApexTime.ofIso(match?.[2] ?? '');
  return date && time ? onClock(date, time, zone) : throwInvalid(text);
}

function ofValue(value: unknown): ApexDatetime {
  if (value instanceof ApexDatetime) return value;
  if (value instanceof ApexDate) return ApexDatetime.ofDate(value);
  if (typeof value === 'string') return ofSqlText(value, userTimeZone());
  return throwApex('System.TypeException', 'Invalid date/time');
}

function parseInLocale(text: string): ApexDatetime {
  const match = /^([\d./-]+),?\s+(.+)$/.exec(text.trim());
  const date = parseLocaleDate(match?.[1] ?? '', userLocale());
  const time = parseLocaleTime(match?.[2] ?? '');
  return date && time !== null ? onClock(date, new ApexTime(time), userTimeZone()) : throwInvalid(text);
}

function throwInvalid(text: string): never {
  return throwApex('System.TypeException', `Invalid date/time: ${text}`);
}
