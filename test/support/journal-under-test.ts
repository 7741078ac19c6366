import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { startTestDatabase, type TestDatabase } from './postgres.ts';
import { unitKey, type Unit } from '../../relay/src/sync/unit.ts';
import { type Housekeeping } from '../../relay/src/store/housekeeping-store.ts';
import { openStore } from '../../relay/src/store/postgres-store.ts';
import {
  type AuditEvent,
  type Commit,
  type LinkWrite,
  type Store,
  type UnitReport,
} from '../../relay/src/store/store.ts';

export const ORG = '00D000000000001AAA';
export const OTHER_ORG = '00D000000000002AAA';
export const MINUTE = 60_000;

export let database: TestDatabase;
export let store: Store & Housekeeping;
export let secondRelay: Store & Housekeeping;

/** Gives the test file a journal of its own, emptied before each test, and a second relay on it. */
export function useJournal(): void {
  beforeAll(async () => {
    database = await startTestDatabase();
    [store, secondRelay] = await Promise.all([
      openStore({ connection: database.connection }),
      openStore({ connection: database.connection }),
    ]);
  });

  afterAll(async () => {
    await Promise.all([store.close(), secondRelay.close()]);
    await database.drop();
  });

  beforeEach(async () => {
    await database.query(
      `truncate causeway.orgs, causeway.links, causeway.intents, causeway.leases, causeway.cursors,
         causeway.audit_events, causeway.problems, causeway.events_seen, causeway.parked_events, causeway.tokens_used, causeway.configurations cascade`,
    );
  });
}

export const PLACE = {
  org: ORG,
  connection: 'contoso',
  entitySet: 'CustomersV3',
  company: 'usmf',
  openedWithinMs: 60_000,
};
export const SWEEP = { org: ORG, connection: 'contoso', company: 'usmf', mapping: 'Invoice' };
export const PARKED = {
  org: ORG,
  connection: 'contoso',
  eventId: 'e1',
  receivedAt: '2026-11-23T00:00:00.000Z',
  sealed: 'sealed',
};

export function aUnit(recordId: string, changes: Partial<Unit> = {}): Unit {
  return { org: ORG, recordId, mapping: 'Account_Customer', connection: 'contoso', company: 'usmf', ...changes };
}

export function aLink(unit: Unit, changes: Partial<LinkWrite> = {}): LinkWrite {
  const number = `US-${unit.recordId}`;
  return {
    unit,
    entitySet: 'CustomersV3',
    dynamicsKey: `dataAreaId='${unit.company}',CustomerAccount='${number}'`,
    number,
    state: 'active',
    parent: null,
    bases: [],
    ...changes,
  };
}

export function aBase(field: string, salesforceHash = 's1') {
  return { field, salesforceHash, dynamicsHash: 'd1', mappingVersion: '1', keyId: 'k1' };
}

export function anEvent(id: string, changes: Partial<AuditEvent> = {}): AuditEvent {
  return {
    id,
    at: '2026-11-23T10:00:00.000Z',
    org: ORG,
    unitKey: unitKey(aUnit('001')),
    actor: 'user:005',
    action: 'synchronized',
    rule: 'Tax number',
    outcome: 'created',
    fields: [{ field: 'Name', verdict: 'toDynamics', before: null, after: 'hash' }],
    correlationId: 'c1',
    ...changes,
  };
}

export function aReport(unit: Unit, codes: readonly ('VALUE_TOO_LONG' | 'VALUE_REQUIRED')[]): UnitReport {
  return {
    org: unit.org,
    unitKey: unitKey(unit),
    entitySet: 'CustomersV3',
    scope: 'contoso/usmf',
    faults: codes.map((code) => ({ code, field: 'OrganizationName' })),
  };
}

export function aCommit(changes: Partial<Commit>): Commit {
  return { leases: [], links: [], closedIntents: [], audit: [], reports: [], ...changes };
}

export async function openProblemCount(org = ORG): Promise<number> {
  return (await store.findProblems({ org, state: 'open', limit: 10 })).length;
}
