import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createPrivateKey } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { SignJWT } from 'jose';
import jsforce from 'jsforce';
import { generate } from 'selfsigned';
import { type LocalOrg, startOrg } from '../start-org.ts';
import { USERNAMES } from '../seed-org.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures', import.meta.url));

type Keys = { readonly cert: string; readonly private: string };
let keys: Keys;
let otherKeys: Keys;
let org: LocalOrg;
let connection: jsforce.Connection;

beforeAll(async () => {
  [keys, otherKeys] = await Promise.all([generate([]), generate([])]);
  org = await startOrg({
    sources: [FIXTURES],
    connectedApps: [{ clientId: 'causeway-relay', certificates: [otherKeys.cert, keys.cert] }],
  });
  connection = new jsforce.Connection({ oauth2: { loginUrl: org.baseUrl, clientId: 'causeway-relay' } });
  await connection.authorize({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: await assertion({}),
  });
});

afterAll(() => org.stop());

type Claims = { iss?: string; sub?: string; aud?: string; expiresIn?: string; key?: string };

async function assertion({ iss, sub, aud, expiresIn, key }: Claims): Promise<string> {
  return new SignJWT({})
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(iss ?? 'causeway-relay')
    .setSubject(sub ?? USERNAMES.integration)
    .setAudience(aud ?? org.baseUrl)
    .setExpirationTime(expiresIn ?? '3m')
    .sign(createPrivateKey(key ?? keys.private));
}

async function login(claims: Claims): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${org.baseUrl}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: await assertion(claims),
    }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('signing in', () => {
  test('the token names the org, the user and the instance', async () => {
    expect(connection.instanceUrl).toBe(org.baseUrl);
    expect(connection.userInfo).toMatchObject({ organizationId: org.organizationId, id: org.users.integration });
    expect(await connection.identity()).toMatchObject({
      username: USERNAMES.integration,
      organization_id: org.organizationId,
    });
  });

  test.each<[string, () => Claims, string, string]>([
    ['an unknown app', () => ({ iss: 'somebody' }), 'invalid_client_id', 'client identifier invalid'],
    ['an unknown user', () => ({ sub: 'nobody@example.com' }), 'invalid_grant', "user hasn't approved this consumer"],
    ['another audience', () => ({ aud: 'https://example.com' }), 'invalid_grant', 'audience is invalid'],
    ['an expired assertion', () => ({ expiresIn: '-1m' }), 'invalid_grant', 'expired assertion'],
    ['a strange key', () => ({ key: strangeKey() }), 'invalid_grant', 'invalid assertion'],
  ])('%s is refused', async (_title, claims, error, description) => {
    expect(await login(claims())).toEqual({ status: 400, body: { error, error_description: description } });
  });

  test('a revoked or expired session is refused', async () => {
    const token = String((await login({})).body['access_token']);
    const call = (): Promise<Response> =>
      fetch(`${org.baseUrl}/services/data/v66.0/limits`, { headers: { authorization: `Bearer ${token}` } });
    expect((await call()).status).toBe(200);
    await fetch(`${org.baseUrl}/services/oauth2/revoke`, { method: 'POST', body: new URLSearchParams({ token }) });
    const refused = await call();

    expect(refused.status).toBe(401);
    expect(await refused.json()).toEqual([{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }]);
  });
});

function strangeKey(): string {
  return strange.private;
}
let strange: Keys;
beforeAll(async () => {
  strange = await generate([]);
});

