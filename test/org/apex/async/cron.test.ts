import { describe, expect, test } from '@jest/globals';
import { nextFireTime } from './cron.ts';

const AFTER = new Date('2026-02-27T10:30:00Z');

describe('cron expressions', () => {
  test.each([
    ['0 0 * * * ?', '2026-02-27T11:00:00.000Z'],
    ['0 30 10 * * ?', '2026-02-28T10:30:00.000Z'],
    ['0 0 8 ? * MON-FRI', '2026-03-02T08:00:00.000Z'],
    ['0 0 8 L * ?', '2026-02-28T08:00:00.000Z'],
    ['0 0 8 1W * ?', '2026-03-02T08:00:00.000Z'],
    ['0 0 8 ? * 2#1', '2026-03-02T08:00:00.000Z'],
    ['0 0 8 ? * 6L', '2026-03-27T08:00:00.000Z'],
    ['0 0/20 * * * ?', '2026-02-27T10:40:00.000Z'],
    ['5 0 0 29 FEB ?', '2028-02-29T00:00:05.000Z'],
    ['0 0 0 1 1 ? 2027', '2027-01-01T00:00:00.000Z'],
  ])('%s fires next at %s', (expression, expected) => {
    expect(nextFireTime(expression, AFTER)?.toISOString()).toBe(expected);
  });

  test('a year that has passed never fires again', () => {
    expect(nextFireTime('0 0 0 1 1 ? 2020', AFTER)).toBeNull();
  });

  test.each(['', '0 0 0 * * *', '0 61 * * * ?', '0 0 0 ? * FOO', '0 0 0 ? * ?'])('%j is refused', (expression) => {
    expect(() => nextFireTime(expression, AFTER)).toThrow(
      expect.objectContaining({ typeName: 'System.StringException' }),
    );
  });
});
