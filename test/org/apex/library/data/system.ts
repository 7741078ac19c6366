import { abortJob, enqueueQueueable, schedule, scheduleBatch } from '../../async/enqueue.ts';
import { currentExecution } from '../../execution/execution.ts';
import { throwApex, throwNullReference } from '../../runtime/values/apex-exception.ts';
import { type ApexId } from '../../runtime/values/apex-id.ts';
import { type ApexObject } from '../../runtime/values/apex-object.ts';
import { type Members, type MethodEntry, platformClass } from '../declare.ts';
import { coreSystemStatics } from '../system/system-statics.ts';
import { type QueueableSignature } from './async.ts';
import { type DataObject } from './data-class.ts';

function enqueueWithOptions(job: ApexObject | null, options: DataObject | null): ApexId {
  const signature = options?.get('DuplicateSignature') as QueueableSignature | null | undefined;
  return enqueueQueueable(job, {
    delayMinutes: Number(options?.get('MinimumQueueableDelayInMinutes') ?? 0),
    maximumStackDepth: (options?.get('MaximumQueueableStackDepth') as number | null | undefined) ?? null,
    signature: signature?.text ?? null,
  });
}

function attachFinalizer(finalizer: ApexObject | null): void {
  const { job, kind } = currentExecution();
  if (!job || kind !== 'queueable') {
    throwApex('System.HandledException', 'attachFinalizer is only allowed in the context of a queueable job');
  }
  if (job.finalizer !== null) throwApex('System.HandledException', 'Finalizer attached multiple times');
  job.finalizer = finalizer ?? throwNullReference();
}

function later(
  batch: ApexObject | null,
  name: string | null,
  minutes: number | null,
  scope: number | null = null,
): string {
  const when = minutes ?? throwNullReference();
  const id = scheduleBatch(batch ?? throwNullReference(), name ?? throwNullReference(), when, scope ?? undefined);
  return id.value;
}

const jobStatics: Members<MethodEntry> = {
  'Id enqueueJob(Queueable)': (job: ApexObject | null) => enqueueQueueable(job),
  'Id enqueueJob(Queueable, Integer)': (job: ApexObject | null, delayMinutes: number | null) =>
    enqueueQueueable(job, { delayMinutes: delayMinutes ?? 0, maximumStackDepth: null, signature: null }),
  'Id enqueueJob(Queueable, AsyncOptions)': enqueueWithOptions,
  'void attachFinalizer(Finalizer)': attachFinalizer,
  'Id schedule(String, String, Schedulable)': (
    name: string | null,
    expression: string | null,
    job: ApexObject | null,
  ) =>
    schedule({
      name: name ?? throwNullReference(),
      expression: expression ?? throwNullReference(),
      job: job ?? throwNullReference(),
    }),
  'String scheduleBatch(Object, String, Integer)': later,
  'String scheduleBatch(Object, String, Integer, Integer)': later,
  'void abortJob(Id)': (id: ApexId | null) => abortJob((id ?? throwNullReference()).value),
};

/** System: what the core library brings to it, and jobs. */
export const systemClass = platformClass('System', { statics: { ...coreSystemStatics, ...jobStatics } });
