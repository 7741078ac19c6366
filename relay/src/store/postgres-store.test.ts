import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestDatabase, type TestDatabase } from '../../../test/support/postgres.ts';
import { unitKey, type Unit } from '../sync/unit.ts';
import { type Housekeeping } from './housekeeping-store.ts';
import { openStore } from './postgres-store.ts';
import { type AuditEvent, type Commit, type LinkWrite, type Store, type UnitReport } from './store.ts';

const ORG = '00D000000000001AAA';
const OTHER_ORG = '00D000000000002AAA';
const MINUTE = 60_000;

let database: TestDatabase;
let store: Store & Housekeeping;
let secondRelay: Store & Housekeeping;

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

const PLACE = {
  org: ORG,
  connection: 'contoso',
  entitySet: 'CustomersV3',
  company: 'usmf',
  openedWithinMs: 60_000,
};
const SWEEP = { org: ORG, connection: 'contoso', company: 'usmf', mapping: 'Invoice' };
const PARKED = {
  org: ORG,
  connection: 'contoso',
  eventId: 'e1',
  receivedAt: '2026-11-23T00:00:00.000Z',
  sealed: 'sealed',
};

function aUnit(recordId: string, changes: Partial<Unit> = {}): Unit {
  return { org: ORG, recordId, mapping: 'Account_Customer', connection: 'contoso', company: 'usmf', ...changes };
}

