import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestDatabase, type TestDatabase } from '../../../test/support/postgres.ts';
import { RelayError } from '../errors.ts';
import { type Jobs } from './jobs.ts';
import { openJobs, type JobsOptions } from './postgres-jobs.ts';

const quiet = { info: () => undefined, warn: () => undefined };

let database: TestDatabase;
let opened: Jobs[] = [];

beforeAll(async () => {
  database = await startTestDatabase();
});

afterEach(async () => {
  await Promise.all(opened.map((jobs) => jobs.stop(2_000)));
  opened = [];
  await database.query('delete from pgboss.job');
});

afterAll(async () => {
  await database.drop();
});

async function aRelay(prepare: (jobs: Jobs) => void = () => undefined, options: Partial<JobsOptions> = {}) {
  const jobs = openJobs({ connection: database.connection, log: quiet, ...options });
  prepare(jobs);
  opened.push(jobs);
  await jobs.start();
  return jobs;
}

function anEvent(eventId: string) {
  return { org: '00D', connection: 'contoso', eventId, receivedAt: '2026-11-23T00:00:00.000Z', sealed: 'sealed' };
}

const EVENT = 'event.finance-operations';

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await isTrue()); waited += 20) {
    if (waited > 20_000) {
      throw new Error('It did not happen within 20 s.');
    }
    await delay(20);
  }
}

