import type { SyncItem } from '../../relay/src/sync/exchange.ts';
import { accountItems, inCalls } from './accounts.ts';
import { type Caller, openSyncCaller } from './caller.ts';
import { answer } from './elsewhere.ts';
import { inParallel } from './in-parallel.ts';

/** New accounts, sent as the outbox does in bulk: full calls, several at once. */
export type SyncLoad = {
  readonly caller: Caller;
  readonly template: SyncItem;
  readonly first: number;
  readonly count: number;
  readonly concurrency: number;
};

const ITEMS_PER_CALL = 200;

/** Sends the load and answers the seconds it took. */
async function sendSyncLoad({ caller, template, first, count, concurrency }: SyncLoad): Promise<number> {
  const calls = inCalls(accountItems(template, first, count), ITEMS_PER_CALL);
  const sync = openSyncCaller(caller, { connections: concurrency, lane: 'bulk' });
  const startedAt = performance.now();
  await inParallel(calls, concurrency, async (items) => {
    await sync.send(items, 'created');
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  await sync.close();
  return seconds;
}

answer(sendSyncLoad);
