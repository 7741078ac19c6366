import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import answers from '../../../contracts/fixtures/apply-answer.json' with { type: 'json' };
import calls from '../../../contracts/fixtures/apply.json' with { type: 'json' };
import schema from '../../../contracts/schemas/apply.v1.schema.json' with { type: 'json' };
import { compileSchema } from '../json-schema.ts';
import { startFakeSalesforce, type FakeSalesforce, type PlannedAnswer } from './fake-salesforce.test-support.ts';
import { createSalesforce } from './salesforce-org.ts';
import type { ConditionalWrite } from './salesforce.ts';

const CALL = 'POST /services/apexrest/v1/apply';
const ACME = '001A0000006Vm9uIAC';
const RENAME: ConditionalWrite = {
  type: 'Account',
  id: ACME,
  expected: { Name: 'Acme' },
  wanted: { Name: 'Acme Inc' },
};

const checkCall = compileSchema(schema, { all: true });
let salesforce: FakeSalesforce;

beforeEach(async () => {
  salesforce = await startFakeSalesforce();
});

afterEach(() => salesforce.stop());

function apply(write: ConditionalWrite, namespace = '') {
  const org = salesforce.settings({ namespace });
  return createSalesforce({ org, clock: () => new Date('2026-11-23T10:00:00Z') }).apply(write);
}

function answer(result: object, more: object = {}): PlannedAnswer {
  const { correlationId } = answers;
  const one = { id: ACME, status: 'applied', current: null, fault: null, ...result };
  return { json: { contract: 1, correlationId, results: [one], ...more } };
}

/** A refusal of the whole call, as our endpoints tell it (error.v1). */
function refusal(status: number, code: string, message = 'Said in Apex.'): PlannedAnswer {
  const { correlationId } = answers;
  return { status, json: { code, message, retryable: status === 503, retryAfterMs: null, correlationId } };
}

const bodies = (): unknown[] => salesforce.requests.map(({ text }) => JSON.parse(text) as unknown);

describe('a call', () => {
  it('is the golden call of the contract', async () => {
    const [write] = calls.writes;
    if (write?.unit === undefined) throw new Error('The fixture begins with a write that tells of its unit.');
    salesforce.plan(CALL, answer({ id: write.id }));

    await apply({ ...(write as unknown as ConditionalWrite), correlationId: calls.correlationId });

    expect(bodies()).toEqual([{ ...calls, writes: [write] }]);
  });

  it('follows the schema, whatever the write leaves open', async () => {
    salesforce.plan(CALL, answer({}));

    await apply({
      ...RENAME,
      expected: { Phone: '1' },
      wanted: { Name: 'Acme Inc', CreditLimit__c: '9007199254740993.55' },
    });

    const [body] = bodies();
    expect(checkCall(body)).toEqual([]);
    expect(body).toMatchObject({
      writes: [
        {
          expected: { Name: null, CreditLimit__c: null },
          wanted: { Name: 'Acme Inc', CreditLimit__c: '9007199254740993.55' },
          unit: null,
        },
      ],
    });
    expect(JSON.stringify(body)).not.toContain('Phone');
  });

  it('is one call, and goes to the namespace of the installed package', async () => {
    salesforce.plan('POST /services/apexrest/causeway/v1/apply', answer({}));

    expect(await apply(RENAME, 'causeway')).toEqual({ status: 'applied' });
    expect(salesforce.requests).toHaveLength(1);
  });

  it('is not made where nothing is wanted', async () => {
    expect(await apply({ ...RENAME, wanted: {} })).toEqual({ status: 'unchanged' });
    expect(salesforce.requests).toEqual([]);
  });

  it('whose answer is lost can be made again, and is not repeated unasked', async () => {
    salesforce.plan(CALL, 'cut', answer({ status: 'unchanged' }));

    await expect(apply(RENAME)).rejects.toMatchObject({ code: 'SALESFORCE_UNAVAILABLE', isRetryable: true });
    expect(salesforce.requests).toHaveLength(1);
    expect(await apply(RENAME)).toEqual({ status: 'unchanged' });
  });
});

