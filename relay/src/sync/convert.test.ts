import { describe, expect, test } from '@jest/globals';
import type { FieldType, Value } from '../dynamics/connector.ts';
import { toDynamicsValue, toSalesforceValue } from './convert.ts';
import { aField, DATE_TIME, DECIMAL, NO_YES } from '../../../test/support/mapping-builders.ts';
import type { SalesforceFieldType } from './mapping.ts';

const TEN: FieldType = { kind: 'string', maxLength: 10 };
const INT32: FieldType = { kind: 'integer', bits: 32 };
const INT64: FieldType = { kind: 'integer', bits: 64 };
const BOOLEAN: FieldType = { kind: 'boolean' };
const DATE: FieldType = { kind: 'date' };
const GUID: FieldType = { kind: 'guid' };
const STATUS: FieldType = { kind: 'enum', name: 'SalesStatus', members: ['None', 'Backorder', 'Invoiced'] };
const FREE_ENUM: FieldType = { kind: 'enum', name: 'Unlisted', members: [] };
const OTHER: FieldType = { kind: 'other', name: 'Edm.Binary' };

describe('to Dynamics', () => {
  test.each<[FieldType, Value, Value]>([
    [TEN, 'Acme', 'Acme'],
    [TEN, '  Acme\r\n', 'Acme'],
    [TEN, 'a\r\nb', 'a\nb'],
    [TEN, '1234567890', '1234567890'],
    [TEN, '12.50', '12.50'],
    [TEN, ' ', null],
    [DECIMAL, '9007199254740993.550', '9007199254740993.55'],
    [DECIMAL, '1e3', '1000'],
    [DECIMAL, '-0', '0'],
    [DECIMAL, null, null],
    [INT32, '2147483647', '2147483647'],
    [INT32, '-2147483648.00', '-2147483648'],
    [INT64, '9223372036854775807', '9223372036854775807'],
    [BOOLEAN, true, true],
    [BOOLEAN, 'False', false],
    [NO_YES, true, 'Yes'],
    [NO_YES, false, 'No'],
    [NO_YES, 'Yes', 'Yes'],
    [NO_YES, null, null],
    [STATUS, ' Invoiced ', 'Invoiced'],
    [FREE_ENUM, 'Anything', 'Anything'],
    [DATE_TIME, '2026-11-23', '2026-11-23'],
    [DATE_TIME, '2026-11-23T10:00:00.000Z', '2026-11-23T10:00:00Z'],
    [DATE_TIME, '1900-01-01', null],
    [DATE, '2026-02-28', '2026-02-28'],
    [GUID, 'ABCDEF00-0000-0000-0000-000000000000', 'abcdef00-0000-0000-0000-000000000000'],
    [OTHER, 'x', 'x'],
  ])('%j takes %j as %j', (type, value, expected) => {
    const result = toDynamicsValue(value, type, aField());

    expect(result).toEqual({ ok: true, value: expected });
  });

  test.each<[string, FieldType, Value, string]>([
    ['VALUE_TOO_LONG', TEN, '12345678901', '11 characters, Dynamics takes 10'],
    ['VALUE_WRONG_TYPE', TEN, true, 'a checkbox goes to a text field'],
    ['VALUE_WRONG_TYPE', DECIMAL, 'many', 'the value is no number'],
    ['VALUE_WRONG_TYPE', DECIMAL, '1,5', 'the value is no number'],
    ['VALUE_WRONG_TYPE', DECIMAL, true, 'the value is no number'],
    ['VALUE_OUT_OF_RANGE', DECIMAL, '79228162514264337593543950336', 'too large'],
    ['VALUE_WRONG_TYPE', INT32, '1.5', 'Dynamics takes whole numbers only'],
    ['VALUE_OUT_OF_RANGE', INT32, '2147483648', 'the number does not fit 32 bits'],
    ['VALUE_OUT_OF_RANGE', INT64, '9223372036854775808', 'the number does not fit 64 bits'],
    ['VALUE_WRONG_TYPE', BOOLEAN, 'Yes', 'neither true nor false'],
    ['VALUE_WRONG_TYPE', STATUS, true, 'a checkbox goes to the enumeration SalesStatus'],
    ['ENUM_MEMBER_UNKNOWN', STATUS, 'invoiced', 'SalesStatus has the members None, Backorder, Invoiced'],
    ['ENUM_MEMBER_UNKNOWN', NO_YES, 'Maybe', 'NoYes has the members No, Yes'],
    ['VALUE_WRONG_TYPE', DATE_TIME, '23.11.2026', 'the value is no date'],
    ['VALUE_WRONG_TYPE', DATE_TIME, '2026-02-30', 'the value is no date'],
    ['VALUE_WRONG_TYPE', DATE, '2026-11-23T10:00:00Z', 'choose the day by a formula with DATEVALUE'],
    ['VALUE_WRONG_TYPE', GUID, '1234', 'the value is no GUID'],
  ])('%s: %j refuses %j', (code, type, value, words) => {
    const result = toDynamicsValue(value, type, aField({ salesforceField: 'From', dynamicsField: 'To' }));

    expect(result).toMatchObject({ ok: false, fault: { code, field: 'To', message: expect.stringContaining(words) } });
  });

  test('a message names both fields and never the value', () => {
    const result = toDynamicsValue('Hush', STATUS, aField({ salesforceField: 'From', dynamicsField: 'To' }));

    expect(result.ok ? '' : result.fault.message).toBe(
      'From → To: SalesStatus has the members None, Backorder, Invoiced.',
    );
  });

  test('a long enumeration is named in part', () => {
    const members = Array.from({ length: 25 }, (_, index) => `M${index}`);

    const result = toDynamicsValue('x', { kind: 'enum', name: 'Long', members }, aField());

    expect(result.ok ? '' : result.fault.message).toMatch(/M18, M19 and 5 more\.$/);
  });
});

describe('to Salesforce', () => {
  test.each<[SalesforceFieldType, Value, Value]>([
    ['boolean', 'Yes', true],
    ['boolean', 'No', false],
    ['boolean', true, true],
    ['boolean', null, false],
    ['number', '1.005', '1.01'],
    ['number', '9007199254740993.55', '9007199254740993.55'],
    ['number', null, null],
    ['date', '2026-11-23', '2026-11-23'],
    ['date', '2026-11-23T23:00:00Z', '2026-11-23'],
    ['date', null, null],
    ['datetime', '2026-11-23T23:00:00Z', '2026-11-23T23:00:00Z'],
    ['datetime', '2026-11-23', '2026-11-23T12:00:00Z'],
    ['string', 'a\r\nb ', 'a\nb'],
    ['string', '', null],
    ['picklist', 'Paid', 'Paid'],
  ])('a %s takes %j as %j', (salesforceType, value, expected) => {
    const result = toSalesforceValue(value, aField({ salesforceType, salesforceScale: 2 }));

    expect(result).toEqual({ ok: true, value: expected });
  });

  test.each<[SalesforceFieldType, Value, string]>([
    ['string', '12345678901', 'VALUE_TOO_LONG'],
    ['number', 'many', 'VALUE_WRONG_TYPE'],
    ['date', 'soon', 'VALUE_WRONG_TYPE'],
    ['datetime', 'soon', 'VALUE_WRONG_TYPE'],
  ])('a %s refuses %j: %s', (salesforceType, value, code) => {
    const result = toSalesforceValue(value, aField({ salesforceType, salesforceLength: 10 }));

    expect(result).toMatchObject({ ok: false, fault: { code } });
  });
});
