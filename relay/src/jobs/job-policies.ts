import { type JobName } from './jobs.ts';

/** How one kind of job is tried, and for how long it is kept. */
export type JobPolicy = {
  /** A failure of a job that is older than this is its last, where it was tried often enough. */
  readonly giveUpAfterMs: number;
  /** So often it is tried in any case: one that waited for a stopped relay may be old when it is met first. */
  readonly leastAttempts: number;
  /** What the first pause is; each next one is twice as long, with jitter. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** The shortest pause where an admin must act first. */
  readonly heldPauseMs: number;
  /** For how long a job that nobody takes is kept. */
  readonly retentionSeconds: number;
  /** For how long one attempt may run. */
  readonly expireInSeconds: number;
};

const HOUR = 3_600;
const HOUR_MS = HOUR * 1_000;

/**
 * The kinds of job. A sealed event is kept for 72 h at most, whatever happens: it waits for a relay for 46 h at most and has then up to 12
 * hours; or it is tried for 24 h from its arrival, and kept for a person's retry, with 24 h again, until it is 46 h old.
 * Dead letters wait for 12 h.
 */
export const JOB_POLICIES: Readonly<Record<JobName, JobPolicy>> = {
  'event.finance-operations': {
    giveUpAfterMs: 24 * HOUR_MS,
    leastAttempts: 12,
    firstPauseMs: 1_000,
    longestPauseMs: 15 * 60_000,
    heldPauseMs: 5 * 60_000,
    retentionSeconds: 46 * HOUR,
    expireInSeconds: 300,
  },
};

/** The names of the kinds of job. */
export const JOB_NAMES = Object.keys(JOB_POLICIES) as JobName[];

/** No error may ask for a longer pause than this. */
export const LONGEST_ASKED_PAUSE_MS = HOUR_MS;

/** For how long after its arrival an event that is given up can be tried again. */
export const EVENT_KEPT_MS = 46 * HOUR_MS;

/** More attempts than a job has time for; only what kills its relay again and again ends by this. */
export const MOST_ATTEMPTS = 500;

/** For how long a dead letter waits for its listener. */
export const DEAD_LETTER_RETENTION_SECONDS = 12 * HOUR;
