import type { ErrorCode } from '../errors.ts';

/** The jobs by name, and what they carry: keys only. What else a job needs travels sealed. */
export type JobPayloads = {
  'event.finance-operations': {
    readonly org: string;
    readonly connection: string;
    readonly eventId: string;
    /** When it arrived first: what it carries sealed is kept for 72 hours from then, however often it is tried. */
    readonly receivedAt: string;
    readonly sealed: string;
  };
};

export type JobName = keyof JobPayloads;

/** One job as its handler sees it. `attempt` counts from 1. */
export type Job<N extends JobName> = {
  readonly id: string;
  readonly name: N;
  readonly payload: JobPayloads[N];
  readonly attempt: number;
  readonly signal: AbortSignal;
};

/** Handlers are safe to run twice. What time or an admin may heal is tried again, with jittered backoff, until the job is too old; the rest goes to the dead letters. */
export type JobHandler<N extends JobName> = (job: Job<N>) => Promise<void>;

/** The queue's port: what is sent is kept until done, whatever dies. */
export type Jobs = {
  /** Stored when the promise resolves. Jobs with the same `key` that wait are one job. */
  send<N extends JobName>(
    name: N,
    payload: JobPayloads[N],
    options?: { readonly key?: string; readonly afterMs?: number },
  ): Promise<void>;
  /** Brings jobs that wait under the key forward to now; answers how many. */
  hurry(name: JobName, key: string): Promise<number>;
  work<N extends JobName>(name: N, handler: JobHandler<N>, options?: { readonly concurrency?: number }): Promise<void>;
  /** Called once for each job that is given up, with the error's code. */
  onDead(
    listener: (job: { readonly name: JobName; readonly payload: unknown; readonly code: ErrorCode }) => Promise<void>,
  ): void;
  depth(): Promise<Readonly<Record<string, number>>>;
  start(): Promise<void>;
  /** Stops taking work, lets running jobs end for at most `graceMs`. */
  stop(graceMs: number): Promise<void>;
};
