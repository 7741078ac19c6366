import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type JobWorkerData } from '../../apex/execution/start-job-worker.ts';
import { type Change, type ChangeListener } from '../../records/change-log.ts';
import { type RestResponse } from '../../rest/http.ts';
import { type AuraCall } from './call-aura.ts';

/** What the thread tells the one that serves the org. */
export type AuraMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'changes'; readonly changes: readonly Change[] }
  | { readonly kind: 'committed' }
  | { readonly kind: 'answer'; readonly number: number; readonly answer: RestResponse };

/** A call and the number under which its answer comes back. */
export type AuraOrder = { readonly number: number; readonly call: AuraCall };

/** Runs components' Apex in a thread of its own: a method may call out to a relay that calls this org back. */
export type AuraThread = {
  readonly call: (call: AuraCall) => Promise<RestResponse>;
  readonly stop: () => Promise<void>;
};

type Listeners = {
  readonly onChange: ChangeListener;
  /** Hears that a method left work to do. */
  readonly onCommitted: () => void;
};

/** Starts the thread over the org's file; calls wait until it is ready. */
export function startAuraThread(data: JobWorkerData, { onChange, onCommitted }: Listeners): AuraThread {
  const worker = new Worker(new URL('./aura-worker.ts', import.meta.url), { workerData: data });
  const waiting = new Map<number, (answer: RestResponse) => void>();
  let calls = 0;
  worker.on('message', (message: AuraMessage) => {
    if (message.kind === 'changes') onChange(message.changes);
    if (message.kind === 'committed') onCommitted();
    if (message.kind === 'answer') {
      waiting.get(message.number)?.(message.answer);
      waiting.delete(message.number);
    }
  });
  const ready = once(worker, 'message');
  return {
    call: async (call) => {
      await ready;
      const order: AuraOrder = { number: ++calls, call };
      return new Promise((resolve) => {
        waiting.set(order.number, resolve);
        worker.postMessage(order);
      });
    },
    stop: async () => {
      await ready;
      const ended = once(worker, 'exit');
      worker.postMessage('stop');
      await ended;
    },
  };
}
