import { type ApexException } from '../runtime/values/apex-exception.ts';
import { deliverNextEvents, redeliverEvents } from './deliver-events.ts';
import { type QueueablePayload } from './enqueue.ts';
import { type StoredJob } from './job-store.ts';
import { type JobHost, type JobOutcome, runJob } from './run-job.ts';

/** How much one call does at most, so that a chain that starts itself again cannot hold its caller for ever. */
const MAX_JOBS = 10_000;

export type DrainOptions = {
  /** The time, in milliseconds: a job may make another that is due at once. */
  readonly now: () => number;
  readonly maximumJobs?: number;
  readonly onOutcome?: (outcome: JobOutcome) => void;
};

/** Delivers events and runs jobs in the order they were asked for until nothing is due; answers how many jobs ran. */
export function drain(host: JobHost, { now, maximumJobs = MAX_JOBS, onOutcome }: DrainOptions): number {
  let jobs = 0;
  while (jobs < maximumJobs) {
    if (deliverNextEvents(host)) continue;
    const job = host.org.jobs.take(now());
    if (!job) break;
    const outcome = runJob(host, job);
    onOutcome?.(outcome);
    jobs += 1;
  }
  return jobs;
}

/**
 * For tests: runs everything that waits, schedules included, each once; the first exception is thrown when all is done. What a
 * finalizer chains stays in the queue, as the platform runs no chain in a test unless AsyncOptions say how deep it may be.
 */
export function drainForTest(host: JobHost): void {
  const failures: ApexException[] = [];
  const done = new Set<string>();
  redeliverEvents(host);
  for (let rounds = 0; rounds < MAX_JOBS; rounds += 1) {
    if (deliverNextEvents(host)) continue;
    const job = host.org.jobs.take(Number.MAX_SAFE_INTEGER);
    if (!job) break;
    if ((job.id !== '' && done.has(job.id)) || isUnboundedChain(job)) continue;
    done.add(job.id);
    const { exception } = runJob(host, job);
    if (exception) failures.push(exception);
  }
  const [first] = failures;
  if (first) throw first as unknown as Error;
}

function isUnboundedChain({ kind, payload }: StoredJob): boolean {
  if (kind !== 'queueable') return false;
  const { stackDepth, maximumStackDepth } = payload as QueueablePayload;
  return stackDepth > 1 && maximumStackDepth === null;
}
