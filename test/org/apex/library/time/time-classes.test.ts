import { describe, expect, test } from '@jest/globals';
import { ApexDate } from '../../runtime/values/apex-date.ts';
import { ApexDatetime, ApexTime } from '../../runtime/values/apex-datetime.ts';
import { clockAt, instantOf } from '../../runtime/values/time-zones.ts';
import { platformCall, thrownBy } from '../platform-call.ts';
import { dateClass } from './date-class.ts';
import { formatPattern } from './date-format.ts';
import { datetimeClass } from './datetime-class.ts';
import { formatLocaleDate, formatLocaleDatetime, parseLocaleDate } from './locale-format.ts';
import { ApexTimeZone, timeClass, timeZoneClass } from './time-class.ts';

const dates = platformCall(dateClass);
const instants = platformCall(datetimeClass);
const day = (text: string): ApexDate => ApexDate.ofIso(text)!;
const at = (iso: string): ApexDatetime => new ApexDatetime(Date.parse(iso));
const shown = (value: unknown): string => (value as ApexDate).iso();

describe('Date', () => {
  test.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2024-01-31', 1, '2024-02-29'],
    ['2026-03-31', -1, '2026-02-28'],
    ['2026-11-23', 14, '2028-01-23'],
  ])('%s plus %d months is %s', (date, months, result) =>
    expect(shown(dates.on(day(date), 'addMonths(Integer)', months))).toBe(result),
  );

  test('counts days and months, with their sign', () => {
    expect(dates.on(day('2026-01-01'), 'daysBetween(Date)', day('2026-03-01'))).toBe(59);
    expect(dates.on(day('2026-03-01'), 'daysBetween(Date)', day('2026-01-01'))).toBe(-59);
    expect(dates.on(day('2026-01-31'), 'monthsBetween(Date)', day('2026-02-01'))).toBe(1);
    expect(dates.on(day('2024-12-31'), 'dayOfYear()')).toBe(366);
  });

  test('a month or day beyond its range carries over', () =>
    expect(shown(dates.statically('newInstance(Integer, Integer, Integer)', 2026, 13, 32))).toBe('2027-02-01'));

  test('weeks begin on Sunday in the United States', () => {
    expect(shown(dates.on(day('2026-11-23'), 'toStartOfWeek()'))).toBe('2026-11-22');
    expect(shown(dates.on(day('2026-11-22'), 'toStartOfWeek()'))).toBe('2026-11-22');
  });

  test('leap years', () => {
    const isLeapYear = (year: number): unknown => dates.statically('isLeapYear(Integer)', year);
    expect([2024, 2026, 1900, 2000].map(isLeapYear)).toEqual([true, false, false, true]);
  });

  test('valueOf reads ISO days and passes a time over; parse reads the locale', () => {
    expect(shown(dates.statically('valueOf(String)', '2026-11-23 12:00:00'))).toBe('2026-11-23');
    expect(shown(dates.statically('parse(String)', '11/3/2026'))).toBe('2026-11-03');
    expect(thrownBy(() => dates.statically('valueOf(String)', '11/23/2026'))).toBe(
      'System.TypeException: Invalid date: 11/23/2026',
    );
    expect(thrownBy(() => dates.statically('parse(String)', '2026-02-30'))).toBe(
      'System.TypeException: Invalid date: 2026-02-30',
    );
    expect(thrownBy(() => dates.statically('valueOf(String)', null))).toMatch(/^System.NullPointerException/);
  });

  test('formats in the locale', () => {
    expect(dates.on(day('2026-11-03'), 'format()')).toBe('11/3/2026');
    expect(formatLocaleDate(0, 'de_DE', 'GMT')).toBe('1.1.1970');
    expect(parseLocaleDate('3.11.2026', 'de_DE')?.iso()).toBe('2026-11-03');
  });
});

