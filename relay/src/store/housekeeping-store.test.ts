import { describe, expect, it } from '@jest/globals';
import { openStore } from './postgres-store.ts';
import {
  ORG,
  OTHER_ORG,
  PARKED,
  aCommit,
  aReport,
  aUnit,
  anEvent,
  database,
  openProblemCount,
  secondRelay,
  store,
  useJournal,
} from '../../../test/support/journal-under-test.ts';

useJournal();

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
    await store.saveConfiguration(ORG, 'sha256:old', '{"a":1}');
    await store.saveConfiguration(ORG, 'sha256:new', '{"a":2}');
    await store.saveConfiguration(OTHER_ORG, 'sha256:only', '{}');
    const olderThan = (at: string) => ({
      ...{ audit: at, problems: at, events: at, parkedEvents: at, configurations: at, now: at },
    });

    expect(await store.purge(olderThan('2000-01-01T00:00:00.000Z'))).toEqual({
      ...{ audit: 0, problems: 0, events: 0, parkedEvents: 0, intents: 0, configurations: 0, tokens: 0 },
    });
    expect(await store.purge(olderThan('2999-01-01T00:00:00.000Z'))).toEqual({
      ...{ audit: 1, problems: 1, events: 1, parkedEvents: 1, intents: 1, configurations: 1, tokens: 1 },
    });
    expect(await store.configuration(ORG, 'sha256:old')).toBeNull();
    expect(await store.configuration(ORG, 'sha256:new')).toBe('{"a":2}');
    expect(await store.configuration(OTHER_ORG, 'sha256:only')).toBe('{}');
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
