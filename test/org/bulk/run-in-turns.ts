import { toRecordError } from '../record-error.ts';
import { isOver, type Job } from './job.ts';

/** A piece of a job's work; it answers the next one, or null where it was the last. */
export type Step = () => Step | null;

/**
 * Runs a job piece by piece, one in each turn of the event loop, so that the org goes on answering and the job can be aborted
 * between two pieces. What fails as a whole fails the job, never the org.
 */
export function runInTurns(job: Job, clock: () => Date, step: Step): void {
  setImmediate(() => {
    if (isOver(job)) return;
    job.state = 'InProgress';
    const next = runStep(job, step);
    job.changedAt = clock();
    if (next) runInTurns(job, clock, next);
  });
}

function runStep(job: Job, step: Step): Step | null {
  try {
    const next = step();
    if (next === null) job.state = 'JobComplete';
    return next;
  } catch (error) {
    const { statusCode, message } = toRecordError(error);
    job.state = 'Failed';
    job.errorMessage = `${statusCode} : ${message}`;
    return null;
  }
}
