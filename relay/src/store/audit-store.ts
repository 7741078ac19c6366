import { type Outcome } from '../errors.ts';
import { type Queryable } from './database.ts';
import { type AuditEvent, type AuditQuery } from './store.ts';

type AuditRow = {
  readonly id: string;
  readonly at: Date;
  readonly org: string;
  readonly unit_key: string | null;
  readonly actor: string;
  readonly action: string;
  readonly rule: string | null;
  readonly outcome: Outcome | null;
  readonly fields: AuditEvent['fields'];
  readonly correlation_id: string;
};

/** Keeps decisions; the same event twice is kept once. */
export async function appendAudit(database: Queryable, events: readonly AuditEvent[]): Promise<void> {
  if (events.length === 0) {
    return;
  }
  await database.query(
    `insert into causeway.audit_events (org, id, at, unit_key, actor, action, rule, outcome, fields, correlation_id)
     select e.org, e.id, e.at, e."unitKey", e.actor, e.action, e.rule, e.outcome, e.fields, e."correlationId"
     from jsonb_to_recordset($1::jsonb) as e (org text, id text, at timestamptz, "unitKey" text, actor text, action text,
       rule text, outcome text, fields jsonb, "correlationId" text)
     on conflict (org, id) do nothing`,
    [JSON.stringify(events)],
  );
}

/** A page of an org's decisions, newest first. */
export async function findAudit(database: Queryable, query: AuditQuery): Promise<AuditEvent[]> {
  const { rows } = await database.query<AuditRow>(
    `select id, at, org, unit_key, actor, action, rule, outcome, fields, correlation_id from causeway.audit_events
     where org = $1
       and ($2::text is null or unit_key = $2)
       and ($3::text is null or record_id = $3)
       and ($4::text is null or actor = $4)
       and ($5::text is null or rule = $5)
       and ($6::timestamptz is null or at >= $6)
       and ($7::timestamptz is null or at < $7)
       and ($8::text is null or (at, id) < (select c.at, c.id from causeway.audit_events c where c.org = $1 and c.id = $8))
     order by at desc, id desc limit $9`,
    [
      query.org,
      query.unitKey ?? null,
      query.recordId ?? recordOf(query.unitKey),
      query.actor ?? null,
      query.rule ?? null,
      query.after ?? null,
      query.before ?? null,
      query.cursor ?? null,
      query.limit,
    ],
  );
  return rows.map(toAuditEvent);
}

/** The record of a unit, so that the index of records serves the search for a unit too. */
function recordOf(unitKey: string | undefined): string | null {
  return unitKey?.split('/')[0] ?? null;
}

function toAuditEvent(row: AuditRow): AuditEvent {
  return {
    id: row.id,
    at: row.at.toISOString(),
    org: row.org,
    unitKey: row.unit_key,
    actor: row.actor,
    action: row.action,
    rule: row.rule,
    outcome: row.outcome,
    fields: row.fields,
    correlationId: row.correlation_id,
  };
}