describe('Datetime', () => {
  test('formats by Java patterns, in a zone', () => {
    const instant = at('2026-07-04T20:05:09.042Z').epochMs;
    expect(formatPattern(instant, 'yyyy-MM-dd HH:mm:ss.SSS', 'GMT')).toBe('2026-07-04 20:05:09.042');
    expect(formatPattern(instant, "yyyy-MM-dd'T'HH:mm:ssZ", 'America/Los_Angeles')).toBe('2026-07-04T13:05:09-0700');
    expect(formatPattern(instant, "EEEE, d MMMM yy h:mm a 'o''clock' XXX", 'Europe/Berlin')).toBe(
      "Saturday, 4 July 26 10:05 PM o'clock +02:00",
    );
    expect(formatPattern(instant, 'EEE MMM u D F z', 'GMT')).toBe('Sat Jul 6 185 1 GMT');
    expect(thrownBy(() => formatPattern(instant, 'yyyy-MM-ddTHH', 'GMT'))).toBe(
      "System.StringException: Illegal pattern character 'T'",
    );
  });

  test('the week of a year begins on Sunday and belongs to the year of its Saturday', () => {
    expect(formatPattern(Date.UTC(2026, 11, 27), 'YYYY-ww', 'GMT')).toBe('2027-01');
    expect(formatPattern(Date.UTC(2026, 0, 3), 'YYYY-w', 'GMT')).toBe('2026-1');
    expect(formatPattern(Date.UTC(2026, 0, 4), 'w', 'GMT')).toBe('2');
  });

  test('a clock that jumps forward moves on by the hour it skips', () => {
    const skipped = { year: 2026, month: 3, day: 29, hour: 2, minute: 30, second: 0, millisecond: 0 };
    expect(new Date(instantOf(skipped, 'Europe/Berlin')).toISOString()).toBe('2026-03-29T01:30:00.000Z');
    expect(clockAt(Date.UTC(2026, 9, 25, 0, 30), 'Europe/Berlin').hour).toBe(2);
    expect(clockAt(Date.UTC(2026, 9, 25, 1, 30), 'Europe/Berlin').hour).toBe(2);
  });

  test('reads its own style and refuses others', () => {
    const read = instants.statically('valueOf(String)', '2026-11-23 15:04:05') as ApexDatetime;
    expect(read.iso()).toBe('2026-11-23T15:04:05.000Z');
    const parsed = instants.statically('parse(String)', '11/23/2026 3:04 PM') as ApexDatetime;
    expect(parsed.iso()).toBe('2026-11-23T15:04:00.000Z');
    expect(thrownBy(() => instants.statically('valueOf(String)', '2026-11-23T15:04:05Z'))).toBe(
      'System.TypeException: Invalid date/time: 2026-11-23T15:04:05Z',
    );
  });

  test('shows the locale with a plain space before AM and PM', () => {
    expect(instants.on(at('2026-11-23T15:04:05Z'), 'format()')).toBe('11/23/2026, 3:04 PM');
    expect(formatLocaleDatetime(at('2026-11-23T15:04:05Z').epochMs, 'en_US', 'America/New_York')).toBe(
      '11/23/2026, 10:04 AM',
    );
  });

  test('adds months on the calendar and keeps the time', () =>
    expect((instants.on(at('2026-01-31T23:59:59Z'), 'addMonths(Integer)', 1) as ApexDatetime).iso()).toBe(
      '2026-02-28T23:59:59.000Z',
    ));

  test('an unknown zone is GMT', () =>
    expect(instants.on(at('2026-01-01T00:00:00Z'), 'format(String, String)', 'HH:mm', 'Nowhere/Land')).toBe('00:00'));

  test('Long milliseconds go in and out', () => {
    expect(instants.on(at('1970-01-01T00:00:01Z'), 'getTime()')).toBe(1000n);
    expect((instants.statically('newInstance(Long)', 1000n) as ApexDatetime).epochMs).toBe(1000);
  });
});

describe('Time and TimeZone', () => {
  test('a time wraps at midnight', () => {
    const time = platformCall(timeClass).on(new ApexTime(23 * 3_600_000), 'addHours(Integer)', 2) as ApexTime;
    expect(time.toApexString()).toBe('01:00:00.000Z');
  });

  test('a zone knows its offset in winter and in summer', () => {
    const zone = new ApexTimeZone('America/Los_Angeles');
    const { on } = platformCall(timeZoneClass);
    expect(on(zone, 'getOffset(Datetime)', at('2026-01-01T00:00:00Z'))).toBe(-28_800_000);
    expect(on(zone, 'getOffset(Datetime)', at('2026-07-01T00:00:00Z'))).toBe(-25_200_000);
    expect(on(zone, 'getDisplayName()')).toBe('(GMT-08:00) Pacific Standard Time (America/Los_Angeles)');
    expect(on(new ApexTimeZone('Nowhere'), 'getID()')).toBe('GMT');
  });
});
