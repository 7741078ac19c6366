import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Pool } from 'pg';
import { startTestDatabase, type TestDatabase } from '../../../test/support/postgres.ts';
import { openPool } from './database.ts';
import { migrate, readMigrations } from './migrate.ts';

const first = { name: '0001-create-a.sql', sql: 'create table causeway.a (id int)' };
const second = { name: '0002-create-b.sql', sql: 'create table causeway.b (id int)' };

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await startTestDatabase();
});

beforeEach(() => {
  pool = openPool(database.connection, 8);
});

afterEach(async () => {
  await pool.query('drop schema if exists causeway cascade');
  await pool.end();
});

afterAll(async () => {
  await database.drop();
});

describe('migrate', () => {
  it('takes each step once, also when many relays start together', async () => {
    const taken = await Promise.all(Array.from({ length: 6 }, () => migrate(pool, [first, second])));

    expect(taken.flat().sort()).toEqual([first.name, second.name]);
    expect(await migrate(pool, [first, second])).toEqual([]);
  });

  it('takes the new steps only', async () => {
    await migrate(pool, [first]);

    expect(await migrate(pool, [first, second])).toEqual([second.name]);
  });

  it('leaves the database as it was where a step fails', async () => {
    const broken = { name: '0002-break-it.sql', sql: 'create table causeway.c (id int); select 1 / 0' };

    await expect(migrate(pool, [first, broken])).rejects.toThrow();

    const { rows } = await pool.query(`select 1 from pg_namespace where nspname = 'causeway'`);
    expect(rows).toEqual([]);
  });

  it('refuses a database that a newer relay has migrated', async () => {
    await migrate(pool, [first, second]);

    await expect(migrate(pool, [first])).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      message: expect.stringContaining(second.name),
    });
  });

  it('refuses a step that was edited after it was taken, but no other line ends', async () => {
    const lines = { name: first.name, sql: 'create table causeway.a\n(id int)' };
    await migrate(pool, [lines]);

    expect(await migrate(pool, [{ ...lines, sql: 'create table causeway.a\r\n(id int)' }])).toEqual([]);
    await expect(migrate(pool, [first])).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      message: expect.stringContaining(first.name),
    });
  });

  it('says in settings’ terms that the user may not create the schema', async () => {
    const role = `reader_${process.pid}`;
    await database.query(`create role ${role} login`);
    const restricted = openPool({ ...database.connection }, 1);
    restricted.on('connect', (client) => void client.query(`set role ${role}`));

    await expect(migrate(restricted, [first])).rejects.toMatchObject({ code: 'SETTINGS_INVALID' });

    await restricted.end();
    await database.query(`drop role ${role}`);
  });
});

describe('0005', () => {
  it('moves the bases of fields to their link', async () => {
    const migrations = await readMigrations();
    await migrate(
      pool,
      migrations.filter(({ name }) => name < '0005'),
    );
    await pool.query(
      `insert into causeway.links (org, mapping, record_id, connection, company, entity_set, dynamics_key, state)
       values ('o', 'm', 'r1', 'c', 'usmf', 'Set', 'k1', 'active'), ('o', 'm', 'r2', 'c', 'usmf', 'Set', 'k2', 'active');
       insert into causeway.link_bases select id, 'Name', 's', 'd', 'v', 'k' from causeway.links where record_id = 'r1';
       insert into causeway.link_bases select id, 'City', 's2', 'd2', 'v2', 'k' from causeway.links where record_id = 'r1'`,
    );

    await migrate(pool, migrations);

    const { rows } = await pool.query('select record_id, bases from causeway.links order by record_id');
    expect(rows).toEqual([
      { record_id: 'r1', bases: { Name: ['s', 'd', 'v', 'k'], City: ['s2', 'd2', 'v2', 'k'] } },
      { record_id: 'r2', bases: {} },
    ]);
  });
});

describe('readMigrations', () => {
  it('finds the steps in order, each named by number, verb and noun, and marked expand or contract', async () => {
    const migrations = await readMigrations();

    expect(migrations.length).toBeGreaterThan(0);
    migrations.forEach((migration, index) => {
      expect(migration.name).toMatch(new RegExp(`^${String(index + 1).padStart(4, '0')}-[a-z]+-[a-z-]+\\.sql$`));
      expect(migration.sql).toMatch(/^-- (expand|contract)\n/);
    });
  });
});
