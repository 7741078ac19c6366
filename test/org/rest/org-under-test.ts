import { afterAll, beforeAll } from '@jest/globals';
import { createPrivateKey } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { SignJWT } from 'jose';
import jsforce from 'jsforce';
import { generate } from 'selfsigned';
import { type LocalOrg, startOrg } from '../start-org.ts';
import { USERNAMES } from '../seed-org.ts';

export const FIXTURES = fileURLToPath(new URL('../fixtures', import.meta.url));

export type Keys = { readonly cert: string; readonly private: string };
let keys: Keys;
let otherKeys: Keys;
export let org: LocalOrg;
export let connection: jsforce.Connection;

/** Gives the test file an org of its own, and a connection that is signed in as the integration user. */
export function useOrg(): void {
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
}

export type Claims = { iss?: string; sub?: string; aud?: string; expiresIn?: string; key?: string };

export async function assertion({ iss, sub, aud, expiresIn, key }: Claims): Promise<string> {
  return new SignJWT({})
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(iss ?? 'causeway-relay')
    .setSubject(sub ?? USERNAMES.integration)
    .setAudience(aud ?? org.baseUrl)
    .setExpirationTime(expiresIn ?? '3m')
    .sign(createPrivateKey(key ?? keys.private));
}

/** Asks for a token with these claims. */
export async function login(claims: Claims): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${org.baseUrl}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: await assertion(claims),
    }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
