import { randomUUID } from 'node:crypto';
import PQueue from 'p-queue';
import { type Db, type JobWithMetadata, type PgBoss, type WorkOptions } from 'pg-boss';
import { RelayError } from '../errors.ts';
import { DEAD_LETTERS, SCHEMA, createBoss, createQueues, type JobsConnection, type JobsLog } from './boss.ts';
import { startDeadLetters, type DeadListener } from './dead-letters.ts';
import { JOB_NAMES, JOB_POLICIES, type JobPolicy } from './job-policies.ts';
import { type JobHandler, type JobName, type JobPayloads, type Jobs } from './jobs.ts';
import { judge, type Verdict } from './retry.ts';

/** What the queue is built from. */
export type JobsOptions = {
  readonly connection: JobsConnection;
  readonly log: JobsLog;
  readonly random?: () => number;
  /** Other policies than the product's, for tests. */
  readonly policies?: Readonly<Partial<Record<JobName, Partial<JobPolicy>>>>;
};

type Attempt = JobWithMetadata<JobPayloads[JobName]>;
type Worker = {
  readonly name: JobName;
  readonly handle: (job: Attempt) => Promise<void>;
  readonly concurrency: number;
};
type BatchOptions = WorkOptions & { readonly includeMetadata: true; readonly perJobResults: true };
type Context = {
  readonly boss: PgBoss;
  readonly log: JobsLog;
  readonly random: () => number;
  readonly policy: (name: JobName) => JobPolicy;
};

const DEFAULT_CONCURRENCY = 4;

/** The queue on PostgreSQL: a job that was sent is kept until it is done or dead, whichever process dies, and done jobs leave no trace. */
export function openJobs(options: JobsOptions): Jobs {
  const boss = createBoss(options.connection, options.log);
  const context: Context = {
    boss,
    log: options.log,
    random: options.random ?? Math.random,
    policy: (name) => ({ ...JOB_POLICIES[name], ...options.policies?.[name] }),
  };
  const workers: Worker[] = [];
  const listeners: DeadListener[] = [];
  let state: 'new' | 'running' | 'stopped' = 'new';

  return {
    send: (name, payload, sendOptions = {}) => send(boss, name, payload, sendOptions),
    async work<N extends JobName>(name: N, handler: JobHandler<N>, workOptions: { concurrency?: number } = {}) {
      const worker = toWorker(name, handler, workOptions.concurrency ?? DEFAULT_CONCURRENCY);
      workers.push(worker);
      if (state === 'running') {
        await startWorker(context, worker);
      }
    },
    onDead(listener) {
      listeners.push(listener);
    },
    hurry: (name, key) => hurry(boss, name, key),
    depth: () => depth(boss),
    async start() {
      if (state !== 'new') {
        return;
      }
      state = 'running';
      await boss.start();
      await createQueues(boss, context.policy);
      await startDeadLetters(boss, listeners, options.log);
      for (const worker of workers) {
        await startWorker(context, worker);
      }
    },
    async stop(graceMs) {
      if (state === 'running') {
        state = 'stopped';
        await boss.stop({ graceful: true, timeout: graceMs });
      }
    },
  };
}

async function send<N extends JobName>(
  boss: PgBoss,
  name: N,
  payload: JobPayloads[N],
  options: { readonly key?: string; readonly afterMs?: number },
): Promise<void> {
  try {
    // A job that waits under the key already answers null here: it is the same job.
    await boss.send(name, payload, {
      singletonKey: options.key ?? randomUUID(),
      ...(options.afterMs === undefined ? {} : { startAfter: inMs(options.afterMs) }),
    });
  } catch (cause) {
    throw new RelayError('UNAVAILABLE', `The job ${name} could not be stored; send it again.`, { cause });
  }
}

async function hurry(boss: PgBoss, name: JobName, key: string): Promise<number> {
  const waiting = await boss.findJobs(name, { key, queued: true });
  for (const { id } of waiting) await boss.update(name, undefined, { id, startAfter: inMs(0) });
  return waiting.length;
}