describe('jobs', () => {
  it('hand each job to one of two relays, once', async () => {
    const handled: string[] = [];
    const work = (jobs: Jobs) =>
      void jobs.work(EVENT, async (job) => {
        handled.push(job.payload.eventId);
      });
    const [first, second] = await Promise.all([aRelay(work), aRelay(work)]);
    const ids = Array.from({ length: 60 }, (_, index) => `e${index}`);

    await Promise.all(ids.map((id, index) => (index % 2 === 0 ? first : second).send(EVENT, anEvent(id))));

    await until(() => handled.length >= ids.length);
    await delay(50);
    expect(handled.sort()).toEqual([...ids].sort());
  });

  it('leave no trace of a job that is done', async () => {
    let isHandled = false;
    const jobs = await aRelay((relay) => void relay.work(EVENT, async () => void (isHandled = true)));

    await jobs.send(EVENT, anEvent('e1'));

    await until(async () => isHandled && (await database.query('select 1 from pgboss.job')).length === 0);
    expect(await jobs.depth()).toMatchObject({ [EVENT]: 0, 'dead-letters': 0 });
  });

  it('that wait under one key are one, and a job that runs does not swallow the next', async () => {
    const handled: string[] = [];
    const release = Promise.withResolvers<undefined>();
    const jobs = await aRelay();
    await jobs.send(EVENT, anEvent('first'), { key: 'k' });
    await jobs.send(EVENT, anEvent('second'), { key: 'k' });
    await jobs.send(EVENT, anEvent('other'), { key: 'l' });
    expect((await jobs.depth())[EVENT]).toBe(2);

    await jobs.work(EVENT, async (job) => {
      handled.push(job.payload.eventId);
      await release.promise;
    });
    await until(() => handled.length === 2);
    await jobs.send(EVENT, anEvent('third'), { key: 'k' });
    release.resolve(undefined);

    await until(() => handled.length === 3);
    expect(handled.sort()).toEqual(['first', 'other', 'third']);
  });

  it('without a key are never one', async () => {
    const jobs = await aRelay();

    await jobs.send(EVENT, anEvent('e1'));
    await jobs.send(EVENT, anEvent('e1'));

    expect((await jobs.depth())[EVENT]).toBe(2);
  });

  it('wait for the time that they were sent for', async () => {
    const sentAt = Date.now();
    let handledAt = 0;
    const jobs = await aRelay((relay) => void relay.work(EVENT, async () => void (handledAt = Date.now())));

    await jobs.send(EVENT, anEvent('e1'), { afterMs: 700 });

    await until(() => handledAt > 0);
    expect(handledAt - sentAt).toBeGreaterThanOrEqual(690);
  });

  it('that fail come back at the time that the error asks for, with their attempt counted', async () => {
    const attempts: { attempt: number; at: number }[] = [];
    const jobs = await aRelay(
      (relay) =>
        void relay.work(EVENT, async (job) => {
          attempts.push({ attempt: job.attempt, at: Date.now() });
          if (job.attempt === 1) {
            throw new RelayError('DYNAMICS_THROTTLED', 'Wait.', { retryAfterMs: 900 });
          }
        }),
    );

    await jobs.send(EVENT, anEvent('e1'));

    await until(() => attempts.length === 2);
    expect(attempts.map((attempt) => attempt.attempt)).toEqual([1, 2]);
    expect(attempts[1]!.at - attempts[0]!.at).toBeGreaterThanOrEqual(890);
    await until(async () => (await jobs.depth())[EVENT] === 0);
  });

  it('that are too old are told once, with the code, and then forgotten', async () => {
    const dead: { name: string; payload: unknown; code: string }[] = [];
    let attempts = 0;
    const jobs = await aRelay(
      (relay) => {
        relay.onDead(async (job) => void dead.push(job));
        void relay.work(EVENT, async (job) => {
          attempts = job.attempt;
          throw new RelayError('DYNAMICS_UNAVAILABLE', 'Gone.', { retryAfterMs: 0 });
        });
      },
      { policies: { [EVENT]: { giveUpAfterMs: 0, leastAttempts: 3, firstPauseMs: 1 } } },
    );

    await jobs.send(EVENT, anEvent('e1'));

    await until(async () => dead.length > 0 && (await database.query('select 1 from pgboss.job')).length === 0);
    expect(attempts).toBe(3);
    expect(dead).toEqual([{ name: EVENT, payload: anEvent('e1'), code: 'DYNAMICS_UNAVAILABLE' }]);
  });

  it('that are hurried come at once, whether they wait for their time or for another try', async () => {
    const handled: string[] = [];
    const jobs = await aRelay(
      (relay) =>
        void relay.work(EVENT, async (job) => {
          if (job.attempt === 1 && job.payload.eventId === 'held') throw new RelayError('MAPPING_UNKNOWN', 'None.');
          handled.push(job.payload.eventId);
        }),
    );
    await jobs.send(EVENT, anEvent('late'), { key: 'l', afterMs: 60_000 });
    await jobs.send(EVENT, anEvent('held'), { key: 'h' });
    await until(async () => (await database.query(`select 1 from pgboss.job where state = 'retry'`)).length === 1);

    const hurried = [await jobs.hurry(EVENT, 'l'), await jobs.hurry(EVENT, 'h'), await jobs.hurry(EVENT, 'none')];

    await until(() => handled.length === 2);
    expect(hurried).toEqual([1, 1, 0]);
    expect(handled.sort()).toEqual(['held', 'late']);
  });

  it('that no retry can help are dead at once', async () => {
    let attempts = 0;
    const codes: string[] = [];
    const jobs = await aRelay((relay) => {
      relay.onDead(async (job) => void codes.push(job.code));
      void relay.work(EVENT, async () => {
        attempts += 1;
        throw new RelayError('VALUE_REQUIRED', 'Fill it.');
      });
    });

    await jobs.send(EVENT, anEvent('e1'));

    await until(() => codes.length === 1);
    expect([attempts, codes]).toEqual([1, ['VALUE_REQUIRED']]);
  });

  it('never keep the text of an error', async () => {
    const jobs = await aRelay(
      (relay) =>
        void relay.work(EVENT, async () => {
          throw new Error('planted secret');
        }),
    );
    await jobs.send(EVENT, anEvent('e1'));

    await until(async () => (await database.query(`select 1 from pgboss.job where state = 'retry'`)).length === 1);

    const [row] = await database.query<{ text: string }>('select job::text as text from pgboss.job');
    expect(row!.text).toContain('UNEXPECTED');
    expect(row!.text).not.toContain('planted');
  });

  it('of a slow neighbor do not hold up the others', async () => {
    const done: string[] = [];
    const release = Promise.withResolvers<undefined>();
    const jobs = await aRelay();
    await jobs.send(EVENT, anEvent('slow'));
    await jobs.send(EVENT, anEvent('quick'));

    await jobs.work(EVENT, async (job) => {
      await (job.payload.eventId === 'slow' ? release.promise : undefined);
      done.push(job.payload.eventId);
    });

    await until(async () => (await jobs.depth())[EVENT] === 1);
    expect(done).toEqual(['quick']);
    release.resolve(undefined);
  });

  it('that run when the relay stops may end; those that wait are kept for the next', async () => {
    const ended: string[] = [];
    const isRunning = Promise.withResolvers<undefined>();
    const jobs = await aRelay(
      (relay) =>
        void relay.work(EVENT, async (job) => {
          isRunning.resolve(undefined);
          await delay(50);
          ended.push(job.payload.eventId);
        }),
    );
    await jobs.send(EVENT, anEvent('running'));
    await jobs.send(EVENT, anEvent('waiting'), { afterMs: 60_000 });
    await isRunning.promise;

    await jobs.stop(5_000);

    const kept = await database.query<{ data: object }>('select data from pgboss.job');
    expect(ended).toEqual(['running']);
    expect(kept).toEqual([{ data: anEvent('waiting') }]);
  });

  it('of a killed relay come back to another one', async () => {
    const producer = await aRelay();
    await producer.send(EVENT, anEvent('e1'));
    const victim = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { openJobs } from ${JSON.stringify(path.join(import.meta.dirname, 'postgres-jobs.ts'))};
         const quiet = { info() {}, warn() {} };
         const jobs = openJobs({ connection: ${JSON.stringify(database.connection)}, log: quiet });
         await jobs.work('${EVENT}', () => { console.log('working'); return new Promise(() => {}); });
         await jobs.start();`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(victim.stdout, 'data');

    victim.kill('SIGKILL');
    await once(victim, 'exit');
    // The heartbeat that the dead cannot give, a minute ago: saves the test that minute.
    await database.query(`update pgboss.job set heartbeat_on = now() - interval '1 minute' where state = 'active'`);
    const attempts: number[] = [];
    await producer.work(EVENT, async (job) => void attempts.push(job.attempt));

    await until(() => attempts.length === 1);
    expect(attempts).toEqual([2]);
  });
});
