import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Pool } from 'pg';
import { startTestDatabase, type TestDatabase } from '../../../test/support/postgres.ts';
import { RelayError } from '../errors.ts';
import { inTransaction, openPool, toRelayError, withDatabase } from './database.ts';

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await startTestDatabase();
  await database.query('create table kept (value text)');
  pool = openPool(database.connection, 2);
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

describe('inTransaction', () => {
  it('stores nothing of a work that fails, and gives its connection back', async () => {
    for (let time = 0; time < 5; time += 1) {
      const work = inTransaction(pool, async (client) => {
        await client.query(`insert into kept values ('lost')`);
        throw new RelayError('RECORD_BUSY', 'Busy.');
      });
      await expect(work).rejects.toMatchObject({ code: 'RECORD_BUSY' });
    }

    expect(await database.query('select value from kept')).toEqual([]);
  });

  it('says UNAVAILABLE where the connection is cut in the middle, and works again afterwards', async () => {
    const cut = inTransaction(pool, async (client) => {
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      await database.query('select pg_terminate_backend($1)', [rows[0]!.pid]);
      await client.query(`insert into kept values ('lost')`);
    });

    await expect(cut).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(withDatabase(pool, (client) => client.query('select 1'))).resolves.toBeDefined();
    expect(await database.query('select value from kept')).toEqual([]);
  });

  it('says RECORD_BUSY where two runs wait for each other', async () => {
    await database.query('create table pair (id int primary key, value int)');
    await database.query('insert into pair values (1, 0), (2, 0)');
    const bothHoldOne = Promise.withResolvers<undefined>();
    let holding = 0;
    const run = (first: number, second: number) =>
      inTransaction(pool, async (client) => {
        await client.query('update pair set value = 1 where id = $1', [first]);
        holding += 1;
        if (holding === 2) {
          bothHoldOne.resolve(undefined);
        }
        await bothHoldOne.promise;
        await client.query('update pair set value = 1 where id = $1', [second]);
      });

    const results = await Promise.allSettled([run(1, 2), run(2, 1)]);

    const failed = results.filter((result) => result.status === 'rejected');
    expect(failed).toMatchObject([{ reason: { code: 'RECORD_BUSY' } }]);
  });
});

describe('toRelayError', () => {
  it.each([
    ['ECONNREFUSED', 'UNAVAILABLE'],
    ['57P03', 'UNAVAILABLE'],
    ['08006', 'UNAVAILABLE'],
    ['40001', 'RECORD_BUSY'],
    ['28P01', 'SETTINGS_INVALID'],
    ['3D000', 'SETTINGS_INVALID'],
  ])('tells what %s means: %s', (sqlState, code) => {
    expect(toRelayError(Object.assign(new Error('text of the driver'), { code: sqlState }))).toMatchObject({ code });
  });

  it('leaves a bug of ours a bug', () => {
    const bug = Object.assign(new Error('syntax error'), { code: '42601' });

    expect(toRelayError(bug)).toBe(bug);
  });
});
