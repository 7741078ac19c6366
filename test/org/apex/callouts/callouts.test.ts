import { generateKeyPairSync, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { apexUnderTest, FIXTURES } from '../testing/apex.test-support.ts';
import { stopFetching } from './fetch-now.ts';

/** A server on a thread of its own, because the callout blocks this one. */
const SERVER = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:http').createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      if (request.url.includes('slow')) return;
      response.writeHead(202, { 'X-Seen': 'yes' });
      response.end(JSON.stringify({ method: request.method, url: request.url, body, authorization: request.headers.authorization }));
    });
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`;

const EXTERNAL = `<ExternalCredential><authenticationProtocol>Jwt</authenticationProtocol><label>Relay</label>
  <externalCredentialParameters><parameterGroup>P</parameterGroup><parameterName>Principal</parameterName><parameterType>NamedPrincipal</parameterType></externalCredentialParameters>
  <externalCredentialParameters><parameterName>iss</parameterName><parameterType>JwtBodyClaim</parameterType><parameterValue>{!$Organization.Id}</parameterValue></externalCredentialParameters>
  <externalCredentialParameters><parameterName>sub</parameterName><parameterType>JwtBodyClaim</parameterType><parameterValue>{!$User.Id}</parameterValue></externalCredentialParameters>
  <externalCredentialParameters><parameterName>aud</parameterName><parameterType>JwtBodyClaim</parameterType><parameterValue>https://relay.example</parameterValue></externalCredentialParameters></ExternalCredential>`;
const NAMED = `<NamedCredential><label>Relay</label>
  <namedCredentialParameters><parameterName>Url</parameterName><parameterType>Url</parameterType><parameterValue>https://relay.example</parameterValue></namedCredentialParameters>
  <namedCredentialParameters><externalCredential>RelayAuth</externalCredential><parameterName>ExternalCredential</parameterName><parameterType>Authentication</parameterType></namedCredentialParameters></NamedCredential>`;
const ALLOWED = `<PermissionSet><label>Caller</label><externalCredentialPrincipalAccesses><enabled>true</enabled><externalCredentialPrincipal>RelayAuth-Principal</externalCredentialPrincipal></externalCredentialPrincipalAccesses></PermissionSet>`;

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const folder = mkdtempSync(join(tmpdir(), 'apex-callouts-'));
const server = new Worker(SERVER, { eval: true });
let url = '';

beforeAll(async () => {
  writeFileSync(join(folder, 'RelayAuth.externalCredential-meta.xml'), EXTERNAL);
  writeFileSync(join(folder, 'Relay.namedCredential-meta.xml'), NAMED);
  writeFileSync(join(folder, 'Caller.permissionset-meta.xml'), ALLOWED);
  const port = await new Promise<number>((resolve) => server.once('message', resolve));
  url = `http://127.0.0.1:${port}`;
});

afterAll(async () => {
  await server.terminate();
  await stopFetching();
  rmSync(folder, { recursive: true });
});

function caller() {
  const send = (path: string, rest = ''): string =>
    `HttpRequest request = new HttpRequest(); request.setEndpoint('${path}'); request.setMethod('POST'); request.setBody('hello'); ${rest}
     HttpResponse response = new Http().send(request); System.debug(response.getStatusCode() + ' ' + response.getHeader('x-seen')); System.debug(response.getBody());`;
  const apex = apexUnderTest({
    sources: [FIXTURES, folder],
    credentials: {
      urls: { Relay: url },
      signingKeys: {
        RelayAuth: { privateKey: String(privateKey.export({ type: 'pkcs8', format: 'pem' })), keyId: 'k1' },
      },
    },
    snippets: {
      go: send('callout:Relay/v1/sync?x=1'),
      slow: send('callout:Relay/slow', 'request.setTimeout(50);'),
      other: send('https://elsewhere.example'),
      dirty: `insert new Account(Name = 'x'); ${send('callout:Relay/v1')}`,
      grant: `insert new PermissionSetAssignment(AssigneeId = UserInfo.getUserId(), PermissionSetId = [SELECT Id FROM PermissionSet WHERE Name = 'Caller'].Id);`,
    },
  });
  return apex;
}

describe('callouts', () => {
  test('go through the named credential with a token the org signs for this moment', () => {
    const apex = caller();
    apex.run('grant');

    const [status, body] = apex.run('go');

    expect(status).toBe('202 yes');
    const seen = JSON.parse(body ?? '') as Record<string, string>;
    expect(seen).toMatchObject({ method: 'POST', url: '/v1/sync?x=1', body: 'hello' });
    const [header = '', claims = '', signature = ''] = seen['authorization']?.replace('Bearer ', '').split('.') ?? [];
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(read(header)).toMatchObject({ alg: 'RS256', kid: 'k1' });
    expect(read(claims)).toMatchObject({
      iss: apex.core.organizationId,
      sub: apex.org.adminId,
      aud: 'https://relay.example',
    });
    const { iat, exp } = read(claims) as { iat: number; exp: number };
    expect(exp - iat).toBeLessThanOrEqual(300);
    expect(
      verify('RSA-SHA256', Buffer.from(`${header}.${claims}`), publicKey, Buffer.from(signature, 'base64url')),
    ).toBe(true);
  });

  test('are refused without the principal, to unknown places, after DML, and when the answer is too late', () => {
    const apex = caller();

    expect(apex.fail('go')).toContain("We couldn't access the credential(s)");
    apex.run('grant');
    expect(apex.fail('other')).toContain('Unauthorized endpoint');
    expect(apex.fail('dirty')).toContain('You have uncommitted work pending');
    expect(apex.fail('slow')).toBe('System.CalloutException: Read timed out');
  });
});
