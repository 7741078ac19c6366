import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { largestBody, readBody } from './http.ts';

describe('the body of a request', () => {
  test('is read up to its limit and refused beyond', async () => {
    const body = (): Readable => Readable.from([Buffer.from('1234'), Buffer.from('5')]);

    expect(await readBody(body(), 5)).toBe('12345');
    await expect(readBody(body(), 4)).rejects.toMatchObject({ statusCode: 'EXCEEDED_MAX_SIZE_REQUEST' });
  });

  test('may be larger where it is an upload', () => {
    expect(largestBody('/services/data/v66.0/jobs/ingest/750000000000001AAA/batches')).toBe(112_500_000);
    expect(largestBody('/services/data/v66.0/jobs/ingest')).toBe(50_000_000);
  });
});
