import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Values } from '../dynamics/connector.ts';
import { aDescribe, startFakeSalesforce, type FakeSalesforce } from './fake-salesforce.test-support.ts';
import { createSalesforce } from './salesforce-org.ts';

const ACME = '001A0000006Vm9uIAC';
const READ = `GET /sobjects/Account/${ACME}`;
const WRITE = `PATCH /sobjects/Account/${ACME}`;
const CHANGED = { status: 412, json: [{ errorCode: 'PRECONDITION_FAILED', message: 'x' }] };

let salesforce: FakeSalesforce;
let now: number;
let waits: number[];

beforeEach(async () => {
  now = Date.parse('2026-11-23T10:00:05Z');
  waits = [];
  salesforce = await startFakeSalesforce();
  salesforce.plan(
    'GET /sobjects/Account/describe',
    aDescribe('Account', {
      Name: 'string',
      CreditLimit__c: 'currency',
      IsOnHold__c: 'boolean',
      Rating__c: 'string!',
      LastModifiedDate: 'datetime!',
    }),
  );
  salesforce.plan(WRITE, { status: 204 });
});

afterEach(() => salesforce.stop());

function standing(fields: string, modified = '2026-11-23T10:00:00.300+0000') {
  return { text: `{"attributes":{"type":"Account"},${fields},"LastModifiedDate":"${modified}","Id":"${ACME}"}` };
}

function apply(expected: Values, wanted: Values) {
  const org = createSalesforce({
    org: salesforce.settings(),
    clock: () => new Date(now),
    wait: async (ms) => {
      waits.push(ms);
      now += ms;
    },
  });
  return org.apply({ type: 'Account', id: ACME, expected, wanted });
}

const writes = () => salesforce.requests.filter(({ method }) => method === 'PATCH');

