import { Pool } from 'undici';
import type { RecordedRequest } from './door.ts';
import { answer } from './elsewhere.ts';
import { inParallel } from './in-parallel.ts';

/** Ready-made batches for the simulator, and how many records they create. */
export type RawLoad = {
  readonly baseUrl: string;
  readonly requests: readonly RecordedRequest[];
  readonly concurrency: number;
  readonly creates: number;
};

/** Sends the batches as they are, reads the answers and looks into none; answers the seconds it took. */
async function sendRawLoad({ baseUrl, requests, concurrency, creates }: RawLoad): Promise<number> {
  const pool = new Pool(baseUrl, { connections: concurrency });
  const answers: Buffer[] = [];
  const startedAt = performance.now();
  await inParallel(requests, concurrency, async ({ path, headers, body }) => {
    const response = await pool.request({ method: 'POST', path, headers, body });
    answers.push(Buffer.from(await response.body.arrayBuffer()));
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  await pool.close();
  const created = answers.reduce((sum, text) => sum + text.toString('latin1').split('HTTP/1.1 201').length - 1, 0);
  if (created !== creates) throw new Error(`The raw loop created ${created} records instead of ${creates}.`);
  return seconds;
}

answer(sendRawLoad);
