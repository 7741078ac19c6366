import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { startTestDatabase, type TestDatabase } from '../../test/support/postgres.ts';
import { RelayError } from './errors.ts';
import type { Parts } from './parts.ts';
import { createQuarantineSweep } from './quarantine-sweep.ts';
import { openStore } from './store/postgres-store.ts';

const ORG = '00D000000000001AAA';
const BROKEN_ORG = '00D000000000000AAA';
const MINUTE = 60_000;
const mapping = { name: 'Account_Customer', salesforceObject: 'Account', criteria: null, reads: [], children: [] };
const route = { connectionKey: 'contoso', condition: null, company: 'usmf', companyFormula: null, isPrimary: true };

let database: TestDatabase;
let store: Awaited<ReturnType<typeof openStore>>;
let asked: string[][];
let deleted: Set<string>;
let warnings: number;
let now: number;
let parts: Parts;

beforeAll(async () => {
  database = await startTestDatabase();
  store = await openStore({ connection: database.connection });
});

beforeEach(async () => {
  await database.query('truncate causeway.intents, causeway.audit_events, causeway.leases');
  [asked, deleted, warnings, now] = [[], new Set(), 0, Date.now()];
  const salesforce = {
    readRecords: async ({ ids }: { ids: readonly string[] }) =>
      ids.filter((id) => !deleted.has(id)).map((id) => ({ id, fields: {} })),
    query: async () => [],
    upsertOwned: async (_type: string, _field: string, records: readonly { externalId: string }[]) => {
      asked.push(records.map(({ externalId }) => externalId));
      return records.map(() => ({ ok: true, id: 'a', isCreated: true, written: [] }));
    },
  };
  // Only what the sweep touches.
  parts = {
    store,
    holder: 'relay-1',
    settings: { quarantineMs: 0, orgs: new Map([ORG, BROKEN_ORG].map((org) => [org, {}])) },
    clock: () => new Date(now),
    log: { warn: () => (warnings += 1) },
    salesforceOf: () => salesforce,
    configurations: {
      current: async (org: string) => {
        if (org === BROKEN_ORG) throw new RelayError('CONFIGURATION_INVALID', 'Broken.');
        return { mappings: new Map([[mapping.name, { ...mapping, routes: [route] }]]) };
      },
    },
  } as unknown as Parts;
});

afterAll(async () => {
  await store.close();
  await database.drop();
});

async function leaveBehind(count: number, org = ORG): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, index) => `001${String(index).padStart(12, '0')}`);
  const wanted = ids.map((recordId) => ({
    unit: { org, recordId, mapping: mapping.name, connection: 'contoso', company: 'usmf' },
    entitySet: 'CustomersV3',
    marker: recordId,
  }));
  await store.openIntents(wanted, []);
  return ids;
}

it('asks for every record that was left behind, not only the first page, and again only after a while', async () => {
  const ids = await leaveBehind(450);
  const sweep = createQuarantineSweep(parts);

  await sweep();
  await sweep();
  expect(asked.flat().toSorted()).toEqual(ids.map((id) => `${id}/Account_Customer`));
  now += 16 * MINUTE;
  await sweep();

  expect(asked.flat()).toHaveLength(900);
});

it('is not stopped by an org whose configuration is broken', async () => {
  await leaveBehind(1, BROKEN_ORG);
  const [id] = await leaveBehind(1);

  await createQuarantineSweep(parts)();

  expect(asked).toEqual([[`${id}/Account_Customer`]]);
  expect(warnings).toBe(1);
});

it('closes the create of a deleted record with a decision that says so, but not under the hands of a run', async () => {
  const [id = ''] = await leaveBehind(1);
  deleted.add(id);
  const leases = await store.acquireLeases([`record:${ORG}/${id}`], 'run', MINUTE);
  const left = (): Promise<object[]> => store.intentsLeftBehind({ olderThanMs: 0, limit: 10 });

  await createQuarantineSweep(parts)();
  expect(await left()).toHaveLength(1);
  await store.releaseLeases(leases);
  await createQuarantineSweep(parts)();
  await createQuarantineSweep(parts)();

  expect(await left()).toEqual([]);
  expect(await store.findAudit({ org: ORG, limit: 10 })).toMatchObject([
    { action: 'intent.close', actor: 'schedule:quarantine', unitKey: `${id}/Account_Customer/contoso/usmf` },
  ]);
  expect(asked).toEqual([]);
});
