import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Answer, EntityRecord, FindRequest, ReadRequest, Value } from '../../../relay/src/dynamics/connector.ts';
import { createFinanceOperations } from '../../../relay/src/dynamics/finance-operations/connector.ts';
import { aCall, connectionTo, startConnector, type ConnectorUnderTest } from './connector-under-test.ts';

const customer = (company: string, account: string): ReadRequest => ({
  entitySet: 'CustomersV3',
  key: { dataAreaId: company, CustomerAccount: account },
  fields: ['OrganizationName', 'CreditLimit', 'OnHoldStatus', 'AddressValidTo', 'CredManCustomerSince', 'NameAlias'],
});

function named(name: Value, options: Partial<FindRequest> = {}): FindRequest {
  const anyOf = [[{ field: 'OrganizationName', value: name }]];
  return { entitySet: 'CustomersV3', company: 'usmf', anyOf, fields: ['OrganizationName'], limit: 10, ...options };
}

function found(answer: Answer<EntityRecord[]> | undefined): EntityRecord[] {
  if (answer?.ok !== true) throw new Error(`Not found: ${JSON.stringify(answer)}`);
  return answer.value;
}

const accounts = (answer: Answer<EntityRecord[]> | undefined): Value[] =>
  found(answer).map(({ key }) => key['CustomerAccount'] ?? null);

