import { describe, expect, it } from '@jest/globals';
import { exactNumber, parseExact } from './exact-json.ts';

describe('parseExact', () => {
  it.each(['1234567890123456.78', '9007199254740993', '0.1000000000000000001', '-123456789012.1000001'])(
    'keeps every digit of %s',
    (digits) => {
      expect(parseExact(`{"Amount":${digits}}`)).toEqual({ Amount: digits });
    },
  );

  it('leaves short numbers, strings and other values as they are', () => {
    expect(parseExact('{"a":12.5,"b":"1234567890123456789","c":null,"d":true}')).toEqual({
      a: '12.5',
      b: '1234567890123456789',
      c: null,
      d: true,
    });
    expect(parseExact('{"a":12.5}')).toEqual({ a: 12.5 });
  });
});

describe('exactNumber', () => {
  it('writes the digits it was given', () => {
    expect(JSON.stringify({ Amount: exactNumber('1234567890123456789.123456') })).toBe(
      '{"Amount":1234567890123456789.123456}',
    );
  });

  it('refuses what is no number', () => {
    expect(() => exactNumber('1,"Injected":2')).toThrow('Invalid value');
  });
});
