import { describe, expect, it } from '@jest/globals';
import { canonicalDecimal, exactNumber, parseExact } from './exact-json.ts';

describe('parseExact', () => {
  it('keeps every digit that a binary float would lose', () => {
    expect(parseExact('{"a":9007199254740993.55,"b":[123456789012345.123456]}')).toEqual({
      a: '9007199254740993.55',
      b: ['123456789012345.123456'],
    });
  });

  it('leaves texts alone that look like numbers', () => {
    expect(parseExact('{"a":"1.50","b":true,"c":null}')).toEqual({ a: '1.50', b: true, c: null });
  });
});

describe('canonicalDecimal', () => {
  it.each([
    ['1000.50', '1000.5'],
    ['1.5E3', '1500'],
    ['1E-7', '0.0000001'],
    ['123456789012345678E0', '123456789012345678'],
    ['-0', '0'],
    ['-0.00', '0'],
    ['0.10', '0.1'],
    ['-12.0', '-12'],
    ['99999999999999999999999999999999999999999999.5', '99999999999999999999999999999999999999999999.5'],
  ])('writes %s as %s', (source, canonical) => {
    expect(canonicalDecimal(source)).toBe(canonical);
  });

  it('does not write out a number with a billion zeros', () => {
    expect(() => canonicalDecimal('1E999999999')).toThrow(expect.objectContaining({ code: 'UNEXPECTED' }));
  });
});

describe('exactNumber', () => {
  it('is written with exactly its digits', () => {
    expect(JSON.stringify({ a: exactNumber('9007199254740993.55') })).toBe('{"a":9007199254740993.55}');
  });
});
