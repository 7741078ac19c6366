import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import jsforce from 'jsforce';
import { USERNAMES } from '../../seed-org.ts';
import { type LocalOrg, startOrg } from '../../start-org.ts';

const CLASSES = {
  'Projects.cls': `
    @RestResource(urlMapping='/projects/*')
    global with sharing class Projects {
      global class Line { public String name; public Decimal price; public List<String> tags; }
      @HttpGet global static Account read() {
        return new Account(Name = RestContext.request.requestURI, Site = RestContext.request.params.get('site'));
      }
      @HttpPost global static Line create(Line line, Integer times, Date due) {
        RestContext.response.statusCode = 201;
        RestContext.response.addHeader('X-Due', String.valueOf(due));
        line.price = line.price * times;
        return line;
      }
      @HttpPut global static void put() {
        RestContext.response.statusCode = 202;
        RestContext.response.addHeader('Content-Type', 'text/csv');
        RestContext.response.responseBody = Blob.valueOf(
          RestContext.request.requestBody.toString() + ',' + RestContext.request.headers.get('X-Mark') + ',' + UserInfo.getUserName());
      }
      @HttpPatch global static void save() {
        insert new Account(Name = 'kept only if it ends well');
        insert new Account();
      }
      @HttpDelete global static void remove() { insert new Account(Name = 'removed'); }
    }`,
  'Exact.cls': `
    @RestResource(urlMapping='/projects/exact')
    global class Exact {
      @HttpGet global static String read() { return 'exact ' + RestContext.request.resourcePath; }
      @HttpPost global static void status() { RestContext.response.statusCode = 299; }
      @HttpPut global static void callOut() {
        HttpRequest request = new HttpRequest();
        request.setEndpoint('http://127.0.0.1:9/');
        request.setMethod('GET');
        new Http().send(request);
      }
    }`,
  'Inner.cls': `
    @RestResource(urlMapping='/projects/*/lines')
    global class Inner { @HttpGet global static List<Integer> read() { return new List<Integer>{ 1, 2 }; } }`,
};
const ALLOWED = `<PermissionSet><label>Caller</label>
  <classAccesses><apexClass>Projects</apexClass><enabled>true</enabled></classAccesses></PermissionSet>`;

const folder = mkdtempSync(join(tmpdir(), 'apex-rest-'));
let org: LocalOrg;

beforeAll(async () => {
  mkdirSync(join(folder, 'permissionsets'));
  writeFileSync(join(folder, 'permissionsets', 'Caller.permissionset-meta.xml'), ALLOWED);
  org = await startOrg({ sources: ['test/org/fixtures', folder], apex: { classes: CLASSES } });
});

afterAll(async () => {
  await org.stop();
  rmSync(folder, { recursive: true });
});

type Options = { readonly method?: string; readonly body?: string; readonly headers?: Record<string, string> };

function call(
  path: string,
  { headers = {}, ...init }: Options = {},
  username: string = USERNAMES.admin,
): Promise<Response> {
  return fetch(`${org.baseUrl}/services/apexrest${path}`, {
    ...init,
    headers: { authorization: `Bearer ${org.accessToken(username)}`, 'content-type': 'application/json', ...headers },
  });
}

async function errorOf(response: Response): Promise<{ status: number; error: unknown }> {
  return { status: response.status, error: ((await response.json()) as unknown[])[0] };
}

describe('finding the class', () => {
  test('an exact mapping wins, then the longest with wildcards', async () => {
    const [exact, inner, open] = await Promise.all([
      call('/projects/exact'),
      call('/projects/7/lines'),
      call('/projects/7/lines/2?site=north'),
    ]);

    expect(await exact.json()).toBe('exact /services/apexrest/projects/exact');
    expect(await inner.json()).toEqual([1, 2]);
    expect(await open.json()).toMatchObject({ Name: '/projects/7/lines/2', Site: 'north' });
  });

  test('a wildcard takes nothing too, and names have a case', async () => {
    const [bare, other] = await Promise.all([call('/projects'), call('/Projects/1')]);

    expect(bare.status).toBe(200);
    expect(await errorOf(other)).toEqual({
      status: 404,
      error: { errorCode: 'NOT_FOUND', message: 'Could not find a match for URL' },
    });
  });

  test('a verb without a method is refused with those that have one', async () => {
    expect(await errorOf(await call('/projects/exact', { method: 'DELETE' }))).toEqual({
      status: 405,
      error: { errorCode: 'METHOD_NOT_ALLOWED', message: "HTTP Method 'DELETE' not allowed. Allowed are GET,POST,PUT" },
    });
  });

  test('needs a token, and access to the class', async () => {
    const anonymous = await fetch(`${org.baseUrl}/services/apexrest/projects/1`);
    const set = org.query("SELECT Id FROM PermissionSet WHERE Name = 'Caller'")[0]?.['Id'];
    const refused = await call('/projects/1', {}, USERNAMES.nobody);
    org.insert('PermissionSetAssignment', { AssigneeId: org.users.nobody, PermissionSetId: String(set) });

    expect(anonymous.status).toBe(401);
    expect(await errorOf(refused)).toEqual({
      status: 403,
      error: { errorCode: 'FORBIDDEN', message: 'You do not have access to the Apex class named: Projects' },
    });
    expect((await call('/projects/1', {}, USERNAMES.nobody)).status).toBe(200);
  });
});

