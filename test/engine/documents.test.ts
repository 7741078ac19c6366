import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { SyncItem, UnitResult } from '../../relay/src/sync/exchange.ts';
import { aCustomer, aDeal, aLine, anId, BRITAIN, changed, GERMANY } from './contoso-records.ts';
import { edit, type Engine, leaseLost, ORG, QUARANTINE_MS, startEngine } from './engine-under-test.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterEach(() => engine.reset());
afterAll(() => engine.stop());

const orders = (company = 'usmf') => engine.rows('SalesOrderHeadersV4', company);
const order = (number: string | null | undefined, company = 'usmf') =>
  orders(company).find((row) => row['SalesOrderNumber'] === number);
const linesOf = (number: string | null | undefined, company = 'usmf') =>
  engine.rows('SalesOrderLinesV3', company).filter((row) => row['SalesOrderNumber'] === number);
const one = async (item: SyncItem, options?: Parameters<Engine['sync']>[1]): Promise<UnitResult | undefined> =>
  (await engine.sync([item], options))[0];
const openIntents = (item: SyncItem, company = 'usmf') =>
  engine.store.intentsOfUnits([
    { org: ORG, recordId: item.record.id, mapping: item.mapping, connection: 'contoso', company },
  ]);

/** The item once Salesforce holds what the relay gave back. */
const applied = (item: SyncItem, unit: UnitResult | undefined): SyncItem => changed(item, unit?.writeBacks ?? {});

describe('a document that is sent twice', () => {
  it('is one order with its lines, released once and then left alone', async () => {
    const item = aDeal(engine, await aCustomer(engine));

    const created = await one(item);
    const before = [order(created?.number), linesOf(created?.number)];
    const again = await one(applied(item, created));

    expect(created).toMatchObject({ outcome: 'created' });
    expect(before).toMatchObject([
      { IsSalesProcessingStopped: 'No' },
      [{ ItemNumber: 'D0001' }, { ItemNumber: 'D0002' }],
    ]);
    expect(again).toMatchObject({ outcome: 'unchanged', number: created?.number });
    expect([order(created?.number), linesOf(created?.number)]).toEqual(before);
    expect(await openIntents(item)).toEqual([]);
  });

  it('leaves a hold of finance alone', async () => {
    const item = aDeal(engine, await aCustomer(engine));
    const created = await one(item);
    const path = `SalesOrderHeadersV4(dataAreaId='usmf',SalesOrderNumber='${created?.number ?? ''}')`;
    await engine.under.patch(path, { IsSalesProcessingStopped: 'Yes' });

    await one(changed(applied(item, created), { Name: 'Renamed' }));

    expect(order(created?.number)).toMatchObject({ SalesOrderName: 'Renamed', IsSalesProcessingStopped: 'Yes' });
  });
});

describe('a call that runs out of time', () => {
  it('before a document writes nothing of it, and the next call does', async () => {
    const item = aDeal(engine, await aCustomer(engine));
    const before = orders().length;

    const late = await one(item, { forMs: -1 });
    const countThen = orders().length;
    const done = await one(item);

    expect(late).toMatchObject({ outcome: 'deferred', faults: [{ code: 'OUT_OF_TIME' }] });
    expect(countThen).toBe(before);
    expect(done).toMatchObject({ outcome: 'created' });
  });

  it('between lines leaves the order held, and the next call completes it without doubling a line', async () => {
    const item = aDeal(engine, await aCustomer(engine), { lines: [aLine('D0001'), aLine('D0002'), aLine('D0003')] });
    engine.hooks.afterWrite = (requests) => {
      if (requests[0]?.entitySet === 'SalesOrderLinesV3') engine.pass(120_000);
    };

    const late = await one(item);
    const [heldOrder, heldLines] = [order(late?.number), linesOf(late?.number)];
    delete engine.hooks.afterWrite;
    const done = await one(item);
    const again = await one(applied(item, done));

    expect(late).toMatchObject({ outcome: 'deferred', faults: [{ code: 'OUT_OF_TIME' }] });
    expect(heldOrder).toMatchObject({ IsSalesProcessingStopped: 'Yes' });
    expect(heldLines).toHaveLength(1);
    expect(done).toMatchObject({ outcome: 'updated', number: late?.number });
    expect(order(done?.number)).toMatchObject({ IsSalesProcessingStopped: 'No' });
    expect(linesOf(done?.number).map((row) => row['ItemNumber'])).toEqual(['D0001', 'D0002', 'D0003']);
    expect(again).toMatchObject({ outcome: 'unchanged' });
  });
});

