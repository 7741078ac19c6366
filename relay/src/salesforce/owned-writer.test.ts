import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  aDescribe,
  aPage,
  startFakeSalesforce,
  type FakeSalesforce,
  type SeenRequest,
} from './fake-salesforce.test-support.ts';
import { createSalesforce } from './salesforce-org.ts';

const UPSERT = 'PATCH /composite/sobjects/Invoice__c/ExternalKey__c';

let salesforce: FakeSalesforce;
let waits: number[];

beforeEach(async () => {
  waits = [];
  salesforce = await startFakeSalesforce();
  salesforce.plan(
    'GET /sobjects/Invoice__c/describe',
    aDescribe('Invoice__c', {
      Id: 'id',
      ExternalKey__c: 'string',
      Account__c: 'reference',
      TotalAmount__c: 'double',
      IsPaid__c: 'boolean',
    }),
  );
  salesforce.plan('GET /query', aPage([]));
  salesforce.plan(UPSERT, (seen) => ({ json: recordsOf(seen).map(saved) }));
});

afterEach(() => salesforce.stop());

type Sent = { readonly ExternalKey__c: string } & Readonly<Record<string, unknown>>;

function recordsOf(seen: SeenRequest): Sent[] {
  return (JSON.parse(seen.text) as { records: Sent[] }).records;
}

function saved({ ExternalKey__c }: Sent) {
  return { id: `id of ${ExternalKey__c}`, success: true, created: true, errors: [] };
}

function refusedWith(statusCode: string, message = 'text', fields: string[] = []) {
  return { success: false, created: false, errors: [{ statusCode, message, fields }] };
}

function anOrg() {
  return createSalesforce({
    org: salesforce.settings(),
    clock: () => new Date('2026-11-23T10:00:00Z'),
    wait: async (ms) => void waits.push(ms),
    random: () => 0,
  });
}

function anInvoice(externalId: string, fields: Record<string, string | boolean | null> = {}, parent = 'a') {
  return { externalId, parent, fields: { TotalAmount__c: '10.50', ...fields } };
}

const upserts = () => salesforce.requests.filter(({ method }) => method === 'PATCH');

