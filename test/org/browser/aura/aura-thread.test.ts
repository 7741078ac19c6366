import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { USERNAMES } from '../../seed-org.ts';
import { type LocalOrg, startOrg } from '../../start-org.ts';
import { openPages } from '../open-pages.ts';

const NAMED_CREDENTIAL = `<NamedCredential><label>Partner</label>
<namedCredentialParameters><parameterName>Url</parameterName><parameterType>Url</parameterType>
<parameterValue>https://partner.invalid</parameterValue></namedCredentialParameters>
<namedCredentialType>SecuredEndpoint</namedCredentialType></NamedCredential>`;

const CONTROLLER = `
public with sharing class Desk {
  @AuraEnabled
  public static String ask() {
    HttpRequest request = new HttpRequest();
    request.setEndpoint('callout:Partner/question');
    request.setMethod('GET');
    return new Http().send(request).getBody();
  }
  @AuraEnabled
  public static void note(String name) {
    insert new Account(Name = name);
  }
}`;

const folder = mkdtempSync(path.join(tmpdir(), 'aura-thread-'));
let org: LocalOrg;
let partner: Server;

/** A partner that asks the org something before it answers. */
function startPartner(): Promise<Server> {
  const server = createServer((_request, response) => {
    void fetch(`${org.baseUrl}/services/data`).then(async (asked) => {
      await asked.text();
      response.end(`the org answered ${asked.status}`);
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

beforeAll(async () => {
  writeFileSync(path.join(folder, 'Partner.namedCredential-meta.xml'), NAMED_CREDENTIAL);
  partner = await startPartner();
  const url = `http://127.0.0.1:${(partner.address() as AddressInfo).port}`;
  org = await startOrg({
    sources: [folder],
    file: path.join(folder, 'org.sqlite'),
    apex: { classes: { 'Desk.cls': CONTROLLER }, credentials: { urls: { Partner: url }, signingKeys: {} } },
    pages: (sources) => openPages(sources, ''),
  });
}, 120_000);

afterAll(async () => {
  await org.stop();
  await new Promise((resolve) => partner.close(resolve));
  rmSync(folder, { recursive: true });
});

const call = (method: string, given: object) =>
  fetch(`${org.baseUrl}/lightning/api/apex/Desk.${method}`, {
    method: 'POST',
    headers: { cookie: `sid=${org.accessToken(USERNAMES.admin)}` },
    body: JSON.stringify(given),
  });

test('a method that calls out is answered even where the other side first asks this org', async () => {
  const answer = await call('ask', {});

  expect(await answer.json()).toEqual({ value: 'the org answered 200' });
});

test('what a method saves is heard in the org once it is committed', async () => {
  const heard: string[] = [];
  const stop = org.onChange((changes) =>
    heard.push(...changes.map(({ object, operation }) => `${operation} ${object}`)),
  );

  const answer = await call('note', { name: 'From the thread' });

  expect(answer.status).toBe(200);
  stop();
  expect(heard).toEqual(['insert Account']);
  expect(org.query("SELECT Name FROM Account WHERE Name = 'From the thread'")).toHaveLength(1);
});
