import { currentExecution, type Execution, nowOf } from '../execution/execution.ts';
import { ApexBlob } from '../runtime/values/apex-blob.ts';
import { throwApex, throwNullReference } from '../runtime/values/apex-exception.ts';
import { ApexId } from '../runtime/values/apex-id.ts';
import { ApexList } from '../runtime/values/apex-list.ts';
import { type ApexObject } from '../runtime/values/apex-object.ts';
import { ApexSObject } from '../data/apex-sobject.ts';
import { type ApexType, typeName, types } from '../types.ts';
import { nextFireTime } from './cron.ts';
import { freeze, type FrozenGraph } from './freeze.ts';
import { apexClassId, insertPlatformRow, type JobKind } from './job-store.ts';

export type QueueablePayload = {
  readonly instance: FrozenGraph;
  readonly className: string;
  readonly stackDepth: number;
  readonly maximumStackDepth: number | null;
};
export type FuturePayload = { readonly className: string; readonly method: string; readonly args: FrozenGraph };
export type BatchPayload = { readonly instance: FrozenGraph; readonly className: string; readonly scope: number };
export type SchedulePayload = {
  readonly instance: FrozenGraph;
  readonly className: string;
  readonly expression: string | null;
  readonly name: string;
  /** For a batch that starts later. */
  readonly scope: number | null;
};

/** What AsyncOptions and the overloads of enqueueJob may ask for. */
export type QueueableOptions = {
  readonly delayMinutes: number;
  readonly maximumStackDepth: number | null;
  readonly signature: string | null;
};

const PLAIN: QueueableOptions = { delayMinutes: 0, maximumStackDepth: null, signature: null };
const MAX_DELAY_MINUTES = 10;
const MAX_BATCH_SCOPE = 2000;
const DEFAULT_BATCH_SCOPE = 200;
const MAX_SCHEDULED = 100;

/** System.enqueueJob: the job runs in its own transaction once this one is committed. */
export function enqueueQueueable(job: ApexObject | null, options: QueueableOptions = PLAIN): ApexId {
  const execution = currentExecution();
  if (job === null) throwNullReference();
  const { delayMinutes, signature } = options;
  refuseOptions(execution, options);
  execution.limits.use('QueueableJobs');
  const stackDepth = (execution.job?.stackDepth ?? 0) + 1;
  const maximum = options.maximumStackDepth ?? execution.job?.maximumStackDepth ?? null;
  refuseDepth(execution, stackDepth, maximum);
  const payload: QueueablePayload = {
    instance: freeze(job),
    className: job.typeName,
    stackDepth,
    maximumStackDepth: maximum,
  };
  const delay = execution.test ? 0 : delayMinutes * 60_000;
  return addJob(execution, {
    kind: 'queueable',
    jobType: 'Queueable',
    className: job.typeName,
    payload,
    delay,
    signature,
  });
}

function refuseOptions(execution: Execution, { delayMinutes, signature }: QueueableOptions): void {
  if (delayMinutes < 0 || delayMinutes > MAX_DELAY_MINUTES) {
    throwApex(
      'System.AsyncException',
      `Delay must be between 0 and ${MAX_DELAY_MINUTES} minutes, not ${delayMinutes}.`,
    );
  }
  if (signature !== null && execution.org.jobs.hasSignature(signature)) {
    throwApex('System.DuplicateMessageException', 'Attempt to enqueue job with duplicate queueable signature');
  }
}

/** In tests a queueable cannot start the next one, unless its options say how deep the chain may be. */
function refuseDepth(execution: Execution, depth: number, maximum: number | null): void {
  const isChainInTest = execution.test !== null && execution.kind === 'queueable' && maximum === null;
  if (!isChainInTest && (maximum === null || depth <= maximum)) return;
  throwApex('System.AsyncException', 'Maximum stack depth has been reached.');
}

type Adding = {
  readonly kind: JobKind;
  readonly jobType: string;
  readonly className: string;
  readonly payload: unknown;
  readonly method?: string;
  readonly delay?: number;
  readonly signature?: string | null;
};

function addJob(
  execution: Execution,
  { kind, jobType, className, payload, method, delay = 0, signature = null }: Adding,
): ApexId {
  const { org, userId, transaction } = execution;
  transaction.beginWrite();
  transaction.isDirty = true;
  execution.limits.use('AsyncCalls');
  const now = new Date(nowOf(execution)).toISOString();
  const id = insertPlatformRow(
    org.store,
    'AsyncApexJob',
    {
      JobType: jobType,
      ApexClassId: apexClassId(org.store, className, now),
      Status: 'Queued',
      MethodName: method ?? null,
      JobItemsProcessed: '0',
      TotalJobItems: '0',
      NumberOfErrors: '0',
    },
    { userId, now },
  );
  org.jobs.add({ id, kind, userId, due: nowOf(execution) + delay, signature, payload });
  return ApexId.of(id);
}

export type FutureCall = {
  readonly className: string;
  readonly method: string;
  readonly parameters: readonly ApexType[];
  readonly args: readonly unknown[];
};

/** What an @future method takes: values, and collections of them. */
function isPlain(type: ApexType): boolean {
  if (type.kind === 'map') return isPlain(type.key) && isPlain(type.value);
  if (type.kind === 'list' || type.kind === 'set') return isPlain(type.of);
  return type.kind === 'primitive';
}

