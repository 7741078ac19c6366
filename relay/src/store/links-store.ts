import { RelayError } from '../errors.ts';
import { unitKey, type Base, type Link, type LinkWithBases, type Unit } from '../sync/unit.ts';
import { type Queryable } from './database.ts';
import { type LinkWrite } from './store.ts';
import { UNIT_COLUMNS, WANTED_UNITS, isWanted, toUnit, unitArrays, unitIdentity, type UnitRow } from './unit-rows.ts';

type LinkRow = UnitRow & {
  readonly id: string;
  readonly entity_set: string;
  readonly dynamics_key: string;
  readonly number: string | null;
  readonly state: Link['state'];
  readonly parent_id: string | null;
};
type LinkWithBasesRow = LinkRow & { readonly bases: Readonly<Record<string, PackedBase>> };

/** A base as the link's row keeps it, under the name of its field. */
type PackedBase = readonly [salesforceHash: string, dynamicsHash: string, mappingVersion: string, keyId: string];

const LINK = `l.id, l.org, l.record_id, l.mapping, l.connection, l.company, l.entity_set, l.dynamics_key, l.number, l.state, l.parent_id`;

/** The links of the units that have one, with their bases. */
export async function linksOfUnits(database: Queryable, units: readonly Unit[]): Promise<LinkWithBases[]> {
  const { rows } = await database.query<LinkWithBasesRow>(
    `select l.* from ${WANTED_UNITS}
     cross join lateral (select ${LINK}, l.bases from causeway.links l where ${isWanted('l')} limit 1) l`,
    unitArrays(units),
  );
  return rows.map(toLinkWithBases);
}

/** The links of the lines of these documents, with their bases. */
export async function linksOfLines(database: Queryable, parentIds: readonly string[]): Promise<LinkWithBases[]> {
  const { rows } = await database.query<LinkWithBasesRow>(
    `select ${LINK}, l.bases from causeway.links l where l.parent_id = any($1::bigint[]) order by l.id`,
    [parentIds],
  );
  return rows.map(toLinkWithBases);
}

/** The links of these ids. */
export async function linksById(database: Queryable, linkIds: readonly string[]): Promise<Link[]> {
  const { rows } = await database.query<LinkRow>(
    `select ${LINK} from causeway.links l where l.id = any($1::bigint[]) order by l.id`,
    [linkIds],
  );
  return rows.map(toLink);
}

/** Forgets links; those of a document's lines go with it. */
export async function removeLinks(database: Queryable, linkIds: readonly string[]): Promise<void> {
  if (linkIds.length > 0) await database.query('delete from causeway.links where id = any($1::bigint[])', [linkIds]);
}

/** Every link of these records of the org, under any mapping. */
export async function linksOfRecords(database: Queryable, org: string, recordIds: readonly string[]): Promise<Link[]> {
  const { rows } = await database.query<LinkRow>(
    `select ${LINK} from causeway.links l where l.org = $1 and l.record_id = any($2::text[]) order by l.id`,
    [org, recordIds],
  );
  return rows.map(toLink);
}

/** The links to these Dynamics records. */
export async function linksOfKeys(
  database: Queryable,
  query: {
    readonly org?: string;
    readonly connection: string;
    readonly entitySet: string;
    readonly dynamicsKeys: readonly string[];
  },
): Promise<Link[]> {
  const { rows } = await database.query<LinkRow>(
    `select ${LINK} from causeway.links l
     where l.connection = $1 and l.entity_set = $2 and l.dynamics_key = any($3::text[]) and ($4::text is null or l.org = $4)
     order by l.id`,
    [query.connection, query.entitySet, query.dynamicsKeys, query.org ?? null],
  );
  return rows.map(toLink);
}

/** The links of a mapping whose records people know by these numbers. */
export async function linksOfNumbers(
  database: Queryable,
  query: {
    readonly org: string;
    readonly mapping: string;
    readonly connection: string;
    readonly company: string;
    readonly numbers: readonly string[];
  },
): Promise<Link[]> {
  const { rows } = await database.query<LinkRow>(
    `select ${LINK} from causeway.links l
     where l.org = $1 and l.mapping = $2 and l.connection = $3 and l.company = $4 and l.number = any($5::text[])
     order by l.id`,
    [query.org, query.mapping, query.connection, query.company, query.numbers],
  );
  return rows.map(toLink);
}

/** Writes links and the bases that they name; a link that moves to another Dynamics record loses the bases of the old one. */
export async function writeLinks(database: Queryable, writes: readonly LinkWrite[]): Promise<void> {
  if (writes.length === 0) {
    return;
  }
  const sorted = [...writes].sort((a, b) => (unitIdentity(a.unit) < unitIdentity(b.unit) ? -1 : 1));
  await upsertLinks(database, sorted);
  await setParents(database, sorted);
}

