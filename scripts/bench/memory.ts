import { setTimeout as wait } from 'node:timers/promises';
import { accountItem, withBenchProduct } from './bench-product.ts';
import { elsewhere } from './elsewhere.ts';
import type { Figure, Measured } from './figures.ts';
import { relayUsage } from './relay-metrics.ts';
import type { SyncLoad } from './sync-load.ts';

const STAGES = [1_000, 10_000, 100_000];
const CONCURRENCY = 8;
const REST_MS = 2_000;
const MEBIBYTE = 1024 * 1024;
const TARGET = 1.3;

/** The relay's resident memory after so many records: it must follow the work under way, never what was done so far. */
export function measureMemory(): Promise<Measured> {
  return withBenchProduct(async ({ product, caller }) => {
    const template = accountItem(product);
    const resident: number[] = [];
    let sent = 0;
    for (const stage of STAGES) {
      const load: SyncLoad = { caller, template, first: sent, count: stage - sent, concurrency: CONCURRENCY };
      await elsewhere<number>('sync-load.ts', load);
      sent = stage;
      await wait(REST_MS);
      resident.push((await relayUsage(product.relayUrl)).residentBytes / MEBIBYTE);
    }
    const [, at10k = Number.NaN, at100k = Number.NaN] = resident;
    const figures = STAGES.map((stage, index): Figure => {
      return { name: `relay memory after ${stage} records`, value: resident[index] ?? Number.NaN, unit: 'MiB' };
    });
    const ratio = { name: 'relay memory, 100 k / 10 k records', value: at100k / at10k, unit: 'ratio' };
    return { figures: [...figures, { ...ratio, target: { atMost: TARGET } }] };
  });
}
