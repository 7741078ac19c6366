import { beforeAll, describe, expect, test } from '@jest/globals';
import { generate } from 'selfsigned';
import { USERNAMES } from '../seed-org.ts';
import { type Claims, type Keys, connection, login, org, useOrg } from './org-under-test.ts';

useOrg();

let strange: Keys;
beforeAll(async () => {
  strange = await generate([]);
});

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
    ['a strange key', () => ({ key: strange.private }), 'invalid_grant', 'invalid assertion'],
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
