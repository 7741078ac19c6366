import { describe, expect, test } from '@jest/globals';
import { thrownBy } from '../../library/platform-call.ts';
import { ApexDecimal } from './apex-decimal.ts';
import {
  addDecimals,
  decimalToInteger,
  decimalToLong,
  divideDecimals,
  divideToScale,
  multiplyDecimals,
  powerOf,
  precisionOf,
  type RoundingName,
  roundToLong,
  setScale,
  stripTrailingZeros,
  subtractDecimals,
} from './decimal-arithmetic.ts';

const decimal = (text: string): ApexDecimal => ApexDecimal.parse(text);
const shown = (value: ApexDecimal): string => value.toApexString();

describe('Decimal arithmetic keeps the scale as Apex does', () => {
  test.each([
    ['1.50', '1.5', '3.00'],
    ['0.1', '0.2', '0.3'],
    ['99999999999999999999.99', '0.01', '100000000000000000000.00'],
  ])('%s + %s = %s', (a, b, sum) => expect(shown(addDecimals(decimal(a), decimal(b)))).toBe(sum));

  test('a difference of equal amounts keeps its decimals', () =>
    expect(shown(subtractDecimals(decimal('2.50'), decimal('2.5')))).toBe('0.00'));

  test.each([
    ['1.50', '2.00', '3.0000'],
    ['123456789012345678901234567890.12', '3', '370370367037037036703703703670.36'],
    ['-0.5', '0.5', '-0.25'],
  ])('%s * %s = %s', (a, b, product) => expect(shown(multiplyDecimals(decimal(a), decimal(b)))).toBe(product));

  test.each([
    ['10', '4', '2.5'],
    ['10.00', '4', '2.50'],
    ['1000', '0.5', '2000'],
    ['1', '3', '0.3333333333333333333333333333333333'],
    ['2', '3', '0.6666666666666666666666666666666667'],
    ['0.00', '7', '0.00'],
  ])('%s / %s = %s', (a, b, quotient) => expect(shown(divideDecimals(decimal(a), decimal(b)))).toBe(quotient));

  test('division by zero is a MathException', () => {
    expect(thrownBy(() => divideDecimals(decimal('1'), decimal('0.00')))).toBe('System.MathException: Divide by 0');
    expect(thrownBy(() => divideToScale(decimal('1'), decimal('0'), 2, 'HALF_UP'))).toBe(
      'System.MathException: Divide by 0',
    );
  });

  test('a quotient with a scale is rounded once, from the exact value', () => {
    expect(shown(divideToScale(decimal('5'), decimal('3'), 30, 'HALF_UP'))).toBe('1.666666666666666666666666666667');
    expect(shown(divideToScale(decimal('19'), decimal('100'), 1, 'HALF_UP'))).toBe('0.2');
    expect(shown(divideToScale(decimal('19'), decimal('-100'), 1, 'DOWN'))).toBe('-0.1');
  });
});

describe('rounding modes', () => {
  const rounded = (mode: RoundingName): string[] =>
    ['5.5', '2.5', '1.6', '1.1', '-1.1', '-1.6', '-2.5', '-5.5'].map((text) =>
      roundToLong(decimal(text), mode).toString(),
    );

  test.each<[RoundingName, string]>([
    ['UP', '6 3 2 2 -2 -2 -3 -6'],
    ['DOWN', '5 2 1 1 -1 -1 -2 -5'],
    ['CEILING', '6 3 2 2 -1 -1 -2 -5'],
    ['FLOOR', '5 2 1 1 -2 -2 -3 -6'],
    ['HALF_UP', '6 3 2 1 -1 -2 -3 -6'],
    ['HALF_DOWN', '5 2 2 1 -1 -2 -2 -5'],
    ['HALF_EVEN', '6 2 2 1 -1 -2 -2 -6'],
  ])('%s', (mode, expected) => expect(rounded(mode).join(' ')).toBe(expected));

  test('UNNECESSARY refuses to lose a digit', () => {
    expect(shown(setScale(decimal('1.50'), 1, 'UNNECESSARY'))).toBe('1.5');
    expect(thrownBy(() => setScale(decimal('1.55'), 1, 'UNNECESSARY'))).toBe(
      'System.MathException: Rounding necessary',
    );
  });

  test('setScale adds zeros, rounds a half to the even neighbor and takes negative scales', () => {
    expect(shown(setScale(decimal('1.5'), 3, 'HALF_EVEN'))).toBe('1.500');
    expect(shown(setScale(decimal('2.345'), 2, 'HALF_EVEN'))).toBe('2.34');
    expect(setScale(decimal('1250'), -2, 'HALF_EVEN').toPlainString()).toBe('1200');
    expect(thrownBy(() => setScale(decimal('1'), 34, 'HALF_EVEN'))).toMatch(/^System.MathException/);
  });
});

describe('Decimal as text', () => {
  test.each([
    ['1.50', '1.50'],
    ['-0.05', '-0.05'],
    ['0.0000001', '1E-7'],
    ['0.000001', '0.000001'],
    ['1.5E3', '1.5E+3'],
    ['100000000000', '100000000000'],
  ])('%s shows as %s', (text, expected) => expect(shown(decimal(text))).toBe(expected));

  test('toPlainString never uses an exponent', () => {
    expect(decimal('1.5E3').toPlainString()).toBe('1500');
    expect(decimal('1E-7').toPlainString()).toBe('0.0000001');
  });

  test('zeros at the end go into the exponent', () => {
    expect(shown(stripTrailingZeros(decimal('1.500')))).toBe('1.5');
    expect(shown(stripTrailingZeros(decimal('100')))).toBe('1E+2');
    expect(shown(stripTrailingZeros(decimal('0.000')))).toBe('0');
  });

  test.each(['', 'abc', '1,5', ' 1', '1.2.3', '--1'])('%j is no Decimal', (text) =>
    expect(thrownBy(() => decimal(text))).toBe(`System.TypeException: Invalid decimal: ${text}`),
  );
});

describe('digits and narrower numbers', () => {
  test('precision counts the digits without the point', () => {
    expect(precisionOf(decimal('123.4500'))).toBe(7);
    expect(precisionOf(decimal('0.05'))).toBe(1);
  });

  test('powers are exact', () => {
    expect(shown(powerOf(decimal('1.10'), 3))).toBe('1.331000');
    expect(thrownBy(() => powerOf(decimal('2'), -1))).toMatch(/^System.MathException/);
  });

  test('intValue and longValue cut towards zero and wrap', () => {
    expect(decimalToInteger(decimal('-1.99'))).toBe(-1);
    expect(decimalToInteger(decimal('2147483648'))).toBe(-2147483648);
    expect(decimalToLong(decimal('9223372036854775808'))).toBe(-9223372036854775808n);
  });

  test('the hash is that of BigDecimal, so 1.1 and 1.10 are two keys though they are equal', () => {
    expect(decimal('1.50').hashCode()).toBe(4652);
    expect(decimal('1.1').equalsValue(decimal('1.10'))).toBe(true);
    expect(decimal('1.1').sameKey(decimal('1.10'))).toBe(false);
  });
});
