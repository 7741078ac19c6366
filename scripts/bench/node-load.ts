import { Pool } from 'undici';
import { answer } from './elsewhere.ts';
import type { HttpLoad, HttpLoadResult } from './http-load.ts';

/** Sends the load from this process. Throws where an answer is not the one that is wanted. */
async function sendByNode({ url, path, headers, connections, seconds, bytes }: HttpLoad): Promise<HttpLoadResult> {
  const pool = new Pool(url, { connections });
  const startedAt = performance.now();
  const until = startedAt + seconds * 1_000;
  let requests = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < until) {
      const { statusCode, body } = await pool.request({ method: 'GET', path, headers });
      const { byteLength } = await body.arrayBuffer();
      if (statusCode !== 200 || byteLength !== bytes) throw new Error(`${path}: ${statusCode}, ${byteLength} bytes.`);
      requests += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const took = (performance.now() - startedAt) / 1_000;
  await pool.close();
  return { requests, seconds: took };
}

answer(sendByNode);
