import { describe, expect, test } from '@jest/globals';
import { thrownBy } from '../../library/platform-call.ts';
import { types } from '../../types.ts';
import { ApexBlob } from './apex-blob.ts';
import { ApexDate } from './apex-date.ts';
import { ApexDatetime, ApexTime } from './apex-datetime.ts';
import { ApexDecimal } from './apex-decimal.ts';
import { ApexEnumValue } from './apex-enum.ts';
import { ApexId } from './apex-id.ts';
import { ApexList } from './apex-list.ts';
import { ApexMap } from './apex-map.ts';
import { ApexSet } from './apex-set.ts';
import { equalsValue, hashCodeOf, sameKey } from './equality.ts';
import { compareForSort, compareValues } from './order.ts';
import { toApexString } from './text.ts';

const SHORT = '001D000000IqhSL';
const LONG = '001D000000IqhSLIAZ';
const strings = (...items: unknown[]): ApexList => new ApexList(types.String, items);

describe('ids', () => {
  test('15 and 18 characters are one id, and one object', () => {
    expect(ApexId.of(SHORT)).toBe(ApexId.of(LONG));
    expect(ApexId.of(SHORT).value).toBe(LONG);
    expect(equalsValue(ApexId.of(LONG), SHORT)).toBe(true);
  });

  test('the letters of 18 characters find their case again', () =>
    expect(ApexId.of(LONG.toLowerCase())).toBe(ApexId.of(LONG)));

  test.each(['x', '', '001D000000IqhS!', '001D000000IqhSLIA'])('%j is no id', (text) =>
    expect(thrownBy(() => ApexId.of(text))).toBe(`System.StringException: Invalid id: ${text}`),
  );
});

describe('== and equals', () => {
  test('text ignores case for ==, but not as a key', () => {
    expect(equalsValue('Acme', 'ACME')).toBe(true);
    expect(sameKey('Acme', 'ACME')).toBe(false);
  });

  test('null equals only null', () => {
    expect(equalsValue(null, null)).toBe(true);
    expect(equalsValue(null, '')).toBe(false);
    expect(equalsValue(ApexDecimal.parse('0'), null)).toBe(false);
  });

  test('a Date is the Datetime of its midnight, yet another key', () => {
    const date = ApexDate.of(2026, 11, 23);
    const midnight = ApexDatetime.ofDate(date);
    expect(equalsValue(date, midnight)).toBe(true);
    expect(equalsValue(midnight, date)).toBe(true);
    expect(sameKey(date, midnight)).toBe(false);
  });

  test('collections compare by content', () => {
    expect(equalsValue(strings('a', null), strings('a', null))).toBe(true);
    expect(equalsValue(strings('a', 'b'), strings('b', 'a'))).toBe(false);
    expect(equalsValue(new ApexSet(types.String, ['a', 'b']), new ApexSet(types.String, ['b', 'a']))).toBe(true);
    const map = (value: number): ApexMap => new ApexMap(types.String, types.Integer, [['k', value]]);
    expect(equalsValue(map(1), map(1))).toBe(true);
    expect(equalsValue(map(1), map(2))).toBe(false);
  });

  test('constants of an enum are equal only to themselves', () => {
    const [low, other] = [new ApexEnumValue('Level', 'LOW', 0), new ApexEnumValue('Speed', 'LOW', 0)];
    expect(equalsValue(low, low)).toBe(true);
    expect(equalsValue(low, other)).toBe(false);
  });

  test('blobs compare by their bytes', () =>
    expect(equalsValue(ApexBlob.ofText('é'), ApexBlob.ofText('é'))).toBe(true));
});

describe('hash codes are those of Java', () => {
  test.each([
    ['hello', 99162322],
    [42, 42],
    [4294967296n, 1],
    [true, 1231],
    [strings('a', 'b'), 4066],
  ])('%p', (value, hash) => expect(hashCodeOf(value)).toBe(hash));
});

describe('maps and sets', () => {
  test('keys of text mind their case, in the order of insertion', () => {
    const map = new ApexMap(types.String, types.Integer, [
      ['b', 1],
      ['a', 2],
      ['B', 3],
      ['b', 4],
    ]);
    expect(toApexString(map)).toBe('{b=4, a=2, B=3}');
  });

  test('lists and maps work as keys, also after a removal', () => {
    const set = new ApexSet(types.any, [strings('a')]);
    expect(set.has(strings('a'))).toBe(true);
    expect(set.add(strings('a'))).toBe(false);
    expect(set.delete(strings('a'))).toBe(true);
    expect(set.has(strings('a'))).toBe(false);
    expect(set.size).toBe(0);
  });

  test('an id finds the entry of its text', () => {
    const map = new ApexMap(types.Id, types.String, [[ApexId.of(SHORT), 'x']]);
    expect(map.get(LONG)).toBe('x');
  });

  test('null is a key like any other', () => {
    const map = new ApexMap(types.String, types.String, [[null, 'x']]);
    expect([map.has(null), map.get(null), map.get('null')]).toEqual([true, 'x', null]);
  });

  test('what is being looped over cannot change', () => {
    const list = strings('a', 'b');
    const message = 'System.FinalException: Cannot modify a collection while it is being iterated.';
    const loop = (): void => {
      for (const item of list.iterate()) list.add(item);
    };
    expect(thrownBy(loop)).toBe(message);
    list.add('c');
    expect(list.items).toEqual(['a', 'b', 'c']);
  });
});

describe('what values show', () => {
  test.each([
    [null, 'null'],
    [ApexDate.of(2026, 2, 3), '2026-02-03 00:00:00'],
    [new ApexDatetime(Date.UTC(2026, 1, 3, 4, 5, 6, 7)), '2026-02-03 04:05:06'],
    [new ApexTime(3_723_004), '01:02:03.004Z'],
    [strings('a', null), '(a, null)'],
    [new ApexSet(types.Integer, [1, 2]), '{1, 2}'],
    [ApexBlob.ofText('abc'), 'Blob[3]'],
  ])('%#', (value, text) => expect(toApexString(value)).toBe(text));

  test('a list that contains itself ends', () => {
    const list = strings('a');
    list.add(list);
    expect(toApexString(list)).toBe('(a, (already output))');
  });
});

describe('order', () => {
  test('sorting puts null first and text by its characters', () =>
    expect(['b', null, 'a', 'B'].toSorted(compareForSort)).toEqual([null, 'B', 'a', 'b']));

  test('comparing text ignores case', () => expect(Math.sign(compareValues('b', 'A'))).toBe(1));

  test('enums sort by their place', () => {
    const [late, early] = [new ApexEnumValue('L', 'A', 1), new ApexEnumValue('L', 'B', 0)];
    expect([late, early].toSorted(compareForSort)).toEqual([early, late]);
  });
});