describe('parameters and answers', () => {
  test('parameters are read by name and type; the answer has status, headers and no empty fields', async () => {
    const body = { due: '2026-11-24', times: 3, line: { name: 'bolt', price: 1.1 } };

    const response = await call('/projects', { method: 'POST', body: JSON.stringify(body) });

    expect(response.status).toBe(201);
    expect(response.headers.get('x-due')).toBe('2026-11-24');
    expect(await response.text()).toBe('{"name":"bolt","price":3.3}');
  });

  test.each([
    ['a parameter that the method does not have', '{"colour":1}', 'Unexpected parameter encountered'],
    ['a field that the type does not have', '{"line":{"colour":1}}', 'colour'],
    ['a value of another type', '{"times":"many"}', 'Illegal value'],
    ['what is no JSON', '{', ''],
    ['what is no object', '[]', 'JSON object'],
  ])('refuses %s', async (_what, body, message) => {
    expect(await errorOf(await call('/projects', { method: 'POST', body }))).toEqual({
      status: 400,
      error: { errorCode: 'JSON_PARSER_ERROR', message: expect.stringContaining(message) },
    });
  });

  test('other kinds of bodies are for methods without parameters', async () => {
    const [text, xml] = await Promise.all(
      ['text/plain', 'application/xml'].map((type) =>
        call('/projects', { method: 'POST', body: 'x', headers: { 'content-type': type } }),
      ),
    );

    expect(text?.status).toBe(415);
    expect(xml?.status).toBe(501);
  });

  test('a void method answers what it left in the response, and runs as the caller', async () => {
    const response = await call('/projects', { method: 'PUT', body: 'a;b', headers: { 'X-Mark': 'm' } });

    expect(response.status).toBe(202);
    expect(response.headers.get('content-type')).toBe('text/csv');
    expect(await response.text()).toBe(`a;b,m,${USERNAMES.admin}`);
  });

  test('a void method that leaves nothing answers nothing', async () => {
    const response = await call('/projects/1', { method: 'DELETE' });

    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
    expect(org.query("SELECT Name FROM Account WHERE Name = 'removed'")).toHaveLength(1);
  });

  test('jsforce calls it', async () => {
    const connection = new jsforce.Connection({
      instanceUrl: org.baseUrl,
      accessToken: org.accessToken(USERNAMES.admin),
    });

    expect(await connection.apex.post('/projects/', { line: { price: 2 }, times: 2 })).toEqual({ price: 4 });
  });
});

describe('what goes wrong', () => {
  test('an exception that nobody caught undoes everything and tells type, message and place', async () => {
    const { status, error } = await errorOf(await call('/projects/1', { method: 'PATCH', body: '{}' }));

    expect(status).toBe(500);
    expect(error).toEqual({
      errorCode: 'APEX_ERROR',
      message: expect.stringMatching(/^System\.DmlException: Insert failed.*Name.*\n\nClass\.Projects\.save: line 22/s),
    });
    expect(org.query("SELECT Id FROM Account WHERE Name LIKE 'kept%'")).toEqual([]);
  });

  test('a status that the platform does not know fails', async () => {
    expect(await errorOf(await call('/projects/exact', { method: 'POST' }))).toMatchObject({
      status: 500,
      error: { errorCode: 'APEX_ERROR', message: expect.stringContaining('299') },
    });
  });

  test('a callout is refused: it could wait for this very org', async () => {
    expect(await errorOf(await call('/projects/exact', { method: 'PUT' }))).toMatchObject({
      status: 500,
      error: { errorCode: 'APEX_ERROR', message: expect.stringContaining('System.CalloutException') },
    });
  });

  test('an org without Apex has no such paths', async () => {
    const plain = await startOrg({ sources: ['test/org/fixtures'] });
    const headers = { authorization: `Bearer ${plain.accessToken(USERNAMES.admin)}` };
    const response = await fetch(`${plain.baseUrl}/services/apexrest/projects/1`, { headers });
    await plain.stop();

    expect(response.status).toBe(404);
  });
});