describe('upsertOwned', () => {
  it('writes new records with exact numbers and answers their ids in order', async () => {
    const results = await anOrg().upsertOwned('Invoice__c', 'ExternalKey__c', [
      anInvoice('c/usmf/2', { TotalAmount__c: '9007199254740993.55' }, 'b'),
      anInvoice('c/usmf/1', { IsPaid__c: null }, 'a'),
    ]);

    expect(results).toEqual([
      { ok: true, id: 'id of c/usmf/2', isCreated: true, written: ['TotalAmount__c'] },
      { ok: true, id: 'id of c/usmf/1', isCreated: true, written: ['TotalAmount__c', 'IsPaid__c'] },
    ]);
    expect(upserts()[0]?.text).toBe(
      '{"allOrNone":false,"records":[' +
        '{"attributes":{"type":"Invoice__c"},"TotalAmount__c":10.5,"IsPaid__c":false,"ExternalKey__c":"c/usmf/1"},' +
        '{"attributes":{"type":"Invoice__c"},"TotalAmount__c":9007199254740993.55,"ExternalKey__c":"c/usmf/2"}]}',
    );
  });

  it('sends nothing where everything stands there already', async () => {
    salesforce.plan(
      'GET /query',
      aPage(['{"attributes":{"type":"Invoice__c"},"Id":"a01","ExternalKey__c":"1","TotalAmount__c":10.500}']),
    );

    const results = await anOrg().upsertOwned('Invoice__c', 'ExternalKey__c', [anInvoice('1')]);

    expect(results).toEqual([{ ok: true, id: 'a01', isCreated: false, written: [] }]);
    expect(upserts()).toEqual([]);
  });

  it('sends only the fields that moved', async () => {
    salesforce.plan(
      'GET /query',
      aPage([
        '{"attributes":{"type":"Invoice__c"},"Id":"a01","ExternalKey__c":"1","TotalAmount__c":10.50,"Account__c":"001A0000006Vm9uIAC","IsPaid__c":false}',
      ]),
    );

    const results = await anOrg().upsertOwned('Invoice__c', 'ExternalKey__c', [
      anInvoice('1', { Account__c: '001A0000006Vm9u', IsPaid__c: true }),
    ]);

    expect(results).toMatchObject([{ ok: true, written: ['IsPaid__c'] }]);
    expect(upserts().flatMap(recordsOf)).toEqual([
      { attributes: { type: 'Invoice__c' }, IsPaid__c: true, ExternalKey__c: '1' },
    ]);
  });

  it('clears a field that is to be blank', async () => {
    salesforce.plan(
      'GET /query',
      aPage(['{"attributes":{"type":"Invoice__c"},"Id":"a01","ExternalKey__c":"1","TotalAmount__c":10.50}']),
    );

    await anOrg().upsertOwned('Invoice__c', 'ExternalKey__c', [anInvoice('1', { TotalAmount__c: null })]);

    expect(upserts().flatMap(recordsOf)).toEqual([
      { attributes: { type: 'Invoice__c' }, TotalAmount__c: null, ExternalKey__c: '1' },
    ]);
  });

  it('keeps siblings together and calls one after the other', async () => {
    const records = Array.from({ length: 300 }, (_, number) =>
      anInvoice(String(number), {}, number % 2 === 0 ? 'a' : 'b'),
    );

    await anOrg().upsertOwned('Invoice__c', 'ExternalKey__c', records);

    expect(upserts().map((seen) => recordsOf(seen).map(({ ExternalKey__c }) => Number(ExternalKey__c) % 2))).toEqual([
      Array.from({ length: 150 }, () => 0),
      Array.from({ length: 150 }, () => 1),
    ]);
  });

  it('answers a refused record with its reason and saves the others', async () => {
    salesforce.plan(UPSERT, (seen) => ({
      json: recordsOf(seen).map((record) =>
        record.ExternalKey__c === '2'
          ? refusedWith('FIELD_CUSTOM_VALIDATION_EXCEPTION', 'No due date', ['DueDate__c'])
          : saved(record),
      ),
    }));

    const results = await anOrg().upsertOwned(
      'Invoice__c',
      'ExternalKey__c',
      ['1', '2', '3'].map((key) => anInvoice(key)),
    );

    expect(results.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(results[1]).toMatchObject({
      fault: {
        code: 'SALESFORCE_REFUSED',
        field: 'DueDate__c',
        message: expect.stringContaining('Invoice__c 2: No due date'),
      },
    });
  });

  it('sends again only what met a lock, after a pause', async () => {
    salesforce.plan(
      UPSERT,
      (seen) => ({
        json: recordsOf(seen).map((record) =>
          record.ExternalKey__c === '2' ? refusedWith('UNABLE_TO_LOCK_ROW') : saved(record),
        ),
      }),
      (seen) => ({ json: recordsOf(seen).map(saved) }),
    );

    const results = await anOrg().upsertOwned(
      'Invoice__c',
      'ExternalKey__c',
      ['1', '2'].map((key) => anInvoice(key)),
    );

    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(upserts().map((seen) => recordsOf(seen).map(({ ExternalKey__c }) => ExternalKey__c))).toEqual([
      ['1', '2'],
      ['2'],
    ]);
    expect(waits).toEqual([250]);
  });

  it('gives up on a lock that stays, and says that it is one', async () => {
    salesforce.plan(UPSERT, (seen) => ({ json: recordsOf(seen).map(() => refusedWith('UNABLE_TO_LOCK_ROW')) }));

    const results = await anOrg().upsertOwned('Invoice__c', 'ExternalKey__c', [anInvoice('1')]);

    expect(results).toMatchObject([{ ok: false, fault: { code: 'SALESFORCE_ROW_LOCKED' } }]);
    expect(upserts()).toHaveLength(4);
    expect(waits).toEqual([250, 500, 1000]);
  });

  it('writes a record that comes twice once, as it is last', async () => {
    const results = await anOrg().upsertOwned('Invoice__c', 'ExternalKey__c', [
      anInvoice('1'),
      anInvoice('1', { TotalAmount__c: '11' }),
    ]);

    expect(results).toEqual([expect.objectContaining({ ok: true }), expect.objectContaining({ ok: true })]);
    expect(upserts().flatMap(recordsOf)).toMatchObject([{ TotalAmount__c: 11 }]);
  });

  it('asks for keys with quotes without leaving the literal', async () => {
    await anOrg().upsertOwned('Invoice__c', 'ExternalKey__c', [anInvoice("c/usmf/O'1")]);

    expect(salesforce.requests.find(({ path }) => path.startsWith('/query'))?.path).toContain(
      String.raw`IN ('c/usmf/O\'1')`,
    );
  });

  it('names a field that is not there', async () => {
    const writing = anOrg().upsertOwned('Invoice__c', 'ExternalKey__c', [anInvoice('1', { Nmae__c: 'x' })]);

    await expect(writing).rejects.toMatchObject({ code: 'FIELD_UNKNOWN', field: 'Nmae__c' });
  });

  it('is an error as a whole where the call as a whole was refused', async () => {
    salesforce.plan(UPSERT, { status: 400, json: [{ errorCode: 'INVALID_TYPE', message: 'no such object' }] });

    await expect(anOrg().upsertOwned('Invoice__c', 'ExternalKey__c', [anInvoice('1')])).rejects.toMatchObject({
      code: 'MAPPING_INVALID',
    });
  });

  it('does not guess where results are missing', async () => {
    salesforce.plan(UPSERT, { json: [] });

    await expect(anOrg().upsertOwned('Invoice__c', 'ExternalKey__c', [anInvoice('1')])).rejects.toMatchObject({
      code: 'UNEXPECTED',
    });
  });

  it('makes no call for no records', async () => {
    await expect(anOrg().upsertOwned('Invoice__c', 'ExternalKey__c', [])).resolves.toEqual([]);
    expect(salesforce.requests).toEqual([]);
  });
});