describe('reading from Finance & Operations', () => {
  let test: ConnectorUnderTest;

  const seed = (rows: Record<string, string>[]): void =>
    test.under.simulator.admin.seedRows({
      set: 'CustomersV3',
      rows: rows.map((row) => ({ dataAreaId: 'usmf', ...row })),
    });

  beforeAll(async () => {
    test = await startConnector({ pageSize: 3 });
  });
  beforeEach(() => {
    test.under.simulator.admin.clearFaults();
    test.under.simulator.admin.reset();
    test.samples.length = 0;
  });
  afterAll(() => test.stop());

  it('reads every company, not only the default one, and answers null for what is not there', async () => {
    const answers = await test.connector.read(
      [customer('usmf', 'US-001'), customer('GBSI', 'GB-001'), customer('usmf', 'NOPE')],
      aCall(),
    );

    expect(answers[1]).toMatchObject({ ok: true, value: { key: { dataAreaId: 'gbsi', CustomerAccount: 'GB-001' } } });
    expect(answers[2]).toEqual({ ok: true, value: null });
  });

  it('gives canonical values: blank dates and strings are null, the last instant is an instant', async () => {
    const [answer] = await test.connector.read([customer('usmf', 'US-001')], aCall());

    expect(answer).toMatchObject({
      ok: true,
      value: {
        etag: expect.stringMatching(/^W\//),
        values: {
          CreditLimit: '0',
          OnHoldStatus: 'No',
          AddressValidTo: '2154-12-31T23:59:59Z',
          CredManCustomerSince: null,
        },
      },
    });
  });

  it.each(["O'Neil", 'A/B', 'A&B', 'A+B', '50%', 'Ü 1', "'", 'A,B=C'])(
    'finds the key %s however odd',
    async (account) => {
      seed([{ CustomerAccount: account, OrganizationName: 'Odd' }]);
      const entity = await test.connector.describe('CustomersV3', aCall());
      const text = test.connector.formatKey(entity, { dataAreaId: 'USMF', CustomerAccount: account });

      const key = test.connector.parseKey(entity, text);
      const [answer] = await test.connector.read([{ ...customer('usmf', account), key }], aCall());

      expect(key).toEqual({ dataAreaId: 'usmf', CustomerAccount: account });
      expect(answer).toMatchObject({ ok: true, value: { values: { OrganizationName: 'Odd' } } });
    },
  );

  it('finds within one company, and across all where none is given', async () => {
    const groups = { anyOf: [[{ field: 'OnHoldStatus', value: 'No' }]], limit: 100 };

    const [one, all] = await test.connector.find([named('', groups), named('', { ...groups, company: null })], aCall());

    expect(new Set(found(one).map(({ key }) => key['dataAreaId']))).toEqual(new Set(['usmf']));
    expect(new Set(found(all).map(({ key }) => key['dataAreaId']))).toEqual(new Set(['usmf', 'gbsi', 'demf']));
  });

  it('follows pages beyond the server page size, in the order of the key', async () => {
    const names = Array.from({ length: 10 }, (_each, index) => `P-${index}`);
    seed(names.map((CustomerAccount) => ({ CustomerAccount, OrganizationName: 'Page' })));

    const [answer] = await test.connector.find([named('Page', { limit: 100 })], aCall());
    const [few] = await test.connector.find([named('Page', { limit: 4 })], aCall());

    expect(accounts(answer)).toEqual(names);
    expect(accounts(few)).toEqual(names.slice(0, 4));
  });

  it.each([null, 'usmf'])('refuses to answer a part where the whole is asked for (company %s)', async (company) => {
    seed([1, 2, 3, 4, 5].map((number) => ({ CustomerAccount: `Z-${number}`, OrganizationName: 'Whole' })));

    const [cut, whole, tooMany] = await test.connector.find(
      [
        named('Whole', { company, limit: 4 }),
        named('Whole', { company, limit: 5, isWhole: true }),
        named('Whole', { company, limit: 4, isWhole: true }),
      ],
      aCall(),
    );

    expect([accounts(cut).length, accounts(whole).length]).toEqual([4, 5]);
    expect(tooMany).toMatchObject({ ok: false, isUnknown: false, fault: { code: 'TOO_MANY_RECORDS' } });
    expect(tooMany?.ok === false && tooMany.fault.message).toMatch(/More than 4 records of CustomersV3/);
  });

  it('takes * in a value as itself and never as a wildcard', async () => {
    const others = Array.from({ length: 8 }, (_each, index) => ({
      CustomerAccount: `A-${index}`,
      OrganizationName: `Axxx${index}B`,
    }));
    seed([...others, { CustomerAccount: 'STAR', OrganizationName: 'a*b' }]);

    const [answer] = await test.connector.find([named('A*B', { limit: 2 })], aCall());
    const [none] = await test.connector.find([named('A*x')], aCall());

    expect(accounts(answer)).toEqual(['STAR']);
    expect(found(answer)[0]?.values).toEqual({ OrganizationName: 'a*b' });
    expect(found(none)).toEqual([]);
  });

  it('finds what meets any of several groups, once each, though the filter is split', async () => {
    const names = Array.from({ length: 9 }, (_each, index) => `Company number ${index} with a name that is long`);
    seed(names.map((OrganizationName, index) => ({ CustomerAccount: `L-${index}`, OrganizationName })));
    const noise = Array.from(
      { length: 120 },
      (_each, index) => `Nobody with a name that is long ${index} ${'ü'.repeat(20)}`,
    );
    const anyOf = [...names, ...noise, ...names].map((value) => [{ field: 'OrganizationName', value }]);

    const [answer] = await test.connector.find([named('', { anyOf, limit: 100 })], aCall());

    expect(accounts(answer)).toEqual(names.map((_name, index) => `L-${index}`));
  });

  it('keeps a quote in a value from ending the literal', async () => {
    seed([{ CustomerAccount: 'Q-1', OrganizationName: "x' or '1' eq '1" }]);

    const [answer] = await test.connector.find([named("x' or '1' eq '1")], aCall());

    expect(accounts(answer)).toEqual(['Q-1']);
  });

  it('finds blanks: empty strings, dates without value', async () => {
    seed([{ CustomerAccount: 'B-1', OrganizationName: 'Blank' }]);
    const anyOf = [
      [
        { field: 'OrganizationName', value: 'Blank' },
        { field: 'NameAlias', value: null },
        { field: 'CredManCustomerSince', value: null },
      ],
    ];

    const [answer] = await test.connector.find([named('', { anyOf })], aCall());

    expect(accounts(answer)).toEqual(['B-1']);
  });

  it('answers no group with nothing and asks nobody', async () => {
    const [answer] = await test.connector.find([named('', { anyOf: [] })], aCall());

    expect(answer).toEqual({ ok: true, value: [] });
  });

  it('sends many reads as one batch and survives one cut connection', async () => {
    await test.connector.describe('CustomersV3', aCall());
    test.samples.length = 0;
    test.under.simulator.admin.fault({ kind: 'cutBefore' });

    const answers = await test.connector.read([customer('usmf', 'US-001'), customer('usmf', 'US-002')], aCall());

    expect(answers.every((answer) => answer.ok && answer.value !== null)).toBe(true);
    expect(test.samples).toMatchObject([{ kind: 'batch', operations: 2, outcome: 'answered' }]);
  });

  it('answers a gateway error as unavailable, never as unknown', async () => {
    await test.connector.describe('CustomersV3', aCall());
    test.under.simulator.admin.fault({ kind: 'answer', status: 502 });

    const [answer] = await test.connector.read([customer('usmf', 'US-001')], aCall());

    expect(answer).toMatchObject({ ok: false, isUnknown: false, fault: { code: 'DYNAMICS_UNAVAILABLE' } });
  });

  it('refuses an entity set or verb that is not allowed, before any call', async () => {
    await test.connector.describe('VendorsV2', aCall());
    test.samples.length = 0;
    const vendor: ReadRequest = {
      entitySet: 'VendorsV2',
      key: { dataAreaId: 'usmf', VendorAccountNumber: '1' },
      fields: [],
    };

    await expect(test.connector.read([vendor], aCall())).rejects.toMatchObject({ code: 'ENTITY_SET_NOT_ALLOWED' });
    await expect(
      test.connector.write([{ verb: 'delete', entitySet: 'VendorsV2', key: vendor.key }], aCall()),
    ).rejects.toMatchObject({ code: 'ENTITY_SET_NOT_ALLOWED' });
    expect(test.samples).toEqual([]);
  });

  it('tells an unknown entity set and an unknown field from each other', async () => {
    await expect(test.connector.describe('customersv3', aCall())).rejects.toMatchObject({ code: 'ENTITY_SET_UNKNOWN' });
    await expect(
      test.connector.read([{ ...customer('usmf', 'US-001'), fields: ['Nope'] }], aCall()),
    ).rejects.toMatchObject({ code: 'FIELD_UNKNOWN', field: 'Nope' });
  });

  it('tells the currency that a company keeps its books in, asking once, and none for a company that is not there', async () => {
    const ask = (company: string) => test.connector.accountingCurrency({ company }, aCall());

    const currencies = [await ask('usmf'), await ask('gbsi'), await ask('nope')];
    test.samples.length = 0;

    expect(currencies).toEqual(['USD', 'GBP', null]);
    expect(await ask('usmf')).toBe('USD');
    expect(test.samples).toEqual([]);
  });

  it('reads how the environment writes dimensions, once', async () => {
    const first = await test.connector.dimensionFormat(aCall());
    test.samples.length = 0;
    const second = await test.connector.dimensionFormat(aCall());

    expect(first).toEqual({ segments: ['BusinessUnit', 'CostCenter', 'Department', 'Project'], delimiter: '-' });
    expect(second).toBe(first);
    expect(test.samples).toEqual([]);
  });

  it('describes keys, types and members as the metadata has them', async () => {
    const entity = await test.connector.describe('SalesOrderHeadersV4', aCall());

    expect(entity).toMatchObject({ key: ['dataAreaId', 'SalesOrderNumber'], companyField: 'dataAreaId' });
    expect(entity.fields.get('SalesOrderStatus')?.type).toMatchObject({
      kind: 'enum',
      members: expect.arrayContaining(['Invoiced']),
    });
    expect(entity.fields.get('OrderTotalAmount')?.type).toEqual({ kind: 'decimal' });
  });

  it('reads the metadata again after a cut connection, when next asked', async () => {
    const connector = test.another();
    test.under.simulator.admin.fault({ kind: 'cutBefore', set: '$metadata' });

    await expect(connector.describe('CustomersV3', aCall())).rejects.toMatchObject({ code: 'DYNAMICS_UNAVAILABLE' });
    await expect(connector.describe('CustomersV3', aCall())).resolves.toMatchObject({ entitySet: 'CustomersV3' });
  });

  it('lets one caller end while the metadata is still read for the others', async () => {
    const connector = test.another();
    test.under.simulator.admin.fault({ kind: 'delay', milliseconds: 150, set: '$metadata' });
    const impatient = connector.describe('CustomersV3', aCall('realTime', AbortSignal.timeout(20)));
    const patient = connector.describe('CustomersV3', aCall());

    await expect(impatient).rejects.toMatchObject({ code: 'OUT_OF_TIME' });
    await expect(patient).resolves.toMatchObject({ entitySet: 'CustomersV3' });
  });

  it('follows no page link to another host, and shows that host no token', async () => {
    let visits = 0;
    const foreign = createServer((_request, response) => {
      visits += 1;
      response.end('{"value":[]}');
    });
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    const elsewhere = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}/data/CustomersV3?$skip=1`;
    const environment = createServer((request, response) => {
      const isMetadata = request.url?.endsWith('$metadata') === true;
      response.end(isMetadata ? METADATA : JSON.stringify({ value: [], '@odata.nextLink': elsewhere }));
    });
    await new Promise<void>((resolve) => environment.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(environment.address() as AddressInfo).port}`;
    const tokens = { token: async () => 'secret-token', invalidate: () => undefined };
    const connector = createFinanceOperations({ settings: connectionTo(url), tokens });

    const [answer] = await connector.find([named('x')], aCall());

    expect(answer).toMatchObject({ ok: false, isUnknown: false, fault: { code: 'UNEXPECTED' } });
    expect(visits).toBe(0);
    await connector.close();
    environment.close();
    foreign.close();
  });
});

const METADATA = `<?xml version="1.0"?><edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0"><edmx:DataServices>
<Schema Namespace="Microsoft.Dynamics.DataEntities" xmlns="http://docs.oasis-open.org/odata/ns/edm"><EntityType Name="CustomerV3">
<Key><PropertyRef Name="dataAreaId"/><PropertyRef Name="CustomerAccount"/></Key><Property Name="dataAreaId" Type="Edm.String"/>
<Property Name="CustomerAccount" Type="Edm.String"/><Property Name="OrganizationName" Type="Edm.String"/></EntityType>
<EntityContainer Name="Resources"><EntitySet Name="CustomersV3" EntityType="Microsoft.Dynamics.DataEntities.CustomerV3"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>`;
