import { describe, expect, test } from '@jest/globals';
import { thrownBy } from '../../library/platform-call.ts';
import { ApexDecimal } from './apex-decimal.ts';
import { ApexDouble, doubleToInteger, doubleToLong, javaDoubleText } from './apex-double.ts';
import {
  divideIntegers,
  divideLongs,
  formatNumber,
  multiplyIntegers,
  parseInteger,
  parseLong,
  toInt32,
  toInt64,
} from './integers.ts';
import { compareNumbers } from './numbers.ts';

describe('Integer and Long', () => {
  test('wrap around instead of growing', () => {
    expect(toInt32(2147483647 + 1)).toBe(-2147483648);
    expect(multiplyIntegers(1_000_000, 1_000_000)).toBe(-727379968);
    expect(toInt64(9223372036854775807n + 1n)).toBe(-9223372036854775808n);
  });

  test('divide towards zero and refuse zero', () => {
    expect([divideIntegers(7, 2), divideIntegers(-7, 2)]).toEqual([3, -3]);
    expect(divideLongs(-7n, 2n)).toBe(-3n);
    expect(divideIntegers(-2147483648, -1)).toBe(-2147483648);
    expect(thrownBy(() => divideIntegers(1, 0))).toBe('System.MathException: Divide by 0');
    expect(thrownBy(() => divideLongs(1n, 0n))).toBe('System.MathException: Divide by 0');
  });

  test.each(['abc', '1.5', '', ' 1', '2147483648', '1L'])('%j is no Integer', (text) =>
    expect(thrownBy(() => parseInteger(text))).toBe(`System.TypeException: Invalid integer: ${text}`),
  );

  test('read signs and their whole range', () => {
    expect([parseInteger('-2147483648'), parseInteger('+7'), parseInteger('007')]).toEqual([-2147483648, 7, 7]);
    expect(parseLong('9223372036854775807')).toBe(9223372036854775807n);
    expect(thrownBy(() => parseLong('9223372036854775808'))).toBe(
      'System.TypeException: Invalid long: 9223372036854775808',
    );
  });

  test('format in groups of the locale', () => {
    expect(formatNumber('1234567', 'en_US')).toBe('1,234,567');
    expect(formatNumber('1234567.8915', 'de_DE')).toBe('1.234.567,892');
  });
});

describe('Double', () => {
  test.each([
    [100, '100.0'],
    [0.1, '0.1'],
    [1e10, '1.0E10'],
    [12345678.9, '1.23456789E7'],
    [0.00015, '1.5E-4'],
    [-0, '-0.0'],
    [Infinity, 'Infinity'],
  ])('%d prints as Java prints it', (value, text) => expect(javaDoubleText(value)).toBe(text));

  test('narrows to the nearest end of the range', () => {
    expect([doubleToInteger(1e20), doubleToInteger(-1.9), doubleToInteger(NaN)]).toEqual([2147483647, -1, 0]);
    expect(doubleToLong(1e30)).toBe(9223372036854775807n);
  });

  test('becomes a Decimal with the digits it prints', () => {
    expect(ApexDecimal.ofDouble(100).toApexString()).toBe('100.0');
    expect(ApexDecimal.ofDouble(0.1).toApexString()).toBe('0.1');
  });

  test('text that is no number is refused', () =>
    expect(thrownBy(() => ApexDouble.parse('1,5'))).toBe('System.TypeException: Invalid double: 1,5'));
});

describe('numbers of different kinds', () => {
  test.each([
    [1, 1n, 0],
    [1, new ApexDouble(1.5), -1],
    [ApexDecimal.parse('1.50'), new ApexDouble(1.5), 0],
    [9007199254740993n, ApexDecimal.parse('9007199254740993'), 0],
    [new ApexDouble(Infinity), ApexDecimal.parse('1e300'), 1],
  ])('compare by value (%#)', (a, b, sign) => expect(compareNumbers(a, b)).toBe(sign));

  test('what is no number has no order among numbers', () => expect(compareNumbers(1, 'a')).toBeNull());
});