describe('records', () => {
  test('create, retrieve, update, delete', async () => {
    const created = await connection.sobject('Account').create({ Name: 'Rest', AnnualRevenue: 350000000 });
    const id = String(created.id);
    await connection.sobject('Account').update({ Id: id, Name: 'Rested' });

    expect(await connection.sobject('Account').retrieve(id)).toMatchObject({
      attributes: { type: 'Account', url: expect.stringContaining(id) },
      Name: 'Rested',
      AnnualRevenue: 3.5e8,
      CreatedDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000$/),
    });
    await connection.sobject('Account').destroy(id);
    await expect(connection.sobject('Account').retrieve(id)).rejects.toMatchObject({ errorCode: 'NOT_FOUND' });
  });

  test('a refusal has Salesforce’s code, message and fields', async () => {
    await expect(connection.sobject('Account').create({ Name: '' })).rejects.toMatchObject({
      errorCode: 'REQUIRED_FIELD_MISSING',
      message: 'Required fields are missing: [Name]',
      data: expect.objectContaining({ fields: ['Name'] }),
    });
  });

  test('450 records upserted in collections, twice, are 450 records', async () => {
    const records = Array.from({ length: 450 }, (_, index) => ({ Code__c: `Bulk-${index}`, Budget__c: index }));
    const upsert = async () =>
      await connection.sobject('Project__c').upsert(records, 'Code__c', { allowRecursive: true, allOrNone: false });
    const first = await upsert();
    const second = await upsert();

    expect(first.filter((result) => result.success)).toHaveLength(450);
    expect(second.map((result) => result.id)).toEqual(first.map((result) => result.id));
    expect((await connection.query("SELECT COUNT() FROM Project__c WHERE Code__c LIKE 'Bulk-%'")).totalSize).toBe(450);
  });

  test('the same key twice in one upsert fails both', async () => {
    const results = await connection
      .sobject('Project__c')
      .upsert([{ Code__c: 'Twin' }, { Code__c: 'twin' }], 'Code__c');

    expect(results.map((result) => result.success)).toEqual([false, false]);
    expect(results[0]?.errors[0]).toMatchObject({ statusCode: 'DUPLICATE_VALUE' });
  });

  test('a collection saves what it can, or all or nothing', async () => {
    const records = [{ Name: 'Good' }, { Name: '' }];
    const some = await connection.sobject('Account').create(records);
    const none = await connection.sobject('Account').create(records, { allOrNone: true });

    expect(some.map((result) => result.success)).toEqual([true, false]);
    expect(none.map((result) => result.errors[0])).toEqual([
      expect.objectContaining({ statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK' }),
      expect.objectContaining({ statusCode: 'REQUIRED_FIELD_MISSING' }),
    ]);
    expect((await connection.query("SELECT COUNT() FROM Account WHERE Name = 'Good'")).totalSize).toBe(1);
    await connection.sobject('Account').destroy(some.map((result) => String(result.id)).slice(0, 1));
    expect((await connection.query("SELECT COUNT() FROM Account WHERE Name = 'Good'")).totalSize).toBe(0);
  });

  test('retrieve of several answers null for what is not there', async () => {
    const id = org.insert('Account', { Name: 'Several' });
    const found = await connection.request({
      method: 'POST',
      url: '/composite/sobjects/Account',
      body: JSON.stringify({ ids: [id, '001000000000000AAA'], fields: ['Name'] }),
    });

    expect(found).toEqual([expect.objectContaining({ Name: 'Several', Id: id }), null]);
  });

  test('numbers arrive and leave with every digit', async () => {
    const token = org.accessToken(USERNAMES.admin);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const created = await fetch(`${org.baseUrl}/services/data/v66.0/sobjects/Project__c`, {
      method: 'POST',
      headers,
      body: '{"Code__c":"Exact","Budget__c":1234567890123456.78,"Spent__c":1000.50}',
    });
    const { id } = (await created.json()) as { id: string };
    const text = await (
      await fetch(`${org.baseUrl}/services/data/v66.0/sobjects/Project__c/${id}?fields=Budget__c,Spent__c,Left__c`, {
        headers,
      })
    ).text();

    expect(text).toContain('"Budget__c":1.23456789012345678E15');
    expect(text).toContain('"Spent__c":1000.5');
  });
});

describe('external ids and conditions', () => {
  function call(
    method: string,
    path: string,
    { body, headers }: { body?: unknown; headers?: Record<string, string> } = {},
  ) {
    return fetch(`${org.baseUrl}/services/data/v66.0/sobjects/${path}`, {
      method,
      headers: { authorization: `Bearer ${org.accessToken(USERNAMES.admin)}`, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  test('PATCH creates with 201, then updates with 200', async () => {
    const first = await call('PATCH', 'Project__c/Code__c/P%2F1', { body: { Budget__c: '1' } });
    const second = await call('PATCH', 'Project__c/Code__c/P%2F1', { body: { Budget__c: '2' } });
    const wrong = await call('PATCH', 'Project__c/Code__c/P%2F1', { body: { Code__c: 'x' } });

    expect([first.status, second.status, wrong.status]).toEqual([201, 200, 400]);
    expect(await second.json()).toMatchObject({ success: true, created: false, errors: [] });
    expect(await (await call('GET', 'Project__c/Code__c/P%2F1')).json()).toMatchObject({ Budget__c: 2 });
    expect((await call('GET', 'Project__c/Code__c/nothing')).status).toBe(404);
    expect((await call('DELETE', 'Project__c/Code__c/P%2F1')).status).toBe(204);
  });

  test('a record changed since is neither read again nor overwritten', async () => {
    const id = org.insert('Account', { Name: 'Condition' });
    const before = new Date(Date.now() - 60_000).toUTCString();
    const after = new Date(Date.now() + 60_000).toUTCString();
    const patch = (since: string): Promise<Response> =>
      call('PATCH', `Account/${id}`, { body: { Name: 'New' }, headers: { 'if-unmodified-since': since } });

    expect((await patch(before)).status).toBe(412);
    expect((await patch('yesterday-ish')).status).toBe(400);
    expect((await patch(after)).status).toBe(204);
    expect((await call('GET', `Account/${id}`, { headers: { 'if-modified-since': after } })).status).toBe(304);
    expect((await call('GET', `Account/${id}`, { headers: { 'if-modified-since': before } })).status).toBe(200);
  });

  test('what does not exist is named', async () => {
    expect((await call('GET', 'Account/001000000000000AAA')).status).toBe(404);
    expect((await call('GET', 'Nonsense__c/001000000000000AAA')).status).toBe(400);
    expect((await call('PUT', 'Account/001000000000000AAA')).status).toBe(405);
    expect((await call('GET', 'Account/x/y/z')).status).toBe(404);
  });
});

describe('queries', () => {
  test('pages of the batch size until all are read', async () => {
    for (let index = 0; index < 450; index += 1) org.insert('Contact', { LastName: `Page ${index}` });
    const soql = "SELECT LastName FROM Contact WHERE LastName LIKE 'Page %' ORDER BY CreatedDate, Id";
    const first = await connection.query(soql, { headers: { 'Sforce-Query-Options': 'batchSize=200' } });
    expect(first).toMatchObject({ totalSize: 450, done: false });
    expect(first.records).toHaveLength(200);
    const second = await connection.queryMore(String(first.nextRecordsUrl));
    expect(second.records[0]).toMatchObject({ LastName: expect.stringMatching(/^Page /) });

    const small = await startOrg({ sources: [FIXTURES], queryBatchSize: 2 });
    try {
      for (const name of ['a', 'b', 'c', 'd', 'e']) small.insert('Account', { Name: name });
      const other = new jsforce.Connection({
        instanceUrl: small.baseUrl,
        accessToken: small.accessToken(USERNAMES.admin),
      });
      const all = await other.query('SELECT Name FROM Account ORDER BY Name', { autoFetch: true, maxFetch: 100 });
      expect(all.records.map((record) => String(record['Name']))).toEqual(['a', 'b', 'c', 'd', 'e']);
      await expect(other.queryMore('/services/data/v66.0/query/01gNONSENSE-2')).rejects.toMatchObject({
        errorCode: 'INVALID_QUERY_LOCATOR',
      });
    } finally {
      await small.stop();
    }
  });

  test('queryAll shows deleted records', async () => {
    const id = org.insert('Account', { Name: 'Recycled' });
    org.delete('Account', id);
    const soql = `SELECT IsDeleted FROM Account WHERE Id = '${id}'`;

    expect((await connection.query(soql)).totalSize).toBe(0);
    expect((await connection.query(soql, { scanAll: true })).records[0]).toMatchObject({ IsDeleted: true });
  });

  test('aggregates and child records have Salesforce’s shape', async () => {
    const id = org.insert('Account', { Name: 'Shape' });
    org.insert('Contact', { LastName: 'Child', AccountId: id });
    const [grouped] = (
      await connection.query(`SELECT AccountId, COUNT(Id) n FROM Contact WHERE AccountId = '${id}' GROUP BY AccountId`)
    ).records;
    const [parent] = (
      await connection.query(
        `SELECT Id, (SELECT LastName FROM Contacts), (SELECT Id FROM Cases) FROM Account WHERE Id = '${id}'`,
      )
    ).records;

    expect(grouped).toEqual({ attributes: { type: 'AggregateResult' }, AccountId: id, n: 1 });
    expect(parent).toMatchObject({
      Contacts: { totalSize: 1, done: true, records: [{ attributes: { type: 'Contact' }, LastName: 'Child' }] },
      Cases: null,
    });
  });
});

describe('composite', () => {
  const child = { method: 'POST', url: '/services/data/v66.0/sobjects/Contact', referenceId: 'contact' };
  const parent = {
    method: 'POST',
    url: '/services/data/v66.0/sobjects/Account',
    referenceId: 'account',
    body: { Name: 'Composite', AnnualRevenue: 0.1 },
  };

  function composite(compositeRequest: unknown[], allOrNone = true) {
    return connection.request<{ compositeResponse: { httpStatusCode: number; body: unknown; referenceId: string }[] }>({
      method: 'POST',
      url: '/composite',
      body: JSON.stringify({ allOrNone, compositeRequest }),
    });
  }

  test('later requests use what earlier ones answered', async () => {
    const { compositeResponse } = await composite([
      parent,
      { ...child, body: { LastName: 'Inside', AccountId: '@{account.id}' } },
      {
        method: 'GET',
        url: "/services/data/v66.0/query?q=SELECT+Account.Name,Account.AnnualRevenue+FROM+Contact+WHERE+Id='@{contact.id}'",
        referenceId: 'check',
      },
    ]);

    expect(compositeResponse.map((answer) => answer.httpStatusCode)).toEqual([201, 201, 200]);
    expect(compositeResponse[2]?.body).toMatchObject({
      records: [{ Account: { Name: 'Composite', AnnualRevenue: 0.1 } }],
    });
  });

  test('all or none undoes everything and says so', async () => {
    const failing = [
      { ...parent, body: { Name: 'Undone' } },
      { ...child, body: { FirstName: 'No last name' } },
    ];
    const undone = await composite(failing);
    const kept = await composite(failing, false);

    expect(undone.compositeResponse.map((answer) => answer.body)).toEqual([
      [expect.objectContaining({ errorCode: 'PROCESSING_HALTED' })],
      [expect.objectContaining({ errorCode: 'REQUIRED_FIELD_MISSING' })],
    ]);
    expect(kept.compositeResponse.map((answer) => answer.httpStatusCode)).toEqual([201, 400]);
    expect(org.query("SELECT Id FROM Account WHERE Name = 'Undone'")).toHaveLength(1);
  });

  test('more than 25 requests are refused', async () => {
    const many = Array.from({ length: 26 }, (_, index) => ({ ...parent, referenceId: `r${index}` }));

    await expect(composite(many)).rejects.toMatchObject({ errorCode: 'LIMIT_EXCEEDED' });
  });
});

describe('describe and limits', () => {
  test('an object tells its fields, relations and rights', async () => {
    const described = await connection.sobject('Project__c').describe();
    const field = (name: string) => described.fields.find((candidate) => candidate.name === name);

    expect(described).toMatchObject({
      name: 'Project__c',
      custom: true,
      label: 'Project',
      keyPrefix: expect.stringMatching(/^a/),
    });
    expect(field('Code__c')).toMatchObject({
      type: 'string',
      length: 20,
      externalId: true,
      unique: true,
      caseSensitive: false,
    });
    expect(field('Left__c')).toMatchObject({
      type: 'double',
      scale: 2,
      calculated: true,
      createable: false,
      updateable: false,
    });
    expect(field('Account__c')).toMatchObject({
      type: 'reference',
      referenceTo: ['Account'],
      relationshipName: 'Account__r',
    });
    expect(field('State__c')).toMatchObject({ picklistValues: [{ value: 'Open' }, { value: 'Done' }] });
    expect(described.childRelationships).toContainEqual(
      expect.objectContaining({ childSObject: 'ProjectTask__c', relationshipName: 'Tasks__r', cascadeDelete: true }),
    );
  });

  test('the list of objects, and the API usage with every answer', async () => {
    const { sobjects } = await connection.describeGlobal();
    const before = org.apiRequests();
    const limits = await connection.limits();

    expect(sobjects.map((object) => object.name)).toEqual(
      expect.arrayContaining(['Account', 'Project__c', 'Rule__mdt']),
    );
    expect(limits['DailyApiRequests']).toEqual({ Max: 100_000, Remaining: 100_000 - before - 1 });
    expect(connection.limitInfo.apiUsage).toEqual({ used: before + 1, limit: 100_000 });
  });
});

describe('faults on demand', () => {
  const url = () => `${org.baseUrl}/services/data/v66.0/sobjects/Account`;
  const post = (name: string): Promise<Response> =>
    fetch(url(), {
      method: 'POST',
      headers: { authorization: `Bearer ${org.accessToken(USERNAMES.admin)}` },
      body: JSON.stringify({ Name: name }),
    });
  const count = (name: string): number => org.query(`SELECT Id FROM Account WHERE Name = '${name}'`).length;

  test('unavailable, over the limit, then well again', async () => {
    org.faults.add({ kind: 'unavailable', count: 1 });
    org.faults.add({ kind: 'requestLimit', count: 1, pathContains: '/sobjects/' });

    expect((await post('Fault')).status).toBe(503);
    const limited = await post('Fault');
    expect([limited.status, await limited.json()]).toEqual([
      403,
      [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }],
    ]);
    expect((await post('Fault')).status).toBe(201);
  });

  test('cut before the work nothing is saved, cut after the commit it is', async () => {
    org.faults.add({ kind: 'cutBefore', count: 1 });
    await expect(post('Cut before')).rejects.toThrow();
    org.faults.add({ kind: 'cutAfter', count: 1 });
    await expect(post('Cut after')).rejects.toThrow();

    expect([count('Cut before'), count('Cut after')]).toEqual([0, 1]);
  });

  test('an expired session ends every session; another process may ask for faults too', async () => {
    const door = (method: string, path: string, body?: unknown): Promise<Response> =>
      fetch(`${org.baseUrl}/_org/${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    expect((await door('POST', 'faults', { kind: 'expiredSession', count: 1, method: 'POST' })).status).toBe(204);
    expect((await post('Expired')).status).toBe(401);
    const { accessToken } = (await (await door('POST', 'sessions', { username: USERNAMES.sales })).json()) as {
      accessToken: string;
    };
    const info = await fetch(`${org.baseUrl}/services/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect(await info.json()).toMatchObject({ user_id: org.users.sales });
    expect((await door('POST', 'sessions', { username: 'nobody' })).status).toBe(404);
    expect((await door('GET', 'nonsense')).status).toBe(404);
    expect((await door('POST', 'locks', { id: org.users.sales, times: 1 })).status).toBe(204);
    expect(() => org.update('User', org.users.sales, { Title: 'x' })).toThrow(/exclusive access/);
  });
});
