import { RecordError } from '../record-error.ts';

/** What can go wrong with a request on demand: refused, slow, cut before the work, or cut after the commit. */
export type Fault = {
  readonly kind: 'unavailable' | 'requestLimit' | 'expiredSession' | 'cutBefore' | 'cutAfter' | 'delay';
  /** How many matching requests it strikes. */
  readonly count: number;
  readonly delayMs?: number;
  /** Only requests with this verb, or whose path and query hold this text. */
  readonly method?: string;
  readonly pathContains?: string;
};

export type Faults = {
  readonly add: (fault: Fault) => void;
  /** The next `times` writes to that record fail with UNABLE_TO_LOCK_ROW. */
  readonly lock: (id: string, times: number) => void;
  readonly clear: () => void;
  readonly strike: (method: string, url: string) => Fault | null;
  readonly refuseLocked: (id: string) => void;
};

/** Faults waiting to strike, in the order they were asked for. */
export function createFaults(): Faults {
  let waiting: { fault: Fault; left: number }[] = [];
  const locks = new Map<string, number>();
  return {
    add: (fault) => void waiting.push({ fault, left: fault.count }),
    lock: (id, times) => void locks.set(id, times),
    clear: () => {
      waiting = [];
      locks.clear();
    },
    strike: (method, url) => {
      const found = waiting.find(({ fault, left }) => left > 0 && matches(fault, method, url));
      if (!found) return null;
      found.left -= 1;
      return found.fault;
    },
    refuseLocked: (id) => {
      const left = locks.get(id) ?? 0;
      if (left <= 0) return;
      locks.set(id, left - 1);
      throw new RecordError(
        'UNABLE_TO_LOCK_ROW',
        `unable to obtain exclusive access to this record or 1 records: ${id}`,
      );
    },
  };
}

function matches(fault: Fault, method: string, url: string): boolean {
  return (
    (fault.method === undefined || fault.method === method) &&
    (fault.pathContains === undefined || url.includes(fault.pathContains))
  );
}
