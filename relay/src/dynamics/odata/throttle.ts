import { setMaxListeners } from 'node:events';
import PQueue from 'p-queue';
import { RelayError } from '../../errors.ts';
import type { Lane } from '../connector.ts';

/** Concurrency starts here, and never leaves 1…MAX_CONCURRENCY. */
const START_CONCURRENCY = 4;
export const MAX_CONCURRENCY = 16;

/** A pause up to this long is waited out; calls that would wait longer are answered at once with the rest of the pause. */
const PATIENCE_MS = 2_000;

const PRIORITY: Readonly<Record<Lane, number>> = { realTime: 1, bulk: 0 };

/**
 * The one gate to an environment: adapts how many calls run at once (grows slowly while they succeed, halves when Dynamics
 * throttles), holds everybody back for as long as Dynamics asked, and lets real-time work pass bulk work.
 */
export type Throttle = {
  /** Throws RelayError DYNAMICS_THROTTLED or OUT_OF_TIME without having started the task. */
  run<T>(lane: Lane, signal: AbortSignal, task: () => Promise<T>): Promise<T>;
  /** Dynamics asked to wait. */
  backOff(retryAfterMs: number): void;
  readonly concurrency: number;
  close(): void;
};

/** Makes the gate of one environment. */
export function createThrottle(options: { readonly clock: () => Date }): Throttle {
  const queue = new PQueue({ concurrency: START_CONCURRENCY });
  let pausedUntil = 0;
  let successes = 0;
  let resumption: NodeJS.Timeout | undefined;
  const remaining = (): number => pausedUntil - options.clock().getTime();

  function refuseLongPause(): void {
    const rest = remaining();
    if (rest <= PATIENCE_MS) return;
    throw new RelayError('DYNAMICS_THROTTLED', 'Dynamics asked us to wait; nothing was sent.', { retryAfterMs: rest });
  }

  function scheduleResumption(): void {
    clearTimeout(resumption);
    const rest = remaining();
    // Through a long pause the queue keeps moving, so that those who wait learn it at once.
    if (rest <= 0 || rest > PATIENCE_MS) return void queue.start();
    queue.pause();
    resumption = setTimeout(scheduleResumption, rest);
  }

  function grow(): void {
    successes += 1;
    const isBusy = queue.size > 0;
    if (!isBusy || successes < queue.concurrency * 2 || queue.concurrency >= MAX_CONCURRENCY) return;
    queue.concurrency += 1;
    successes = 0;
  }

  return {
    async run(lane, signal, task) {
      refuseLongPause();
      const turn = waitingTurn(signal);
      return queue.add(
        async () => {
          turn.begin();
          refuseLongPause();
          const result = await task();
          grow();
          return result;
        },
        { priority: PRIORITY[lane], signal: turn.signal },
      );
    },
    backOff(retryAfterMs) {
      // One burst of refusals halves once.
      if (remaining() <= 0) queue.concurrency = Math.max(1, Math.floor(queue.concurrency / 2));
      successes = 0;
      pausedUntil = Math.max(pausedUntil, options.clock().getTime() + retryAfterMs);
      scheduleResumption();
    },
    get concurrency() {
      return queue.concurrency;
    },
    close() {
      clearTimeout(resumption);
      queue.clear();
    },
  };
}

// The caller's signal ends only the wait: what runs must tell itself whether it was sent.
function waitingTurn(signal: AbortSignal): { readonly signal: AbortSignal; begin(): void } {
  const waiting = new AbortController();
  const giveUp = (): void => waiting.abort(new RelayError('OUT_OF_TIME', 'The call ended before its turn came.'));
  setMaxListeners(0, signal);
  if (signal.aborted) giveUp();
  else signal.addEventListener('abort', giveUp, { once: true });
  return { signal: waiting.signal, begin: () => signal.removeEventListener('abort', giveUp) };
}