/** A call of an @future method: it runs later, with copies of its arguments. */
export function enqueueFuture({ className, method, parameters, args }: FutureCall): null {
  const execution = currentExecution();
  if (execution.kind === 'future' || execution.kind === 'batch') {
    throwApex(
      'System.AsyncException',
      `Future method cannot be called from a future or batch method: ${className}.${method}(${parameters.map(typeName).join(', ')})`,
    );
  }
  const odd = parameters.find((type) => !isPlain(type));
  if (odd) throwApex('System.TypeException', `Unsupported parameter type ${typeName(odd)} of ${className}.${method}`);
  execution.limits.use('FutureCalls');
  const payload: FuturePayload = { className, method, args: freeze(new ApexList(types.any, [...args])) };
  addJob(execution, { kind: 'future', jobType: 'Future', className, payload, method });
  return null;
}

/** System.scheduleBatch: the batch begins once, that many minutes from now. */
export function scheduleBatch(job: ApexObject, name: string, minutes: number, scope = DEFAULT_BATCH_SCOPE): ApexId {
  if (minutes < 0) throwApex('System.IllegalArgumentException', 'minutesFromNow must not be negative');
  return schedule({ name, job, expression: null, delay: minutes * 60_000, scope });
}

/** Database.executeBatch. */
export function enqueueBatch(batch: ApexObject | null, scope: number | null): ApexId {
  const execution = currentExecution();
  if (batch === null) throwNullReference();
  const size = Math.min(scope ?? DEFAULT_BATCH_SCOPE, MAX_BATCH_SCOPE);
  if (size <= 0) throwApex('System.UnexpectedException', 'Batch size must be a positive number');
  const payload: BatchPayload = { instance: freeze(batch), className: batch.typeName, scope: size };
  return addJob(execution, { kind: 'batch', jobType: 'BatchApex', className: batch.typeName, payload });
}

export type Scheduling = {
  readonly name: string;
  readonly job: ApexObject;
  /** Null for a single run after `delay`. */
  readonly expression: string | null;
  readonly delay?: number;
  /** The job is a batch, and this is its scope. */
  readonly scope?: number;
};

/** System.schedule: a CronTrigger with its next time. */
export function schedule({ name, job, expression, delay = 0, scope }: Scheduling): ApexId {
  const execution = currentExecution();
  const { org, userId, transaction } = execution;
  transaction.beginWrite();
  transaction.isDirty = true;
  refuseSchedule(execution, name);
  const now = nowOf(execution);
  const next = expression === null ? new Date(now + delay) : nextFireTime(expression, new Date(now));
  if (!next) {
    throwApex('System.AsyncException', `Based on configured schedule, the given trigger '${name}' will never fire.`);
  }
  const at = { userId, now: new Date(now).toISOString() };
  const detail = insertPlatformRow(org.store, 'CronJobDetail', { Name: name, JobType: '7' }, at);
  const id = insertPlatformRow(
    org.store,
    'CronTrigger',
    {
      CronJobDetailId: detail,
      CronExpression: expression ?? oneTimeExpression(next),
      NextFireTime: wholeSeconds(next),
      StartTime: at.now,
      State: 'WAITING',
      TimesTriggered: '0',
      TimeZoneSidKey: 'GMT',
      OwnerId: userId,
    },
    at,
  );
  const payload: SchedulePayload = {
    instance: freeze(job),
    className: job.typeName,
    expression,
    name,
    scope: scope ?? null,
  };
  org.jobs.add({ id, kind: 'schedule', userId, due: next.getTime(), signature: null, payload });
  return ApexId.of(id);
}

export function wholeSeconds(at: Date): string {
  return new Date(Math.floor(at.getTime() / 1000) * 1000).toISOString();
}

function oneTimeExpression(at: Date): string {
  return `${at.getUTCSeconds()} ${at.getUTCMinutes()} ${at.getUTCHours()} ${at.getUTCDate()} ${at.getUTCMonth() + 1} ? ${at.getUTCFullYear()}`;
}

function refuseSchedule({ org }: Execution, name: string): void {
  const waiting = org.store.db.all(
    'SELECT d."Name" FROM "CronTrigger" t JOIN "CronJobDetail" d ON d."Id" = t."CronJobDetailId" WHERE t."State" <> ?',
    ['DELETED'],
  );
  if (waiting.some(([known]) => String(known).toLowerCase() === name.toLowerCase())) {
    throwApex('System.AsyncException', `The Apex job named "${name}" is already scheduled for execution.`);
  }
  if (waiting.length >= MAX_SCHEDULED) {
    throwApex(
      'System.AsyncException',
      `You have exceeded the maximum number (${MAX_SCHEDULED}) of Apex scheduled jobs.`,
    );
  }
}

/** System.abortJob, for queued jobs and for schedules. */
export function abortJob(id: string): void {
  const { org, transaction } = currentExecution();
  transaction.beginWrite();
  transaction.isDirty = true;
  const wasWaiting = org.jobs.removeById(id);
  if (id.startsWith('08e')) {
    const detail = org.store.db.all('SELECT "CronJobDetailId" FROM "CronTrigger" WHERE "Id" = ?', [id])[0]?.[0] ?? null;
    if (detail === null) throwApex('System.AsyncException', `Could not find job: ${id}`);
    org.store.db.run('DELETE FROM "CronTrigger" WHERE "Id" = ?', [id]);
    org.store.db.run('DELETE FROM "CronJobDetail" WHERE "Id" = ?', [detail]);
    return;
  }
  if (!wasWaiting) throwApex('System.StringException', `Invalid job id, or the job has run already: ${id}`);
  org.store.db.run('UPDATE "AsyncApexJob" SET "Status" = ? WHERE "Id" = ?', ['Aborted', id]);
}

/** One argument of AsyncOptions' signature, as text that is equal exactly where the values are. */
export function signaturePart(value: unknown): string {
  if (value instanceof ApexBlob) return value.bytes.toString('base64');
  if (value instanceof ApexId || value instanceof ApexSObject) return JSON.stringify(freeze(value));
  return String(value);
}
