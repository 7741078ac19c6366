import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../store/embedded-postgres.ts';
import { openStore } from '../store/postgres-store.ts';
import { type Store } from '../store/store.ts';
import { type Jobs } from './jobs.ts';
import { openJobs } from './postgres-jobs.ts';

const quiet = { info: () => undefined, warn: () => undefined };
const EVENT = 'event.finance-operations';

let dataDirectory: string;
let server: EmbeddedPostgres;
let store: Store;
let jobs: Jobs;

beforeEach(async () => {
  dataDirectory = await mkdtemp(path.join(os.tmpdir(), 'causeway-jobs-'));
  server = await startEmbeddedPostgres({ dataDirectory, log: quiet });
  store = await openStore({ connection: server.connection });
  jobs = openJobs({ connection: server.connection, log: quiet });
});

afterEach(async () => {
  await jobs.stop(1_000);
  await store.close();
  await server.stop();
  await rm(dataDirectory, { recursive: true });
});

function anEvent(eventId: string) {
  return { org: '00D', connection: 'contoso', eventId, receivedAt: '2026-11-23T00:00:00.000Z', sealed: 'sealed' };
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await isTrue()); waited += 20) {
    if (waited > 20_000) {
      throw new Error('It did not happen within 20 s.');
    }
    await delay(20);
  }
}

it('jobs and journal outlive their database server, whose death loses nothing that was stored', async () => {
  const handled: string[] = [];
  await jobs.work(EVENT, async (job) => void handled.push(job.payload.eventId));
  await jobs.start();
  await jobs.send(EVENT, anEvent('before'), { afterMs: 1_000 });
  await store.rememberEvent('contoso', 'before');
  const [pid] = (await readFile(path.join(dataDirectory, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');

  process.kill(Number(pid), 'SIGKILL');
  await until(async () => !(await store.isReady()));
  await until(() => store.isReady());
  await jobs.send(EVENT, anEvent('after'));

  await until(() => handled.length === 2);
  expect(handled.sort()).toEqual(['after', 'before']);
  expect(await store.hasEvent('contoso', 'before')).toBe(true);
});
