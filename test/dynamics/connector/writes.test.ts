import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Answer, EntityRecord, Values, WriteRequest } from '../../../relay/src/dynamics/connector.ts';
import type { CallSample } from '../../../relay/src/dynamics/odata/client.ts';
import { RelayError } from '../../../relay/src/errors.ts';
import { CLIENT } from '../finance-operations/simulator-under-test.ts';
import { aCall, connectionTo, startConnector, type ConnectorUnderTest } from './connector-under-test.ts';

const FIELDS = ['CustomerAccount', 'OrganizationName', 'CustomerGroupId', 'CreditLimit', 'OnHoldStatus'];

function create(values: Values = {}, company = 'usmf'): WriteRequest {
  return {
    verb: 'create',
    entitySet: 'CustomersV3',
    company,
    values: { OrganizationName: 'Acme', CustomerGroupId: '10', SalesCurrencyCode: 'USD', ...values },
    fields: FIELDS,
  };
}

function update(account: string, values: Values, etag: string | null = null): WriteRequest {
  const key = { dataAreaId: 'usmf', CustomerAccount: account };
  return { verb: 'update', entitySet: 'CustomersV3', key, values, etag, fields: FIELDS };
}

function codeOf(answer: Answer<unknown> | undefined): string | null {
  return answer?.ok === false ? answer.fault.code : null;
}

function recordOf(answer: Answer<EntityRecord | null> | undefined): EntityRecord {
  if (answer?.ok !== true || answer.value === null) throw new Error(`No record: ${JSON.stringify(answer)}`);
  return answer.value;
}

