import { type Answer } from './operations.ts';
import { BUSY, throttled } from './faults.ts';

/** Resource-based throttling: a share of calls is told to wait, whether whole requests, batch parts or both. */
export type ResourceThrottle = {
  probability: number;
  seed?: number;
  retryAfterSeconds?: number;
  where?: 'outer' | 'inner' | 'both';
};

/** The user-based limits that environments once could switch on. */
export type UserLimits = {
  requests?: number;
  /** Of all requests in the window together. */
  executionSeconds?: number;
  windowSeconds?: number;
  concurrent?: number;
};

/** Decides which calls are throttled; the same seed throttles the same sequence of calls. */
export type Throttling = {
  resource(settings: ResourceThrottle | null): void;
  userLimits(limits: UserLimits | null): void;
  throttleCall(where: 'outer' | 'inner'): Answer | null;
  enter(clientId: string, now: Date): Answer | null;
  leave(clientId: string, run: { at: Date; milliseconds: number }): void;
};

// A small seeded generator (mulberry32): runs must repeat.
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Creates throttling that lets everything through until it is set. */
export function createThrottling(): Throttling {
  let settings: ResourceThrottle | null = null;
  let random = randomFrom(1);
  let limits: UserLimits | null = null;
  const calls = new Map<string, number[]>();
  const executions = new Map<string, { at: number; milliseconds: number }[]>();
  const running = new Map<string, number>();

  const overLimit = (clientId: string, now: number): string | null => {
    const { requests = 6000, executionSeconds = 1200, windowSeconds = 300, concurrent = 52 } = limits ?? {};
    const recent = (calls.get(clientId) ?? []).filter((at) => at > now - windowSeconds * 1000);
    recent.push(now);
    calls.set(clientId, recent);
    if (recent.length > requests) {
      return `Number of requests exceeded the limit of ${requests} over the time window of ${windowSeconds} seconds.`;
    }
    const executed = (executions.get(clientId) ?? []).filter(({ at }) => at > now - windowSeconds * 1000);
    executions.set(clientId, executed);
    if (executed.reduce((sum, { milliseconds }) => sum + milliseconds, 0) > executionSeconds * 1000) {
      return `Combined execution time of incoming requests exceeded the limit of ${executionSeconds} seconds over the time window of ${windowSeconds} seconds. Decrease the number of concurrent requests or reduce the duration of requests and try again later.`;
    }
    return (running.get(clientId) ?? 0) >= concurrent
      ? `Number of concurrent requests exceeded the limit of ${concurrent}.`
      : null;
  };

  return {
    resource(next) {
      settings = next;
      random = randomFrom(next?.seed ?? 1);
    },
    userLimits(next) {
      limits = next;
      calls.clear();
      executions.clear();
    },
    throttleCall(where) {
      if (settings === null) return null;
      const applies = settings.where === undefined || settings.where === 'both' || settings.where === where;
      return applies && random() < settings.probability ? throttled(settings.retryAfterSeconds ?? 1, BUSY) : null;
    },
    enter(clientId, now) {
      const reason = limits === null ? null : overLimit(clientId, now.getTime());
      if (reason !== null) return throttled(1, reason);
      running.set(clientId, (running.get(clientId) ?? 0) + 1);
      return null;
    },
    leave(clientId, { at, milliseconds }) {
      running.set(clientId, (running.get(clientId) ?? 1) - 1);
      if (limits !== null)
        executions.set(clientId, [...(executions.get(clientId) ?? []), { at: at.getTime(), milliseconds }]);
    },
  };
}