describe('an answer that was lost', () => {
  it.each(['SalesOrderHeadersV4', 'SalesOrderLinesV3'])('after %s was created doubles nothing', async (set) => {
    const item = aDeal(engine, await aCustomer(engine));
    const before = orders().length;
    engine.admin.fault({ kind: 'cutAfter', set, verb: 'POST' });

    const lost = await one(item);
    const done = await one(item);

    expect(lost).toMatchObject({ outcome: 'deferred', faults: [{ code: 'OUTCOME_UNKNOWN' }] });
    expect(['created', 'updated']).toContain(done?.outcome);
    expect(orders()).toHaveLength(before + 1);
    expect(linesOf(done?.number)).toHaveLength(2);
    expect(order(done?.number)).toMatchObject({ IsSalesProcessingStopped: 'No' });
    expect(await openIntents(item)).toEqual([]);
  });

  it('for a line that never arrived holds the order until the line can be sent again', async () => {
    const item = aDeal(engine, await aCustomer(engine));
    engine.admin.fault({ kind: 'cutBefore', set: 'SalesOrderLinesV3', verb: 'POST' });

    await one(item);
    const waiting = await one(item);
    const heldOrder = order(waiting?.number);
    engine.pass(QUARANTINE_MS + 5_000);
    const done = await one(item);

    expect(waiting).toMatchObject({ outcome: 'deferred', faults: [{ code: 'OUTCOME_UNKNOWN' }] });
    expect(heldOrder).toMatchObject({ IsSalesProcessingStopped: 'Yes' });
    expect(order(done?.number)).toMatchObject({ IsSalesProcessingStopped: 'No' });
    expect(linesOf(done?.number)).toHaveLength(2);
  });

  it('by the store after the order was written takes the order up again', async () => {
    const item = aDeal(engine, await aCustomer(engine));
    const before = orders().length;
    engine.hooks.beforeCommit = () => {
      delete engine.hooks.beforeCommit;
      throw leaseLost();
    };

    const unstored = await one(item);
    const done = await one(item);

    expect(unstored).toMatchObject({ outcome: 'deferred' });
    expect(done).toMatchObject({ outcome: 'created' });
    expect(orders()).toHaveLength(before + 1);
    expect(linesOf(done?.number)).toHaveLength(2);
  });
});

describe('a company that numbers by hand', () => {
  const germanDeal = async (lines = [aLine('D0001'), aLine('D0002')]) =>
    aDeal(engine, await aCustomer(engine, GERMANY), { fields: { CurrencyIsoCode: 'EUR' }, lines });

  it('takes header and lines together under our number, once', async () => {
    const item = await germanDeal();

    const created = await one(item);
    const again = await one(applied(item, created));

    expect(created).toMatchObject({ outcome: 'created', number: item.record.id, company: 'demf' });
    expect(linesOf(item.record.id, 'demf')).toHaveLength(2);
    expect(again).toMatchObject({ outcome: 'unchanged' });
    expect(linesOf(item.record.id, 'demf')).toHaveLength(2);
  });

  it('gets nothing at all where one line is refused', async () => {
    const item = await germanDeal([aLine('D0001'), aLine('D9999')]);

    const refused = await one(item);
    const again = await one(item);

    expect([refused, again]).toMatchObject([{ outcome: 'rejected' }, { outcome: 'rejected' }]);
    expect(refused?.faults[0]?.message).toContain('SalesOrderLinesV3');
    expect(order(item.record.id, 'demf')).toBeUndefined();
    expect(linesOf(item.record.id, 'demf')).toEqual([]);
    expect(await openIntents(item, 'demf')).toEqual([]);
  });

  it('is found under our number after the answer was lost', async () => {
    const item = await germanDeal();
    engine.admin.fault({ kind: 'cutAfter', set: 'SalesOrderHeadersV4', verb: 'POST' });

    const lost = await one(item);
    const done = await one(item);

    expect(lost).toMatchObject({ outcome: 'deferred' });
    expect(done).toMatchObject({ outcome: 'created', number: item.record.id });
    expect(linesOf(item.record.id, 'demf')).toHaveLength(2);
  });
});

