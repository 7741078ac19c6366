import { addConnection, withBenchProduct } from './bench-product.ts';
import { authorizationOf } from './caller.ts';
import { type Figure, median, type Measured } from './figures.ts';
import { type HttpLoad, sendHttpLoad } from './http-load.ts';
import { hasNginx, startNginxOrigin, startNginxProxy } from './nginx.ts';
import { cpuSecondsOf, startBareProxy } from './proxy-process.ts';

const CONNECTION = 'origin';
const ROUNDS = 3;
const SECONDS = 4;
const WARM_UP_SECONDS = 2;
const CONNECTIONS = 32;
const TARGET = 0.55;

/** What is fetched: entity sets that are open to forwarding, answered with so many bytes. */
const SIZES = [
  { name: '1 KB', entitySet: 'CustomersV3', bytes: 1_024, target: { atLeast: TARGET } },
  { name: '100 KB', entitySet: 'ReleasedProductsV2', bytes: 102_400, target: null },
] as const;

type Server = { readonly url: string; cpuSeconds(): Promise<number> };
type Servers = { readonly relay: Server; readonly nginx: Server; readonly bare: Server };
type Rate = { readonly perSecond: number; readonly cpuMicroseconds: number; readonly cores: number };
type Rates = { readonly [Name in keyof Servers]: Rate };
type Size = (typeof SIZES)[number];

/**
 * The relay's forwarder beside nginx as a bare proxy: the same upstream, the same load, turn and turn about. nginx checks no token,
 * no path and no right, counts nothing, and only adds the header; the relay does all of it. A bare node proxy runs beside them,
 * because the distance between nginx and node is the machine's, and only the rest is ours. Nothing is pinned to a core: on two,
 * load and upstream would have to share one and hold nginx back, which would flatter us. How busy a server was is shown instead;
 * one that did not fill its core could have served more, and the processor time per request is what compares them then.
 */
export async function measureForwarder(): Promise<Measured> {
  if (!(await hasNginx()))
    return { skipped: 'nginx is not installed, so there is nothing to compare the forwarder with' };
  return withBenchProduct(async ({ product, caller }) => {
    const origin = await startNginxOrigin(SIZES.map(({ entitySet, bytes }) => ({ path: `data/${entitySet}`, bytes })));
    const nginx = await startNginxProxy({ from: `/v1/forward/${CONNECTION}/`, to: `${origin.url}/data/` });
    const bare = await startBareProxy(origin.url);
    try {
      await addConnection(product, CONNECTION, origin.url);
      const relay = { url: product.relayUrl, cpuSeconds: () => cpuSecondsOf(product.relay().pid) };
      const servers = { relay, nginx, bare };
      const figures: Figure[] = [];
      for (const size of SIZES) {
        // Made anew for each size: tokens last five minutes at most.
        const headers = { authorization: await authorizationOf(caller, '5m') };
        figures.push(...(await compare(servers, headers, size)));
      }
      return { figures };
    } finally {
      await Promise.all([bare.stop(), nginx.stop(), origin.stop()]);
    }
  });
}

async function compare(servers: Servers, headers: Readonly<Record<string, string>>, size: Size): Promise<Figure[]> {
  const path = `/v1/forward/${CONNECTION}/${size.entitySet}`;
  const load = { path, headers, connections: CONNECTIONS, seconds: SECONDS, bytes: size.bytes };
  for (const server of [servers.relay, servers.bare]) await rate(server, { ...load, seconds: WARM_UP_SECONDS });
  const rounds: Rates[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push({
      nginx: await rate(servers.nginx, load),
      relay: await rate(servers.relay, load),
      bare: await rate(servers.bare, load),
    });
  }
  return figuresOf(rounds, size);
}

function figuresOf(rounds: readonly Rates[], { name, target }: Size): Figure[] {
  const note = `${CONNECTIONS} connections, median of ${ROUNDS} rounds of ${SECONDS} s`;
  const figure = (what: string, unit: string, read: (rates: Rates) => number): Figure => {
    return { name: `forwarder at ${name}, ${what}`, value: median(rounds.map(read)), unit, note };
  };
  return [
    figure('relay', 'requests/s', ({ relay }) => relay.perSecond),
    figure('nginx', 'requests/s', ({ nginx }) => nginx.perSecond),
    figure('bare node', 'requests/s', ({ bare }) => bare.perSecond),
    {
      ...figure('relay / nginx', 'ratio', ({ relay, nginx }) => relay.perSecond / nginx.perSecond),
      ...(target === null ? {} : { target }),
    },
    figure('bare node / nginx', 'ratio', ({ bare, nginx }) => bare.perSecond / nginx.perSecond),
    figure('relay / bare node', 'ratio', ({ relay, bare }) => relay.perSecond / bare.perSecond),
    figure('CPU, relay', 'µs/request', ({ relay }) => relay.cpuMicroseconds),
    figure('CPU, nginx', 'µs/request', ({ nginx }) => nginx.cpuMicroseconds),
    figure('CPU, bare node', 'µs/request', ({ bare }) => bare.cpuMicroseconds),
    figure('CPU, relay / nginx', 'ratio', ({ relay, nginx }) => relay.cpuMicroseconds / nginx.cpuMicroseconds),
    figure('CPU, relay / bare node', 'ratio', ({ relay, bare }) => relay.cpuMicroseconds / bare.cpuMicroseconds),
    figure('cores busy, relay', 'cores', ({ relay }) => relay.cores),
    figure('cores busy, nginx', 'cores', ({ nginx }) => nginx.cores),
  ];
}

async function rate(server: Server, load: Omit<HttpLoad, 'url'>): Promise<Rate> {
  const cpuBefore = await server.cpuSeconds();
  const { requests, seconds } = await sendHttpLoad({ ...load, url: server.url });
  const cpu = (await server.cpuSeconds()) - cpuBefore;
  return { perSecond: requests / seconds, cpuMicroseconds: (cpu * 1_000_000) / requests, cores: cpu / seconds };
}