/** A base says what two records agreed on; it says nothing about another pair. */
async function upsertLinks(database: Queryable, writes: readonly LinkWrite[]): Promise<void> {
  try {
    await database.query(
      `insert into causeway.links as l (${UNIT_COLUMNS}, entity_set, dynamics_key, number, state, bases)
       select ${UNIT_COLUMNS}, entity_set, dynamics_key, number, state, bases from jsonb_to_recordset($1::jsonb) as w (org text,
         record_id text, mapping text, connection text, company text, entity_set text, dynamics_key text, number text, state text, bases jsonb)
       on conflict (${UNIT_COLUMNS}) do update
         set entity_set = excluded.entity_set, dynamics_key = excluded.dynamics_key, number = excluded.number,
             state = excluded.state, changed_at = now(), bases =
               case when (l.entity_set, l.dynamics_key) = (excluded.entity_set, excluded.dynamics_key) then l.bases else '{}' end
               || excluded.bases`,
      [JSON.stringify(writes.map(toRow))],
    );
  } catch (error) {
    throw alreadyLinked(error) ?? error;
  }
}

async function setParents(database: Queryable, writes: readonly LinkWrite[]): Promise<void> {
  const lines = writes.flatMap((write) => (write.parent === null ? [] : [{ unit: write.unit, parent: write.parent }]));
  if (lines.length === 0) {
    return;
  }
  const { rowCount } = await database.query(
    `update causeway.links l set parent_id = p.id
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
       as w (org, record_id, mapping, connection, company, p_org, p_record_id, p_mapping, p_connection, p_company)
     join causeway.links p on (p.org, p.record_id, p.mapping, p.connection, p.company)
       = (w.p_org, w.p_record_id, w.p_mapping, w.p_connection, w.p_company)
     where (l.org, l.record_id, l.mapping, l.connection, l.company)
       = (w.org, w.record_id, w.mapping, w.connection, w.company)`,
    [...unitArrays(lines.map((line) => line.unit)), ...unitArrays(lines.map((line) => line.parent))],
  );
  if (rowCount !== lines.length) {
    throw new RelayError(
      'UNEXPECTED',
      `A line of ${[...new Set(lines.map((line) => unitKey(line.parent)))].join(', ')} came before its document: store the document's link first.`,
    );
  }
}

function toRow(write: LinkWrite): object {
  const packed = write.bases.map(({ field, salesforceHash, dynamicsHash, mappingVersion, keyId }) => {
    const base: PackedBase = [salesforceHash, dynamicsHash, mappingVersion, keyId];
    return [field, base] as const;
  });
  return {
    org: write.unit.org,
    record_id: write.unit.recordId,
    mapping: write.unit.mapping,
    connection: write.unit.connection,
    company: write.unit.company,
    entity_set: write.entitySet,
    dynamics_key: write.dynamicsKey,
    number: write.number,
    state: write.state,
    bases: Object.fromEntries(packed),
  };
}

/** The unique index is the last word on "one record, one writer": what it refuses is a fault of the data, told with the key. */
function alreadyLinked(error: unknown): RelayError | null {
  if (!(error instanceof Error && 'constraint' in error && error.constraint === 'links_active_key')) {
    return null;
  }
  const detail = 'detail' in error && typeof error.detail === 'string' ? error.detail : '';
  const key = /=\((.*)\) already exists/.exec(detail)?.[1]?.split(', ').slice(2).join(', ') ?? 'of the commit';
  return new RelayError(
    'ALREADY_LINKED',
    `The Dynamics record ${key} belongs to another Salesforce record: merge the two, or correct the field that the match rule compares.`,
    { cause: error },
  );
}

function toLink(row: LinkRow): Link {
  return {
    id: row.id,
    unit: toUnit(row),
    entitySet: row.entity_set,
    dynamicsKey: row.dynamics_key,
    number: row.number,
    state: row.state,
    parentId: row.parent_id,
  };
}

function toLinkWithBases(row: LinkWithBasesRow): LinkWithBases {
  const bases = Object.entries(row.bases).map(
    ([field, [salesforceHash, dynamicsHash, mappingVersion, keyId]]): Base => ({
      field,
      salesforceHash,
      dynamicsHash,
      mappingVersion,
      keyId,
    }),
  );
  return { link: toLink(row), bases: bases.sort((a, b) => (a.field < b.field ? -1 : 1)) };
}

/** The companies in which an org has links. */
export async function linkedCompanies(database: Queryable, org: string, connection: string): Promise<string[]> {
  const { rows } = await database.query<{ company: string }>(
    `select distinct company from causeway.links
     where org = $1 and connection = $2 and company <> '' and state <> 'gone' order by company`,
    [org, connection],
  );
  return rows.map((row) => row.company);
}
