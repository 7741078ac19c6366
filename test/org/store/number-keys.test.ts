import { describe, expect, test } from '@jest/globals';
import { Decimal } from 'decimal.js';
import { fromNumberKey, toNumberKey } from './number-keys.ts';

const ORDERED = [
  '-999999999999999999.99',
  '-1000.5',
  '-1000.49',
  '-1',
  '-0.000000000000000001',
  '0',
  '0.000000000000000001',
  '0.1',
  '0.3',
  '9007199254740993',
  '9007199254740993.01',
  '999999999999999999.99',
];

describe('number keys', () => {
  test('their alphabetical order is the numeric order', () => {
    const keys = ORDERED.map((text) => toNumberKey(new Decimal(text)));

    expect([...keys].sort()).toEqual(keys);
    expect(new Set(keys).size).toBe(ORDERED.length);
  });

  test('every digit comes back', () => {
    expect(ORDERED.map((text) => fromNumberKey(toNumberKey(new Decimal(text))).toFixed())).toEqual(ORDERED);
    expect(toNumberKey(new Decimal('-0'))).toBe(toNumberKey(new Decimal('0.00')));
  });
});