describe('a deal with an Order', () => {
  const orderItem = (
    account: { id: string },
    country: string,
    more: { opportunityId?: string; isWon?: boolean; code?: string } = {},
  ) =>
    engine.item(
      'Order_SalesOrder',
      anId('801'),
      {
        AccountId: account.id,
        StatusCode: 'Activated',
        OrderNumber: '00000100',
        CurrencyIsoCode: 'USD',
        OpportunityId: more.opportunityId ?? null,
        'Opportunity.IsWon': more.isWon ?? null,
        'Account.BillingCountry': country,
      },
      { lines: [aLine(more.code ?? 'D0001')] },
    );

  it('is handed over by the Order where the company says so, and not by the Opportunity', async () => {
    const account = await aCustomer(engine, BRITAIN);
    const deal = aDeal(engine, account, { fields: { CurrencyIsoCode: 'GBP' } });
    const item = changed(orderItem(account, 'United Kingdom', { opportunityId: deal.record.id }), {
      CurrencyIsoCode: 'GBP',
    });
    const before = orders('gbsi').length;

    const [skipped, created] = await engine.sync([deal, item]);
    const [following, again] = await engine.sync([deal, applied(item, created)]);

    expect(skipped).toMatchObject({ outcome: 'skipped', company: 'gbsi', faults: [{ code: 'NOT_WANTED' }] });
    expect(created).toMatchObject({ outcome: 'created', company: 'gbsi' });
    expect(engine.requested).toEqual([`${deal.record.id}/Opportunity_SalesOrder/contoso/gbsi`]);
    expect([following, again]).toMatchObject([
      {
        outcome: 'linked',
        number: created?.number,
        faults: [{ code: 'HANDED_OVER_ELSEWHERE' }],
        writeBacks: { SalesOrderNumber__c: created?.number, DynamicsTotal__c: expect.any(String) },
      },
      { outcome: 'unchanged' },
    ]);
    expect(orders('gbsi')).toHaveLength(before + 1);
  });

  it('is called for again when the number is there, and only once', async () => {
    const account = await aCustomer(engine, BRITAIN);
    const item = changed(orderItem(account, 'United Kingdom', { opportunityId: anId('006') }), {
      CurrencyIsoCode: 'GBP',
    });

    const created = await one(item);
    await one(applied(item, created));

    expect(engine.requested).toHaveLength(1);
  });

  it('lets an Opportunity follow an Order that named it only later', async () => {
    const account = await aCustomer(engine, BRITAIN);
    const item = changed(orderItem(account, 'United Kingdom'), { CurrencyIsoCode: 'GBP' });
    const deal = aDeal(engine, account, { fields: { CurrencyIsoCode: 'GBP' } });
    const created = await one(item);

    await one(changed(applied(item, created), { OpportunityId: deal.record.id, 'Opportunity.IsWon': true }));

    expect(await one(deal)).toMatchObject({ outcome: 'linked', number: created?.number });
  });

  it('waits as an Order for the Opportunity that hands it over, and follows it then', async () => {
    const account = await aCustomer(engine);
    const deal = aDeal(engine, account);
    const item = orderItem(account, 'United States', { opportunityId: deal.record.id, isWon: true });
    const before = orders().length;

    const waiting = await one(item);
    const countThen = orders().length;
    const created = await one(deal);

    expect(waiting).toMatchObject({
      outcome: 'waiting',
      waitingFor: `${deal.record.id}/Opportunity_SalesOrder`,
      faults: [{ code: 'PARENT_NOT_LINKED' }],
    });
    expect(countThen).toBe(before);
    expect(await one(item)).toMatchObject({ outcome: 'linked', number: created?.number });
    expect(orders()).toHaveLength(before + 1);
  });

  it.each([
    ['is not won', { isWon: false, opportunityId: '006000000000ABCAAA' }, 'does not want it as it is'],
    ['is not named', {}, 'not by the Order'],
  ])('is left alone as an Order whose Opportunity %s, with the reason', async (_, more, reason) => {
    const account = await aCustomer(engine);

    const skipped = await one(orderItem(account, 'United States', more));

    expect(skipped).toMatchObject({ outcome: 'skipped', faults: [{ code: 'NOT_WANTED' }] });
    expect(skipped?.faults[0]?.message).toContain(reason);
  });

  it('does not wait for an Opportunity that was handed over in another company', async () => {
    const account = await aCustomer(engine);
    const elsewhere = await aCustomer(engine, GERMANY);
    const deal = aDeal(engine, elsewhere, { fields: { CurrencyIsoCode: 'EUR' } });
    await one(deal);

    const item = orderItem(account, 'United States', { opportunityId: deal.record.id, isWon: true });

    expect(await one(item)).toMatchObject({
      outcome: 'skipped',
      faults: [{ code: 'NOT_WANTED', message: expect.stringContaining('contoso/demf') }],
    });
  });

  it('says which field is missing where the record came without what decides', async () => {
    const account = await aCustomer(engine);
    const item = orderItem(account, 'United States', { opportunityId: anId('006') });
    const { 'Opportunity.IsWon': isWon, ...fields } = item.record.fields;
    expect(isWon).toBeNull();

    expect(await one({ ...item, record: { ...item.record, fields } })).toMatchObject({
      outcome: 'blocked',
      faults: [{ code: 'PERMISSION_MISSING', message: expect.stringContaining('Opportunity.IsWon') }],
    });
  });

  it('becomes one order where the admin moved the hand-off and both documents come at once', async () => {
    const account = await aCustomer(engine);
    const deal = aDeal(engine, account);
    const item = orderItem(account, 'United States', { opportunityId: deal.record.id, isWon: true });
    const before = orders().length;
    const meanwhile = Promise.withResolvers<UnitResult | undefined>();
    engine.hooks.beforeWrite = async (requests) => {
      if (requests[0]?.entitySet !== 'SalesOrderHeadersV4') return;
      delete engine.hooks.beforeWrite;
      engine.configure((document) => {
        edit(document, 'CompanyRoute__mdt', 'Opportunity_usmf', { HandOff__c: 'Order' });
        edit(document, 'CompanyRoute__mdt', 'Order_usmf', { HandOff__c: 'Order' });
      });
      meanwhile.resolve(await one(item));
    };

    const created = await one(deal);
    const busy = await meanwhile.promise;
    const followed = await one(item);

    expect(busy).toMatchObject({ outcome: 'deferred', faults: [{ code: 'RECORD_BUSY' }] });
    expect(created).toMatchObject({ outcome: 'created' });
    expect(followed).toMatchObject({ outcome: 'linked', number: created?.number });
    expect(orders()).toHaveLength(before + 1);
  });

  it('lets the Order follow what the Opportunity handed over, whatever the Order itself holds', async () => {
    const account = await aCustomer(engine);
    const deal = aDeal(engine, account);
    const item = orderItem(account, 'United States', { opportunityId: deal.record.id, code: 'x'.repeat(300) });

    const [created, followed] = await engine.sync([deal, item]);
    const again = await one(item);

    expect(followed).toMatchObject({
      outcome: 'linked',
      number: created?.number,
      faults: [{ code: 'HANDED_OVER_ELSEWHERE' }],
      writeBacks: { SalesOrderNumber__c: created?.number },
    });
    expect(again).toMatchObject({ outcome: 'linked', number: created?.number });
    expect(linesOf(created?.number)).toHaveLength(2);
  });
});

