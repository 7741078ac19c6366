import { type Intent } from '../sync/unit.ts';
import { type Queryable } from './database.ts';

/** Everything before these instants (ISO 8601) may go. */
export type Retention = {
  readonly audit: string;
  readonly problems: string;
  readonly events: string;
  /** Given-up events that arrived before this are deleted with what they carry. */
  readonly parkedEvents: string;
  /** Configuration documents that were read first before this, and have a successor, are forgotten: one that is still named is read again. */
  readonly configurations: string;
  /** Used tokens that expired before this are forgotten. */
  readonly now: string;
};

/** How many rows a purge removed, by kind. */
export type Purged = Readonly<
  Record<'audit' | 'problems' | 'events' | 'parkedEvents' | 'intents' | 'configurations' | 'tokens', number>
>;

/** What keeps the journal small and its loose ends known; safe to run twice and from many relays at once. */
export type Housekeeping = {
  /** Removes decisions, closed problems, event ids, given-up events, done intents, replaced configurations and used tokens that are older than the retention, and says how many. */
  purge(before: Retention): Promise<Purged>;
  removeExpiredLeases(): Promise<number>;
  /** Creates that runs left open or unknown, of any org, oldest first: for the sweep that looks them up. */
  intentsLeftBehind(query: {
    readonly olderThanMs: number;
    readonly limit: number;
    readonly after?: string;
  }): Promise<Intent[]>;
};

/** Rows per statement: a purge after a long pause must not hold its locks, nor the disk, for minutes. */
const CHUNK = 5_000;

// The newest of an org is the one that works, however old it is.
const REPLACED = `saved_at < $1 and exists (select from causeway.configurations newer
  where newer.org = configurations.org and newer.saved_at > configurations.saved_at)`;

/** Removes what is older than the retention, in small statements. */
export async function purge(database: Queryable, before: Retention): Promise<Purged> {
  return {
    audit: await removeOlder(database, 'audit_events', 'at < $1', before.audit),
    problems: await removeOlder(database, 'problems', `state = 'closed' and last_seen_at < $1`, before.problems),
    events: await removeOlder(database, 'events_seen', 'seen_at < $1', before.events),
    parkedEvents: await removeOlder(database, 'parked_events', 'received_at < $1', before.parkedEvents),
    intents: await removeOlder(database, 'intents', `state = 'done' and closed_at < $1`, before.audit),
    configurations: await removeOlder(database, 'configurations', REPLACED, before.configurations),
    tokens: await removeOlder(database, 'tokens_used', 'expires_at < $1', before.now),
  };
}

async function removeOlder(database: Queryable, table: string, condition: string, before: string): Promise<number> {
  let removed = 0;
  for (;;) {
    const { rowCount } = await database.query(
      `delete from causeway.${table} where ctid = any(array(
         select ctid from causeway.${table} where ${condition} limit ${CHUNK} for update skip locked))`,
      [before],
    );
    removed += rowCount ?? 0;
    if ((rowCount ?? 0) < CHUNK) {
      return removed;
    }
  }
}