describe('an answer', () => {
  it.each([
    [0, { status: 'applied' }],
    [1, { status: 'mismatch', current: { BillingCity: 'Bellevue' } }],
    [2, { status: 'refused', fault: { code: 'SALESFORCE_RECORD_GONE', field: null } }],
  ])('of the contract is understood: result %i', async (index, expected) => {
    const [result, write] = [answers.results[index], calls.writes[index]];
    if (result === undefined || write === undefined) throw new Error('The fixtures have fewer results.');
    salesforce.plan(CALL, answer(result));

    expect(await apply(write as unknown as ConditionalWrite)).toMatchObject(expected);
  });

  it('tells a validation rule’s words with its field and the record', async () => {
    const fault = { code: 'SALESFORCE_REFUSED', field: 'Name', message: 'Ask\nfinance', fix: 'x', owner: 'admin' };
    salesforce.plan(CALL, answer({ status: 'refused', fault }));

    expect(await apply(RENAME)).toEqual({
      status: 'refused',
      fault: {
        code: 'SALESFORCE_REFUSED',
        field: 'Name',
        message: `Salesforce refused Account ${ACME}: Ask finance`,
        retryAfterMs: null,
      },
    });
  });

  it('whose refusal only a newer package knows is a refusal all the same', async () => {
    const fault = { code: 'BRAND_NEW', field: null, message: 'New', fix: 'x', owner: 'admin' };
    salesforce.plan(CALL, answer({ status: 'refused', fault }));

    expect(await apply(RENAME)).toMatchObject({ status: 'refused', fault: { code: 'SALESFORCE_REFUSED' } });
  });

  it.each([
    ['of another contract', answer({}, { contract: 2 })],
    ['of an unknown status', answer({ status: 'queued' })],
    ['of another record', answer({ id: '001A0000006Vm9vIAC' })],
    [
      'of two records',
      answer({}, { results: [0, 1].map(() => ({ id: ACME, status: 'applied', current: null, fault: null })) }),
    ],
    ['of no record', answer({}, { results: [] })],
    ['without a body', { status: 200 }],
  ])('%s is taken for no success', async (_what, planned) => {
    salesforce.plan(CALL, planned);

    await expect(apply(RENAME)).rejects.toMatchObject({
      code: 'CONTRACT_UNSUPPORTED',
      message: expect.stringContaining('Upgrade the relay, or install the package version'),
    });
  });
});

describe('a call that is refused as a whole', () => {
  it('with a lock is made again later', async () => {
    salesforce.plan(CALL, refusal(503, 'SALESFORCE_ROW_LOCKED'));

    await expect(apply(RENAME)).rejects.toMatchObject({ code: 'SALESFORCE_ROW_LOCKED', isRetryable: true });
  });

  it('without the endpoint says which package to install', async () => {
    salesforce.plan(CALL, {
      status: 404,
      json: [{ errorCode: 'NOT_FOUND', message: 'Could not find a match for URL' }],
    });

    await expect(apply(RENAME)).rejects.toMatchObject({
      code: 'CONTRACT_UNSUPPORTED',
      message:
        'The org has no endpoint /services/apexrest/v1/apply, through which Account is written. Install the package version that the compatibility table in CHANGELOG.md names.',
    });
  });

  it('for want of the class says which permission set to give', async () => {
    const message = 'You do not have access to the Apex class named: ApplyResource';
    salesforce.plan(CALL, { status: 403, json: [{ errorCode: 'FORBIDDEN', message }] });

    await expect(apply(RENAME)).rejects.toMatchObject({
      code: 'PERMISSION_MISSING',
      message: expect.stringContaining('Give it the permission set Causeway Integration.'),
    });
  });

  it.each([
    [403, 'PERMISSION_MISSING'],
    [400, 'CONTRACT_UNSUPPORTED'],
    [400, 'REQUEST_MALFORMED'],
    [500, 'UNEXPECTED'],
  ])('with status %i and %s keeps code, words and record', async (status, code) => {
    salesforce.plan(CALL, refusal(status, code));

    await expect(apply(RENAME)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(new RegExp(`Account ${ACME}: Said in Apex\\.`)),
    });
  });

  it('for a limit that Apex ran into is the record’s fault: the org’s automation is to be looked at', async () => {
    const message = 'System.LimitException: Apex CPU time limit exceeded\n\nClass.Accounts.check: line 7, column 1';
    salesforce.plan(CALL, { status: 500, json: [{ errorCode: 'APEX_ERROR', message }] });

    expect(await apply(RENAME)).toMatchObject({
      status: 'refused',
      fault: {
        code: 'SALESFORCE_REFUSED',
        message: `Salesforce refused Account ${ACME}: System.LimitException: Apex CPU time limit exceeded (APEX_ERROR)`,
      },
    });
  });

  it.each([
    ['a proxy', { status: 503, json: { code: 'busy', message: 'x' } }],
    ['Salesforce itself', { status: 500, json: [{ errorCode: 'UNKNOWN_EXCEPTION', message: 'x' }] }],
  ])('by %s is made again later', async (_who, planned) => {
    salesforce.plan(CALL, planned);

    await expect(apply(RENAME)).rejects.toMatchObject({ code: 'SALESFORCE_UNAVAILABLE', isRetryable: true });
  });
});
