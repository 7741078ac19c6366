import { describe, expect, test } from '@jest/globals';
import { checkSuffix, makeId, normalizeId } from './record-ids.ts';

describe('record ids', () => {
  test('the suffix is Salesforce’s own', () => {
    expect(checkSuffix('0057F000002wf0W')).toBe('QAQ');
    expect(checkSuffix('00570000001ZwTi')).toBe('AAK');
  });

  test('ids are unique and survive the loss of their suffix or their case', () => {
    const ids = Array.from({ length: 5000 }, (_, index) => makeId('001', index));

    expect(new Set(ids).size).toBe(5000);
    for (const id of [ids[1], ids[61], ids[4999]]) {
      expect(id).toHaveLength(18);
      expect(normalizeId(id!.slice(0, 15))).toBe(id);
      expect(normalizeId(id!.toLowerCase())).toBe(id);
    }
  });

  test.each(['', '001', '0015000000U3SyX!!', '001500000011SyXZZZ', "001' OR 1=1 --xx", '0015000000U3SyXAA'])(
    '%j is no id',
    (text) => {
      expect(normalizeId(text)).toBeNull();
    },
  );
});
