import { describe, expect, it } from '@jest/globals';
import problemsSchema from '../../../contracts/schemas/problems.v1.schema.json' with { type: 'json' };
import { compileSchema } from '../json-schema.ts';
import { ORG_A, ORG_B, start, useServers } from './server.test-support.ts';

useServers();

describe('problems', () => {
  it('are told with what they mean, who must act and how', async () => {
    const { call } = await start();

    const answer = await call('/v1/problems?state=open&limit=1');

    expect(compileSchema(problemsSchema, { all: true })(answer.body)).toEqual([]);
    expect(answer.body).toMatchObject({
      nextCursor: 'p1',
      problems: [{ id: 'p1', owner: 'user', fix: expect.stringContaining('Shorten') }],
    });
    expect((await call('/v1/problems?state=unknown')).status).toBe(400);
  });

  it('are asked for again for the caller’s org, and are not there for another', async () => {
    const { post, retries } = await start();

    const own = await post('/v1/problems/p1/retry', '');
    const foreign = await post('/v1/problems/p1/retry', '', { authorization: 'Bearer b' });
    const malformed = await post('/v1/problems/p%20%27/retry', '');

    expect(own).toMatchObject({ status: 202, body: { problemId: 'p1', requested: 3 } });
    expect([foreign.status, malformed.status]).toEqual([404, 404]);
    expect(retries).toEqual([
      [ORG_A, 'p1', 'user:005000000000001AAA'],
      [ORG_B, 'p1', `org:${ORG_B}`],
    ]);
  });
});
