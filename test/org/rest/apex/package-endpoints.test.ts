import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { USERNAMES } from '../../seed-org.ts';
import { type LocalOrg, startOrg } from '../../start-org.ts';

type Json = Record<string, unknown>;
type Answer = { readonly status: number; readonly type: string | null; readonly body: Json };

let org: LocalOrg;

beforeAll(async () => {
  org = await startOrg({ sources: ['force-app/main', 'unpackaged/demo'], apex: true });
  org.insert('CausewaySettings__c', { SetupOwnerId: org.organizationId, IsEnabled__c: true });
  for (const { Id } of org.query(
    "SELECT Id FROM PermissionSet WHERE Name IN ('CausewayIntegration', 'ContosoIntegration')",
  ))
    org.insert('PermissionSetAssignment', { AssigneeId: org.users.integration, PermissionSetId: String(Id) });
});

afterAll(async () => {
  await org.stop();
});

function fixture(name: string): Json {
  return JSON.parse(readFileSync(`contracts/fixtures/${name}.json`, 'utf8')) as Json;
}

async function call(username: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${org.baseUrl}/services/apexrest/v1/${path}`, {
    headers: { authorization: `Bearer ${org.accessToken(username)}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: (await response.json()) as Json,
  };
}

describe('configuration', () => {
  test('is the golden document for the integration user', async () => {
    const answer = await call(USERNAMES.integration, 'configuration');

    expect(answer).toEqual({ status: 200, type: 'application/json', body: fixture('configuration') });
  });

  test('is refused to a user whose permission sets do not hold the class', async () => {
    const answer = await call(USERNAMES.nobody, 'configuration');

    expect(answer.status).toBe(403);
    expect(answer.body).toEqual([
      { errorCode: 'FORBIDDEN', message: 'You do not have access to the Apex class named: ConfigurationResource' },
    ]);
  });
});

describe('apply', () => {
  type Write = { type: string; id: string; unit?: { unitKey: string } | null };

  /** The call of the contract, with the ids that its records have in this org. */
  function callFor(ids: readonly string[]): Json & { writes: Write[] } {
    const told = fixture('apply') as Json & { writes: Write[] };
    const writes = told.writes.map((write, index) => ({
      ...write,
      id: ids[index] ?? '',
      ...(write.unit
        ? { unit: { ...write.unit, unitKey: write.unit.unitKey.replace(write.id, ids[index] ?? '') } }
        : {}),
    }));
    return { ...told, writes };
  }

  function records(): string[] {
    const first = org.insert('Account', {
      Name: 'Contoso',
      Phone: '425-555-0100',
      CreditLimit__c: '1000',
      IsOnHold__c: false,
    });
    const moved = org.insert('Account', { Name: 'Fabrikam', BillingCity: 'Bellevue' });
    const gone = org.insert('Contact', { LastName: 'Lovelace', AccountId: first });
    org.delete('Contact', gone);
    return [first, moved, gone];
  }

  test('answers each write of the contract as the contract shows it', async () => {
    const ids = records();
    const expected = fixture('apply-answer') as Json & { results: Json[] };

    const answer = await call(USERNAMES.integration, 'apply', callFor(ids));

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      ...expected,
      results: expected.results.map((result, index) => ({
        ...result,
        id: ids[index],
        fault: result['fault'] && { ...(result['fault'] as Json), message: expect.stringContaining(ids[index] ?? '') },
      })),
    });
  });

  test('writes the wanted values and the state of the unit; a second time it changes nothing', async () => {
    const ids = records();
    const read = `SELECT Phone, CreditLimit__c, IsOnHold__c FROM Account WHERE Id = '${ids[0]}'`;
    await call(USERNAMES.integration, 'apply', callFor(ids));
    const written = org.query(read);
    const state = `SELECT Company__c, DynamicsNumber__c, State__c FROM SyncStatus__c WHERE RecordId__c = '${ids[0]}'`;

    const again = await call(USERNAMES.integration, 'apply', callFor(ids));

    expect(written).toEqual([{ Phone: '425-555-0199', CreditLimit__c: '2500.5', IsOnHold__c: true }]);
    expect(org.query(read)).toEqual(written);
    expect(org.query(state)).toEqual([{ Company__c: 'usmf', DynamicsNumber__c: 'US-0042', State__c: 'InSync' }]);
    expect((again.body['results'] as Json[])[0]).toMatchObject({ id: ids[0], status: 'unchanged' });
  });

  test('asks for no sync of what it wrote itself', async () => {
    const ids = records();
    const read = `SELECT RequestKey__c, Generation__c FROM SyncRequest__c WHERE RecordId__c = '${ids[0]}' ORDER BY RequestKey__c`;
    const before = org.query(read);

    await call(USERNAMES.integration, 'apply', callFor(ids));

    expect(before).not.toEqual([]);
    expect(org.query(read)).toEqual(before);
  });

  test.each([
    ['another contract', { contract: 2 }, 'CONTRACT_UNSUPPORTED'],
    ['no writes', { writes: [] }, 'REQUEST_MALFORMED'],
  ])('refuses %s in the shape of the contract', async (_what, wrong, code) => {
    const answer = await call(USERNAMES.integration, 'apply', { ...fixture('apply'), ...wrong });

    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code, retryable: false });
  });
});
