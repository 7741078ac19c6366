import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { USERNAMES } from '../seed-org.ts';
import { type LocalOrg, startOrg } from '../start-org.ts';
import { openPages } from './open-pages.ts';
import { type PageModel } from './pages/page-model.ts';
import { insertSampleRecords, type SampleRecords } from './sample-records.ts';

let org: LocalOrg;
let records: SampleRecords;

beforeAll(async () => {
  org = await startOrg({ sources: ['force-app'], pages: (sources) => openPages(sources, '') });
  records = insertSampleRecords(org);
});

afterAll(() => org.stop());

type Options = { readonly method?: string; readonly body?: unknown };

async function ask(username: string, path: string, { method = 'GET', body }: Options = {}) {
  const response = await fetch(`${org.baseUrl}/lightning/api/${path}`, {
    method,
    headers: { cookie: `sid=${org.accessToken(username)}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const save = (username: string, id: string, fields: object) =>
  ask(username, `records/${id}?fields=Account.Name`, { method: 'PATCH', body: { fields } });

describe('records as a page reads them', () => {
  test('a field comes with its value and how it is shown, a parent with its name', async () => {
    const wanted = 'Opportunity.Amount,Opportunity.Account.Name';

    const { body } = await ask(USERNAMES.sales, `records/${records.opportunity}?fields=${wanted}`);

    expect(body).toMatchObject({
      apiName: 'Opportunity',
      fields: {
        Amount: { value: 8815.5, displayValue: 'USD 8,815.50' },
        Account: { displayValue: 'Fourth Coffee Roasters', value: { id: records.account } },
      },
    });
  });

  test('a hidden field fails the call where it is required and is left out where it is optional', async () => {
    const required = await ask(USERNAMES.nobody, `records/${records.account}?fields=Account.CustomerNumber__c`);
    const optional = await ask(
      USERNAMES.nobody,
      `records/${records.account}?fields=Account.Name&optionalFields=Account.CustomerNumber__c`,
    );

    expect(required.status).toBe(400);
    expect(optional.status).toBe(200);
    expect(Object.keys(optional.body['fields'] as object)).not.toContain('CustomerNumber__c');
  });

  test('a record that is not there is not found', async () => {
    expect((await ask(USERNAMES.sales, 'records/001000000000000AAA?fields=Account.Name')).status).toBe(404);
  });

  test('without a session nothing is answered', async () => {
    const response = await fetch(`${org.baseUrl}/lightning/api/records/${records.account}?fields=Account.Name`);

    expect(response.status).toBe(401);
  });
});

describe('saving from a page', () => {
  test('saves as the signed-in user and answers the record', async () => {
    const { status, body } = await save(USERNAMES.sales, records.account, { Name: 'Renamed' });

    expect([status, body]).toMatchObject([200, { fields: { Name: { value: 'Renamed' } } }]);
    expect(org.query(`SELECT LastModifiedById FROM Account WHERE Id = '${records.account}'`)).toEqual([
      { LastModifiedById: org.users.sales },
    ]);
  });

  test('a field that the user may not edit is refused by name, and nothing is saved', async () => {
    const { status, body } = await save(USERNAMES.sales, records.account, { Name: 'Taken', CustomerNumber__c: 'X' });

    expect([status, body]).toMatchObject([400, { output: { fieldErrors: { CustomerNumber__c: [{}] } } }]);
    expect(org.query("SELECT Id FROM Account WHERE Name = 'Taken'")).toEqual([]);
  });

  test('what a save refuses is told at its field', async () => {
    const { status, body } = await save(USERNAMES.sales, records.account, { AnnualRevenue: '12345678901234567890' });

    expect([status, body]).toMatchObject([400, { output: { errors: [], fieldErrors: { AnnualRevenue: [{}] } } }]);
  });
});

describe('pages', () => {
  const pageOf = async (username: string, id: string): Promise<PageModel> =>
    (await ask(username, `pages/${id}`)).body as unknown as PageModel;

  test('a record page is laid out by its flexipage, with our component in the sidebar', async () => {
    const page = await pageOf(USERNAMES.sales, records.account);

    expect(page.header.map(({ kind }) => kind)).toEqual(['highlights']);
    expect(page.sidebar).toMatchObject([{ kind: 'custom', name: 'c:syncStatus' }]);
    expect(page.fields).toContain('Account.CustomerNumber__c');
  });

  test('what the user may not see is not on it', async () => {
    const page = await pageOf(USERNAMES.nobody, records.account);

    expect(JSON.stringify(page)).not.toContain('CustomerNumber__c');
  });

  test('an object that nobody laid out shows its fields', async () => {
    const payment = org.query('SELECT Id FROM Payment__c')[0]?.['Id'];

    const page = await pageOf(USERNAMES.sales, String(payment));

    expect(page.fields).toContain('Payment__c.Amount__c');
  });

  test('a list of an object that the user may not see is refused', async () => {
    expect((await ask(USERNAMES.nobody, 'lists/Invoice__c')).status).toBe(403);
  });

  test('a related list shows the children, and one that does not exist is named', async () => {
    const found = await ask(USERNAMES.sales, `related/${records.account}/Invoices__r`);
    const unknown = await ask(USERNAMES.sales, `related/${records.account}/Nothings__r`);

    expect(found.body).toMatchObject({ label: 'Invoices', records: [{ id: records.invoice }] });
    expect([unknown.status, unknown.body]).toMatchObject([404, { message: expect.stringContaining('Nothings__r') }]);
  });
});

describe('events', () => {
  test('a page hears published events that its user may read', async () => {
    const response = await fetch(`${org.baseUrl}/lightning/api/events`, {
      headers: { cookie: `sid=${org.accessToken(USERNAMES.sales)}` },
    });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    await reader?.read();

    org.insert('RecordSynced__e', { RecordId__c: records.account, UnitKey__c: 'unit' });

    const heard = await reader?.read();
    expect(JSON.parse(String(heard?.value).replace('data: ', ''))).toMatchObject({
      channel: '/event/RecordSynced__e',
      data: { payload: { RecordId__c: records.account }, event: { replayId: expect.any(Number) } },
    });
    await reader?.cancel();
  });

  test('a channel that is not there, or not for the user, cannot be subscribed to', async () => {
    const channel = (username: string, name: string) => ask(username, `channels?name=/event/${name}`);

    expect((await channel(USERNAMES.sales, 'RecordSynced__e')).status).toBe(200);
    expect((await channel(USERNAMES.nobody, 'RecordSynced__e')).status).toBe(403);
    expect((await channel(USERNAMES.sales, 'Nothing__e')).status).toBe(403);
  });
});
