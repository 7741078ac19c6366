import { type Execution, type OrgServices, type RunningJob, type TransactionKind } from '../execution/execution.ts';
import { runTransaction } from '../execution/run-execution.ts';
import { type ApexProgram, currentProgram } from '../program.ts';
import { ApexException, createApexException } from '../runtime/values/apex-exception.ts';
import { type ApexList } from '../runtime/values/apex-list.ts';
import { type ApexObject } from '../runtime/values/apex-object.ts';
import { classOf } from '../types.ts';
import { type TestState } from '../testing/test-state.ts';
import {
  enqueueBatch,
  type FuturePayload,
  type QueueablePayload,
  type SchedulePayload,
  wholeSeconds,
} from './enqueue.ts';
import { freeze, type FrozenGraph, thaw } from './freeze.ts';
import { FinalizerContext, QueueableContext, SchedulableContext } from './job-contexts.ts';
import { type StoredJob, updatePlatformRow } from './job-store.ts';
import { nextFireTime } from './cron.ts';
import { runBatch } from './run-batch.ts';
import { runDeployment } from './deployments.ts';
import { runPublishCallback } from './publish-callbacks.ts';

/** Where jobs run: an org, its program, and the test they belong to, if any. */
export type JobHost = {
  readonly org: OrgServices;
  readonly program: ApexProgram;
  readonly test: TestState | null;
  readonly statics: unknown[] | null;
};

/** What became of a job; the exception is Apex's own. */
export type JobOutcome = { readonly id: string; readonly exception: ApexException | null };

/** Runs one transaction of a job as its user. */
export function runAsJob<T>(
  host: JobHost,
  { kind, userId, job }: { readonly kind: TransactionKind; readonly userId: string; readonly job?: RunningJob },
  work: (execution: Execution) => T,
): T {
  const { org, program, test, statics } = host;
  return runTransaction({ org, program, kind, userId, test, ...(statics ? { statics } : {}), job: job ?? null }, work);
}

/** Runs a job that was taken from the queue, with everything that follows it, and notes how it ended. */
export function runJob(host: JobHost, stored: StoredJob): JobOutcome {
  switch (stored.kind) {
    case 'queueable':
      return runQueueable(host, stored);
    case 'future':
      return runFuture(host, stored);
    case 'batch':
      return runBatch(host, stored);
    case 'schedule':
      return runScheduled(host, stored);
    case 'deployment':
      return runDeployment(host, stored);
    case 'publishCallback':
      return runPublishCallback(host, stored);
  }
}

/** Runs the work and answers the Apex exception that ended it; anything else is a fault of this program and goes on. */
export function caught(work: () => void): ApexException | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof ApexException) return error;
    throw error;
  }
}

/** Notes the end of a job in its AsyncApexJob row, outside its transaction. */
export function finishJob(host: JobHost, stored: StoredJob, exception: ApexException | null): JobOutcome {
  const { org } = host;
  org.records.transaction(() => {
    org.jobs.remove(stored.sequence);
    updatePlatformRow(org.store, 'AsyncApexJob', stored.id, {
      Status: exception ? 'Failed' : 'Completed',
      NumberOfErrors: exception ? '1' : '0',
      ExtendedStatus: exception ? exception.shownMessage().slice(0, 255) : null,
      CompletedDate: wholeSeconds(org.clock()),
    });
  });
  return { id: stored.id, exception };
}

function runQueueable(host: JobHost, stored: StoredJob): JobOutcome {
  const payload = stored.payload as QueueablePayload;
  const job: RunningJob = {
    id: stored.id,
    stackDepth: payload.stackDepth,
    maximumStackDepth: payload.maximumStackDepth,
    finalizer: null,
  };
  let requestId = '';
  // The finalizer's state is taken while its transaction is still there, for it may hold what only that one knows.
  const finalizers: FrozenGraph[] = [];
  const exception = caught(() =>
    runAsJob(host, { kind: 'queueable', userId: stored.userId, job }, (execution) => {
      requestId = execution.requestId;
      try {
        const instance = thaw(payload.instance);
        execution.mayCallOut = currentProgram().isInstance(instance, classOf('Database.AllowsCallouts'));
        currentProgram().invoke(instance, 'execute', [new QueueableContext(stored.id)]);
      } finally {
        if (job.finalizer !== null) finalizers.push(freeze(job.finalizer));
      }
    }),
  );
  const outcome = finishJob(host, stored, exception);
  for (const finalizer of finalizers) runFinalizer(host, stored, { finalizer, exception, requestId, payload });
  return outcome;
}

