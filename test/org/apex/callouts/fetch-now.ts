import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { type WireAnswer, type WireRequest } from './wire.ts';

let worker: Worker | null = null;

/** Longer than the request's own timeout, for the case that the helper thread itself is gone. */
const GRACE_MS = 5_000;

/** Sends a request and waits for the answer without giving the thread away, as Apex does. */
export function fetchNow(request: WireRequest): WireAnswer {
  worker ??= startWorker();
  const { port1, port2 } = new MessageChannel();
  const signal = new Int32Array(new SharedArrayBuffer(4));
  worker.postMessage({ request, port: port2, signal }, [port2]);
  Atomics.wait(signal, 0, 0, request.timeout + GRACE_MS);
  const message = receiveMessageOnPort(port1);
  port1.close();
  return (message?.message as WireAnswer | undefined) ?? { failure: 'Read timed out' };
}

function startWorker(): Worker {
  const started = new Worker(new URL('./http-worker.ts', import.meta.url));
  started.unref();
  return started;
}

/** Ends the helper thread; the next callout starts another. */
export async function stopFetching(): Promise<void> {
  const running = worker;
  worker = null;
  await running?.terminate();
}
