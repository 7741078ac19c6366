import { describe, expect, test } from '@jest/globals';
import { USERNAMES } from '../seed-org.ts';
import { connection, org, useOrg } from './org-under-test.ts';

useOrg();

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