type Ending = {
  readonly finalizer: FrozenGraph;
  readonly exception: ApexException | null;
  readonly requestId: string;
  readonly payload: QueueablePayload;
};

function runFinalizer(host: JobHost, stored: StoredJob, { finalizer, exception, requestId, payload }: Ending): void {
  const job: RunningJob = {
    id: stored.id,
    stackDepth: payload.stackDepth,
    maximumStackDepth: payload.maximumStackDepth,
    finalizer: null,
  };
  const failure = caught(() =>
    runAsJob(host, { kind: 'finalizer', userId: stored.userId, job }, () => {
      const results = currentProgram().enumValues('System.ParentJobResult');
      const name = exception ? 'UNHANDLED_EXCEPTION' : 'SUCCESS';
      const result = results.find((value) => value.name === name);
      if (!result) throw new Error('The library lacks System.ParentJobResult.');
      const context = new FinalizerContext({ jobId: stored.id, requestId, result, exception });
      currentProgram().invoke(thaw(finalizer), 'execute', [context]);
    }),
  );
  if (failure && host.test) throw failure as unknown as Error;
}

function runFuture(host: JobHost, stored: StoredJob): JobOutcome {
  const { className, method, args } = stored.payload as FuturePayload;
  const exception = caught(() =>
    runAsJob(host, { kind: 'future', userId: stored.userId }, (execution) => {
      execution.mayCallOut = allowsCallouts(className, method);
      currentProgram().invokeStatic(className, method, (thaw(args) as ApexList).items);
    }),
  );
  return finishJob(host, stored, exception);
}

function allowsCallouts(className: string, method: string): boolean {
  const declared = currentProgram()
    .annotatedMethods('future')
    .find((candidate) => candidate.className === className && candidate.name === method);
  const future = declared?.annotations.find(({ name }) => name === 'future');
  return future?.values['callout']?.toLowerCase() === 'true';
}

/** A schedule stays in the queue with its next time, whatever became of this one. */
function runScheduled(host: JobHost, stored: StoredJob): JobOutcome {
  const { org } = host;
  const payload = stored.payload as SchedulePayload;
  const exception = caught(() =>
    runAsJob(host, { kind: 'schedulable', userId: stored.userId }, () => {
      const instance = thaw(payload.instance) as ApexObject;
      if (payload.scope !== null) enqueueBatch(instance, payload.scope);
      else currentProgram().invoke(instance, 'execute', [new SchedulableContext(stored.id)]);
    }),
  );
  const now = org.clock();
  const next = payload.expression === null ? null : nextFireTime(payload.expression, now);
  org.records.transaction(() => {
    org.jobs.remove(stored.sequence);
    const isStillThere = org.store.db.all('SELECT 1 FROM "CronTrigger" WHERE "Id" = ?', [stored.id]).length > 0;
    if (!isStillThere) return;
    org.store.db.run(
      'UPDATE "CronTrigger" SET "PreviousFireTime" = ?, "NextFireTime" = ?, "State" = ? WHERE "Id" = ?',
      [wholeSeconds(now), next && wholeSeconds(next), next ? 'WAITING' : 'DELETED', stored.id],
    );
    countTrigger(host, stored.id);
    if (next) org.jobs.add({ ...stored, due: next.getTime() });
  });
  return { id: stored.id, exception };
}

function countTrigger({ org }: JobHost, id: string): void {
  const object = org.store.schema.objects.get('crontrigger');
  const row = object && org.store.get(object, id);
  if (object && row) org.store.update(object, id, { TimesTriggered: String(Number(row['TimesTriggered'] ?? '0') + 1) });
}

/** An exception that the platform itself raises in a job. */
export function jobException(message: string): ApexException {
  return createApexException('System.UnexpectedException', message);
}
