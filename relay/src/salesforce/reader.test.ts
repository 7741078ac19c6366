import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aDescribe, aPage, startFakeSalesforce, type FakeSalesforce } from './fake-salesforce.test-support.ts';
import { createSalesforce } from './salesforce-org.ts';

const ACME = '001A0000006Vm9uIAC';
const OTHER = '001A0000006Vm9vIAC';

let salesforce: FakeSalesforce;
let now: number;

beforeEach(async () => {
  now = Date.parse('2026-11-23T10:00:00Z');
  salesforce = await startFakeSalesforce();
  salesforce.plan(
    'GET /sobjects/Account/describe',
    aDescribe(
      'Account',
      {
        Id: 'id',
        Name: 'string',
        AnnualRevenue: 'currency',
        SystemModstamp: 'datetime',
        LastSeen__c: 'datetime',
        IsOnHold__c: 'boolean',
        BillingAddress: 'address',
      },
      { Contacts: 'Contact' },
    ),
  );
  salesforce.plan('GET /sobjects/Contact/describe', aDescribe('Contact', { Id: 'id', Share__c: 'percent' }));
});

afterEach(() => salesforce.stop());

function anOrg() {
  return createSalesforce({ org: salesforce.settings(), clock: () => new Date(now) });
}

function aRow(id: string, more = ''): string {
  return `{"attributes":{"type":"Account"},"Id":"${id}","SystemModstamp":"2026-11-23T09:00:00.000+0000"${more}}`;
}

const queries = () => salesforce.requests.filter(({ path }) => path.startsWith('/query')).map(({ path }) => path);

describe('readRecords', () => {
  it('answers fields, parents and children in canonical form', async () => {
    const children = `{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Contact"},"Id":"003A0000006Vm9uIAC","Share__c":0.10}]}`;
    const parent = `{"attributes":{"type":"Account"},"Name":"Group","LastSeen__c":"2026-11-22T08:00:00.000+0000"}`;
    salesforce.plan(
      'GET /query',
      aPage([
        aRow(
          ACME,
          `,"Name":"Acme","AnnualRevenue":9007199254740993.50,"IsOnHold__c":false,"Parent":${parent},"Contacts":${children}`,
        ),
      ]),
    );

    const [record] = await anOrg().readRecords({
      type: 'Account',
      ids: [ACME],
      fields: ['Name', 'AnnualRevenue', 'IsOnHold__c', 'Parent.Name', 'parent.lastseen__c', 'Owner.Name'],
      children: [{ relationship: 'Contacts', fields: ['Share__c'] }],
    });

    expect(record).toEqual({
      type: 'Account',
      id: ACME,
      systemModstamp: '2026-11-23T09:00:00.000Z',
      fields: {
        Name: 'Acme',
        AnnualRevenue: '9007199254740993.5',
        IsOnHold__c: false,
        'Parent.Name': 'Group',
        'parent.lastseen__c': '2026-11-22T08:00:00.000Z',
        'Owner.Name': null,
      },
      children: { Contacts: [{ id: '003A0000006Vm9uIAC', fields: { Share__c: '0.1' } }] },
    });
  });

  it('selects each field once, and asks for children by subquery', async () => {
    salesforce.plan('GET /query', aPage([]));

    await anOrg().readRecords({
      type: 'Account',
      ids: [ACME],
      fields: ['Name', 'Id', 'name'],
      children: [{ relationship: 'Contacts', fields: ['Id'] }],
    });

    expect(queries()).toEqual([
      `/query?q=SELECT Id,SystemModstamp,name,(SELECT Id FROM Contacts ORDER BY Id) FROM Account WHERE Id IN ('${ACME}')`,
    ]);
  });

  it('answers in the order asked for and leaves out what is gone', async () => {
    salesforce.plan('GET /query', aPage([aRow(ACME), aRow(OTHER)]));

    const records = await anOrg().readRecords({
      type: 'Account',
      ids: [OTHER, '001A0000006Vm9wIAC', ACME.slice(0, 15)],
      fields: [],
      children: [],
    });

    expect(records.map(({ id }) => id)).toEqual([OTHER, ACME]);
  });

  it('follows the pages of records and of children', async () => {
    const firstChildren = `{"totalSize":2,"done":false,"nextRecordsUrl":"/services/data/v66.0/query/children-1","records":[{"attributes":{"type":"Contact"},"Id":"003A0000006Vm9uIAC"}]}`;
    salesforce.plan(
      'GET /query?q',
      aPage([aRow(ACME, `,"Contacts":${firstChildren}`)], '/services/data/v66.0/query/rows-1'),
    );
    salesforce.plan('GET /query/rows-1', aPage([aRow(OTHER, ',"Contacts":null')]));
    salesforce.plan('GET /query/children-1', aPage(['{"attributes":{"type":"Contact"},"Id":"003A0000006Vm9vIAC"}']));

    const records = await anOrg().readRecords({
      type: 'Account',
      ids: [ACME, OTHER],
      fields: [],
      children: [{ relationship: 'Contacts', fields: [] }],
    });

    expect(records.map(({ children }) => children.Contacts?.length)).toEqual([2, 0]);
  });

  it('reads 450 records in three calls', async () => {
    salesforce.plan('GET /query', aPage([]));
    const ids = Array.from({ length: 450 }, (_, number) => `001A${String(number).padStart(11, '0')}`);

    await anOrg().readRecords({ type: 'Account', ids, fields: ['Name'], children: [] });

    expect(queries()).toHaveLength(3);
  });

  it('asks nothing where no ids are given', async () => {
    await expect(anOrg().readRecords({ type: 'Account', ids: [], fields: [], children: [] })).resolves.toEqual([]);
    expect(salesforce.requests).toEqual([]);
  });

  it.each([
    [{ fields: ['Name FROM User --'] }, 'FIELD_UNKNOWN'],
    [{ ids: ["x') OR (Id != '"] }, 'REQUEST_MALFORMED'],
    [{ type: 'Account WHERE' }, 'FIELD_UNKNOWN'],
  ])('sends nothing that is not a name or an id: %p', async (change, code) => {
    const request = { type: 'Account', ids: [ACME], fields: ['Name'], children: [], ...change };

    await expect(anOrg().readRecords(request)).rejects.toMatchObject({ code });
    expect(salesforce.requests).toEqual([]);
  });

  it('tells an unknown field as a fault of the mapping', async () => {
    const message = "No such column 'Nmae' on entity 'Account'.";
    salesforce.plan('GET /query', { status: 400, json: [{ errorCode: 'INVALID_FIELD', message }] });

    const reading = anOrg().readRecords({ type: 'Account', ids: [ACME], fields: ['Nmae'], children: [] });

    await expect(reading).rejects.toMatchObject({ code: 'FIELD_UNKNOWN', message: expect.stringContaining('Nmae') });
  });
});

