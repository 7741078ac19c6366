import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { SyncItem, UnitResult } from '../../relay/src/sync/exchange.ts';
import {
  accountFields,
  aCustomer,
  aDeal,
  aLine,
  anId,
  changed,
  dealFields,
  GERMANY,
  type Line,
} from './contoso-records.ts';
import { edit, type Engine, type Received, startEngine } from './engine-under-test.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
afterEach(() => engine.reset());
afterAll(() => engine.stop());

const one = async (item: SyncItem, options?: Parameters<Engine['sync']>[1]): Promise<UnitResult | undefined> =>
  (await engine.sync([item], options))[0];
const applied = (item: SyncItem, unit: UnitResult | undefined): SyncItem => changed(item, unit?.writeBacks ?? {});

/** The writes that Dynamics received since this was asked last. */
function received(): Received[] {
  const all = engine.received.splice(0);
  return all.filter(({ method, path }) => method !== 'GET' && !path.startsWith('$batch'));
}

/** A dry run and then the run itself: what was promised, with the number in the place of its placeholder, and what arrived. */
async function promiseAndKeep(item: SyncItem) {
  received();
  const dry = await one(item, { dryRun: true });
  const sentByDryRun = received();
  const real = await one(item);
  const requests = dry?.plan?.requests ?? [];
  const known = (text: string | null, placeholders: readonly string[]): string | null =>
    placeholders.reduce<string | null>((rest, one) => rest?.replaceAll(one, real?.number ?? '') ?? null, text);
  const promised = requests.map(({ placeholders, path, body, ...rest }) => ({
    ...rest,
    path: known(path, placeholders),
    body: known(body, placeholders),
  }));
  return { dry, real, requests, promised, sentByDryRun, sent: received() };
}

/** The same deal with other lines. */
function withLines(item: SyncItem, lines: readonly Line[]): SyncItem {
  const again = engine.item('Opportunity_SalesOrder', item.record.id, item.record.fields, { lines });
  return { ...again, generation: item.generation + 1 };
}

describe('a dry run promises, letter by letter, what Dynamics then receives', () => {
  it('when a customer is created', async () => {
    const item = engine.item(
      'Account_Customer',
      anId('001'),
      accountFields({ CostCenter__c: '007', Phone: '0800 "1"' }),
    );

    const { dry, real, promised, sentByDryRun, sent } = await promiseAndKeep(item);

    expect(sentByDryRun).toEqual([]);
    expect(sent).toHaveLength(1);
    expect(promised).toEqual(sent);
    expect(dry?.plan?.action).toBe('create');
    expect([dry?.outcome, real?.outcome]).toEqual(['created', 'created']);
    expect(sent[0]?.body).toMatch(/"dataAreaId":"usmf".*"CausewayMarker":"cw-/);
  });

  it('when a customer is changed, with the etag that it must still have', async () => {
    const { id, fields } = await aCustomer(engine);
    const item = engine.item('Account_Customer', id, { ...fields, Name: "O'Neil & Sons / 2" });

    const { dry, promised, sent } = await promiseAndKeep(item);

    expect(sent).toMatchObject([{ method: 'PATCH', ifMatch: expect.stringMatching(/^W\//) }]);
    expect(promised).toEqual(sent);
    expect(dry).toMatchObject({ outcome: 'updated', plan: { action: 'update' } });
  });

  it('when an order is created: header held back, lines, release', async () => {
    const lines = [aLine('D0001', { Quantity: '2.5', UnitPrice: '333.33' }), aLine('D0002')];
    const fields = { CloseDate: '2026-12-24', CostCenter__c: '007' };
    const item = aDeal(engine, await aCustomer(engine), { lines, fields });

    const { requests, promised, sentByDryRun, sent, real } = await promiseAndKeep(item);

    expect(real).toMatchObject({ outcome: 'created' });
    expect(sentByDryRun).toEqual([]);
    expect(promised).toEqual(sent);
    expect(sent.map(({ method, path }) => `${method} ${path.split(/[?(]/)[0] ?? ''}`)).toEqual([
      'POST SalesOrderHeadersV4',
      'POST SalesOrderLinesV3',
      'POST SalesOrderLinesV3',
      'PATCH SalesOrderHeadersV4',
    ]);
    expect(requests.map(({ placeholders }) => placeholders)).toEqual([
      [],
      ...Array<string[]>(3).fill(['~SalesOrderHeadersV4.SalesOrderNumber~']),
    ]);
    expect(requests[3]).toMatchObject({
      path: "SalesOrderHeadersV4(dataAreaId='usmf',SalesOrderNumber='~SalesOrderHeadersV4.SalesOrderNumber~')?cross-company=true",
      body: '{"IsSalesProcessingStopped":"No"}',
    });
    expect(requests[0]?.body).toContain('"IsSalesProcessingStopped":"Yes"');
    expect(requests[1]?.body).toMatch(/"OrderedSalesQuantity":2\.5[,}]/);
    expect(requests[1]?.body).toMatch(/"SalesPrice":333\.33[,}]/);
  });

  it('when an order is changed: a line added, one changed, one removed, no release', async () => {
    const [kept, dropped] = [aLine('D0001'), aLine('D0002')];
    const item = aDeal(engine, await aCustomer(engine), { lines: [kept, dropped] });
    const before = applied(item, await one(item));
    const more = { ...kept, fields: { ...kept.fields, Quantity: '7' } };
    const renamed = changed(before, { Name: 'Renamed' });

    const { dry, promised, sent } = await promiseAndKeep(withLines(renamed, [more, aLine('D0003')]));

    expect(promised).toEqual(sent);
    expect(sent.map(({ method }) => method)).toEqual(['PATCH', 'PATCH', 'POST', 'DELETE']);
    expect(dry).toMatchObject({ outcome: 'updated', plan: { action: 'update' } });
    expect(dry?.plan?.rules).toContain(`Line ${dropped.id}: removed in Salesforce, delete policy Deactivate`);
  });

  it('when a held order is completed', async () => {
    const [good, bad] = [aLine('D0001'), aLine('D9999')];
    const item = aDeal(engine, await aCustomer(engine), { lines: [good, bad] });
    const held = await one(item);
    const corrected = { ...bad, fields: { ...bad.fields, 'Product2.ProductCode': 'D0002' } };

    const { dry, promised, sent } = await promiseAndKeep(withLines(item, [good, corrected]));

    expect(held).toMatchObject({ outcome: 'partial' });
    expect(promised).toEqual(sent);
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'PATCH']);
    expect(dry?.plan?.requests.flatMap(({ placeholders }) => placeholders)).toEqual([]);
  });

  it('when header and lines go together under our number', async () => {
    const item = aDeal(engine, await aCustomer(engine, GERMANY), { fields: { CurrencyIsoCode: 'EUR' } });

    const { requests, promised, sent } = await promiseAndKeep(item);

    expect(promised).toEqual(sent);
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'POST', 'POST']);
    expect(requests.flatMap(({ placeholders }) => placeholders)).toEqual([]);
    expect(requests[1]?.body).toContain(`"SalesOrderNumber":"${item.record.id}"`);
  });

  it('when a contact was deleted and its person is made inactive', async () => {
    const customer = await aCustomer(engine);
    const id = anId('003');
    const fields = { LastName: 'Ward', AccountId: customer.id, 'Account.BillingCountry': 'United States' };
    await one(engine.item('Contact_ContactPerson', id, fields));

    const { dry, real, promised, sent } = await promiseAndKeep(
      engine.item('Contact_ContactPerson', id, fields, { operation: 'delete' }),
    );

    expect(promised).toEqual(sent);
    expect(sent).toMatchObject([{ method: 'PATCH', body: '{"IsInactive":"Yes"}' }]);
    expect([dry?.outcome, real?.outcome]).toEqual(['updated', 'updated']);
  });
});

