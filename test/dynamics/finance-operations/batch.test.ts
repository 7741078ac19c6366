import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { aCustomer, reasonOf, startUnderTest, type UnderTest } from './simulator-under-test.ts';

type Part = { method: string; path: string; body?: unknown; id?: string };

describe('$batch', () => {
  let under: UnderTest;

  beforeAll(async () => {
    under = await startUnderTest();
  });
  beforeEach(() => under.simulator.admin.reset());
  afterAll(() => under.stop());

  const part = ({ method, path, body, id }: Part): string =>
    [
      'Content-Type: application/http',
      'Content-Transfer-Encoding: binary',
      ...(id === undefined ? [] : [`Content-ID: ${id}`]),
      '',
      `${method} ${path.startsWith('http') ? path : `${under.simulator.baseUrl}/data/${path}`} HTTP/1.1`,
      'Content-Type: application/json',
      '',
      body === undefined ? '' : JSON.stringify(body),
      '',
    ].join('\r\n');
  const changeset = (parts: readonly Part[]): string =>
    `Content-Type: multipart/mixed; boundary=changeset_1\r\n\r\n${parts.map((one) => `--changeset_1\r\n${part(one)}`).join('')}--changeset_1--\r\n`;
  const batch = (...items: string[]): string =>
    `${items.map((item) => `--batch_1\r\n${item}`).join('')}--batch_1--\r\n`;
  const statuses = (text: string): number[] =>
    [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));

  it('answers 200 and one part per operation, in order, whatever the parts say', async () => {
    const reply = await under.batch(
      batch(
        part({ method: 'POST', path: 'CustomersV3', body: aCustomer(), id: 'a' }),
        part({ method: 'POST', path: 'CustomersV3', body: aCustomer({ CustomerGroupId: 'Local' }), id: 'b' }),
        part({
          method: 'GET',
          path: "CustomersV3?$filter=CustomerAccount eq 'US-0042'".replaceAll(' ', '%20'),
          id: 'c',
        }),
        part({
          method: 'PATCH',
          path: "CustomersV3(dataAreaId='usmf',CustomerAccount='US-0042')",
          body: { OrganizationName: 'Two' },
          id: 'd',
        }),
      ),
    );

    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toMatch(/^multipart\/mixed; boundary=batchresponse_/);
    expect(statuses(reply.text)).toEqual([201, 400, 200, 204]);
    expect([...reply.text.matchAll(/Content-ID: (\w)/g)].map(([, id]) => id)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('commits a changeset as one and answers a part for each operation', async () => {
    under.simulator.admin.numberSequence({ company: 'usmf', of: 'SalesOrder', mode: 'Manual' });
    const header = { dataAreaId: 'usmf', SalesOrderNumber: 'SF-1', OrderingCustomerAccountNumber: 'US-001' };
    const line = { dataAreaId: 'usmf', SalesOrderNumber: 'SF-1', ItemNumber: 'D0001' };

    const reply = await under.batch(
      batch(
        changeset([
          { method: 'POST', path: 'SalesOrderHeadersV4', body: header, id: '1' },
          { method: 'POST', path: 'SalesOrderLinesV3', body: line, id: '2' },
        ]),
      ),
    );

    expect(statuses(reply.text)).toEqual([201, 201]);
    expect(reply.text).toContain('multipart/mixed; boundary=changesetresponse_');
    expect((await under.get("SalesOrderHeadersV4(dataAreaId='usmf',SalesOrderNumber='SF-1')")).json).toMatchObject({
      OrderTotalAmount: 128.7,
    });
  });

  it('undoes a whole changeset when one operation fails and answers only its error', async () => {
    under.simulator.admin.numberSequence({ company: 'usmf', of: 'SalesOrder', mode: 'Manual' });
    const header = { dataAreaId: 'usmf', SalesOrderNumber: 'SF-2', OrderingCustomerAccountNumber: 'US-001' };
    const lines = ['D0001', 'NOPE'].map((ItemNumber) => ({ dataAreaId: 'usmf', SalesOrderNumber: 'SF-2', ItemNumber }));

    const reply = await under.batch(
      batch(
        changeset([
          { method: 'POST', path: 'SalesOrderHeadersV4', body: header, id: '1' },
          ...lines.map((body, index) => ({ method: 'POST', path: 'SalesOrderLinesV3', body, id: String(index + 2) })),
        ]),
      ),
    );

    expect(reply.status).toBe(200);
    expect(statuses(reply.text)).toEqual([400]);
    expect(reply.text).toContain('Content-ID: 3');
    expect((await under.get('SalesOrderHeadersV4/$count')).text).toBe('0');
    expect((await under.get('SalesOrderLinesV3/$count')).text).toBe('0');
  });

  it('keeps changesets of one batch independent of each other', async () => {
    const reply = await under.batch(
      batch(
        changeset([{ method: 'POST', path: 'CustomersV3', body: aCustomer({ CustomerGroupId: 'Local' }) }]),
        changeset([{ method: 'POST', path: 'CustomersV3', body: aCustomer() }]),
      ),
    );

    expect(statuses(reply.text)).toEqual([400, 201]);
  });

  it('asks for cross-company on the inner address', async () => {
    const path = "CustomersV3(dataAreaId='gbsi',CustomerAccount='GB-001')";

    const reply = await under.batch(
      batch(part({ method: 'GET', path }), part({ method: 'GET', path: `${path}?cross-company=true` })),
    );

    expect(statuses(reply.text)).toEqual([404, 200]);
  });

  it('takes bodies with bare line feeds and with non-ASCII text', async () => {
    const body = batch(
      part({ method: 'POST', path: 'CustomersV3', body: aCustomer({ OrganizationName: 'Müller – 株式会社' }) }),
    );

    const reply = await under.batch(body.replaceAll('\r\n', '\n'));

    expect(statuses(reply.text)).toEqual([201]);
    expect(reply.text).toContain('Müller – 株式会社');
  });

  it('refuses 5,001 operations as a whole', async () => {
    const one = part({ method: 'DELETE', path: "Currencies('XXX')" });

    const reply = await under.batch(batch(...Array.from({ length: 5001 }, () => one)));

    expect(reply.status).toBe(400);
    expect(reasonOf(reply)).toContain("A maximum number of '5000' operations are allowed in a change set.");
  });

  it.each([
    [
      'a relative inner address',
      () => batch(part({ method: 'GET', path: 'CustomersV3' }).replace(`${under.simulator.baseUrl}/data/`, '')),
    ],
    ['another host', () => batch(part({ method: 'GET', path: 'http://elsewhere.example/data/CustomersV3' }))],
    ['a GET in a changeset', () => batch(changeset([{ method: 'GET', path: 'CustomersV3' }]))],
    ['no boundary in the body', () => 'nothing here'],
  ])('refuses %s', async (_what, body) => {
    expect((await under.batch(body())).status).toBe(400);
  });

  it('refuses a JSON batch', async () => {
    expect((await under.send('POST', '$batch', { requests: [] })).status).toBe(415);
  });

  it('throttles single parts with Retry-After inside an outer 200', async () => {
    under.simulator.admin.fault({
      kind: 'answer',
      status: 429,
      retryAfterSeconds: 7,
      set: 'CustomersV3',
      verb: 'POST',
      after: 1,
    });
    const post = part({ method: 'POST', path: 'CustomersV3', body: aCustomer() });

    const reply = await under.batch(batch(post, post, post));

    expect(reply.status).toBe(200);
    expect(statuses(reply.text)).toEqual([201, 429, 201]);
    expect(reply.text).toContain('Retry-After: 7');
  });

  it('undoes a changeset that is throttled half way', async () => {
    under.simulator.admin.fault({ kind: 'answer', status: 429, set: 'CustomersV3', after: 1 });
    const post = { method: 'POST', path: 'CustomersV3', body: aCustomer() };

    const reply = await under.batch(batch(changeset([post, post])));

    expect(statuses(reply.text)).toEqual([429]);
    expect((await under.get('CustomersV3/$count')).text).toBe('5');
  });
});
