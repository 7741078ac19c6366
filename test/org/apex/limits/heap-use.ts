import { type HeapMeter } from './heap-meter.ts';

/** An estimate of what a transaction holds in memory. */
export type HeapUse = {
  /** Bytes; at most half a limit of them is garbage. */
  readonly used: () => number;
  /** Whether far more is held than the limit allows, which no difference between the engines explains. */
  readonly isExceeded: () => boolean;
};

/** Objects of this engine are about as much larger than Apex counts them. */
const ENGINE_FACTOR = 3;
/** What an empty transaction holds on the platform. */
const LEAST = 1024;
/** Garbage that may pile up before it is worth the time of collecting it. */
const SLACK = 64_000_000;

/** Measures from now on; garbage is collected only where it would change the answer, for that takes milliseconds. */
export function createHeapUse(limit: number, meter: HeapMeter): HeapUse {
  let held = 0;
  let base = meter.inUse();
  const start = base;
  const grown = (): number => Math.max(0, meter.inUse() - base);
  const measure = (): void => {
    held = Math.max(0, meter.live() - start);
    base = start + held;
  };
  return {
    used: () => {
      if (grown() > limit / 2) measure();
      return Math.max(LEAST, held + grown());
    },
    isExceeded: () => {
      if (grown() > SLACK) measure();
      return held > limit * ENGINE_FACTOR;
    },
  };
}
