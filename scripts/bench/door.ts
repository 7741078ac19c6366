import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';

/** Watches a simulator of this process at its door, without touching it: node tells when requests arrive and answers leave. */
export type Door = {
  /** Milliseconds in which at least one request was being answered, since the door was opened. */
  busyMs(): number;
  close(): void;
};

/** A request as it came, ready to be sent again. */
export type RecordedRequest = {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

const STARTED = 'http.server.request.start';
const FINISHED = 'http.server.response.finish';
const REPEATED = ['accept', 'authorization', 'content-type', 'prefer'];

/** Clocks the simulator at `baseUrl`; overlapping requests count once. */
export function openDoor(baseUrl: string): Door {
  const isOurs = servedBy(baseUrl);
  let underWay = 0;
  let busySince = 0;
  let busy = 0;
  const enter = (message: unknown): void => {
    if (isOurs(message) && underWay++ === 0) busySince = performance.now();
  };
  const leave = (message: unknown): void => {
    if (isOurs(message) && --underWay === 0) busy += performance.now() - busySince;
  };
  subscribe(STARTED, enter);
  subscribe(FINISHED, leave);
  return {
    busyMs: () => busy + (underWay > 0 ? performance.now() - busySince : 0),
    close: () => {
      unsubscribe(STARTED, enter);
      unsubscribe(FINISHED, leave);
    },
  };
}

/** Records the batches that the simulator at `baseUrl` is sent while `run` lasts. */
export async function recordBatches(baseUrl: string, run: () => Promise<void>): Promise<RecordedRequest[]> {
  const isOurs = servedBy(baseUrl);
  const recorded: RecordedRequest[] = [];
  const record = (message: unknown): void => {
    if (!isOurs(message)) return;
    const { request } = message as { readonly request: IncomingMessage };
    const { url: path = '' } = request;
    if (!path.startsWith('/data/$batch')) return;
    const chunks: Buffer[] = [];
    // The simulator reads the body itself, in the same turn; this only looks on.
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.once('end', () => {
      const headers = Object.fromEntries(REPEATED.map((name) => [name, String(request.headers[name] ?? '')]));
      recorded.push({ path, headers, body: Buffer.concat(chunks).toString('utf8') });
    });
  };
  subscribe(STARTED, record);
  try {
    await run();
  } finally {
    unsubscribe(STARTED, record);
  }
  return recorded;
}

function servedBy(baseUrl: string): (message: unknown) => boolean {
  const port = Number(new URL(baseUrl).port);
  return (message) => (message as { readonly request: IncomingMessage }).request.socket.localPort === port;
}
