import { afterEach, describe, expect, it } from '@jest/globals';
import type { Values, WriteRequest } from '../../../relay/src/dynamics/connector.ts';
import type { ConnectionSettings } from '../../../relay/src/settings.ts';
import type { Operation } from '../finance-operations/operations.ts';
import type { FinanceOperationsOptions } from '../finance-operations/start.ts';
import { aCall, connectionTo, startConnector, type ConnectorUnderTest } from './connector-under-test.ts';

const FIELDS = ['OrganizationName', 'CustomerGroupId', 'CreditLimit'];
const KEY = { dataAreaId: 'usmf', CustomerAccount: 'US-001' };
const PATH = "CustomersV3(dataAreaId='usmf',CustomerAccount='US-001')";

type Switches = Pick<ConnectionSettings, 'concurrency' | 'continueOnError'>;

let test: ConnectorUnderTest;
let received: Operation[];
afterEach(() => test.stop());

/** An environment that treats the headers its own way, and a connection with its own switches. */
async function start(simulator: Partial<FinanceOperationsOptions>, switches: Switches) {
  received = [];
  test = await startConnector({ ...simulator, received: (operation) => void received.push(operation) });
  return test.another({ settings: { ...connectionTo(test.under.simulator.baseUrl), ...switches } });
}

const update = (values: Values, etag: string | null, unsent: Values): WriteRequest => ({
  ...{ verb: 'update', entitySet: 'CustomersV3', key: KEY, values, etag, unsent, fields: FIELDS },
});

const create = (group: string): WriteRequest => ({
  verb: 'create',
  entitySet: 'CustomersV3',
  company: 'usmf',
  values: { OrganizationName: 'Acme', CustomerGroupId: group, SalesCurrencyCode: 'USD' },
  fields: FIELDS,
});

describe('an update where the environment ignores If-Match', () => {
  it('is sent without the header, and tells what moved meanwhile in fields that it did not send', async () => {
    const connector = await start({ staleTags: 'ignored' }, { concurrency: 'Compare' });
    const [read] = await connector.read([{ entitySet: 'CustomersV3', key: KEY, fields: FIELDS }], aCall());
    if (read?.ok !== true || read.value === null) throw new Error('No customer.');
    const { etag, values } = read.value;
    const unsent = { CreditLimit: values['CreditLimit'] ?? null };
    await test.under.patch(PATH, { CreditLimit: 77 });

    const [moved] = await connector.write([update({ OrganizationName: 'Renamed' }, etag, unsent)], aCall());
    const [calm] = await connector.write([update({ OrganizationName: 'Again' }, etag, { CreditLimit: '77' })], aCall());

    expect(moved).toMatchObject({
      ok: false,
      isUnknown: false,
      fault: { code: 'DYNAMICS_UPDATE_CONFLICT', field: 'CreditLimit' },
    });
    expect(calm).toMatchObject({ ok: true, value: { values: { OrganizationName: 'Again', CreditLimit: '77' } } });
    expect(received.filter(({ headers }) => headers['if-match'] !== undefined)).toEqual([]);
  });

  it('loses what finance wrote meanwhile unless the connection says so: the switch is needed', async () => {
    const connector = await start({ staleTags: 'ignored' }, {});
    const unsent = { CreditLimit: '1' };

    const [answer] = await connector.write([update({ OrganizationName: 'Renamed' }, 'W/"old"', unsent)], aCall());

    expect(answer?.ok).toBe(true);
    expect(received.some(({ headers }) => headers['if-match'] === 'W/"old"')).toBe(true);
  });

  it('shows in what would be sent that no tag goes along', async () => {
    const connector = await start({}, { concurrency: 'Compare' });

    const [rendered] = await connector.render([update({ OrganizationName: 'X' }, 'W/"1"', {})], aCall());

    expect(rendered).toMatchObject({ ok: true, value: { ifMatch: null } });
  });
});

describe('a batch where one record is refused', () => {
  const batchOf = [create('10'), create('Nowhere'), create('20')];
  const count = (): number =>
    test.under.simulator.admin.rows({ set: 'CustomersV3' }).filter((row) => row['OrganizationName'] === 'Acme').length;

  it('goes on, because the environment was asked to', async () => {
    const connector = await start({}, {});

    const answers = await connector.write(batchOf, aCall());

    expect(answers.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(count()).toBe(2);
  });

  it.each<[string, Partial<FinanceOperationsOptions>, Switches]>([
    ['the environment does not honor the wish', { continueOnError: 'never' }, {}],
    ['the connection does not ask', {}, { continueOnError: false }],
  ])('answers the rest as certainly not done where %s, and it can be sent again', async (_, simulator, switches) => {
    const connector = await start(simulator, switches);

    const answers = await connector.write(batchOf, aCall());
    const again = await connector.write(batchOf.slice(2), aCall());

    expect(answers.map(({ ok }) => ok)).toEqual([true, false, false]);
    expect(answers[2]).toMatchObject({ isUnknown: false, fault: { code: 'DYNAMICS_UNAVAILABLE', retryAfterMs: 0 } });
    expect(again.map(({ ok }) => ok)).toEqual([true]);
    expect(count()).toBe(2);
  });
});
