import { describe, expect, test } from '@jest/globals';
import jsforce from 'jsforce';
import { startOrg } from '../start-org.ts';
import { USERNAMES } from '../seed-org.ts';
import { FIXTURES, connection, org, useOrg } from './org-under-test.ts';

useOrg();

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
