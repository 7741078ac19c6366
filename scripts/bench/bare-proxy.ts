import { createServer } from 'node:http';
import { Pool } from 'undici';
import { passThrough } from '../../relay/src/forward/pass-through.ts';

/** What the bare proxy is started with, as its two arguments: the address it forwards to, and the port it listens on. */
const [origin = '', port = ''] = process.argv.slice(2);

/**
 * node at its barest with the relay's own streaming: no token is verified, no path is judged, nothing is counted. What it reaches
 * on a machine is the most that any forwarder in one node process can reach there.
 */
const pool = new Pool(origin, { connections: 64, pipelining: 1 });
const server = createServer((request, response) => {
  const entitySet = (request.url ?? '').split('/').at(-1) ?? '';
  const headers = ['authorization', `Bearer ${'t'.repeat(1_200)}`];
  const upstream = { method: 'GET', path: `/data/${entitySet}`, headers, body: null } as const;
  passThrough(pool, upstream, { response, head: [], conclude: null }).catch(() => response.destroy());
});
server.listen(Number(port), '127.0.0.1');
