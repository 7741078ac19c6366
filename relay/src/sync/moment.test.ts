import { expect, test } from '@jest/globals';
import { dayOf, daysFrom, instantText, isDay } from './moment.ts';

test.each([
  ['2026-02-28', true],
  ['2024-02-29', true],
  ['2026-02-29', false],
  ['2026-13-01', false],
  ['2026-1-1', false],
  ['26-01-01', false],
  ['2026-01-01T00:00:00Z', false],
])('%s is a day: %s', (text, expected) => {
  expect(isDay(text)).toBe(expected);
});

test.each([
  ['2026-01-31T10:00:00Z', '2026-01-31T10:00:00Z'],
  ['2026-01-31T10:00:00.000Z', '2026-01-31T10:00:00Z'],
  ['2026-01-31T10:00:00.1234567Z', '2026-01-31T10:00:00.123Z'],
  ['2026-01-31T00:30:00.000+0100', '2026-01-30T23:30:00Z'],
  ['2026-02-30T10:00:00Z', null],
  ['2026-01-31T25:00:00Z', null],
  ['2026-01-31T10:00:00', null],
  ['2026-01-31', null],
])('the instant %s is %s', (text, expected) => {
  expect(instantText(text)).toBe(expected);
});

test('the day of an instant is its day in UTC', () => {
  expect(dayOf('2026-01-31T00:30:00+01:00')).toBe('2026-01-30');
  expect(dayOf('2026-01-31')).toBe('2026-01-31');
  expect(dayOf('yesterday')).toBeNull();
});

test('days count across the change of clocks', () => {
  expect(daysFrom('2026-10-24', '2026-10-26')).toBe(2);
  expect(daysFrom('2026-03-30', '2026-03-28')).toBe(-2);
});
