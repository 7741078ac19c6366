import { type Queryable } from './database.ts';
import { type ParkedEvent } from './store.ts';

type ParkedRow = {
  readonly org: string;
  readonly connection: string;
  readonly event_id: string;
  readonly received_at: Date;
  readonly sealed: string;
};

/** True for an event that was not met before. */
export async function rememberEvent(database: Queryable, connection: string, eventId: string): Promise<boolean> {
  const { rowCount } = await database.query(
    'insert into causeway.events_seen (connection, event_id) values ($1, $2) on conflict do nothing',
    [connection, eventId],
  );
  return rowCount === 1;
}

/** True for an event id that was stored before. */
export async function hasEvent(database: Queryable, connection: string, eventId: string): Promise<boolean> {
  const { rows } = await database.query('select 1 from causeway.events_seen where connection = $1 and event_id = $2', [
    connection,
    eventId,
  ]);
  return rows.length > 0;
}

/** Keeps an event that was given up, and forgets its id: when Dynamics sends it again it is no duplicate. */
export async function parkEvent(database: Queryable, event: ParkedEvent): Promise<void> {
  await database.query(
    `insert into causeway.parked_events (org, connection, event_id, received_at, sealed) values ($1, $2, $3, $4, $5)
     on conflict (org, event_id, connection) do update
       set received_at = least(parked_events.received_at, excluded.received_at), sealed = excluded.sealed`,
    [event.org, event.connection, event.eventId, event.receivedAt, event.sealed],
  );
  await forgetEvent(database, event);
}

/** Forgets that an event arrived, so that Dynamics may send it again. */
export async function forgetEvent(
  database: Queryable,
  event: { readonly connection: string; readonly eventId: string },
): Promise<void> {
  await database.query('delete from causeway.events_seen where connection = $1 and event_id = $2', [
    event.connection,
    event.eventId,
  ]);
}

/** The kept copies of an org's event: one, unless two environments gave the same id. */
export async function parkedEvents(database: Queryable, org: string, eventId: string): Promise<ParkedEvent[]> {
  const { rows } = await database.query<ParkedRow>(
    'select * from causeway.parked_events where org = $1 and event_id = $2',
    [org, eventId],
  );
  return rows.map((row) => ({
    org: row.org,
    connection: row.connection,
    eventId: row.event_id,
    receivedAt: row.received_at.toISOString(),
    sealed: row.sealed,
  }));
}

/** Deletes the kept copy of an event that is tried again, or was applied. */
export async function removeParkedEvent(
  database: Queryable,
  event: Pick<ParkedEvent, 'org' | 'connection' | 'eventId'>,
): Promise<void> {
  await database.query('delete from causeway.parked_events where org = $1 and connection = $2 and event_id = $3', [
    event.org,
    event.connection,
    event.eventId,
  ]);
}
