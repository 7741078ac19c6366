import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes in use, garbage included, and bytes in use once the garbage is gone. */
export type HeapMeter = { readonly inUse: () => number; readonly live: () => number };

let collect: (() => void) | null = null;

function collectGarbage(): void {
  if (!collect) {
    setFlagsFromString('--expose_gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}

function inUse(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}

/** The memory of this thread. */
export const ownHeap: HeapMeter = {
  inUse,
  live: () => {
    collectGarbage();
    return inUse();
  },
};