describe('query', () => {
  it('answers aggregates as exact decimals', async () => {
    salesforce.plan(
      'GET /query',
      aPage(['{"attributes":{"type":"AggregateResult"},"total":12345678901234567.89,"expr0":3}']),
    );

    await expect(anOrg().query('SELECT SUM(Amount) total, COUNT(Id) FROM Opportunity')).resolves.toEqual([
      { total: '12345678901234567.89', expr0: '3' },
    ]);
  });

  it('leaves compound fields out', async () => {
    salesforce.plan('GET /query', aPage([aRow(ACME, ',"BillingAddress":{"city":"Bonn"}')]));

    const [row] = await anOrg().query('SELECT Id, BillingAddress FROM Account');

    expect(row).toEqual({ Id: ACME, SystemModstamp: '2026-11-23T09:00:00.000Z' });
  });
});

describe('describe', () => {
  it('reduces fields to what mappings know and leaves compound ones out', async () => {
    const description = await anOrg().describe('Account');

    expect([...description.fields].map(([name, { type }]) => `${name} ${type}`)).toEqual([
      'Id id',
      'Name string',
      'AnnualRevenue number',
      'SystemModstamp datetime',
      'LastSeen__c datetime',
      'IsOnHold__c boolean',
    ]);
    expect(description.fields.get('Name')).toMatchObject({ length: 80, scale: 2, isUpdateable: true });
    expect(description.children.get('Contacts')).toEqual({ object: 'Contact', field: 'AccountId' });
  });

  it('is read once in five minutes however many ask', async () => {
    const org = anOrg();
    await Promise.all([org.describe('Account'), org.describe('Account')]);
    now += 299_000;
    await org.describe('Account');
    expect(salesforce.requests).toHaveLength(1);

    now += 2_000;
    await org.describe('Account');

    expect(salesforce.requests).toHaveLength(2);
  });

  it('of an unknown object is a fault of the mapping, and is asked for again', async () => {
    salesforce.plan(
      'GET /sobjects/Acount/describe',
      { status: 404, json: [{ errorCode: 'NOT_FOUND', message: 'x' }] },
      aDescribe('Acount', {}),
    );
    const org = anOrg();

    await expect(org.describe('Acount')).rejects.toMatchObject({
      code: 'MAPPING_INVALID',
      message: expect.stringContaining('"Acount"'),
    });
    await expect(org.describe('Acount')).resolves.toMatchObject({ name: 'Acount' });
  });
});

describe('organization', () => {
  it('is read through the own session', async () => {
    salesforce.plan(
      'GET /sobjects/Organization/describe',
      aDescribe('Organization', { Id: 'id', Name: 'string', IsSandbox: 'boolean' }),
    );
    salesforce.plan(
      'GET /query',
      aPage(['{"attributes":{"type":"Organization"},"Id":"00D000000000062EAA","Name":"Contoso","IsSandbox":true}']),
    );

    await expect(anOrg().organization()).resolves.toEqual({
      id: '00D000000000062EAA',
      name: 'Contoso',
      isSandbox: true,
    });
  });
});
