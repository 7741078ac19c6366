import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** A call that went over the wire: what was asked, what was answered, and how long the caller waited. */
export type WireCall = {
  readonly path: string;
  readonly request: string;
  readonly status: number;
  readonly answer: string;
  readonly milliseconds: number;
};

/** Looks at a call that the org makes. */
export type Inspection = (call: {
  readonly path: string;
  readonly body: string;
  readonly authorization: string;
}) => Promise<void>;

/** The wire between org and relay: every call passes unchanged, seen by whoever listens. */
export type Wire = {
  readonly url: string;
  /** Every call that was answered, in order. */
  readonly calls: readonly WireCall[];
  /** How many calls are on their way now. */
  readonly open: () => number;
  /** Shows each call before it passes on, with the token that it carries; it waits until it was looked at. */
  readonly inspect: (look: Inspection | null) => void;
  /** Loses the next answers: the relay gave them, the org never hears them. */
  readonly loseAnswers: (count: number) => void;
  readonly lost: () => number;
  readonly close: () => Promise<void>;
};

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'host', 'content-length']);

/** Lays the wire to a relay that listens at that address, or will. */
export async function layWire(relayUrl: string): Promise<Wire> {
  const calls: WireCall[] = [];
  const state = { open: 0, toLose: 0, lost: 0, look: null as Inspection | null };
  const pass = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = await buffer(incoming);
    const authorization = incoming.headers.authorization ?? '';
    await state.look?.({ path: incoming.url ?? '/', body: body.toString(), authorization });
    const startedAt = performance.now();
    const { status, headers, answer } = await callRelay(new URL(incoming.url ?? '/', relayUrl), incoming, body);
    if (state.toLose > 0) {
      state.toLose -= 1;
      state.lost += 1;
      outgoing.destroy();
      return;
    }
    calls.push({
      path: incoming.url ?? '/',
      request: body.toString(),
      status,
      answer: answer.toString(),
      milliseconds: performance.now() - startedAt,
    });
    outgoing.writeHead(status, headers).end(answer);
  };
  const server = createServer((incoming, outgoing) => {
    state.open += 1;
    outgoing.once('close', () => (state.open -= 1));
    // A relay that is not there is a connection that breaks.
    pass(incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    open: () => state.open,
    inspect: (look) => void (state.look = look),
    loseAnswers: (count) => void (state.toLose = count),
    lost: () => state.lost,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

type Answer = { readonly status: number; readonly headers: Record<string, string>; readonly answer: Buffer };

async function callRelay(url: URL, { method, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
  const call = request(url, { method, headers: { ...withoutHops(headers), 'content-length': body.length } });
  call.end(body);
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  return {
    status: response.statusCode ?? 502,
    headers: withoutHops(response.headers),
    answer: await buffer(response),
  };
}

function withoutHops(headers: IncomingMessage['headers']): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}