describe('writing to Finance & Operations', () => {
  let test: ConnectorUnderTest;
  const customers = (): number => test.under.simulator.admin.rows({ set: 'CustomersV3' }).length;

  beforeAll(async () => {
    test = await startConnector();
  });
  beforeEach(() => {
    test.under.simulator.admin.clearFaults();
    test.under.simulator.admin.reset();
    test.samples.length = 0;
  });
  afterAll(() => test.stop());

  it('creates a record and returns what Dynamics made of it, from the answer itself', async () => {
    await test.connector.describe('CustomersV3', aCall());
    test.samples.length = 0;

    const [answer] = await test.connector.write([create({ CreditLimit: '1234567890123456.78' })], aCall());

    const { key, values, etag } = recordOf(answer);
    expect(key).toEqual({ dataAreaId: 'usmf', CustomerAccount: values['CustomerAccount'] });
    expect(values).toMatchObject({ OrganizationName: 'Acme', CreditLimit: '1234567890123456.78', OnHoldStatus: 'No' });
    expect(etag).toMatch(/^W\//);
    expect(test.samples).toHaveLength(1);
  });

  it('keeps the result of a create whose neighbor cannot be read back for want of a token', async () => {
    const standing = recordOf((await test.connector.write([create()], aCall()))[0]);
    const before = customers();
    let isAway = false;
    const { entra, simulator } = test.under;
    const tokens = {
      token: async () => {
        if (isAway) throw new RelayError('DYNAMICS_UNAVAILABLE', 'Entra is away.');
        return entra.token(CLIENT, simulator.baseUrl);
      },
      invalidate: () => undefined,
    };
    const observe = ({ kind }: CallSample): void => void (isAway = kind === 'batch');
    const connector = test.another({ tokens, observe });
    await connector.describe('CustomersV3', aCall());

    const account = String(standing.values['CustomerAccount']);
    const [made, changed] = await connector.write(
      [create(), update(account, { OrganizationName: 'Other' }, standing.etag)],
      aCall(),
    );

    expect(customers()).toBe(before + 1);
    expect(recordOf(made).values['OrganizationName']).toBe('Acme');
    expect(changed).toMatchObject({ ok: false, isUnknown: true });
  });

  it('renders what it would send, faults and all, and sends nothing', async () => {
    const key = { dataAreaId: 'usmf', CustomerAccount: "O'Neil / 1" };
    await test.connector.describe('CustomersV3', aCall());
    test.samples.length = 0;

    const rendered = await test.connector.render(
      [
        create({ CreditLimit: '1234567890123456.78', AddressCity: null }, 'USMF'),
        { ...update('US-001', { OnHoldStatus: 'All', CreditLimit: null }, 'W/"1"') },
        { verb: 'delete', entitySet: 'CustomersV3', key },
        create({ OnHoldStatus: 'Maybe' }),
        { ...create(), company: null } as WriteRequest,
      ],
      aCall(),
    );

    expect(rendered.slice(0, 3)).toEqual([
      {
        ok: true,
        value: {
          method: 'POST',
          path: 'CustomersV3?cross-company=true',
          ifMatch: null,
          body: '{"dataAreaId":"usmf","OrganizationName":"Acme","CustomerGroupId":"10","SalesCurrencyCode":"USD","CreditLimit":1234567890123456.78}',
        },
      },
      {
        ok: true,
        value: {
          method: 'PATCH',
          path: "CustomersV3(dataAreaId='usmf',CustomerAccount='US-001')?cross-company=true",
          ifMatch: 'W/"1"',
          body: '{"OnHoldStatus":"All","CreditLimit":0}',
        },
      },
      {
        ok: true,
        value: {
          method: 'DELETE',
          path: "CustomersV3(dataAreaId='usmf',CustomerAccount='O''Neil%20%2F%201')?cross-company=true",
          ifMatch: null,
          body: null,
        },
      },
    ]);
    expect(rendered.slice(3).map((answer) => codeOf(answer))).toEqual(['ENUM_MEMBER_UNKNOWN', 'COMPANY_NOT_ROUTED']);
    expect(test.samples).toEqual([]);
  });

  it('renders nothing that the connection does not allow', async () => {
    const connector = test.another({ settings: { ...connectionTo(test.under.simulator.baseUrl), allowed: new Map() } });

    await expect(connector.render([create()], aCall())).rejects.toMatchObject({ code: 'ENTITY_SET_NOT_ALLOWED' });
  });

  it('writes to the company it was told and not to the default one', async () => {
    const [answer] = await test.connector.write([create({ SalesCurrencyCode: 'GBP' }, 'GBSI')], aCall());

    expect(recordOf(answer).key['dataAreaId']).toBe('gbsi');
  });

  it('refuses a create without a company, which would land in the default one', async () => {
    const [answer] = await test.connector.write([{ ...create(), company: null } as WriteRequest], aCall());

    expect(codeOf(answer)).toBe('COMPANY_NOT_ROUTED');
    expect(test.samples.some(({ kind }) => kind === 'batch')).toBe(false);
  });

  it('lets one bad record stop no other, and names the field at fault', async () => {
    const answers = await test.connector.write(
      [create(), create({ CustomerGroupId: 'Local' }), create({ OnHoldStatus: 'Maybe' }), create()],
      aCall(),
    );

    expect(answers.map((answer) => codeOf(answer))).toEqual([
      null,
      'DYNAMICS_VALUE_NOT_FOUND',
      'ENUM_MEMBER_UNKNOWN',
      null,
    ]);
    expect(answers[1]).toMatchObject({ isUnknown: false, fault: { field: 'CustomerGroupId' } });
    expect(JSON.stringify(answers)).not.toMatch(/stacktrace|validateField|Microsoft\.Dynamics/);
  });

  it.each([400, 500] as const)('knows a duplicate whether it comes as 400 or 500 (%s)', async (duplicateKeyStatus) => {
    const other = await startConnector({ duplicateKeyStatus });
    other.under.simulator.admin.numberSequence({ company: 'usmf', of: 'Customer', mode: 'Manual' });
    const twin = create({ CustomerAccount: "O'Neil" });

    const first = await other.connector.write([twin], aCall());
    const second = await other.connector.write([twin], aCall());

    expect(codeOf(first[0])).toBeNull();
    expect(second[0]).toMatchObject({ ok: false, isUnknown: false, fault: { code: 'DYNAMICS_DUPLICATE' } });
    await other.stop();
  });

  it('blames the number sequence, not the record, when a company wants the number from us', async () => {
    const [answer] = await test.connector.write([create({ SalesCurrencyCode: 'EUR' }, 'demf')], aCall());

    expect(answer).toMatchObject({ ok: false, fault: { code: 'DYNAMICS_NUMBER_REFUSED', field: 'CustomerAccount' } });
  });

  it('takes an update that repeats the key', async () => {
    const values = { CustomerAccount: 'US-001', OrganizationName: 'Same key' };

    const [answer] = await test.connector.write([update('US-001', values)], aCall());

    expect(recordOf(answer).values['OrganizationName']).toBe('Same key');
  });

  it('updates only what is sent, clears strings with "", and reads the result back', async () => {
    const [answer] = await test.connector.write(
      [update('US-001', { OrganizationName: "L'Oréal", NameAlias: null })],
      aCall(),
    );

    expect(recordOf(answer).values).toMatchObject({ OrganizationName: "L'Oréal", CustomerGroupId: expect.any(String) });
    const [row] = test.under.simulator.admin
      .rows({ set: 'CustomersV3' })
      .filter((each) => each['CustomerAccount'] === 'US-001');
    expect(row?.['NameAlias']).toBe('');
  });

  it('answers an update of what is not there with DYNAMICS_RECORD_GONE', async () => {
    const [answer] = await test.connector.write([update('NOPE', { OrganizationName: 'x' })], aCall());

    expect(answer).toMatchObject({ ok: false, isUnknown: false, fault: { code: 'DYNAMICS_RECORD_GONE' } });
  });

  it('answers a stale etag with DYNAMICS_UPDATE_CONFLICT and leaves the record alone', async () => {
    const [first] = await test.connector.write([update('US-001', { OrganizationName: 'First' })], aCall());
    const { etag } = recordOf(first);
    await test.connector.write([update('US-001', { OrganizationName: 'Second' }, etag)], aCall());

    const [stale] = await test.connector.write([update('US-001', { OrganizationName: 'Third' }, etag)], aCall());

    expect(codeOf(stale)).toBe('DYNAMICS_UPDATE_CONFLICT');
    const [read] = await test.connector.read(
      [{ entitySet: 'CustomersV3', key: { dataAreaId: 'usmf', CustomerAccount: 'US-001' }, fields: FIELDS }],
      aCall(),
    );
    expect(recordOf(read).values['OrganizationName']).toBe('Second');
  });

  it('deletes twice with the same result', async () => {
    const key = recordOf((await test.connector.write([create()], aCall()))[0]).key;
    const remove: WriteRequest = { verb: 'delete', entitySet: 'CustomersV3', key };

    const first = await test.connector.write([remove], aCall());
    const second = await test.connector.write([remove], aCall());

    expect([first, second]).toEqual([[{ ok: true, value: null }], [{ ok: true, value: null }]]);
  });

  it('splits a long list into batches and answers in its order', async () => {
    const connector = test.another({ batchSize: 7 });
    const names = Array.from({ length: 30 }, (_each, index) => `Customer ${index}`);

    const answers = await connector.write(
      names.map((OrganizationName) => create({ OrganizationName })),
      aCall('bulk'),
    );

    expect(answers.map((answer) => recordOf(answer).values['OrganizationName'])).toEqual(names);
    const sizes = test.samples.filter(({ kind }) => kind === 'batch').map(({ operations }) => operations);
    expect(sizes.toSorted((a, b) => a - b)).toEqual([2, 7, 7, 7, 7]);
  });

  describe('together', () => {
    const header: WriteRequest = {
      verb: 'create',
      entitySet: 'SalesOrderHeadersV4',
      company: 'demf',
      values: { SalesOrderNumber: 'SF-1', OrderingCustomerAccountNumber: 'DE-001', CurrencyCode: 'EUR' },
      fields: ['SalesOrderNumber'],
    };
    const line = (item: string, quantity = '2'): WriteRequest => ({
      verb: 'create',
      entitySet: 'SalesOrderLinesV3',
      company: 'demf',
      values: { SalesOrderNumber: 'SF-1', ItemNumber: item, OrderedSalesQuantity: quantity },
      fields: ['InventoryLotId', 'ItemNumber'],
    });

    it('writes a document with its lines as one', async () => {
      const answer = await test.connector.writeTogether([header, line('D0001'), line('D0002')], aCall());

      expect(answer).toMatchObject({
        ok: true,
        value: [{ values: { SalesOrderNumber: 'SF-1' } }, {}, { values: { ItemNumber: 'D0002' } }],
      });
    });

    it('leaves nothing behind when a line is refused, and says which', async () => {
      const answer = await test.connector.writeTogether([header, line('D0001'), line('NOPE')], aCall());

      expect(answer).toMatchObject({
        ok: false,
        isUnknown: false,
        fault: { code: 'DYNAMICS_VALUE_NOT_FOUND', field: 'ItemNumber' },
      });
      expect(answer.ok ? '' : answer.fault.message).toContain('SalesOrderLinesV3, operation 3 of 3');
      expect(test.under.simulator.admin.rows({ set: 'SalesOrderHeadersV4', company: 'demf' })).toEqual([]);
    });

    it('sends nothing when a value does not fit its field', async () => {
      const answer = await test.connector.writeTogether([header, line('D0001', 'two')], aCall());

      expect(answer).toMatchObject({ ok: false, fault: { code: 'VALUE_WRONG_TYPE', field: 'OrderedSalesQuantity' } });
      expect(test.under.simulator.admin.rows({ set: 'SalesOrderHeadersV4', company: 'demf' })).toEqual([]);
    });
  });

  describe('under fire', () => {
    it('tells an unknown outcome when the connection is cut after the commit', async () => {
      const before = customers();
      test.under.simulator.admin.fault({ kind: 'cutAfter', set: '$batch' });

      const [answer] = await test.connector.write([create()], aCall());

      expect(answer).toMatchObject({ ok: false, isUnknown: true, fault: { code: 'DYNAMICS_UNAVAILABLE' } });
      expect(customers()).toBe(before + 1);
    });

    it('never sends a write again when its connection is cut', async () => {
      const before = customers();
      test.under.simulator.admin.fault({ kind: 'cutBefore', set: '$batch' });

      const [answer] = await test.connector.write([create()], aCall());

      expect(answer).toMatchObject({ ok: false, isUnknown: true });
      expect(customers()).toBe(before);
    });

    it('tells an unknown outcome when a gateway answers with HTML', async () => {
      test.under.simulator.admin.fault({ kind: 'answer', status: 502, set: '$batch' });

      const [answer] = await test.connector.write([create()], aCall());

      expect(answer).toMatchObject({ ok: false, isUnknown: true, fault: { code: 'DYNAMICS_UNAVAILABLE' } });
    });

    it('tells a known outcome when Dynamics refuses at the door, and holds back whoever comes next', async () => {
      const connector = test.another();
      await connector.describe('CustomersV3', aCall());
      test.under.simulator.admin.fault({ kind: 'answer', status: 429, retryAfterSeconds: 9, set: '$batch' });

      const [refused] = await connector.write([create()], aCall());
      const before = test.samples.length;
      const [held] = await connector.write([create()], aCall());

      expect(refused).toMatchObject({
        ok: false,
        isUnknown: false,
        fault: { code: 'DYNAMICS_THROTTLED', retryAfterMs: 9000 },
      });
      expect(codeOf(held)).toBe('DYNAMICS_THROTTLED');
      expect(test.samples).toHaveLength(before);
    });

    it('tells which records of a batch were throttled, and waits as they asked', async () => {
      const connector = test.another();
      test.under.simulator.admin.fault({
        kind: 'answer',
        status: 429,
        retryAfterSeconds: 7,
        set: 'CustomersV3',
        verb: 'POST',
        after: 1,
      });

      const answers = await connector.write([create(), create(), create()], aCall());
      const [held] = await connector.write([create()], aCall());

      expect(answers.map((answer) => codeOf(answer))).toEqual([null, 'DYNAMICS_THROTTLED', null]);
      expect(answers[1]).toMatchObject({ isUnknown: false, fault: { retryAfterMs: 7000 } });
      expect(codeOf(held)).toBe('DYNAMICS_THROTTLED');
    });

    it('calls the outcome unknown when a write was carried out but could not be read back', async () => {
      await test.connector.describe('CustomersV3', aCall());
      test.under.simulator.admin.fault({ kind: 'answer', status: 502, set: 'CustomersV3', verb: 'GET' });

      const [answer] = await test.connector.write([update('US-001', { OrganizationName: 'Written' })], aCall());

      expect(answer).toMatchObject({ ok: false, isUnknown: true, fault: { code: 'DYNAMICS_UNAVAILABLE' } });
    });

    it('loses and doubles nothing in a storm of refusals, as its answers tell', async () => {
      const connector = test.another({ batchSize: 5 });
      const before = customers();
      await connector.describe('CustomersV3', aCall());
      test.under.simulator.admin.throttle({ probability: 0.3, seed: 7, retryAfterSeconds: 0.02, where: 'both' });

      const answers = await connector.write(
        Array.from({ length: 60 }, () => create()),
        aCall('bulk'),
      );
      test.under.simulator.admin.throttle(null);

      const done = answers.filter(({ ok }) => ok).length;
      expect(done).toBeGreaterThan(0);
      expect(done).toBeLessThan(60);
      expect(
        answers.every((answer) => answer.ok || (codeOf(answer) === 'DYNAMICS_THROTTLED' && !answer.isUnknown)),
      ).toBe(true);
      expect(customers()).toBe(before + done);
    });

    it('fetches a fresh token once when Dynamics no longer takes the old one', async () => {
      await test.connector.describe('CustomersV3', aCall());
      const before = { customers: customers(), tokens: test.tokensFetched() };
      test.under.simulator.admin.fault({ kind: 'expiredToken' });

      const [answer] = await test.connector.write([create()], aCall());

      expect(answer?.ok).toBe(true);
      expect(customers()).toBe(before.customers + 1);
      expect(test.tokensFetched()).toBe(before.tokens + 1);
    });

    it('gives up with CREDENTIAL_REFUSED when the fresh token is refused too', async () => {
      test.under.simulator.admin.fault({ kind: 'answer', status: 401, times: 2 });

      const [answer] = await test.connector.write([create()], aCall());

      expect(answer).toMatchObject({ ok: false, isUnknown: false, fault: { code: 'CREDENTIAL_REFUSED' } });
    });

    it('answers OUT_OF_TIME, unknown, when the call ends after the write was sent', async () => {
      await test.connector.describe('CustomersV3', aCall());
      test.under.simulator.admin.fault({ kind: 'delay', milliseconds: 400, set: '$batch' });

      const [answer] = await test.connector.write([create()], aCall('realTime', AbortSignal.timeout(40)));

      expect(answer).toMatchObject({ ok: false, isUnknown: true, fault: { code: 'OUT_OF_TIME' } });
    });

    it('sends nothing for a call that has ended', async () => {
      await test.connector.describe('CustomersV3', aCall());
      const before = customers();

      const [answer] = await test.connector.write([create()], aCall('realTime', AbortSignal.abort()));

      expect(answer).toMatchObject({ ok: false, isUnknown: false, fault: { code: 'OUT_OF_TIME' } });
      expect(customers()).toBe(before);
    });

    it('answers a silent environment as unknown after the timeout', async () => {
      const connector = test.another({ timeoutMs: 50 });
      await connector.describe('CustomersV3', aCall());
      test.under.simulator.admin.fault({ kind: 'delay', milliseconds: 1500, set: '$batch' });

      const [answer] = await connector.write([create()], aCall());

      expect(answer).toMatchObject({ ok: false, isUnknown: true, fault: { code: 'DYNAMICS_UNAVAILABLE' } });
    });

    it('tells a known outcome when nobody listens at the address', async () => {
      const other = await startConnector();
      await other.connector.describe('CustomersV3', aCall());
      await other.under.simulator.stop();

      const [answer] = await other.connector.write([create()], aCall());

      expect(answer).toMatchObject({ ok: false, fault: { code: 'DYNAMICS_UNAVAILABLE' } });
      await other.stop();
    });
  });
});
