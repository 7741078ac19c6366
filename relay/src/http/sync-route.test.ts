import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { NOW, ORG_A, aCall, anItem, answerTo, start, useServers } from './server.test-support.ts';

useServers();

describe('POST /v1/sync', () => {
  it('hands the call over as it came, with caller and deadline, and answers 200', async () => {
    const { post, call, calls } = await start();

    const answer = await post('/v1/sync', aCall());

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      contract: 1,
      correlationId: answer.header('x-correlation-id'),
      items: [{ generation: 7 }],
    });
    expect(calls).toEqual([
      {
        caller: { org: ORG_A, userId: '005000000000001AAA' },
        call: aCall(),
        deadline: NOW + 20_000,
        correlationId: answer.body.correlationId,
      },
    ]);
    const metrics = await call('/metrics');
    expect(metrics.text).toContain(
      'causeway_sync_units_total{outcome="created",mapping="Account_Customer",company="usmf"} 1',
    );
    expect(metrics.text).toContain(
      'causeway_http_request_seconds_count{route="/v1/sync",method="POST",status="200"} 1',
    );
  });

  it.each<[string, unknown, string]>([
    ['no body', '', 'is not JSON'],
    ['a body that is not JSON', '{"contract": 1,', 'is not JSON'],
    ['a body that is no object', '[]', 'The body must be an object'],
    ['a missing member', aCall({ requestId: undefined }), 'The body must have the member "requestId"'],
    ['an unknown member', aCall({ extra: 'PLANTED' }), 'must not have the member "extra"'],
    [
      'a number where text is due',
      aCall({ items: [anItem({ record: { ...anItem().record, fields: { A: 1.5 } } })] }),
      'items[0].record.fields.A must be',
    ],
    [
      'a generation that is no whole number',
      aCall({ items: [anItem(), anItem({ generation: 1.5 })] }),
      'items[1].generation must be a whole number',
    ],
    [
      'an unknown operation',
      aCall({ items: [anItem({ operation: 'truncate' })] }),
      'items[0].operation must be one of',
    ],
    ['no items', aCall({ items: [] }), 'items must have at least 1 entry'],
    [
      'an id that is none',
      aCall({ items: [anItem({ record: { ...anItem().record, id: "1' OR 1=1" } })] }),
      'items[0].record.id must be written as',
    ],
    [
      'an id in its short form, which Salesforce compares otherwise',
      aCall({ items: [anItem({ record: { ...anItem().record, id: '001000000000001' } })] }),
      'items[0].record.id must be written as',
    ],
    [
      'a key that is not of its record and mapping',
      aCall({ items: [anItem(), anItem({ key: '001000000000002AAA/Account_Customer' })] }),
      'items[1].key must be the record id and the mapping',
    ],
    ['an unknown lane', aCall({ lane: 'PLANTED' }), 'lane must be one of realTime, bulk'],
  ])('refuses %s by its place', async (_case, body, words) => {
    const { post, calls } = await start();

    const answer = await post('/v1/sync', body);

    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('REQUEST_MALFORMED');
    expect(answer.body.message).toContain(words);
    expect(answer.text).not.toContain('PLANTED');
    expect(calls).toEqual([]);
  });

  it('takes the lane of the outbox that sends', async () => {
    const { post, calls } = await start();

    await post('/v1/sync', aCall({ lane: 'bulk' }));

    expect(calls.map(({ call }) => call.lane)).toEqual(['bulk']);
  });

  it('refuses text that is not UTF-8', async () => {
    const { call } = await start();

    const answer = await call('/v1/sync', { method: 'POST', body: Buffer.from([0x22, 0xff, 0x22]) });

    expect(answer.body).toMatchObject({ code: 'REQUEST_MALFORMED', message: expect.stringContaining('UTF-8') });
  });

  it('refuses another contract with a code of its own', async () => {
    const { post } = await start();

    const answer = await post('/v1/sync', aCall({ contract: 2 }));

    expect(answer.body.code).toBe('CONTRACT_UNSUPPORTED');
  });

  it('refuses more than 200 items and more than 5 MB, compressed or not, in our shape', async () => {
    const { call, post, calls } = await start();
    const large = JSON.stringify(aCall({ requestId: 'x'.repeat(5_000_001) }));

    const items = await post('/v1/sync', aCall({ items: Array.from({ length: 201 }, () => anItem()) }));
    const plain = await post('/v1/sync', large);
    const zipped = await call('/v1/sync', {
      method: 'POST',
      body: gzipSync(large),
      headers: { 'content-encoding': 'gzip' },
    });

    for (const answer of [items, plain, zipped]) {
      expect(answer.status).toBe(413);
      expect(answer.body.code).toBe('BODY_TOO_LARGE');
    }
    expect(calls).toEqual([]);
  });

  it('takes 200 items and a compressed body', async () => {
    const { call, calls } = await start();
    const body = gzipSync(JSON.stringify(aCall({ items: Array.from({ length: 200 }, () => anItem()) })));

    const answer = await call('/v1/sync', { method: 'POST', body, headers: { 'content-encoding': 'gzip' } });

    expect(answer.status).toBe(200);
    expect(calls[0]?.call.items).toHaveLength(200);
  });

  it('asks an org that floods it to wait, and serves the others', async () => {
    const blocked = Promise.withResolvers<undefined>();
    const { post } = await start({
      sync: async (caller, call, { correlationId }) => {
        if (caller.org === ORG_A) await blocked.promise;
        return answerTo(call, correlationId);
      },
    });
    const flood = Array.from({ length: 40 }, () => post('/v1/sync', aCall()));

    const refused = await Promise.race(flood);
    const other = await post('/v1/sync', aCall(), { authorization: 'Bearer b' });
    blocked.resolve(undefined);
    const statuses = (await Promise.all(flood)).map((answer) => answer.status);
    const later = await post('/v1/sync', aCall());

    expect(refused).toMatchObject({ status: 429, body: { code: 'BUSY', retryable: true, retryAfterMs: 1000 } });
    expect(other.status).toBe(200);
    expect(statuses.filter((status) => status === 200)).toHaveLength(16);
    expect(later.status).toBe(200);
  });

  it('tells the work that its caller is gone', async () => {
    const started = Promise.withResolvers<AbortSignal>();
    const { port } = await start({
      sync: (_caller, _call, { signal }) => {
        started.resolve(signal);
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('gone'))));
      },
    });
    const headers = { authorization: 'Bearer a', 'content-type': 'application/json' };
    const request = httpRequest({ port, method: 'POST', path: '/v1/sync', headers });
    request.on('error', () => undefined);
    request.end(JSON.stringify(aCall()));

    const signal = await started.promise;
    const aborted = once(signal, 'abort');
    request.destroy();

    await aborted;
    expect(signal.aborted).toBe(true);
  });
});
