import { describe, expect, test } from '@jest/globals';
import { cpuSecondsIn } from './proxy-process.ts';

describe('a process', () => {
  test('its processor time is user and system time, even if its name holds blanks and parentheses', () => {
    const stat = '4242 (nginx: (worker) x) S 1 4242 4242 0 -1 4194368 100 0 0 0 150 50 0 0 20 0 1 0 12345';

    expect(cpuSecondsIn(stat)).toBe(2);
  });

  test('where the system tells nothing, the time is not known rather than zero', () => {
    expect(cpuSecondsIn('')).toBeNaN();
  });
});
