import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { layWire, type Wire } from './wire.ts';

let relay: Server;
let wire: Wire;
let heard: string[];

beforeEach(async () => {
  heard = [];
  relay = createServer((request, response) => {
    void text(request).then((body) => {
      heard.push(`${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization ?? ''} ${body}`);
      response.writeHead(429, { 'retry-after': '7' }).end('später');
    });
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  wire = await layWire(`http://127.0.0.1:${(relay.address() as AddressInfo).port}`);
});

afterEach(async () => {
  await wire.close();
  relay.closeAllConnections();
  relay.close();
});

const send = (): Promise<Response> =>
  fetch(`${wire.url}/v1/sync?a=1`, { method: 'POST', headers: { authorization: 'Bearer t' }, body: 'größer' });

describe('the wire', () => {
  it('carries call and answer unchanged, and shows both', async () => {
    const response = await send();

    expect(heard).toEqual(['POST /v1/sync?a=1 Bearer t größer']);
    expect([response.status, response.headers.get('retry-after'), await response.text()]).toEqual([429, '7', 'später']);
    expect(wire.calls).toMatchObject([{ path: '/v1/sync?a=1', request: 'größer', status: 429, answer: 'später' }]);
  });

  it('shows a call before it passes on', async () => {
    const seen: unknown[] = [];
    wire.inspect(async (call) => void seen.push({ ...call, heard: heard.length }));

    await send();

    expect(seen).toEqual([{ path: '/v1/sync?a=1', body: 'größer', authorization: 'Bearer t', heard: 0 }]);
  });

  it('loses as many answers as it is told, after the relay gave them', async () => {
    wire.loseAnswers(1);

    await expect(send()).rejects.toThrow('fetch failed');
    const second = await send();

    expect(second.status).toBe(429);
    expect([heard.length, wire.lost(), wire.calls.length]).toEqual([2, 1, 1]);
  });

  it('is a broken connection where there is no relay', async () => {
    relay.closeAllConnections();
    relay.close();

    await expect(send()).rejects.toThrow('fetch failed');

    expect([wire.calls.length, wire.lost()]).toEqual([0, 0]);
  });
});
