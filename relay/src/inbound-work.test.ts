import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestDatabase, type TestDatabase } from '../../test/support/postgres.ts';
import { RelayError } from './errors.ts';
import { acceptEvent, retryEvent, workOnEvents } from './inbound-work.ts';
import type { Jobs } from './jobs/jobs.ts';
import { openJobs } from './jobs/postgres-jobs.ts';
import type { Parts } from './parts.ts';
import { openStore } from './store/postgres-store.ts';
import { retryProblem } from './work.ts';

const ORG = '00D000000000001AAA';
const SECOND_ORG = '00D000000000002AAA';
const EVENT = 'event.finance-operations';
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const arriving = { key: 'contoso', event: { eventId: 'e1', name: 'Posted', legalEntity: 'USMF', fields: {} } };

let database: TestDatabase;
let store: Awaited<ReturnType<typeof openStore>>;
let jobs: Jobs;
let parts: Parts;
/** What each org's configuration answers: an error, or null where events are applied. */
let trouble: Map<string, Error | null>;
let applied: string[];
let now: Date;

beforeAll(async () => {
  database = await startTestDatabase();
  store = await openStore({ connection: database.connection });
});

beforeEach(() => {
  trouble = new Map();
  applied = [];
  now = new Date();
  const orgs = [ORG, SECOND_ORG].map((organizationId) => ({ organizationId, connections: ['contoso'] }));
  // Only what the events' work touches.
  parts = {
    store,
    settings: { orgs: new Map(orgs.map((org) => [org.organizationId, org])), quarantineMs: 600_000 },
    seal: { seal: (text: string) => text, open: (text: string) => text },
    log: quiet,
    clock: () => now,
    connectorOf: () => ({}),
    salesforceOf: () => ({}),
    configurations: {
      current: async (org: string) => {
        const error = trouble.get(org) ?? null;
        if (error !== null) throw error;
        applied.push(org);
        return { mappings: new Map() };
      },
    },
  } as unknown as Parts;
});

afterEach(async () => {
  await jobs.stop(2_000);
  await database.query('delete from pgboss.job');
  await database.query('truncate causeway.parked_events, causeway.events_seen, causeway.problems cascade');
});

afterAll(async () => {
  await store.close();
  await database.drop();
});

async function start(policy: object = {}): Promise<void> {
  jobs = openJobs({ connection: database.connection, log: quiet, policies: { [EVENT]: policy } });
  await workOnEvents(parts, jobs);
  await jobs.start();
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await isTrue()); waited += 20) {
    if (waited > 20_000) throw new Error('It did not happen within 20 s.');
    await delay(20);
  }
}

const problems = async (org = ORG): Promise<string[]> =>
  (await store.findProblems({ org, state: 'open', limit: 10 })).map(({ code }) => code);
const isIdle = async (): Promise<boolean> => (await jobs.depth())[EVENT] === 0;

describe('a business event', () => {
  it('is applied once for each org, and a second delivery is a duplicate', async () => {
    await start();

    expect(await acceptEvent(parts, jobs, arriving)).toBe('stored');
    await until(async () => applied.length === 2 && (await isIdle()));

    expect(await acceptEvent(parts, jobs, arriving)).toBe('duplicate');
    expect(applied.toSorted()).toEqual([ORG, SECOND_ORG]);
    expect(await problems()).toEqual([]);
  });

  it('that an admin must help is held and seen at once, holds up no other org, and closes its problem when it is applied', async () => {
    trouble.set(ORG, new RelayError('CREDENTIAL_REFUSED', 'The secret expired.'));
    await start();
    await acceptEvent(parts, jobs, arriving);

    await until(async () => (await problems()).length === 1 && applied.length === 1);
    expect([await problems(), await problems(SECOND_ORG), applied]).toEqual([['CREDENTIAL_REFUSED'], [], [SECOND_ORG]]);
    trouble.set(ORG, null);
    await until(async () => (await retryEvent(parts, jobs, ORG, 'e1')) === 1);

    await until(async () => applied.includes(ORG) && (await problems()).length === 0);
    expect(await store.parkedEvents(ORG, 'e1')).toEqual([]);
  });

  it('that is given up is kept sealed, tells the truth, and can be tried again', async () => {
    trouble.set(ORG, new RelayError('EVENT_AHEAD', 'Not there yet.'));
    await start({ giveUpAfterMs: 0, leastAttempts: 1 });
    await acceptEvent(parts, jobs, arriving);
    await until(async () => (await problems()).length === 1);

    expect(await problems()).toEqual(['EVENT_NOT_APPLIED']);
    expect(await store.parkedEvents(ORG, 'e1')).toHaveLength(1);
    trouble.set(ORG, null);
    const [problem] = await store.findProblems({ org: ORG, state: 'open', limit: 1 });
    const asked = { org: ORG, problemId: problem?.id ?? '', actor: 'user:005', correlationId: 'c1' };
    expect(await retryProblem(parts, jobs, asked)).toEqual({ requested: 1 });
    expect(await store.findAudit({ org: ORG, limit: 1 })).toMatchObject([
      { action: 'problem.retry', unitKey: 'event:e1' },
    ]);

    await until(async () => (await problems()).length === 0);
    expect(applied).toContain(ORG);
    expect(await store.parkedEvents(ORG, 'e1')).toEqual([]);
    expect(await retryEvent(parts, jobs, ORG, 'e1')).toBe(0);
  });

  it('that is given up may be sent again by Dynamics', async () => {
    trouble.set(ORG, new RelayError('VALUE_REQUIRED', 'Fill it.'));
    await start();
    await acceptEvent(parts, jobs, arriving);
    await until(async () => !(await store.hasEvent('contoso', 'e1')) && (await problems()).length === 1);
    trouble.set(ORG, null);

    expect(await acceptEvent(parts, jobs, arriving)).toBe('stored');

    await until(async () => applied.includes(ORG) && (await problems()).length === 0);
    expect(await store.parkedEvents(ORG, 'e1')).toEqual([]);
  });

  it('that is too old to be kept is forgotten with its content when it is given up', async () => {
    trouble.set(ORG, new RelayError('VALUE_REQUIRED', 'Fill it.'));
    await start();
    const receivedAt = new Date(now.getTime() - 47 * 3_600_000).toISOString();

    await jobs.send(EVENT, { org: ORG, connection: 'contoso', eventId: 'old', receivedAt, sealed: '{}' });

    await until(async () => (await problems()).length === 1);
    expect(await store.parkedEvents(ORG, 'old')).toEqual([]);
    expect(await retryEvent(parts, jobs, ORG, 'old')).toBe(0);
  });
});
