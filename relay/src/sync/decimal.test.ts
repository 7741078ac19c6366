import { expect, test } from '@jest/globals';
import { decimalText, parseDecimal, sumOf } from './decimal.ts';

test.each(['', ' ', 'abc', '1,5', '1.2.3', '0x10', 'NaN', 'Infinity', '1 000', '--1'])('"%s" is no decimal', (text) => {
  expect(parseDecimal(text)).toBeNull();
});

test.each([
  ['1', '1'],
  ['.5', '0.5'],
  ['5.', '5'],
  ['-0', '0'],
  ['1e3', '1000'],
  ['12345678901234567890123456789012345678901234567890.12', '12345678901234567890123456789012345678901234567890.12'],
])('%s reads as %s', (text, expected) => {
  const decimal = parseDecimal(text);

  expect(decimal === null ? null : decimalText(decimal)).toBe(expected);
});

test('cents add up', () => {
  expect(decimalText(sumOf(['0.1', '0.2', '9007199254740993.55']))).toBe('9007199254740993.85');
  expect(decimalText(sumOf([]))).toBe('0');
});