function aLink(unit: Unit, changes: Partial<LinkWrite> = {}): LinkWrite {
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

function aBase(field: string, salesforceHash = 's1') {
  return { field, salesforceHash, dynamicsHash: 'd1', mappingVersion: '1', keyId: 'k1' };
}

function anEvent(id: string, changes: Partial<AuditEvent> = {}): AuditEvent {
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

function aReport(unit: Unit, codes: readonly ('VALUE_TOO_LONG' | 'VALUE_REQUIRED')[]): UnitReport {
  return {
    org: unit.org,
    unitKey: unitKey(unit),
    entitySet: 'CustomersV3',
    scope: 'contoso/usmf',
    faults: codes.map((code) => ({ code, field: 'OrganizationName' })),
  };
}

function aCommit(changes: Partial<Commit>): Commit {
  return { leases: [], links: [], closedIntents: [], audit: [], reports: [], ...changes };
}

async function openProblemCount(org = ORG): Promise<number> {
  return (await store.findProblems({ org, state: 'open', limit: 10 })).length;
}

describe('leases', () => {
  it('gives a resource to one of two relays, and leaves it out of the answer to the other', async () => {
    const [first, second] = await Promise.all([
      store.acquireLeases(['record/1'], 'relay-1', MINUTE),
      secondRelay.acquireLeases(['record/1'], 'relay-2', MINUTE),
    ]);

    expect(first.length + second.length).toBe(1);
  });

  it('gives what is free when some of it is busy', async () => {
    await store.acquireLeases(['b'], 'relay-1', MINUTE);

    const leases = await secondRelay.acquireLeases(['c', 'b', 'a'], 'relay-2', MINUTE);

    expect(leases.map((lease) => lease.resource)).toEqual(['a', 'c']);
  });

  it('counts a resource that is named twice as one', async () => {
    const leases = await store.acquireLeases(['a', 'a'], 'relay-1', MINUTE);

    expect(leases).toHaveLength(1);
  });

  it('is not re-entrant: the same holder does not get a live lease again', async () => {
    await store.acquireLeases(['a'], 'relay-1', MINUTE);

    expect(await store.acquireLeases(['a'], 'relay-1', MINUTE)).toEqual([]);
  });

  it('hands an expired lease to the next, with a greater token', async () => {
    const [old] = await store.acquireLeases(['a'], 'relay-1', 0);

    const [next] = await secondRelay.acquireLeases(['a'], 'relay-2', MINUTE);

    expect(BigInt(next!.fencingToken)).toBeGreaterThan(BigInt(old!.fencingToken));
  });

  it('keeps tokens growing over release and removal', async () => {
    const [first] = await store.acquireLeases(['a'], 'relay-1', MINUTE);
    await store.releaseLeases([first!]);

    const [second] = await store.acquireLeases(['a'], 'relay-1', MINUTE);

    expect(BigInt(second!.fencingToken)).toBeGreaterThan(BigInt(first!.fencingToken));
  });

  it('releases only what is still its own, also when asked twice', async () => {
    const [stale] = await store.acquireLeases(['a'], 'relay-1', 0);
    const [current] = await secondRelay.acquireLeases(['a'], 'relay-2', MINUTE);

    await store.releaseLeases([stale!]);
    await store.releaseLeases([stale!]);

    await expect(secondRelay.renewLeases([current!], MINUTE)).resolves.toBeUndefined();
  });

  it('tells a holder who renews too late that the lease is another run’s', async () => {
    const [stale] = await store.acquireLeases(['a'], 'relay-1', 0);
    await secondRelay.acquireLeases(['a'], 'relay-2', MINUTE);

    await expect(store.renewLeases([stale!], MINUTE)).rejects.toMatchObject({ code: 'RECORD_BUSY' });
  });

  it('never deadlocks when many runs take the same resources in different orders', async () => {
    const resources = Array.from({ length: 40 }, (_, index) => `r${index}`);
    const runs = Array.from({ length: 20 }, async (_, run) => {
      const relay = run % 2 === 0 ? store : secondRelay;
      const order = run % 2 === 0 ? resources : [...resources].reverse();
      const leases = await relay.acquireLeases(order, `run-${run}`, MINUTE);
      await relay.commit(aCommit({ leases: [...leases].reverse() }));
      await relay.releaseLeases(leases);
      return leases.length;
    });

    const taken = await Promise.all(runs);

    expect(taken.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(resources.length);
  });

  it('removes leases that ended long ago and keeps the live ones', async () => {
    await store.acquireLeases(['old'], 'relay-1', -2 * MINUTE);
    await store.acquireLeases(['live'], 'relay-1', MINUTE);

    expect(await store.removeExpiredLeases()).toBe(1);
    expect(await store.removeExpiredLeases()).toBe(0);
    expect(await store.acquireLeases(['live'], 'relay-2', MINUTE)).toEqual([]);
  });
});

describe('links', () => {
  it('answers what was stored, with its bases', async () => {
    const unit = aUnit('001');

    await store.commit(aCommit({ links: [aLink(unit, { bases: [aBase('Name'), aBase('City')] })] }));

    const [found] = await store.linksOfUnits([unit, aUnit('002')]);
    expect(found!.link).toMatchObject({ unit, number: 'US-001', state: 'active', parentId: null });
    expect(found!.bases).toEqual([aBase('City'), aBase('Name')]);
  });

  it('replaces the bases that a write names and leaves the others', async () => {
    const unit = aUnit('001');
    await store.commit(aCommit({ links: [aLink(unit, { bases: [aBase('City'), aBase('Name')] })] }));

    await store.commit(aCommit({ links: [aLink(unit, { bases: [aBase('Name', 's2')] })] }));

    const [found] = await store.linksOfUnits([unit]);
    expect(found!.bases).toEqual([aBase('City'), aBase('Name', 's2')]);
  });

  it('forgets the bases of a link that moves to another Dynamics record', async () => {
    const unit = aUnit('001');
    await store.commit(aCommit({ links: [aLink(unit, { bases: [aBase('City')] })] }));

    await store.commit(aCommit({ links: [aLink(unit, { dynamicsKey: 'moved', bases: [aBase('Name')] })] }));

    const [found] = await store.linksOfUnits([unit]);
    expect(found!.link.dynamicsKey).toBe('moved');
    expect(found!.bases).toEqual([aBase('Name')]);
  });

  it('refuses a second active link to one Dynamics record, names the record, and stores nothing of the commit', async () => {
    await store.commit(aCommit({ links: [aLink(aUnit('001'))] }));
    const taken = aLink(aUnit('001')).dynamicsKey;

    const commit = store.commit(
      aCommit({ links: [aLink(aUnit('002'), { dynamicsKey: taken }), aLink(aUnit('003'))], audit: [anEvent('a')] }),
    );

    await expect(commit).rejects.toMatchObject({ code: 'ALREADY_LINKED', message: expect.stringContaining(taken) });
    expect(await store.linksOfRecords(ORG, ['002', '003'])).toEqual([]);
    expect(await store.findAudit({ org: ORG, limit: 10 })).toEqual([]);
  });

  it('lets a unit follow the Dynamics record of another one, and another org link its own', async () => {
    const link = aLink(aUnit('001'));
    const follower = aLink(aUnit('006', { mapping: 'Quote_Order' }), {
      dynamicsKey: link.dynamicsKey,
      state: 'following',
    });
    const foreign = aLink(aUnit('001', { org: OTHER_ORG }));

    await store.commit(aCommit({ links: [link, follower, foreign] }));

    const query = { connection: 'contoso', entitySet: 'CustomersV3', dynamicsKeys: [link.dynamicsKey] };
    expect(await store.linksOfKeys(query)).toHaveLength(3);
    expect(await store.linksOfKeys({ ...query, org: ORG })).toHaveLength(2);
  });

  it('ties lines to their document in one commit, and finds them with their bases', async () => {
    const order = aUnit('801');
    const line = aUnit('802', { mapping: 'Order_Line' });
    const write = aCommit({ links: [aLink(line, { parent: order, bases: [aBase('Quantity')] }), aLink(order)] });

    await store.commit(write);
    await store.commit(write);

    const [document] = await store.linksOfUnits([order]);
    const lines = await store.linksOfLines([document!.link.id]);
    expect(lines.map((found) => found.link.unit)).toEqual([line]);
    expect(lines[0]!.bases).toEqual([aBase('Quantity')]);
  });

  it('refuses a line whose document is not stored', async () => {
    const line = aLink(aUnit('802'), { parent: aUnit('801') });

    await expect(store.commit(aCommit({ links: [line] }))).rejects.toMatchObject({ code: 'UNEXPECTED' });
  });

  it('finds links by the numbers that people know', async () => {
    await store.commit(aCommit({ links: [aLink(aUnit('001')), aLink(aUnit('002'))] }));

    const found = await store.linksOfNumbers({
      ...{ org: ORG, mapping: 'Account_Customer', connection: 'contoso', company: 'usmf' },
      numbers: ['US-002', 'US-009'],
    });

    expect(found.map((link) => link.unit.recordId)).toEqual(['002']);
  });

  it('stores 200 units with 4000 bases in one commit', async () => {
    const fields = Array.from({ length: 20 }, (_, index) => aBase(`Field${index}`));
    const units = Array.from({ length: 200 }, (_, index) => aUnit(String(1000 + index)));

    await store.commit(aCommit({ links: units.map((unit) => aLink(unit, { bases: fields })) }));

    const found = await store.linksOfUnits(units);
    expect(found).toHaveLength(200);
    expect(found.every((link) => link.bases.length === 20)).toBe(true);
  });
});

describe('intents', () => {
  it('are there for another relay as soon as they are opened, and survive the run that opened them', async () => {
    const unit = aUnit('001');
    const dying = await openStore({ connection: database.connection });

    const [opened] = await dying.openIntents([{ unit, entitySet: 'CustomersV3', marker: 'cw-1' }], []);
    await dying.close();

    const [left] = await secondRelay.intentsOfUnits([unit]);
    expect(opened!.isNew).toBe(true);
    expect(left).toEqual({ ...opened, isNew: false });
  });

  it('are one per unit: a second run gets the first one’s, with its marker', async () => {
    const unit = aUnit('001');

    const answers = await Promise.all([
      store.openIntents([{ unit, entitySet: 'CustomersV3', marker: 'cw-1' }], []),
      secondRelay.openIntents([{ unit, entitySet: 'CustomersV3', marker: 'cw-1' }], []),
    ]);

    expect(new Set(answers.flat().map((intent) => intent.id)).size).toBe(1);
    expect(answers.flat().filter((intent) => intent.isNew)).toHaveLength(1);
  });

  it('are not opened by a run that lost its lease', async () => {
    const [stale] = await store.acquireLeases(['a'], 'relay-1', 0);

    const opening = store.openIntents([{ unit: aUnit('001'), entitySet: 'CustomersV3', marker: 'cw-1' }], [stale!]);

    await expect(opening).rejects.toMatchObject({ code: 'RECORD_BUSY' });
    expect(await store.intentsOfUnits([aUnit('001')])).toEqual([]);
  });

  it('count their quarantine from the first time that the answer stayed away', async () => {
    const [intent] = await store.openIntents([{ unit: aUnit('001'), entitySet: 'CustomersV3', marker: 'cw-1' }], []);

    await store.markUnknown([intent!.id]);
    const [first] = await store.intentsOfUnits([aUnit('001')]);
    await store.markUnknown([intent!.id]);
    const [second] = await store.intentsOfUnits([aUnit('001')]);

    expect(first!.state).toBe('unknown');
    expect(first!.unknownSince).not.toBeNull();
    expect(second).toEqual(first);
  });

  it('are closed with the link in one commit, after which the unit may create again', async () => {
    const unit = aUnit('001');
    const wanted = [{ unit, entitySet: 'CustomersV3', marker: 'cw-1' }];
    const [intent] = await store.openIntents(wanted, []);

    await store.commit(aCommit({ links: [aLink(unit)], closedIntents: [intent!.id] }));

    expect(await store.intentsOfUnits([unit])).toEqual([]);
    expect(await store.hasOpenIntent(PLACE)).toBe(false);
    expect((await store.openIntents(wanted, []))[0]!.isNew).toBe(true);
  });

  it('stay open where the commit fails', async () => {
    const unit = aUnit('001');
    const [intent] = await store.openIntents([{ unit, entitySet: 'CustomersV3', marker: 'cw-1' }], []);
    const [stale] = await store.acquireLeases(['a'], 'relay-1', 0);

    const commit = store.commit(aCommit({ leases: [stale!], links: [aLink(unit)], closedIntents: [intent!.id] }));

    await expect(commit).rejects.toMatchObject({ code: 'RECORD_BUSY' });
    expect(await store.intentsOfUnits([unit])).toHaveLength(1);
    expect(await store.hasOpenIntent(PLACE)).toBe(true);
  });

  it('are waited for only by their own org, and not for ever', async () => {
    await store.openIntents([{ unit: aUnit('001'), entitySet: 'CustomersV3', marker: 'cw-1' }], []);

    expect(await store.hasOpenIntent(PLACE)).toBe(true);
    expect(await store.hasOpenIntent({ ...PLACE, org: OTHER_ORG })).toBe(false);
    expect(await store.hasOpenIntent({ ...PLACE, company: 'demf' })).toBe(false);
    expect(await store.hasOpenIntent({ ...PLACE, openedWithinMs: 0 })).toBe(false);
  });

  it('are forgotten when they are withdrawn, also twice', async () => {
    const [intent] = await store.openIntents([{ unit: aUnit('001'), entitySet: 'CustomersV3', marker: 'cw-1' }], []);

    await store.withdrawIntents([intent!.id]);
    await store.withdrawIntents([intent!.id]);

    expect(await store.intentsOfUnits([aUnit('001')])).toEqual([]);
  });

  it('left behind are found in the order they were opened, page by page', async () => {
    for (const recordId of ['001', '002', '003']) {
      await store.openIntents([{ unit: aUnit(recordId), entitySet: 'CustomersV3', marker: recordId }], []);
    }

    const first = await store.intentsLeftBehind({ olderThanMs: -1_000, limit: 2 });
    const rest = await store.intentsLeftBehind({ olderThanMs: -1_000, limit: 2, after: first[1]!.id });

    expect([...first, ...rest].map((intent) => intent.unit.recordId)).toEqual(['001', '002', '003']);
    expect(await store.intentsLeftBehind({ olderThanMs: MINUTE, limit: 2 })).toEqual([]);
  });
});

describe('commit', () => {
  it('stores nothing at all for a holder whose lease was taken over', async () => {
    const [stale] = await store.acquireLeases(['a'], 'relay-1', 0);
    await secondRelay.acquireLeases(['a'], 'relay-2', MINUTE);

    const commit = store.commit(
      aCommit({
        leases: [stale!],
        links: [aLink(aUnit('001'))],
        audit: [anEvent('a')],
        reports: [aReport(aUnit('001'), ['VALUE_TOO_LONG'])],
        cursors: [{ ...SWEEP, position: '1' }],
      }),
    );

    await expect(commit).rejects.toMatchObject({ code: 'RECORD_BUSY' });
    expect(await store.linksOfUnits([aUnit('001')])).toEqual([]);
    expect(await store.findAudit({ org: ORG, limit: 1 })).toEqual([]);
    expect(await openProblemCount()).toBe(0);
    expect(await store.cursor(SWEEP)).toBeNull();
  });

  it('refuses an expired lease even though nobody took it', async () => {
    const [expired] = await store.acquireLeases(['a'], 'relay-1', 0);

    await expect(store.commit(aCommit({ leases: [expired!] }))).rejects.toMatchObject({ code: 'RECORD_BUSY' });
  });

  it('of one live lease among several is not enough', async () => {
    const live = await store.acquireLeases(['live'], 'relay-1', MINUTE);
    const expired = await store.acquireLeases(['expired'], 'relay-1', 0);

    await expect(store.commit(aCommit({ leases: [...live, ...expired] }))).rejects.toMatchObject({
      code: 'RECORD_BUSY',
    });
  });

  it('keeps others from taking over its leases until it is through', async () => {
    const leases = await store.acquireLeases(['a'], 'relay-1', 300);
    const units = Array.from({ length: 200 }, (_, index) => aUnit(String(index)));

    const commit = store.commit(aCommit({ leases, links: units.map((unit) => aLink(unit)) }));
    const takeOver = secondRelay.acquireLeases(['a'], 'relay-2', MINUTE);

    await expect(commit).resolves.toBeUndefined();
    expect(await takeOver).toEqual([]);
  });

  it('twice is the same as once', async () => {
    const leases = await store.acquireLeases(['a'], 'relay-1', MINUTE);
    const commit = aCommit({
      leases,
      links: [aLink(aUnit('001'), { bases: [aBase('Name')] })],
      audit: [anEvent('a')],
      reports: [aReport(aUnit('001'), ['VALUE_TOO_LONG'])],
      cursors: [{ ...SWEEP, position: '1' }],
    });

    await store.commit(commit);
    await store.commit(commit);

    expect(await store.linksOfRecords(ORG, ['001'])).toHaveLength(1);
    expect(await store.findAudit({ org: ORG, limit: 10 })).toHaveLength(1);
    expect(await store.findProblems({ org: ORG, state: 'open', limit: 10 })).toMatchObject([{ unitCount: 1 }]);
    expect(await store.cursor(SWEEP)).toBe('1');
    expect(await store.cursor({ ...SWEEP, org: OTHER_ORG })).toBeNull();
  });
});

describe('problems', () => {
  it('group the units that share a cause, and keep those of another org apart', async () => {
    const reports = [
      aReport(aUnit('001'), ['VALUE_TOO_LONG']),
      aReport(aUnit('002'), ['VALUE_TOO_LONG']),
      aReport(aUnit('001', { org: OTHER_ORG }), ['VALUE_TOO_LONG']),
    ];

    await store.commit(aCommit({ reports }));

    const [problem, ...others] = await store.findProblems({ org: ORG, state: 'open', limit: 10 });
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: 'VALUE_TOO_LONG', field: 'OrganizationName', unitCount: 2 });
    expect(await store.unitsOfProblem(ORG, problem!.id)).toEqual([unitKey(aUnit('001')), unitKey(aUnit('002'))]);
    expect(await store.unitsOfProblem(OTHER_ORG, problem!.id)).toEqual([]);
  });

  it('lose a unit that reports another fault, and close when their last unit leaves', async () => {
    await store.commit(aCommit({ reports: [aReport(aUnit('001'), ['VALUE_TOO_LONG'])] }));

    await store.commit(aCommit({ reports: [aReport(aUnit('001'), ['VALUE_REQUIRED'])] }));

    const open = await store.findProblems({ org: ORG, state: 'open', limit: 10 });
    const closed = await store.findProblems({ org: ORG, state: 'closed', limit: 10 });
    expect(open.map((problem) => problem.code)).toEqual(['VALUE_REQUIRED']);
    expect(closed.map((problem) => problem.code)).toEqual(['VALUE_TOO_LONG']);
  });

  it('close when the unit reports none, and remember on reopening when they were met first', async () => {
    await store.commit(aCommit({ reports: [aReport(aUnit('001'), ['VALUE_TOO_LONG'])] }));
    const [first] = await store.findProblems({ org: ORG, state: 'open', limit: 10 });
    await store.commit(aCommit({ reports: [aReport(aUnit('001'), [])] }));
    expect(await openProblemCount()).toBe(0);

    await store.commit(aCommit({ reports: [aReport(aUnit('002'), ['VALUE_TOO_LONG'])] }));

    const [reopened] = await store.findProblems({ org: ORG, state: 'open', limit: 10 });
    expect(reopened).toMatchObject({ id: first!.id, firstSeenAt: first!.firstSeenAt, unitCount: 1 });
    expect(reopened!.lastSeenAt > first!.lastSeenAt).toBe(true);
  });

  it('survive many runs that open and close them in different orders at once', async () => {
    const runs = Array.from({ length: 24 }, (_, run) => {
      const faults = [['VALUE_TOO_LONG'], ['VALUE_REQUIRED'], [], ['VALUE_REQUIRED', 'VALUE_TOO_LONG']] as const;
      const reports = [0, 1, 2].map((n) => aReport(aUnit(`${(run + n) % 5}`), faults[(run + n) % 4]!));
      return (run % 2 === 0 ? store : secondRelay).commit(aCommit({ reports }));
    });

    await Promise.all(runs);
    await store.commit(aCommit({ reports: [0, 1, 2, 3, 4].map((n) => aReport(aUnit(`${n}`), [])) }));

    expect(await openProblemCount()).toBe(0);
  });

  it('are paged, those met last first', async () => {
    await store.commit(aCommit({ reports: [aReport(aUnit('001'), ['VALUE_TOO_LONG'])] }));
    await store.commit(aCommit({ reports: [aReport(aUnit('002'), ['VALUE_REQUIRED'])] }));

    const [first] = await store.findProblems({ org: ORG, state: 'open', limit: 1 });
    const [second] = await store.findProblems({ org: ORG, state: 'open', limit: 1, cursor: first!.id });

    expect([first!.code, second!.code]).toEqual(['VALUE_REQUIRED', 'VALUE_TOO_LONG']);
  });
});

describe('audit', () => {
  it('answers events as they were kept, newest first, page by page', async () => {
    const events = ['a', 'b', 'c', 'd'].map((id, index) =>
      anEvent(id, { at: `2026-11-23T10:00:0${index < 3 ? 0 : 1}.000Z` }),
    );
    await store.appendAudit(events);

    const first = await store.findAudit({ org: ORG, limit: 2 });
    const second = await store.findAudit({ org: ORG, limit: 2, cursor: first[1]!.id });

    expect([...first, ...second].map((event) => event.id)).toEqual(['d', 'c', 'b', 'a']);
    expect(second[1]).toEqual(events[0]);
  });

  it.each([
    ['unit', { unitKey: '001/Account_Customer/contoso/usmf' }, ['a', 'c', 'd']],
    ['record', { recordId: '002' }, ['b']],
    ['actor', { actor: 'schedule:sweep' }, ['c']],
    ['rule', { rule: 'Name' }, ['d']],
    ['time', { after: '2026-11-23T10:00:00.000Z', before: '2026-11-23T11:00:00.000Z' }, ['a', 'b', 'c', 'd']],
    ['later time', { after: '2026-11-23T10:00:00.001Z' }, []],
  ])('is filtered by %s', async (_name, filter, expected) => {
    await store.appendAudit([
      anEvent('a'),
      anEvent('b', { unitKey: unitKey(aUnit('002')) }),
      anEvent('c', { actor: 'schedule:sweep' }),
      anEvent('d', { rule: 'Name' }),
    ]);

    const found = await store.findAudit({ org: ORG, limit: 10, ...filter });

    expect(found.map((event) => event.id).sort()).toEqual(expected);
  });

  it('shows an org nothing of another, not even through a cursor', async () => {
    await store.appendAudit([anEvent('a'), anEvent('a', { org: OTHER_ORG, action: 'theirs' })]);

    expect(await store.findAudit({ org: ORG, limit: 10 })).toMatchObject([{ org: ORG, action: 'synchronized' }]);
    expect(await store.findAudit({ org: '00D000000000003AAA', limit: 10, cursor: 'a' })).toEqual([]);
  });
});

describe('orgs', () => {
  const certificate = (thumbprint: string, changes: { org?: string; notAfter?: string } = {}) => ({
    org: ORG,
    kid: null,
    thumbprint,
    certificatePem: 'PEM',
    notAfter: '2099-01-01T00:00:00.000Z',
    ...changes,
  });

  it('are paired once, however often the same pairing is made', async () => {
    await store.pairOrg(ORG, 'Contoso', certificate('t1'));
    await store.pairOrg(ORG, 'Contoso', certificate('t1'));

    expect(await store.pairedOrgs()).toMatchObject([{ org: ORG, name: 'Contoso' }]);
    expect(await store.certificates()).toEqual([certificate('t1')]);
  });

  it('have two certificates at most, of which an expired one makes room', async () => {
    await store.pairOrg(ORG, 'Contoso', certificate('t1'));
    await store.pairOrg(ORG, 'Contoso', certificate('t2', { notAfter: '2020-01-01T00:00:00.000Z' }));
    await store.pairOrg(ORG, 'Contoso', certificate('t3'));

    const third = store.pairOrg(ORG, 'Contoso', certificate('t4'));

    await expect(third).rejects.toMatchObject({ code: 'SETTINGS_INVALID', message: expect.stringContaining('t1, t3') });
    expect((await store.certificates()).map((found) => found.thumbprint)).toEqual(['t1', 't3']);
  });

  it('never share a certificate', async () => {
    await store.pairOrg(ORG, 'Contoso', certificate('t1'));

    const stolen = store.pairOrg(OTHER_ORG, 'Sandbox', certificate('t1', { org: OTHER_ORG }));

    await expect(stolen).rejects.toMatchObject({ code: 'ORG_MISMATCH' });
    expect(await store.pairedOrgs()).toHaveLength(1);
  });

  it('take certificates and configurations with them when they are unpaired, but not their links', async () => {
    await store.pairOrg(ORG, 'Contoso', certificate('t1'));
    await store.saveConfiguration(ORG, 'sha256:1', '{}');
    await store.commit(aCommit({ links: [aLink(aUnit('001'))] }));

    await store.unpairOrg(ORG);
    await store.unpairOrg(ORG);

    expect(await store.certificates()).toEqual([]);
    expect(await store.configuration(ORG, 'sha256:1')).toBeNull();
    expect(await store.linksOfUnits([aUnit('001')])).toHaveLength(1);
  });

  it('lose a certificate that is withdrawn', async () => {
    await store.pairOrg(ORG, 'Contoso', certificate('t1'));

    await store.removeCertificate(ORG, 't1');

    expect(await store.certificates()).toEqual([]);
  });

  it('know configurations of their own only', async () => {
    await store.saveConfiguration(ORG, 'sha256:1', '{"contract":1}');
    await store.saveConfiguration(ORG, 'sha256:1', '{"contract":1}');

    expect(await store.configuration(ORG, 'sha256:1')).toBe('{"contract":1}');
    expect(await store.configuration(OTHER_ORG, 'sha256:1')).toBeNull();
  });
});

describe('housekeeping', () => {
  it('remembers an event the first time only, per connection', async () => {
    expect(await store.hasEvent('contoso', 'e1')).toBe(false);
    expect(await store.rememberEvent('contoso', 'e1')).toBe(true);
    expect(await secondRelay.rememberEvent('contoso', 'e1')).toBe(false);
    expect(await secondRelay.hasEvent('contoso', 'e1')).toBe(true);
    expect(await store.rememberEvent('fabrikam', 'e1')).toBe(true);
  });

  it('keeps an event that was given up for its org, and lets Dynamics send it again', async () => {
    await store.rememberEvent('contoso', 'e1');

    await store.parkEvent(PARKED);
    await store.parkEvent({ ...PARKED, receivedAt: '2026-11-24T00:00:00.000Z' });

    expect(await store.parkedEvents(ORG, 'e1')).toEqual([PARKED]);
    expect(await store.parkedEvents(OTHER_ORG, 'e1')).toEqual([]);
    expect(await store.rememberEvent('contoso', 'e1')).toBe(true);
    await store.removeParkedEvent(PARKED);
    await store.removeParkedEvent(PARKED);
    expect(await store.parkedEvents(ORG, 'e1')).toEqual([]);
  });

  it('lets an org use a token once, whichever relay it comes to', async () => {
    const end = new Date('2999-01-01T00:00:00.000Z');

    expect(await store.rememberToken(ORG, 't1', end)).toBe(true);
    expect(await secondRelay.rememberToken(ORG, 't1', end)).toBe(false);
    expect(await store.rememberToken(OTHER_ORG, 't1', end)).toBe(true);
  });

  it('purges what is settled and old, and nothing that is open', async () => {
    const [intent] = await store.openIntents([{ unit: aUnit('001'), entitySet: 'CustomersV3', marker: '1' }], []);
    await store.openIntents([{ unit: aUnit('002'), entitySet: 'CustomersV3', marker: '2' }], []);
    await store.commit(aCommit({ reports: [aReport(aUnit('001'), ['VALUE_TOO_LONG', 'VALUE_REQUIRED'])] }));
    await store.commit(
      aCommit({
        closedIntents: [intent!.id],
        audit: [anEvent('a')],
        reports: [aReport(aUnit('001'), ['VALUE_REQUIRED'])],
      }),
    );
    await store.parkEvent(PARKED);
    await store.rememberEvent('contoso', 'e1');
    await store.rememberToken(ORG, 't2', new Date('2026-11-23T00:00:00.000Z'));
    const future = '2999-01-01T00:00:00.000Z';
    const past = '2000-01-01T00:00:00.000Z';

    expect(await store.purge({ audit: past, problems: past, events: past, parkedEvents: past, now: past })).toEqual({
      ...{ audit: 0, problems: 0, events: 0, parkedEvents: 0, intents: 0, tokens: 0 },
    });
    expect(
      await store.purge({ audit: future, problems: future, events: future, parkedEvents: future, now: future }),
    ).toEqual({
      ...{ audit: 1, problems: 1, events: 1, parkedEvents: 1, intents: 1, tokens: 1 },
    });
    expect(await openProblemCount()).toBe(1);
    expect(await store.intentsOfUnits([aUnit('002')])).toHaveLength(1);
  });

  it('documents every table and column in the database itself', async () => {
    const undocumented = await database.query<{ name: string }>(
      `select c.relname || '.' || a.attname as name from pg_attribute a join pg_class c on c.oid = a.attrelid
       where c.relnamespace = 'causeway'::regnamespace and c.relkind = 'r' and a.attnum > 0 and c.relname <> 'migrations'
         and (col_description(c.oid, a.attnum) is null or obj_description(c.oid) is null)`,
    );

    expect(undocumented).toEqual([]);
  });

  it('says UNAVAILABLE, and not ready, where no database answers', async () => {
    const away = { connection: { ...database.connection, host: '/tmp/causeway-nowhere' } };

    await expect(openStore(away)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await store.isReady()).toBe(true);
  });

  it('is not ready once it is closed, and may be closed twice', async () => {
    const closing = await openStore({ connection: database.connection });

    await closing.close();
    await closing.close();

    expect(await closing.isReady()).toBe(false);
  });
});
