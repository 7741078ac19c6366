import { describe, expect, it } from '@jest/globals';
import type { Value } from '../dynamics/connector.ts';
import type { SalesforceFieldType } from '../sync/mapping.ts';
import { isSameValue, toCanonical, toWire } from './canonical-values.ts';

describe('toCanonical', () => {
  it.each<[unknown, SalesforceFieldType | undefined, Value]>([
    ['2026-11-23T10:00:00.000+0000', 'datetime', '2026-11-23T10:00:00.000Z'],
    ['2026-11-23', 'date', '2026-11-23'],
    ['2026-11-23T10:00:00.000+0000', 'string', '2026-11-23T10:00:00.000+0000'],
    ['1000.5', 'number', '1000.5'],
    [false, 'boolean', false],
    [null, 'string', null],
    [undefined, 'string', null],
    ['', 'string', null],
    ['12', undefined, '12'],
  ])('reads %p of type %p as %p', (raw, type, canonical) => {
    expect(toCanonical(raw, type)).toBe(canonical);
  });
});

describe('isSameValue', () => {
  it.each<[Value, Value, SalesforceFieldType]>([
    ['10.50', '10.5', 'number'],
    ['1E3', '1000', 'number'],
    ['001A0000006Vm9u', '001A0000006Vm9uIAC', 'reference'],
    ['2026-11-23T10:00:00Z', '2026-11-23T10:00:00.000Z', 'datetime'],
    ['two\r\nlines ', 'two\nlines', 'string'],
    ['B;A', 'A;B', 'multipicklist'],
    [null, false, 'boolean'],
    ['', null, 'string'],
  ])('sees no difference between %p and %p as %s', (a, b, type) => {
    expect(isSameValue(a, b, type)).toBe(true);
  });

  it.each<[Value, Value, SalesforceFieldType]>([
    ['10.50', '10.51', 'number'],
    ['acme', 'Acme', 'string'],
    ['0', null, 'number'],
    [true, null, 'boolean'],
    ['2026-11-23', '2026-11-24', 'date'],
  ])('sees the difference between %p and %p as %s', (a, b, type) => {
    expect(isSameValue(a, b, type)).toBe(false);
  });
});

describe('toWire', () => {
  it('sends a number with all its digits and a blank checkbox as unchecked', () => {
    const body = {
      amount: toWire('9007199254740993.55', 'number'),
      flag: toWire(null, 'boolean'),
      blank: toWire(null, 'number'),
    };

    expect(JSON.stringify(body)).toBe('{"amount":9007199254740993.55,"flag":false,"blank":null}');
  });
});
