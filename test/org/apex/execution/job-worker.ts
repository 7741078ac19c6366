import { parentPort, workerData } from 'node:worker_threads';
import { openCore } from '../../open-core.ts';
import { createApexOrg } from './apex-org.ts';
import { type JobWorkerData } from './start-job-worker.ts';

const LONGEST_SLEEP_MS = 30_000;

const { core: coreOptions, apex: apexOptions } = workerData as JobWorkerData;
const core = openCore(coreOptions);
const org = createApexOrg(core, apexOptions);
core.records.onChange((changes) => parentPort?.postMessage({ kind: 'changes', changes }));

let timer: NodeJS.Timeout | null = null;

/** Runs what is due and wakes again when the next job is. */
function run(): void {
  if (timer) clearTimeout(timer);
  const jobs = org.runDueJobs();
  const next = org.services.jobs.nextDue();
  const pause = next === null ? LONGEST_SLEEP_MS : Math.min(LONGEST_SLEEP_MS, Math.max(0, next - Date.now()));
  timer = setTimeout(run, pause);
  parentPort?.postMessage({ kind: 'ran', jobs });
}

parentPort?.on('message', (message) => {
  if (message !== 'stop') {
    run();
    return;
  }
  if (timer) clearTimeout(timer);
  core.store.db.close();
  process.exit(0);
});
parentPort?.postMessage({ kind: 'ready' });
