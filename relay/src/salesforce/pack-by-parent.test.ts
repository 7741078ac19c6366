import { describe, expect, it } from '@jest/globals';
import { packByParent } from './pack-by-parent.ts';

const children = (parent: string | null, count: number) =>
  Array.from({ length: count }, (_, number) => ({ parent, number }));

describe('packByParent', () => {
  it('keeps siblings in one call', () => {
    const batches = packByParent([...children('b', 120), ...children('a', 120), ...children('b', 10)]);

    expect(batches.map((batch) => [...new Set(batch.map(({ parent }) => parent))])).toEqual([['a'], ['b']]);
    expect(batches.map((batch) => batch.length)).toEqual([120, 130]);
  });

  it('fills calls with several families up to 200', () => {
    expect(
      packByParent([...children('a', 80), ...children('b', 80), ...children('c', 40)]).map((batch) => batch.length),
    ).toEqual([200]);
  });

  it('spreads a family of more than 200 over calls', () => {
    expect(packByParent(children('a', 450)).map((batch) => batch.length)).toEqual([200, 200, 50]);
  });

  it('packs records without a parent tightly', () => {
    expect(packByParent(children(null, 450)).map((batch) => batch.length)).toEqual([200, 200, 50]);
  });

  it('makes no call for nothing', () => {
    expect(packByParent([])).toEqual([]);
  });
});
