import { describe, expect, test } from '@jest/globals';
import { createHeapUse } from './heap-use.ts';

const LIMIT = 6_000_000;

function heap() {
  let live = 100_000_000;
  let garbage = 0;
  let collections = 0;
  const use = createHeapUse(LIMIT, {
    inUse: () => live + garbage,
    live: () => {
      collections += 1;
      garbage = 0;
      return live;
    },
  });
  return {
    use,
    hold: (bytes: number) => (live += bytes),
    waste: (bytes: number) => (garbage += bytes),
    collections: () => collections,
  };
}

describe('the heap of a transaction', () => {
  test('is what it holds since it began, never less than an empty one', () => {
    const { use, hold } = heap();

    expect(use.used()).toBe(1024);
    hold(500_000);
    expect(use.used()).toBe(500_000);
  });

  test('does not count garbage where it would matter', () => {
    const { use, hold, waste, collections } = heap();
    hold(1_000_000);
    waste(20_000_000);

    expect(use.used()).toBe(1_000_000);
    expect(use.used()).toBe(1_000_000);
    expect(collections()).toBe(1);
  });

  test('is exceeded by far more than the limit, and never by garbage', () => {
    const { use, hold, waste } = heap();
    waste(200_000_000);

    expect(use.isExceeded()).toBe(false);
    hold(90_000_000);
    expect(use.isExceeded()).toBe(true);
  });
});
