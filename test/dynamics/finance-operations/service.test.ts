import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { XMLParser } from 'fast-xml-parser';
import { aCustomer, CLIENT, reasonOf, startUnderTest, TENANT, type UnderTest } from './simulator-under-test.ts';
import { startFinanceOperations } from './start.ts';

describe('the environment as a service', () => {
  let under: UnderTest;

  beforeAll(async () => {
    under = await startUnderTest();
  });
  beforeEach(() => under.simulator.admin.reset());
  afterAll(() => under.stop());

  const ask = (headers: Record<string, string>): Promise<Response> =>
    fetch(`${under.simulator.baseUrl}/data/Currencies`, { headers });

  describe('authentication', () => {
    it.each([
      ['no token', async () => ''],
      ['a token that is none', async () => 'Bearer nonsense'],
      ['another scheme', async () => 'Basic dXNlcjpwYXNz'],
      [
        'a token for another resource',
        async () => `Bearer ${await under.entra.token(CLIENT, 'https://elsewhere.example')}`,
      ],
      [
        'a client that is not registered',
        async () => `Bearer ${await under.entra.token('stranger', under.simulator.baseUrl)}`,
      ],
      ['an altered token', async () => `Bearer ${under.token.slice(0, -6)}AAAAAA`],
      [
        'an unsigned token',
        async () => `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.${under.token.split('.')[1] ?? ''}.`,
      ],
    ])('refuses %s with 401 and a challenge', async (_what, header) => {
      const response = await ask({ Authorization: await header() });

      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toContain('Bearer authorization_uri=');
    });

    it('refuses a token once it has expired, even when it was accepted before', async () => {
      let now = new Date();
      const aging = await startUnderTest({ clock: () => now });
      const fresh = (await aging.get('Currencies')).status;

      now = new Date(now.getTime() + 3601_000);
      const expired = (await aging.get('Currencies')).status;
      await aging.stop();

      expect([fresh, expired]).toEqual([200, 401]);
    });

    it('gives each client its own default company', async () => {
      under.simulator.admin.registerClient({ clientId: 'british', company: 'gbsi' });
      const token = await under.entra.token('british', under.simulator.baseUrl);

      const response = await fetch(`${under.simulator.baseUrl}/data/CustomersV3/$count`, {
        headers: { Authorization: `Bearer ${token}` },
      });

      expect(await response.text()).toBe('1');
    });
  });

  describe('$metadata', () => {
    type Named = { '@_Name': string };
    type Document = {
      'edmx:Edmx': {
        'edmx:DataServices': {
          Schema: { EntityType: EntityType[]; EnumType: Named[]; EntityContainer: { EntitySet: Named[] } };
        };
      };
    };
    type EntityType = Named & {
      Key: { PropertyRef: Named[] };
      Property: (Named & { '@_Type': string; '@_Nullable'?: string })[];
    };

    it('describes every set with its key, types, nullability, enums and navigation', async () => {
      const reply = await under.get('$metadata');

      const document = new XMLParser({
        ignoreAttributes: false,
        isArray: (name) => ['PropertyRef', 'Property'].includes(name),
      }).parse(reply.text) as Document;
      const schema = document['edmx:Edmx']['edmx:DataServices'].Schema;
      const customer = schema.EntityType.find((type) => type['@_Name'] === 'CustomerV3');
      const property = (name: string) => customer?.Property.find((candidate) => candidate['@_Name'] === name);
      expect(reply.headers.get('content-type')).toContain('application/xml');
      expect(customer?.Key.PropertyRef.map((key) => key['@_Name'])).toEqual(['dataAreaId', 'CustomerAccount']);
      expect(property('CreditLimit')).toMatchObject({ '@_Type': 'Edm.Decimal', '@_Nullable': 'false' });
      expect(property('OnHoldStatus')).toMatchObject({ '@_Type': 'Microsoft.Dynamics.DataEntities.CustVendorBlocked' });
      expect(property('CausewayMarker')).toMatchObject({ '@_Type': 'Edm.String' });
      expect(property('OrganizationName')?.['@_Nullable']).toBeUndefined();
      expect(schema.EntityContainer.EntitySet.length).toBeGreaterThanOrEqual(85);
      expect(schema.EnumType.length).toBeGreaterThan(150);
      expect(reply.text).toContain(
        '<NavigationProperty Name="SalesOrderLines" Type="Collection(Microsoft.Dynamics.DataEntities.SalesOrderLine)" />',
      );
    });

    it('grows to the size it is padded to', async () => {
      const padded = await startUnderTest({ metadataPaddingBytes: 1_000_000 });

      const reply = await padded.get('$metadata');
      await padded.stop();

      expect(reply.text.length).toBeGreaterThan(1_000_000);
    });
  });

  describe('faults', () => {
    it('answers the planned statuses for the planned set and verb, then works again', async () => {
      under.simulator.admin.fault({
        kind: 'answer',
        status: 429,
        retryAfterSeconds: 9,
        times: 2,
        set: 'CustomersV3',
        verb: 'POST',
      });

      const replies = [
        await under.get('CustomersV3'),
        await under.post('CustomersV3', aCustomer()),
        await under.post('CustomersV3', aCustomer()),
        await under.post('CustomersV3', aCustomer()),
      ];

      expect(replies.map(({ status }) => status)).toEqual([200, 429, 429, 201]);
      expect(replies[1]?.headers.get('retry-after')).toBe('9');
      expect(replies[1]?.json['error']).toMatchObject({
        message:
          'This request could not be processed at this time due to system experiencing high resource utilization.',
      });
    });

    it('answers 502 as the gateway does: with HTML', async () => {
      under.simulator.admin.fault({ kind: 'answer', status: 502 });

      const reply = await under.get('Currencies');

      expect(reply.status).toBe(502);
      expect(reply.text).toContain('<html>');
    });

    it('cuts the connection before it does anything', async () => {
      under.simulator.admin.fault({ kind: 'cutBefore', set: 'CustomersV3' });

      await expect(under.post('CustomersV3', aCustomer())).rejects.toThrow('fetch failed');

      expect((await under.get('CustomersV3/$count')).text).toBe('5');
    });

    it('cuts the connection after the commit: the answer is lost, the record is there', async () => {
      under.simulator.admin.fault({ kind: 'cutAfter', set: 'CustomersV3', verb: 'POST' });

      await expect(under.post('CustomersV3', aCustomer({ CausewayMarker: 'lost' }))).rejects.toThrow('fetch failed');

      expect((await under.get("CustomersV3/$count?$filter=CausewayMarker eq 'lost'")).text).toBe('1');
    });

    it('refuses a token as expired', async () => {
      under.simulator.admin.fault({ kind: 'expiredToken' });

      const statuses = [(await under.get('Currencies')).status, (await under.get('Currencies')).status];

      expect(statuses).toEqual([401, 200]);
    });

    it('delays', async () => {
      under.simulator.admin.fault({ kind: 'delay', milliseconds: 40 });
      const started = performance.now();

      await under.get('Currencies');

      expect(performance.now() - started).toBeGreaterThanOrEqual(38);
    });
  });

  describe('throttling', () => {
    const run = async (): Promise<number[]> => {
      const statuses: number[] = [];
      for (let index = 0; index < 30; index += 1) statuses.push((await under.get('Currencies?$top=1')).status);
      return statuses;
    };

    it('throttles a share of calls, the same ones for the same seed', async () => {
      under.simulator.admin.throttle({ probability: 0.4, seed: 7 });
      const first = await run();
      under.simulator.admin.throttle({ probability: 0.4, seed: 7 });
      const second = await run();

      expect(second).toEqual(first);
      expect(new Set(first)).toEqual(new Set([200, 429]));
    });

    it('can enforce the user limits of old environments', async () => {
      under.simulator.admin.userLimits({ requests: 2, windowSeconds: 300 });

      const replies = [await under.get('Currencies'), await under.get('Currencies'), await under.get('Currencies')];

      expect(replies.map(({ status }) => status)).toEqual([200, 200, 429]);
      expect(reasonOf(replies[2]!)).toBe(
        'Number of requests exceeded the limit of 2 over the time window of 300 seconds.',
      );
    });

    it('can limit the execution time of all calls of a window together', async () => {
      under.simulator.admin.userLimits({ executionSeconds: 0.02 });
      under.simulator.admin.fault({ kind: 'delay', milliseconds: 40 });

      const replies = [await under.get('Currencies'), await under.get('Currencies')];

      expect(replies.map(({ status }) => status)).toEqual([200, 429]);
      expect(replies[1]?.headers.get('retry-after')).toBe('1');
      expect(reasonOf(replies[1]!)).toBe(
        'Combined execution time of incoming requests exceeded the limit of 0.02 seconds over the time window of 300 seconds. Decrease the number of concurrent requests or reduce the duration of requests and try again later.',
      );
    });

    it('can limit concurrent calls', async () => {
      under.simulator.admin.userLimits({ concurrent: 0 });

      expect(reasonOf(await under.get('Currencies'))).toBe('Number of concurrent requests exceeded the limit of 0.');
    });
  });

  describe('administration over HTTP', () => {
    const admin = (name: string, input?: unknown): Promise<Response> =>
      fetch(`${under.simulator.baseUrl}/_simulator/${name}`, {
        method: 'POST',
        ...(input === undefined ? {} : { body: JSON.stringify(input) }),
      });

    it('does what the functions do', async () => {
      const planned = await admin('fault', { kind: 'answer', status: 503 });
      const failing = (await under.get('Currencies')).status;
      const statistics = (await (await admin('statistics')).json()) as { result: { byStatus: Record<string, number> } };

      expect([planned.status, failing]).toEqual([200, 503]);
      expect(statistics.result.byStatus).toMatchObject({ 503: 1 });
    });

    it('tells why it refused', async () => {
      const response = await admin('invoiceOrder', { company: 'usmf', order: 'NOPE' });

      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({ error: "Company 'usmf' has no sales order 'NOPE'." });
    });

    it('knows only its own functions', async () => {
      expect((await admin('constructor')).status).toBe(404);
      expect((await fetch(`${under.simulator.baseUrl}/_simulator/statistics`)).status).toBe(404);
    });

    it('resets data but keeps clients', async () => {
      await under.post('CustomersV3', aCustomer());

      await admin('reset');

      expect((await under.get('CustomersV3/$count')).text).toBe('5');
    });
  });

  it('keeps its data in a directory between runs', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'finance-operations-'));
    const first = await startUnderTest({ dataDirectory });
    const created = await first.post('CustomersV3', aCustomer({ CreditLimit: 12.5 }));
    await first.stop();

    const second = await startUnderTest({ dataDirectory });
    const kept = await second.get("CustomersV3(dataAreaId='usmf',CustomerAccount='US-0042')");
    const next = await second.post('CustomersV3', aCustomer());
    await second.stop();
    rmSync(dataDirectory, { recursive: true });

    expect(kept.json['@odata.etag']).toBe(created.json['@odata.etag']);
    expect(kept.json).toMatchObject({ CreditLimit: 12.5 });
    expect(next.json['CustomerAccount']).toBe('US-0043');
  });

  it('fails at start when the authority cannot be reached', async () => {
    const authority = 'http://127.0.0.1:9/tenant';

    await expect(startFinanceOperations({ authority })).rejects.toThrow();
  });

  it('runs as a process of its own that prints its address', async () => {
    const main = fileURLToPath(new URL('./main.ts', import.meta.url));
    const args = [main, '--authority', under.entra.authority(TENANT), '--client', `${CLIENT}:gbsi`];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { baseUrl } = JSON.parse(line.toString()) as { baseUrl: string };
    const token = await under.entra.token(CLIENT, baseUrl);

    const response = await fetch(`${baseUrl}/data/CustomersV3/$count`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    const text = await response.text();
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];

    expect([text, code]).toEqual(['1', 0]);
  });
});
