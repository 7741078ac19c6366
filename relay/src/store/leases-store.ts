import { RelayError } from '../errors.ts';
import { type Queryable } from './database.ts';
import { type Lease } from './store.ts';

type LeaseRow = { resource: string; fencing_token: string };

/** Takes what is free, in the order of the names so that two runs never wait for each other in a circle. Leases are not re-entrant. */
export async function acquireLeases(
  database: Queryable,
  wanted: { readonly resources: readonly string[]; readonly holder: string; readonly ttlMs: number },
): Promise<Lease[]> {
  const { rows } = await database.query<LeaseRow>(
    `insert into causeway.leases as held (resource, holder, fencing_token, expires_at)
     select resource, $2, nextval('causeway.fencing_tokens'), clock_timestamp() + $3 * interval '1 millisecond'
     from unnest($1::text[]) as wanted (resource) order by resource
     on conflict (resource) do update
       set holder = excluded.holder, fencing_token = excluded.fencing_token, expires_at = excluded.expires_at
       where held.expires_at <= clock_timestamp()
     returning resource, fencing_token`,
    [[...new Set(wanted.resources)].sort(), wanted.holder, wanted.ttlMs],
  );
  return rows.map((row) => ({ resource: row.resource, fencingToken: row.fencing_token }));
}

/** Extends leases that nobody took over meanwhile; throws RECORD_BUSY where one was. */
export async function renewLeases(database: Queryable, leases: readonly Lease[], ttlMs: number): Promise<void> {
  const { rowCount } = await database.query(
    `with mine as (
       select held.resource from causeway.leases held join ${LEASES} using (resource, fencing_token)
       order by held.resource for update of held)
     update causeway.leases held set expires_at = clock_timestamp() + $3 * interval '1 millisecond'
     from mine where held.resource = mine.resource`,
    [...leaseArrays(leases), ttlMs],
  );
  if (rowCount !== leases.length) {
    throw lost(leases);
  }
}

/** Gives back those that are still ours. */
export async function releaseLeases(database: Queryable, leases: readonly Lease[]): Promise<void> {
  await database.query(
    `with mine as (
       select held.resource from causeway.leases held join ${LEASES} using (resource, fencing_token)
       order by held.resource for update of held)
     delete from causeway.leases held using mine where held.resource = mine.resource`,
    leaseArrays(leases),
  );
}

/** Proves inside a transaction that every lease is still ours, and keeps it so until the transaction ends; else throws RECORD_BUSY. */
export async function assertLeases(database: Queryable, leases: readonly Lease[]): Promise<void> {
  if (leases.length === 0) {
    return;
  }
  // The lock comes first and the clock after it: a wait for the lock must not make an expired lease pass.
  const { rows } = await database.query<{ valid: string }>(
    `with held as materialized (
       select resource, fencing_token, expires_at from causeway.leases
       where resource = any($1::text[]) order by resource for update)
     select count(*) as valid from held join ${LEASES} using (resource, fencing_token)
     where expires_at > clock_timestamp()`,
    leaseArrays(leases),
  );
  if (Number(rows[0]?.valid) !== leases.length) {
    throw lost(leases);
  }
}

/** Removes leases that ended and that nobody asked for again; tokens keep growing all the same. */
export async function removeExpiredLeases(database: Queryable): Promise<number> {
  const { rowCount } = await database.query(
    `delete from causeway.leases where resource in (
       select resource from causeway.leases where expires_at < clock_timestamp() - interval '1 minute'
       for update skip locked)`,
  );
  return rowCount ?? 0;
}

const LEASES = 'unnest($1::text[], $2::bigint[]) as claimed (resource, fencing_token)';

function leaseArrays(leases: readonly Lease[]): [string[], string[]] {
  return [leases.map((lease) => lease.resource), leases.map((lease) => lease.fencingToken)];
}

function lost(leases: readonly Lease[]): RelayError {
  const [first] = leases;
  const others = leases.length > 1 ? ` or one of ${leases.length - 1} others` : '';
  return new RelayError(
    'RECORD_BUSY',
    `The lease on ${first?.resource ?? 'nothing'}${others} ended and may be another run's by now; nothing was stored, it is tried again.`,
  );
}
