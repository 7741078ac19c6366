import { describe, expect, test } from '@jest/globals';
import { isReached, median, quantile, rounded, targetText } from './figures.ts';

describe('figures', () => {
  test('a quantile is the nearest rank, whatever the order of the values', () => {
    const values = [5, 1, 4, 2, 3, 10, 9, 8, 7, 6];

    expect(quantile(values, 0.5)).toBe(5);
    expect(quantile(values, 0.95)).toBe(10);
    expect(quantile(values, 0)).toBe(1);
    expect(quantile([7], 0.95)).toBe(7);
  });

  test('one disturbed repetition does not move the median', () => {
    expect(median([0.7, 0.1, 0.72])).toBe(0.7);
  });

  test('a measurement without values is an error and not a zero', () => {
    expect(() => quantile([], 0.5)).toThrow('Nothing was measured');
  });

  test('a target counts as reached on its very edge, and not beyond it', () => {
    const figure = { name: 'any', unit: '' };

    expect(isReached({ ...figure, value: 150, target: { atMost: 150 } })).toBe(true);
    expect(isReached({ ...figure, value: 150.1, target: { atMost: 150 } })).toBe(false);
    expect(isReached({ ...figure, value: 0.6, target: { atLeast: 0.6 } })).toBe(true);
    expect(isReached({ ...figure, value: 0.59, target: { atLeast: 0.6 } })).toBe(false);
  });

  test('a figure without target is neither reached nor missed', () => {
    expect(isReached({ name: 'any', unit: '', value: 1 })).toBeNull();
    expect(targetText(undefined)).toBe('');
  });

  test('figures keep three digits that count', () => {
    expect(rounded(1234.567)).toBe(1235);
    expect(rounded(12.3456)).toBe(12.3);
    expect(rounded(0.0123456)).toBe(0.0123);
    expect(rounded(Number.NaN)).toBeNaN();
  });
});
