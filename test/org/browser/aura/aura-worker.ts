import { parentPort, workerData } from 'node:worker_threads';
import { createApexOrg } from '../../apex/execution/apex-org.ts';
import { type JobWorkerData } from '../../apex/execution/start-job-worker.ts';
import { openCore } from '../../open-core.ts';
import { type AuraMessage, type AuraOrder } from './aura-thread.ts';
import { callAura } from './call-aura.ts';

const tell = (message: AuraMessage): void => parentPort?.postMessage(message);

const { core: coreOptions, apex: apexOptions } = workerData as JobWorkerData;
const core = openCore(coreOptions);
const org = createApexOrg(core, { ...apexOptions, onCommitted: () => tell({ kind: 'committed' }) });
core.records.onChange((changes) => tell({ kind: 'changes', changes }));

parentPort?.on('message', (message: AuraOrder | 'stop') => {
  if (message !== 'stop') {
    tell({ kind: 'answer', number: message.number, answer: callAura(org, message.call) });
    return;
  }
  core.store.db.close();
  process.exit(0);
});
tell({ kind: 'ready' });
