import { accountItem, withBenchProduct } from './bench-product.ts';
import { type RecordedRequest, recordBatches } from './door.ts';
import { elsewhere } from './elsewhere.ts';
import { median, type Measured } from './figures.ts';
import type { RawLoad } from './raw-load.ts';
import type { SyncLoad } from './sync-load.ts';

const RECORDS = 10_000;
const WARM_UP = 1_000;
const CONCURRENCY = 8;
const ROUNDS = 3;
const TARGET = 0.6;

type Round = { readonly relay: number; readonly raw: number };

/**
 * Records per second through the relay beside a bare loop that sends the very batches that the relay sent, ready-made, to the same
 * simulator: the searches before a create (marker, match rules) and the creates, whose answers are also the read-back. The loop builds
 * and reads nothing, so what the ratio lacks to 1 is all that the relay does. Both loads come from a process of their own, as many calls
 * at a time as the lanes of the outbox would make; each round has a fresh product that works on other records first, since neither a
 * relay nor a simulator of a second's age says what either can do. The simulator is emptied in between.
 */
export async function measureBatch(): Promise<Measured> {
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measureRound());
  const note = `${RECORDS} accounts, median of ${ROUNDS} rounds`;
  const ratios = rounds.map(({ relay, raw }) => relay / raw);
  return {
    figures: [
      { name: 'batch, relay', value: median(rounds.map(({ relay }) => relay)), unit: 'records/s', note },
      { name: 'batch, raw loop', value: median(rounds.map(({ raw }) => raw)), unit: 'records/s', note },
      { name: 'batch, relay / raw loop', value: median(ratios), unit: 'ratio', target: { atLeast: TARGET }, note },
    ],
  };
}

function measureRound(): Promise<Round> {
  return withBenchProduct(async ({ product, caller }) => {
    const template = accountItem(product);
    const { admin, baseUrl } = product.dynamics;
    const load: SyncLoad = { caller, template, first: 0, count: RECORDS, concurrency: CONCURRENCY };
    await elsewhere<number>('sync-load.ts', { ...load, first: RECORDS, count: WARM_UP } satisfies SyncLoad);
    let relaySeconds = 0;
    const requests: RecordedRequest[] = await recordBatches(baseUrl, async () => {
      relaySeconds = await elsewhere<number>('sync-load.ts', load);
    });
    admin.reset();
    const raw: RawLoad = { baseUrl, requests, concurrency: CONCURRENCY, creates: RECORDS };
    const rawSeconds = await elsewhere<number>('raw-load.ts', raw);
    return { relay: RECORDS / relaySeconds, raw: RECORDS / rawSeconds };
  });
}