describe('a dry run promises nothing', () => {
  it('where nothing moved', async () => {
    const item = aDeal(engine, await aCustomer(engine));
    const again = applied(item, await one(item));

    const { dry, promised, sent } = await promiseAndKeep(again);

    expect([promised, sent]).toEqual([[], []]);
    expect(dry).toMatchObject({ outcome: 'unchanged', plan: { action: 'none' } });
  });

  it('where the document is final and may not be written any more', async () => {
    const item = aDeal(engine, await aCustomer(engine));
    const created = await one(item);
    engine.admin.cancelOrder({ company: 'usmf', order: created?.number ?? '' });

    const { dry, promised, sent } = await promiseAndKeep(changed(applied(item, created), { Name: 'Too late' }));

    expect([promised, sent]).toEqual([[], []]);
    expect(dry).toMatchObject({ faults: [{ code: 'DOCUMENT_POSTED' }] });
  });
});

describe('a dry run tells every rule that fired', () => {
  it('from the criteria to each field of each line', async () => {
    engine.configure((document) =>
      edit(document, 'EntityMapping__mdt', 'Opportunity_SalesOrder', { ApprovalFormula__c: 'FALSE' }),
    );
    const line = aLine('D0001');
    const account = await aCustomer(engine);
    const item = engine.item('Opportunity_SalesOrder', anId('006'), dealFields(account), { lines: [line] });

    const rules = (await one(item, { dryRun: true }))?.plan?.rules ?? [];

    expect(rules.slice(0, 7)).toEqual([
      'Criteria: IsWon',
      'Route: Opportunity_usmf → contoso/usmf',
      'Hand-off: Opportunity',
      'Approval: FALSE',
      'Record: No record found (new)',
      'Create strategy: Marker',
      'Document strategy: Staged',
    ]);
    expect(rules).toContainEqual(expect.stringMatching(/^Opportunity_\w+: New in Dynamics$/));
    expect(rules).toContainEqual(expect.stringMatching(new RegExp(`^Line ${line.id}, \\w+: New in Dynamics$`)));
  });
});
