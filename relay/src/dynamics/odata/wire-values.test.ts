import { describe, expect, it } from '@jest/globals';
import type { EntityField, FieldType } from '../connector.ts';
import { fromWire, toWire } from './wire-values.ts';

const NO_YES: FieldType = { kind: 'enum', name: 'NoYes', members: ['No', 'Yes'] };
const STRING: FieldType = { kind: 'string', maxLength: null };
const DATE_TIME: FieldType = { kind: 'dateTime' };

const field = (type: FieldType): EntityField => ({ name: 'Field', type, isKey: false });

describe('fromWire', () => {
  it.each([
    [STRING, '', null],
    [STRING, ' kept ', ' kept '],
    [{ kind: 'decimal' }, 10, '10'],
    [{ kind: 'decimal' }, '1234567890123456.7800', '1234567890123456.78'],
    [{ kind: 'decimal' }, '1E-7', '0.0000001'],
    [{ kind: 'decimal' }, '-0.00', '0'],
    [{ kind: 'decimal' }, 1e21, '1000000000000000000000'],
    [{ kind: 'integer', bits: 64 }, '5637144576000000001', '5637144576000000001'],
    [DATE_TIME, '1900-01-01T12:00:00Z', null],
    [DATE_TIME, '1900-01-01T00:00:00Z', null],
    [DATE_TIME, '2015-02-03T12:00:00Z', '2015-02-03'],
    [DATE_TIME, '2015-02-03T12:00:00.000Z', '2015-02-03'],
    [DATE_TIME, '2015-02-03T12:00:01.250Z', '2015-02-03T12:00:01.25Z'],
    [DATE_TIME, '2015-02-03T14:30:00+02:00', '2015-02-03T12:30:00Z'],
    [DATE_TIME, '2154-12-31T23:59:59Z', '2154-12-31T23:59:59Z'],
    [{ kind: 'date' }, '1900-01-01', null],
    [{ kind: 'guid' }, '00000000-0000-0000-0000-000000000000', null],
    [NO_YES, 'Yes', 'Yes'],
    [NO_YES, null, null],
    [NO_YES, 0, '0'],
    [{ kind: 'boolean' }, true, true],
  ] satisfies [FieldType, unknown, unknown][])('reads %o of %o as %o', (type, wire, canonical) => {
    expect(fromWire(wire, type)).toBe(canonical);
  });
});

describe('toWire', () => {
  const written = (value: string | boolean | null, type: FieldType): string =>
    JSON.stringify(toWire(value, field(type)));

  it.each([
    [STRING, null, '""'],
    [STRING, "O'Neil", `"O'Neil"`],
    [{ kind: 'decimal' }, '1234567890123456789.123456', '1234567890123456789.123456'],
    [{ kind: 'decimal' }, null, '0'],
    [{ kind: 'integer', bits: 32 }, '-5', '-5'],
    [DATE_TIME, '2024-02-29', '"2024-02-29T12:00:00Z"'],
    [DATE_TIME, '2024-02-29T08:00:00.000Z', '"2024-02-29T08:00:00Z"'],
    [DATE_TIME, null, '"1900-01-01T12:00:00Z"'],
    [NO_YES, 'Yes', '"Yes"'],
    [NO_YES, null, '"No"'],
  ] satisfies [FieldType, string | null, string][])('writes %o of %o as %s', (type, value, wire) => {
    expect(written(value, type)).toBe(wire);
  });

  it.each([
    [{ kind: 'decimal' }, '12,50', 'VALUE_WRONG_TYPE'],
    [{ kind: 'decimal' }, '1e5', 'VALUE_WRONG_TYPE'],
    [{ kind: 'integer', bits: 32 }, '1.5', 'VALUE_WRONG_TYPE'],
    [DATE_TIME, '29.02.2024', 'VALUE_WRONG_TYPE'],
    [NO_YES, 'Maybe', 'ENUM_MEMBER_UNKNOWN'],
    [{ kind: 'other', name: 'Edm.Stream' }, 'x', 'VALUE_WRONG_TYPE'],
  ] satisfies [FieldType, string, string][])('refuses for %o the value %o, naming the field', (type, value, code) => {
    expect(() => toWire(value, field(type))).toThrow(expect.objectContaining({ code, field: 'Field' }));
  });

  it.each(['2024-02-29', '2024-02-29T08:00:00Z', '2154-12-31T23:59:59Z'])('gives %s back as it came', (value) => {
    expect(fromWire(toWire(value, field(DATE_TIME)), DATE_TIME)).toBe(value);
  });
});