describe('apply', () => {
  it('writes only the fields that moved, on the condition that nothing else did', async () => {
    salesforce.plan(READ, standing('"Name":"Acme","CreditLimit__c":100.00'));

    const result = await apply(
      { Name: 'Acme', CreditLimit__c: '100' },
      { Name: 'Acme', CreditLimit__c: '9007199254740993.55' },
    );

    expect(result).toEqual({ status: 'applied' });
    expect(writes().map(({ text }) => text)).toEqual(['{"CreditLimit__c":9007199254740993.55}']);
    expect(writes()[0]?.headers['if-unmodified-since']).toBe('Mon, 23 Nov 2026 10:00:00 GMT');
  });

  it('sends nothing where the values are there already, whatever was expected', async () => {
    salesforce.plan(READ, standing('"CreditLimit__c":250.0'));

    const result = await apply({ CreditLimit__c: '100' }, { CreditLimit__c: '250.00' });

    expect(result).toEqual({ status: 'unchanged' });
    expect(writes()).toEqual([]);
  });

  it('writes nothing where somebody changed a field, and tells what stands', async () => {
    salesforce.plan(READ, standing('"Name":"Edited","CreditLimit__c":100'));

    const result = await apply({ Name: 'Acme', CreditLimit__c: '100' }, { Name: 'Acme Inc', CreditLimit__c: '250' });

    expect(result).toEqual({ status: 'mismatch', current: { Name: 'Edited', CreditLimit__c: '100' } });
    expect(writes()).toEqual([]);
  });

  it('reads a field without expectation as expected blank', async () => {
    salesforce.plan(READ, standing('"Name":"Typed in meanwhile"'));

    expect(await apply({}, { Name: 'Acme' })).toMatchObject({ status: 'mismatch' });
  });

  it('never overwrites an edit that came between the look and the write', async () => {
    salesforce.plan(READ, standing('"Name":"Acme"'), standing('"Name":"Edited"', '2026-11-23T10:00:01.000+0000'));
    salesforce.plan(WRITE, CHANGED);

    const result = await apply({ Name: 'Acme' }, { Name: 'Acme Inc' });

    expect(result).toEqual({ status: 'mismatch', current: { Name: 'Edited' } });
    expect(writes()).toHaveLength(1);
  });

  it('writes again where only other fields of the record changed meanwhile', async () => {
    salesforce.plan(READ, standing('"Name":"Acme"'), standing('"Name":"Acme"', '2026-11-23T10:00:01.000+0000'));
    salesforce.plan(WRITE, CHANGED, { status: 204 });

    expect(await apply({ Name: 'Acme' }, { Name: 'Acme Inc' })).toEqual({ status: 'applied' });
    expect(writes().map(({ headers }) => headers['if-unmodified-since'])).toEqual([
      'Mon, 23 Nov 2026 10:00:00 GMT',
      'Mon, 23 Nov 2026 10:00:01 GMT',
    ]);
  });

  it('comes back later to a record that never stands still', async () => {
    salesforce.plan(READ, standing('"Name":"Acme"'));
    salesforce.plan(WRITE, CHANGED);

    await expect(apply({ Name: 'Acme' }, { Name: 'Acme Inc' })).rejects.toMatchObject({
      code: 'SALESFORCE_VALUE_MOVED',
      isRetryable: true,
    });
    expect(writes()).toHaveLength(3);
  });

  it('lets the second pass in which the record changed, for the condition cannot tell edits within it apart', async () => {
    now = Date.parse('2026-11-23T10:00:00.400Z');
    salesforce.plan(READ, standing('"Name":"Acme"'), standing('"Name":"Edited"', '2026-11-23T10:00:00.900+0000'));

    const result = await apply({ Name: 'Acme' }, { Name: 'Acme Inc' });

    expect(result).toEqual({ status: 'mismatch', current: { Name: 'Edited' } });
    expect(waits).toEqual([600]);
  });

  it('waits a second at most, however wrong the clocks are', async () => {
    now = Date.parse('2026-11-23T09:00:00Z');
    salesforce.plan(READ, standing('"Name":"Acme"'));

    await apply({ Name: 'Acme' }, { Name: 'Acme Inc' });

    expect(waits).toEqual([1000]);
  });

  it('tells a validation rule’s words with its field', async () => {
    salesforce.plan(READ, standing('"Name":"Acme"'));
    salesforce.plan(WRITE, {
      status: 400,
      json: [{ errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'Ask finance', fields: ['Name'] }],
    });

    const result = await apply({ Name: 'Acme' }, { Name: 'Acme Inc' });

    expect(result).toMatchObject({ status: 'refused', fault: { code: 'SALESFORCE_REFUSED', field: 'Name' } });
    expect(JSON.stringify(result)).toContain('Ask finance');
  });

  it.each([
    ['UNABLE_TO_LOCK_ROW', 'SALESFORCE_ROW_LOCKED'],
    ['INSUFFICIENT_ACCESS_OR_READONLY', 'PERMISSION_MISSING'],
  ])('tells %s as %s', async (errorCode, code) => {
    salesforce.plan(READ, standing('"Name":"Acme"'));
    salesforce.plan(WRITE, { status: 400, json: [{ errorCode, message: 'x' }] });

    expect(await apply({ Name: 'Acme' }, { Name: 'Acme Inc' })).toMatchObject({ status: 'refused', fault: { code } });
  });

  it('tells that the record is gone', async () => {
    salesforce.plan(READ, { status: 404, json: [{ errorCode: 'NOT_FOUND', message: 'x' }] });

    expect(await apply({ Name: 'Acme' }, { Name: 'Acme Inc' })).toMatchObject({
      status: 'refused',
      fault: { code: 'SALESFORCE_RECORD_GONE' },
    });
  });

  it.each([
    ['Rating__c', 'PERMISSION_MISSING'],
    ['Nmae', 'FIELD_UNKNOWN'],
  ])('names the field %s that cannot be written, and writes nothing', async (field, code) => {
    salesforce.plan(READ, standing('"Rating__c":null'));

    expect(await apply({}, { [field]: 'x' })).toMatchObject({ status: 'refused', fault: { code, field } });
    expect(writes()).toEqual([]);
  });

  it('does not write where it cannot tell when the record changed', async () => {
    salesforce.plan(READ, { text: '{"Name":"Acme"}' });

    await expect(apply({ Name: 'Acme' }, { Name: 'Acme Inc' })).rejects.toMatchObject({ code: 'MAPPING_INVALID' });
    expect(writes()).toEqual([]);
  });

  it('reads a blank checkbox as unchecked', async () => {
    salesforce.plan(READ, standing('"IsOnHold__c":false'));

    expect(await apply({}, { IsOnHold__c: null })).toEqual({ status: 'unchanged' });
  });

  it('is safe to run again after an answer that was lost', async () => {
    salesforce.plan(READ, standing('"Name":"Acme"'), standing('"Name":"Acme Inc"'));
    salesforce.plan(WRITE, 'cut');
    await expect(apply({ Name: 'Acme' }, { Name: 'Acme Inc' })).rejects.toMatchObject({
      code: 'SALESFORCE_UNAVAILABLE',
    });

    expect(await apply({ Name: 'Acme' }, { Name: 'Acme Inc' })).toEqual({ status: 'unchanged' });
    expect(writes()).toHaveLength(1);
  });

  it.each(['../Contact/003', "001'", '001A0000006Vm9uIAC/Contacts'])('lets no id lead elsewhere: %p', async (id) => {
    const org = createSalesforce({ org: salesforce.settings(), clock: () => new Date(now) });

    await expect(org.apply({ type: 'Account', id, expected: {}, wanted: { Name: 'x' } })).rejects.toMatchObject({
      code: 'REQUEST_MALFORMED',
    });
  });
});
