import { type MessagePort, parentPort } from 'node:worker_threads';
import { type WireAnswer, type WireRequest } from './wire.ts';

type Call = { readonly request: WireRequest; readonly port: MessagePort; readonly signal: Int32Array };

/** Fetches for a thread that sleeps until the answer is there. */
async function answer({ request, port, signal }: Call): Promise<void> {
  const result = await fetchOne(request);
  port.postMessage(result);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
}

async function fetchOne({ url, method, headers, body, timeout }: WireRequest): Promise<WireAnswer> {
  try {
    const response = await fetch(url, {
      method,
      headers: headers.map(([name, value]): [string, string] => [name, value]),
      body: body && method !== 'GET' && method !== 'HEAD' ? Buffer.from(body) : null,
      signal: AbortSignal.timeout(timeout),
      redirect: 'manual',
    });
    return {
      status: response.status,
      statusText: response.statusText,
      headers: [...response.headers],
      body: new Uint8Array(await response.arrayBuffer()),
    };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

function failureOf(error: unknown): string {
  if (!(error instanceof Error)) return 'Unexpected failure';
  if (error.name === 'TimeoutError') return 'Read timed out';
  const code = (error.cause as { code?: unknown } | undefined)?.code;
  return code === 'ECONNREFUSED' ? 'Connection refused' : `Unexpected failure: ${String(code ?? error.message)}`;
}

parentPort?.on('message', (call: Call) => void answer(call));
