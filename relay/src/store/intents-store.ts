import { type Intent, type Unit } from '../sync/unit.ts';
import { type Queryable } from './database.ts';
import { type Store } from './store.ts';
import { UNIT_COLUMNS, WANTED_UNITS, isWanted, toUnit, unitArrays, unitIdentity, type UnitRow } from './unit-rows.ts';

type IntentRow = UnitRow & {
  readonly id: string;
  readonly entity_set: string;
  readonly marker: string;
  readonly state: Intent['state'];
  readonly opened_at: Date;
  readonly unknown_since: Date | null;
};

/** A create that is about to be sent. */
export type WantedIntent = { readonly unit: Unit; readonly entitySet: string; readonly marker: string };

const INTENT = `i.id, i.org, i.record_id, i.mapping, i.connection, i.company, i.entity_set, i.marker, i.state, i.opened_at, i.unknown_since`;

/** Opens an intent for each unit that has none, and answers that of every unit; one left behind is answered as it is. */
export async function openIntents(database: Queryable, wanted: readonly WantedIntent[]): Promise<Intent[]> {
  const sorted = [...wanted].sort((a, b) => (unitIdentity(a.unit) < unitIdentity(b.unit) ? -1 : 1));
  const units = unitArrays(sorted.map((intent) => intent.unit));
  const { rows } = await database.query<IntentRow>(
    `insert into causeway.intents as i (${UNIT_COLUMNS}, entity_set, marker, state)
     select *, 'open' from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
     on conflict (${UNIT_COLUMNS}) where state <> 'done' do nothing
     returning ${INTENT}`,
    [...units, sorted.map((intent) => intent.entitySet), sorted.map((intent) => intent.marker)],
  );
  const opened = rows.map((row) => ({ ...toIntent(row), isNew: true }));
  if (opened.length === sorted.length) return opened;
  const isNew = new Set(opened.map((intent) => unitIdentity(intent.unit)));
  const others = sorted.map((intent) => intent.unit).filter((unit) => !isNew.has(unitIdentity(unit)));
  return [...opened, ...(await intentsOfUnits(database, others))];
}

/** The intents of the units that are not done. */
export async function intentsOfUnits(database: Queryable, units: readonly Unit[]): Promise<Intent[]> {
  const { rows } = await database.query<IntentRow>(
    `select i.* from ${WANTED_UNITS}
     cross join lateral (select ${INTENT} from causeway.intents i where ${isWanted('i')} and i.state <> 'done' limit 1) i`,
    unitArrays(units),
  );
  return rows.map(toIntent);
}

/** The intents of the records that are not done. */
export async function intentsOfRecords(
  database: Queryable,
  org: string,
  recordIds: readonly string[],
): Promise<Intent[]> {
  const { rows } = await database.query<IntentRow>(
    `select ${INTENT} from causeway.intents i
     where i.org = $1 and i.record_id = any($2::text[]) and i.state <> 'done' order by i.id`,
    [org, recordIds],
  );
  return rows.map(toIntent);
}

/** Marks creates whose answer never came; the quarantine counts from the first time. */
export async function markUnknown(database: Queryable, intentIds: readonly string[]): Promise<void> {
  await database.query(
    `update causeway.intents set state = 'unknown', unknown_since = clock_timestamp()
     where id = any($1::bigint[]) and state = 'open'`,
    [intentIds],
  );
}

/** Forgets creates that certainly did not happen. */
export async function withdrawIntents(database: Queryable, intentIds: readonly string[]): Promise<void> {
  await database.query(`delete from causeway.intents where id = any($1::bigint[]) and state <> 'done'`, [intentIds]);
}

/** Closes creates whose outcome is known. */
export async function closeIntents(database: Queryable, intentIds: readonly string[]): Promise<void> {
  if (intentIds.length > 0) {
    await database.query(
      `update causeway.intents set state = 'done', closed_at = now() where id = any($1::bigint[]) and state <> 'done'`,
      [intentIds],
    );
  }
}

/** True while a create of the org in this entity set and company is under way or uncertain, and not older than that. */
export async function hasOpenIntent(
  database: Queryable,
  place: Parameters<Store['hasOpenIntent']>[0],
): Promise<boolean> {
  const { rows } = await database.query<{ found: boolean }>(
    `select exists (select 1 from causeway.intents
       where org = $1 and connection = $2 and entity_set = $3 and company in ($4, '') and state <> 'done'
         and coalesce(unknown_since, opened_at) > clock_timestamp() - $5 * interval '1 millisecond') as found`,
    [place.org, place.connection, place.entitySet, place.company, place.openedWithinMs],
  );
  return rows[0]?.found === true;
}

/** Creates that runs left behind, of any org, in the order they were opened. */
export async function intentsLeftBehind(
  database: Queryable,
  query: { readonly olderThanMs: number; readonly limit: number; readonly after?: string },
): Promise<Intent[]> {
  const { rows } = await database.query<IntentRow>(
    `select ${INTENT} from causeway.intents i
     where i.state <> 'done' and i.opened_at < clock_timestamp() - $1 * interval '1 millisecond' and i.id > $3::bigint
     order by i.id limit $2`,
    [query.olderThanMs, query.limit, query.after ?? '0'],
  );
  return rows.map(toIntent);
}

function toIntent(row: IntentRow): Intent {
  return {
    id: row.id,
    unit: toUnit(row),
    entitySet: row.entity_set,
    marker: row.marker,
    state: row.state,
    openedAt: row.opened_at.toISOString(),
    unknownSince: row.unknown_since?.toISOString() ?? null,
    isNew: false,
  };
}
