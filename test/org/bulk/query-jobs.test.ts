import { describe, expect, test } from '@jest/globals';
import { connection, org, useOrg } from '../rest/org-under-test.ts';
import { call, create, ended, errorOf, POLLING } from './bulk.test-support.ts';

useOrg();

describe('a query job', () => {
  const query =
    "SELECT Code__c, Account__r.Name, Budget__c, StartsAt__c FROM Project__c WHERE Code__c LIKE 'q-%' ORDER BY Code__c";

  function projects(): void {
    if (org.query("SELECT Id FROM Project__c WHERE Code__c LIKE 'q-%'").length > 0) return;
    const account = org.insert('Account', { Name: 'Quoted "x"' });
    const values = { Account__c: account, Budget__c: '1000', StartsAt__c: '2026-11-24T01:02:03Z' };
    org.insert('Project__c', { Code__c: 'q-1', ...values });
    for (const index of [2, 3]) org.insert('Project__c', { Code__c: `q-${index}` });
  }

  test('gives jsforce its records', async () => {
    projects();

    const records = await (await connection.bulk2.query(query, POLLING)).toArray();

    expect(records).toEqual([
      { Code__c: 'q-1', 'Account__r.Name': 'Quoted "x"', Budget__c: '1000.0', StartsAt__c: '2026-11-24T01:02:03.000Z' },
      { Code__c: 'q-2', 'Account__r.Name': '', Budget__c: '', StartsAt__c: '' },
      { Code__c: 'q-3', 'Account__r.Name': '', Budget__c: '', StartsAt__c: '' },
    ]);
  });

  test('gives pages by locator, each with its header', async () => {
    projects();
    const id = await create({ operation: 'query', query: query.replace(/,.*c FROM/, ' FROM') }, 'query');
    const early = await call('GET', `query/${id}/results`);
    const job = await ended(id, 'query');

    const first = await call('GET', `query/${id}/results?maxRecords=2`);
    const locator = first.headers.get('sforce-locator') ?? '';
    const second = await call('GET', `query/${id}/results?maxRecords=2&locator=${locator}`);

    expect([200, 204]).toContain(early.status);
    expect(job).toMatchObject({ jobType: 'V2Query', object: 'Project__c', numberRecordsProcessed: 3 });
    expect(await first.text()).toBe('"Code__c"\n"q-1"\n"q-2"\n');
    expect(first.headers.get('sforce-numberofrecords')).toBe('2');
    expect(await second.text()).toBe('"Code__c"\n"q-3"\n');
    expect(second.headers.get('sforce-numberofrecords')).toBe('1');
    expect(second.headers.get('sforce-locator')).toBe('null');
    expect((await call('DELETE', `query/${id}`)).status).toBe(204);
  });

  test('queryAll sees what is deleted', async () => {
    const gone = org.insert('Project__c', { Code__c: 'gone-1' });
    org.delete('Project__c', gone);
    const read = async (operation: string): Promise<string> => {
      const id = await create({ operation, query: `SELECT IsDeleted FROM Project__c WHERE Id = '${gone}'` }, 'query');
      await ended(id, 'query');
      return (await call('GET', `query/${id}/results`)).text();
    };

    expect(await read('query')).toBe('"IsDeleted"\n');
    expect(await read('queryAll')).toBe('"IsDeleted"\n"true"\n');
  });

  test.each([
    ['nonsense', 'SELECT FROM'],
    ['an unknown object', 'SELECT Id FROM Nope'],
    ['an unknown field', 'SELECT Nope FROM Account'],
    ['groups', 'SELECT Name FROM Account GROUP BY Name'],
    ['counts', 'SELECT COUNT() FROM Account'],
    ['children', 'SELECT Id, (SELECT Id FROM Contacts) FROM Account'],
    ['an offset', 'SELECT Id FROM Account OFFSET 5'],
  ])('refuses %s', async (_what, soql) => {
    const answer = await errorOf(await call('POST', 'query', { operation: 'query', query: soql }));

    expect(answer).toMatchObject({ status: 400, error: { errorCode: 'API_ERROR' } });
  });

  test('refuses other operations, and can only be aborted before it is over', async () => {
    const id = await create({ operation: 'query', query: 'SELECT Id FROM User' }, 'query');
    await ended(id, 'query');

    expect((await call('POST', 'query', { operation: 'insert', query })).status).toBe(400);
    expect((await call('PATCH', `query/${id}`, { state: 'UploadComplete' })).status).toBe(400);
    expect((await call('PATCH', `query/${id}`, { state: 'Aborted' })).status).toBe(400);
    expect((await call('GET', `query/${id}/results?maxRecords=0`)).status).toBe(400);
  });
});
