import { expect, test } from '@jest/globals';
import { fingerprint } from './fingerprint.ts';
import { aField, aHashKey, aMapping, aUnit } from '../../../test/support/mapping-builders.ts';

const name = { field: aField({ name: 'Name' }), dynamicsField: 'Name', value: 'Acme', input: {} };
const city = { field: aField({ name: 'City' }), dynamicsField: 'City', value: null, input: {} };
const line = (recordId: string, value: string) => ({
  unit: aUnit({ recordId, mapping: 'Line' }),
  mapped: [{ field: aField({ name: 'Quantity' }), dynamicsField: 'Quantity', value, input: {} }],
});
const mapped = { document: [name, city], lines: [line('A', '1'), line('B', '2')] };
const original = fingerprint(aMapping(), mapped, aHashKey());

test('the order of fields and lines plays no part', () => {
  const turned = { document: [city, name], lines: [line('B', '2'), line('A', '1')] };

  expect(fingerprint(aMapping(), turned, aHashKey())).toBe(original);
});

test.each([
  ['a value', { ...mapped, document: [{ ...name, value: 'Acme Ltd' }, city] }],
  ['a value that came', { ...mapped, document: [name, { ...city, value: 'Ulm' }] }],
  ['a field that went', { ...mapped, document: [name] }],
  ['a line that changed', { ...mapped, lines: [line('A', '1'), line('B', '3')] }],
  ['a line that went', { ...mapped, lines: [line('A', '1')] }],
  ['a line that came', { ...mapped, lines: [...mapped.lines, line('C', '1')] }],
  ['lines that swapped values', { ...mapped, lines: [line('A', '2'), line('B', '1')] }],
])('%s makes another fingerprint', (_, changed) => {
  expect(fingerprint(aMapping(), changed, aHashKey())).not.toBe(original);
});

test('another mapping, or another org, makes another fingerprint', () => {
  expect(fingerprint(aMapping({ name: 'Other' }), mapped, aHashKey())).not.toBe(original);
  expect(fingerprint(aMapping(), mapped, aHashKey('key-2'))).not.toBe(original);
});

test('it fits the field that keeps it', () => {
  expect(original).toMatch(/^[0-9a-f]{64}$/);
});
