import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Change, type ChangeListener } from '../../records/change-log.ts';
import { type CoreOptions } from '../../open-core.ts';
import { type ApexOptions } from './apex-org.ts';

/** What the serving thread gives to the thread that runs its jobs. */
export type JobWorkerData = {
  readonly core: Omit<CoreOptions, 'clock'>;
  readonly apex: Omit<ApexOptions, 'onCommitted'>;
};

/** The thread that runs an org's jobs, so that a callout never blocks the thread that serves the org. */
export type JobWorker = {
  /** Says that there may be work; it runs in its own time. */
  readonly wake: () => void;
  /** Runs what is due and answers how many jobs there were. */
  readonly runDueJobs: () => Promise<number>;
  readonly stop: () => Promise<void>;
};

type Message =
  | { readonly kind: 'ready' }
  | { readonly kind: 'ran'; readonly jobs: number }
  | { readonly kind: 'changes'; readonly changes: readonly Change[] };

/** Starts the thread over the same file; what it commits is told to the listener. */
export async function startJobWorker(data: JobWorkerData, onChange: ChangeListener): Promise<JobWorker> {
  const worker = new Worker(new URL('./job-worker.ts', import.meta.url), { workerData: data });
  const waiting: ((jobs: number) => void)[] = [];
  worker.on('message', (message: Message) => {
    if (message.kind === 'changes') onChange(message.changes);
    if (message.kind === 'ran') for (const resolve of waiting.splice(0)) resolve(message.jobs);
  });
  await once(worker, 'message');
  let isStopped = false;
  return {
    wake: () => worker.postMessage('run'),
    runDueJobs: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        worker.postMessage('run');
      }),
    stop: async () => {
      if (isStopped) return;
      isStopped = true;
      const ended = once(worker, 'exit');
      worker.postMessage('stop');
      await ended;
    },
  };
}
