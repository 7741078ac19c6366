import { describe, expect, test } from '@jest/globals';
import type { FieldType, Value } from '../dynamics/connector.ts';
import { canonicalText, cleanText, sameValue } from './canonical.ts';
import { aField, DATE_TIME, DECIMAL, NO_YES, TEXT } from '../../../test/support/mapping-builders.ts';

const INTEGER: FieldType = { kind: 'integer', bits: 32 };
const BOOLEAN: FieldType = { kind: 'boolean' };
const DATE: FieldType = { kind: 'date' };
const GUID: FieldType = { kind: 'guid' };

describe('one value in two spellings is the same', () => {
  test.each<[string, Value, Value, FieldType]>([
    ['line ends', 'a\r\nb', 'a\nb', TEXT],
    ['old line ends', 'a\rb', 'a\nb', TEXT],
    ['blanks at the ends', ' Acme  ', 'Acme', TEXT],
    ['blank and nothing', '  ', null, TEXT],
    ['composed and decomposed letters', 'é', 'e\u0301', TEXT],
    ['zeros behind the point', '1.50', '1.5', DECIMAL],
    ['plus and leading zeros', '+001', '1', DECIMAL],
    ['minus zero', '-0.0', '0', DECIMAL],
    ['nothing and zero', null, '0', DECIMAL],
    ['nothing and zero of a whole number', null, '0', INTEGER],
    ['no checkbox and false', null, false, BOOLEAN],
    ['a checkbox and NoYes', true, 'Yes', NO_YES],
    ['a date and its noon', '2026-11-23', '2026-11-23T12:00:00Z', DATE_TIME],
    ['fractions of a second', '2026-11-23T10:00:00.123Z', '2026-11-23T10:00:00Z', DATE_TIME],
    ['an instant in another zone', '2026-11-23T11:00:00+01:00', '2026-11-23T10:00:00Z', DATE_TIME],
    ['no date on the wire and nothing', '1900-01-01T12:00:00Z', null, DATE_TIME],
    ['no date and nothing', '1900-01-01', null, DATE],
    ['a date and an instant of that day', '2026-11-23', '2026-11-23T23:00:00Z', DATE],
    ['upper case of a GUID', 'ABCDEF00-0000-0000-0000-000000000000', 'abcdef00-0000-0000-0000-000000000000', GUID],
  ])('%s', (_, a, b, type) => {
    expect(sameValue(a, b, aField(), type)).toBe(true);
  });
});

describe('different values stay different', () => {
  test.each<[string, Value, Value, FieldType]>([
    ['case', 'ACME', 'Acme', TEXT],
    ['blanks inside', 'a  b', 'a b', TEXT],
    ['zeros of a text', '01', '1', TEXT],
    ['the last digit', '9007199254740993.55', '9007199254740993.56', DECIMAL],
    ['one second', '2026-11-23T10:00:01Z', '2026-11-23T10:00:00Z', DATE_TIME],
    ['noon of another day', '2026-11-24', '2026-11-23T12:00:00Z', DATE_TIME],
    ['the end of time and nothing', '2154-12-31T23:59:59Z', null, DATE_TIME],
    ['a member and nothing', 'No', null, NO_YES],
  ])('%s', (_, a, b, type) => {
    expect(sameValue(a, b, aField(), type)).toBe(false);
  });
});

test('case does not count where the mapping says so', () => {
  const caseless = aField({ options: { caseless: true } });

  expect(sameValue('A@B.C', 'a@b.c', caseless, TEXT)).toBe(true);
});

test('only the places count that the mapping names, rounded half up', () => {
  const cents = aField({ options: { scale: 2 } });

  expect(sameValue('1.005', '1.01', cents, DECIMAL)).toBe(true);
  expect(sameValue('1.004', '1.01', cents, DECIMAL)).toBe(false);
});

test('an exact decimal is written without exponent', () => {
  expect(canonicalText('1e-10', aField(), DECIMAL)).toBe('0.0000000001');
  expect(canonicalText('1e+29', aField(), DECIMAL)).toBe('100000000000000000000000000000');
});

test('text of nothing but line ends is blank', () => {
  expect(cleanText('\r\n \r')).toBeNull();
});