async function depth(boss: PgBoss): Promise<Record<string, number>> {
  const { rows } = await boss
    .getDb()
    .executeSql(`select name, count(*) as jobs from ${SCHEMA}.job where state < 'completed' group by name`);
  return Object.fromEntries([
    ...[...JOB_NAMES, DEAD_LETTERS].map((name) => [name, 0] as const),
    ...rows.map((row: { name: string; jobs: string }) => [row.name, Number(row.jobs)] as const),
  ]);
}

function toWorker<N extends JobName>(name: N, handler: JobHandler<N>, concurrency: number): Worker {
  return {
    name,
    concurrency,
    handle: (job) =>
      handler({
        id: job.id,
        name,
        // The queue holds only what send() put there under this name.
        payload: job.data,
        attempt: job.retryCount + 1,
        signal: job.signal,
      }),
  };
}

async function startWorker(context: Context, worker: Worker): Promise<void> {
  await context.boss.work<JobPayloads[JobName], unknown, BatchOptions>(
    worker.name,
    {
      includeMetadata: true,
      perJobResults: true,
      // More than one, since a worker whose batch came back full fetches the next at once.
      batchSize: Math.max(2, worker.concurrency),
      burstWhenBatchFull: true,
      pollingIntervalSeconds: 0.5,
      notifyPollingIntervalSeconds: 1,
    },
    async (jobs: Attempt[]) => {
      const slots = new PQueue({ concurrency: worker.concurrency });
      return slots.addAll(jobs.map((job) => () => runJob(context, worker, job)));
    },
  );
}

/** Runs one job and settles it at once: its neighbors in the batch may take longer. */
async function runJob(
  context: Context,
  worker: Worker,
  job: Attempt,
): Promise<{ id: string; status: 'completed' | 'deadletter'; output?: object }> {
  const verdict = await attempt(context, worker, job);
  if (verdict?.kind === 'dead') {
    return { id: job.id, status: 'deadletter', output: { code: verdict.code } };
  }
  if (verdict === null) {
    await context.boss.deleteJob(worker.name, { id: job.id, retryCount: job.retryCount });
  } else {
    await retryLater(context.boss, worker.name, job, verdict);
  }
  // Settled above: what pg-boss does with this answer finds no active job any more.
  return { id: job.id, status: 'completed' };
}

async function attempt(context: Context, worker: Worker, job: Attempt): Promise<Verdict | null> {
  try {
    await worker.handle(job);
    return null;
  } catch (error) {
    const tried = { attempt: job.retryCount + 1, ageMs: Date.now() - job.createdOn.getTime() };
    const verdict = judge(error, tried, context.policy(worker.name), context.random);
    context.log[verdict.kind === 'dead' ? 'warn' : 'info'](
      { job: worker.name, id: job.id, attempt: job.retryCount + 1, code: verdict.code, ...unexpected(error) },
      verdict.kind === 'dead' ? 'A job is given up' : 'A job failed and is tried again',
    );
    return verdict;
  }
}

/** What is no error of ours is a bug: only its own text helps to find it, and it stays in the log. */
function unexpected(error: unknown): object {
  return error instanceof RelayError ? {} : { err: error };
}

/** One transaction, or a crash in between would bring the job back at pg-boss' time instead of the one that was asked for. */
async function retryLater(
  boss: PgBoss,
  name: JobName,
  job: Attempt,
  verdict: Verdict & { readonly kind: 'retry' },
): Promise<void> {
  const transaction = await beginTransaction(boss);
  try {
    const db = transaction.db;
    await boss.fail(name, { id: job.id, retryCount: job.retryCount }, { code: verdict.code }, { db });
    await boss.update(name, undefined, { id: job.id, startAfter: inMs(verdict.afterMs), db });
    await transaction.commit();
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
}

async function beginTransaction(boss: PgBoss): Promise<{ db: Db; commit(): Promise<void>; rollback(): Promise<void> }> {
  const database = boss.getDb();
  if (database.beginTransaction === undefined) {
    throw new RelayError('UNEXPECTED', 'The job queue was opened without transactions.');
  }
  return database.beginTransaction();
}

function inMs(milliseconds: number): Date {
  return new Date(Date.now() + milliseconds);
}