describe('documents beside each other', () => {
  it('do not wait for one that is refused', async () => {
    const account = await aCustomer(engine);
    const bad = aDeal(engine, account, { lines: [aLine('D9999')] });
    const good = aDeal(engine, account);
    const blank = aDeal(engine, account, { fields: { CurrencyIsoCode: null } });

    const units = await engine.sync([bad, blank, good]);

    expect(units.map(({ outcome }) => outcome)).toEqual(['partial', 'rejected', 'created']);
  });

  it('name the parent that they wait for', async () => {
    const id = anId('001');
    const item = aDeal(engine, { id, fields: {} });

    expect(await one(item)).toMatchObject({ outcome: 'waiting', waitingFor: `${id}/Account_Customer` });
  });

  it('are held for approval again when a line changes', async () => {
    engine.configure((document) =>
      edit(document, 'EntityMapping__mdt', 'Opportunity_SalesOrder', { ApprovalFormula__c: 'TRUE' }),
    );
    const line = aLine('D0001');
    const item = aDeal(engine, await aCustomer(engine), { lines: [line] });
    const held = await one(item);
    const more = { ...line, fields: { ...line.fields, Quantity: '99' } };
    const changedLine = aDeal(
      engine,
      { id: String(item.record.fields['AccountId']), fields: {} },
      {
        id: item.record.id,
        fields: item.record.fields,
        lines: [more],
      },
    );
    const approvedFingerprint = held?.fingerprint ?? null;

    const heldAgain = await one({ ...changedLine, approvedFingerprint });
    const approved = await one({ ...item, approvedFingerprint });

    expect([held, heldAgain, approved]).toMatchObject([
      { outcome: 'held' },
      { outcome: 'held' },
      { outcome: 'created', fingerprint: held?.fingerprint },
    ]);
  });
});
