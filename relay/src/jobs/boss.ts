import { PgBoss } from 'pg-boss';
import { DEAD_LETTER_RETENTION_SECONDS, JOB_NAMES, type JobPolicy, MOST_ATTEMPTS } from './job-policies.ts';
import { type JobName } from './jobs.ts';

/** What the queue says to the operator; pino's logger fits. */
export type JobsLog = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
};

/** Where the jobs' database is: the store's own connection fits. */
export type JobsConnection = {
  readonly connectionString?: string;
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
};

/** The schema that the jobs live in. */
export const SCHEMA = 'pgboss';
/** The queue of jobs that are given up. */
export const DEAD_LETTERS = 'dead-letters';
/** pg-boss' shortest: a killed relay's jobs come back after this and one supervision. */
const HEARTBEAT_SECONDS = 10;
const SUPERVISION_SECONDS = 5;

/** Opens pg-boss on the database; nothing is created or fetched before it is started. */
export function createBoss(connection: JobsConnection, log: JobsLog): PgBoss {
  const boss = new PgBoss({
    ...connection,
    schema: SCHEMA,
    application_name: 'causeway jobs',
    max: 6,
    schedule: false,
    superviseIntervalSeconds: SUPERVISION_SECONDS,
    monitorIntervalSeconds: SUPERVISION_SECONDS,
    maintenanceIntervalSeconds: 600,
    useListenNotify: true,
    registerInstance: false,
    openTelemetry: { enabled: false },
  });
  // A broken connection is reported here and mended by pg-boss; without a listener it would end the process.
  boss.on('error', (error) => {
    log.warn({ reason: error.message }, 'The job queue met an error and goes on');
  });
  boss.on('warning', (warning) => {
    log.warn({ reason: warning.message }, 'The job queue warns');
  });
  return boss;
}

/** Creates the queues, and brings those that an older relay created to the settings of this one. */
export async function createQueues(boss: PgBoss, policyOf: (name: JobName) => JobPolicy): Promise<void> {
  await ensureQueue(boss, DEAD_LETTERS, 'standard', {
    retentionSeconds: DEAD_LETTER_RETENTION_SECONDS,
    deleteAfterSeconds: 60,
    retryLimit: 100,
    retryDelay: 60,
    expireInSeconds: 300,
    heartbeatSeconds: HEARTBEAT_SECONDS,
    notify: true,
  });
  for (const name of JOB_NAMES) {
    const policy = policyOf(name);
    // "short": of the jobs that wait under one key there is one.
    await ensureQueue(boss, name, 'short', {
      deadLetter: DEAD_LETTERS,
      retentionSeconds: policy.retentionSeconds,
      deleteAfterSeconds: 60,
      retryLimit: MOST_ATTEMPTS - 1,
      retryDelay: Math.max(1, Math.round(policy.firstPauseMs / 1_000)),
      retryBackoff: true,
      retryDelayMax: Math.max(1, Math.round(policy.longestPauseMs / 1_000)),
      expireInSeconds: policy.expireInSeconds,
      heartbeatSeconds: HEARTBEAT_SECONDS,
      notify: true,
    });
  }
}

async function ensureQueue(
  boss: PgBoss,
  name: string,
  policy: 'short' | 'standard',
  settings: Parameters<PgBoss['updateQueue']>[1],
): Promise<void> {
  await boss.createQueue(name, { policy, ...withoutNulls(settings) });
  await boss.updateQueue(name, settings);
}

function withoutNulls(settings: Parameters<PgBoss['updateQueue']>[1]): Parameters<PgBoss['createQueue']>[1] {
  return Object.fromEntries(Object.entries(settings ?? {}).filter(([, value]) => value !== null));
}
