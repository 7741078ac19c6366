import { deliverNextEvents, redeliverEvents } from '../async/deliver-events.ts';
import { runPublishCallback } from '../async/publish-callbacks.ts';
import { type JobHost } from '../async/run-job.ts';
import { currentExecution } from '../execution/execution.ts';
import { testState } from './test-window.ts';

function hostOfTest(): JobHost {
  const { org, program, statics } = currentExecution();
  return { org, program, statics, test: testState() };
}

/** Test.getEventBus().deliver(): what was published goes out now, and what a trigger asked for again comes once more. */
export function deliverInTest(): void {
  const host = hostOfTest();
  for (const work of currentExecution().transaction.takeLateWork()) work();
  redeliverEvents(host);
  while (deliverNextEvents(host)) continue;
  tellCallbacks(host, true);
}

/** Test.getEventBus().fail(): nothing that was published goes out, and those who asked are told so. */
export function failInTest(): void {
  const host = hostOfTest();
  currentExecution().transaction.takeLateWork();
  host.org.jobs.dropEvents();
  tellCallbacks(host, false);
}

function tellCallbacks(host: JobHost, isSuccess: boolean): void {
  for (let job = host.org.jobs.takeKind('publishCallback'); job; job = host.org.jobs.takeKind('publishCallback')) {
    const { exception } = runPublishCallback(host, job, isSuccess);
    if (exception) throw exception as unknown as Error;
  }
}
