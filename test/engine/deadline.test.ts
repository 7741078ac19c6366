import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { accountFields, aCustomer, aDeal, anId } from './contoso-records.ts';
import { type Engine, ORG, startEngine } from './engine-under-test.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterEach(() => engine.reset());
afterAll(() => engine.stop());

const writes = () => engine.received.filter(({ method }) => method === 'POST' || method === 'PATCH');
const customers = (count: number) =>
  Array.from({ length: count }, () => engine.item('Account_Customer', anId('001'), accountFields()));

describe('a call whose time is over', () => {
  it('does not wait for an environment that does not answer its questions, and has sent nothing', async () => {
    // What is read once and remembered is no question of this call.
    await aCustomer(engine);
    const items = customers(3);
    engine.received.length = 0;
    engine.admin.fault({ kind: 'delay', milliseconds: 3_000, set: 'CustomersV3', verb: 'GET', times: 100 });

    const before = engine.admin.statistics().operations;

    const late = await engine.sync(items, { forMs: 300 });
    const answered = engine.admin.statistics().operations - before;
    engine.admin.clearFaults();
    const left = await engine.store.intentsOfRecords(
      ORG,
      items.map(({ record }) => record.id),
    );
    const wrote = writes().length;
    const created = await engine.sync(items);

    expect(late.map(({ outcome, faults }) => [outcome, faults[0]?.code])).toEqual(
      items.map(() => ['deferred', 'OUT_OF_TIME']),
    );
    expect([answered, left, wrote]).toEqual([0, [], 0]);
    expect(created.map(({ outcome }) => outcome)).toEqual(['created', 'created', 'created']);
  });

  it('begins no batch of records, and leaves no create behind', async () => {
    const items = customers(2);
    const linked = await aCustomer(engine);
    const item = engine.item('Account_Customer', linked.id, { ...linked.fields, Name: 'Too late' });
    engine.received.length = 0;
    let isOver = false;
    engine.hooks.afterLookup = () => {
      if (!isOver) engine.pass(120_000);
      isOver = true;
    };

    const late = await engine.sync([...items, item]);
    delete engine.hooks.afterLookup;

    expect(late.flatMap(({ faults }) => faults.map(({ code }) => code))).toEqual(
      Array.from({ length: 3 }, () => 'OUT_OF_TIME'),
    );
    expect(late[2]?.number).toBe(linked.number);
    expect(writes()).toEqual([]);
    expect(
      await engine.store.intentsOfRecords(
        ORG,
        items.map(({ record }) => record.id),
      ),
    ).toEqual([]);
  });

  it('waits for a write that was sent, so that its outcome is known', async () => {
    const items = customers(1);
    engine.admin.fault({ kind: 'delay', milliseconds: 800, set: 'CustomersV3', verb: 'POST' });

    const [unit] = await engine.sync(items, { forMs: 400 });

    expect(unit).toMatchObject({ outcome: 'created', faults: [] });
  });

  it('completes and releases with later calls a document that it had to leave', async () => {
    const item = aDeal(engine, await aCustomer(engine));
    engine.admin.fault({ kind: 'delay', milliseconds: 800, set: 'SalesOrderLinesV3', verb: 'POST' });

    const [left] = await engine.sync([item], { forMs: 400 });
    const [done] = await engine.sync([item]);

    expect(left?.faults[0]?.code).toBe('OUT_OF_TIME');
    expect(done?.faults).toEqual([]);
    const orders = engine.rows('SalesOrderHeadersV4').filter((row) => row['SalesOrderNumber'] === done?.number);
    const lines = engine.rows('SalesOrderLinesV3').filter((row) => row['SalesOrderNumber'] === done?.number);
    expect(orders).toMatchObject([{ IsSalesProcessingStopped: 'No' }]);
    expect(lines).toHaveLength(2);
  });
});
