import { type ApexOptions, type ApexOrg } from './apex/execution/apex-org.ts';
import { type JobWorkerData } from './apex/execution/start-job-worker.ts';
import { type Core, type CoreOptions } from './open-core.ts';

type Options = CoreOptions & { readonly apex?: true | Pick<ApexOptions, 'classes' | 'credentials'> };

/** The Apex side of a running org, or an empty one. */
export type StartedApex = {
  readonly org: ApexOrg | null;
  /** What another thread needs to run the same Apex over the same records; null where there is no file to share. */
  readonly thread: JobWorkerData | null;
  readonly runDueJobs: () => Promise<number>;
  readonly stop: () => Promise<void>;
};

const NO_APEX: StartedApex = {
  org: null,
  thread: null,
  runDueJobs: () => Promise.resolve(0),
  stop: () => Promise.resolve(),
};

/** Compiles the org's Apex where it is asked for; the compiler is loaded only then. */
export async function startApex(core: Core, options: Options): Promise<StartedApex> {
  const { apex, sources, installed, organizationId, multiCurrency, file } = options;
  if (apex === undefined) return NO_APEX;
  const { createApexOrg } = await import('./apex/execution/apex-org.ts');
  const apexOptions: ApexOptions = {
    ...(apex === true ? {} : apex),
    sources: [...(installed?.sources ?? []), ...sources],
    namespace: installed?.namespace ?? null,
  };
  if (file === undefined) {
    const org = createApexOrg(core, apexOptions);
    return { ...NO_APEX, org, runDueJobs: () => Promise.resolve(org.runDueJobs()) };
  }
  const { startJobWorker } = await import('./apex/execution/start-job-worker.ts');
  const thread: JobWorkerData = {
    core: {
      sources,
      file,
      ...(installed ? { installed } : {}),
      ...(organizationId === undefined ? {} : { organizationId }),
      ...(multiCurrency === undefined ? {} : { multiCurrency }),
    },
    apex: apexOptions,
  };
  const worker = await startJobWorker(thread, core.records.announce);
  const org = createApexOrg(core, { ...apexOptions, onCommitted: worker.wake });
  worker.wake();
  return { org, thread, runDueJobs: worker.runDueJobs, stop: worker.stop };
}
