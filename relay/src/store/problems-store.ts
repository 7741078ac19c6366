import { createHash } from 'node:crypto';
import { type ErrorCode } from '../errors.ts';
import { type Queryable } from './database.ts';
import { type Problem, type UnitReport } from './store.ts';

type ProblemRow = {
  readonly id: string;
  readonly org: string;
  readonly code: ErrorCode;
  readonly entity_set: string | null;
  readonly field: string | null;
  readonly scope: string;
  readonly state: Problem['state'];
  readonly unit_count: string;
  readonly first_seen_at: Date;
  readonly last_seen_at: Date;
};

type Seen = {
  readonly id: string;
  readonly org: string;
  readonly code: string;
  readonly entitySet: string | null;
  readonly field: string | null;
  readonly scope: string;
  readonly unitKey: string;
};

/** One root cause, one fingerprint: it groups what one act of one person repairs. */
export function fingerprintOf(problem: Pick<Problem, 'org' | 'code' | 'entitySet' | 'field' | 'scope'>): string {
  const parts = [problem.org, problem.code, problem.entitySet, problem.field, problem.scope];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/**
 * Brings the problems to what the units report: their faults open or refresh problems, and they leave those they no longer have;
 * a problem without units closes. Runs inside a transaction, as its last step: it queues up behind other reports of the same org.
 */
export async function applyReports(database: Queryable, reports: readonly UnitReport[]): Promise<void> {
  if (reports.length === 0) {
    return;
  }
  const seen = reports.flatMap(problemsOf);
  if (seen.length === 0 && !(await haveProblems(database, reports))) {
    return;
  }
  // Runs share problem rows that no lease guards; taking the orgs in order keeps them from waiting for each other in a circle.
  for (const org of [...new Set(reports.map((report) => report.org))].sort()) {
    await database.query(`select pg_advisory_xact_lock(hashtextextended('causeway problems ' || $1, 0))`, [org]);
  }
  await leaveProblems(database, reports, seen);
  await openProblems(database, seen);
}

function problemsOf(report: UnitReport): Seen[] {
  return report.faults.map((fault) => {
    const cause = { org: report.org, ...fault, entitySet: report.entitySet, scope: report.scope };
    return { ...cause, id: fingerprintOf(cause), unitKey: report.unitKey };
  });
}

async function haveProblems(database: Queryable, reports: readonly UnitReport[]): Promise<boolean> {
  const { rows } = await database.query<{ found: boolean }>(
    `select exists (select 1 from causeway.problem_units
       join unnest($1::text[], $2::text[]) as reported (org, unit_key) using (org, unit_key)) as found`,
    [reports.map((report) => report.org), reports.map((report) => report.unitKey)],
  );
  return rows[0]?.found === true;
}

async function leaveProblems(
  database: Queryable,
  reports: readonly UnitReport[],
  seen: readonly Seen[],
): Promise<void> {
  const left = await database.query<{ problem_id: string }>(
    `delete from causeway.problem_units u
     using unnest($1::text[], $2::text[]) as reported (org, unit_key)
     where u.org = reported.org and u.unit_key = reported.unit_key
       and not exists (select 1 from unnest($3::text[], $4::text[]) as still (problem_id, unit_key)
         where still.problem_id = u.problem_id and still.unit_key = u.unit_key)
     returning u.problem_id`,
    [
      reports.map((report) => report.org),
      reports.map((report) => report.unitKey),
      seen.map((problem) => problem.id),
      seen.map((problem) => problem.unitKey),
    ],
  );
  if (left.rows.length > 0) {
    await database.query(
      `update causeway.problems p set state = 'closed'
       where p.id = any($1::text[]) and p.state = 'open'
         and not exists (select 1 from causeway.problem_units u where u.problem_id = p.id)`,
      [[...new Set(left.rows.map((row) => row.problem_id))]],
    );
  }
}

async function openProblems(database: Queryable, seen: readonly Seen[]): Promise<void> {
  if (seen.length === 0) {
    return;
  }
  const causes = [...new Map(seen.map((problem) => [problem.id, problem])).values()];
  await database.query(
    `insert into causeway.problems (id, org, code, entity_set, field, scope, state)
     select id, org, code, entity_set, field, scope, 'open'
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
       as cause (id, org, code, entity_set, field, scope)
     on conflict (id) do update set state = 'open', last_seen_at = excluded.last_seen_at`,
    [
      causes.map((cause) => cause.id),
      causes.map((cause) => cause.org),
      causes.map((cause) => cause.code),
      causes.map((cause) => cause.entitySet),
      causes.map((cause) => cause.field),
      causes.map((cause) => cause.scope),
    ],
  );
  await database.query(
    `insert into causeway.problem_units (problem_id, org, unit_key)
     select * from unnest($1::text[], $2::text[], $3::text[]) on conflict do nothing`,
    [seen.map((problem) => problem.id), seen.map((problem) => problem.org), seen.map((problem) => problem.unitKey)],
  );
}

/** A page of an org's problems, those met last first. */
export async function findProblems(
  database: Queryable,
  query: { readonly org: string; readonly state: Problem['state']; readonly limit: number; readonly cursor?: string },
): Promise<Problem[]> {
  const { rows } = await database.query<ProblemRow>(
    `select p.*, (select count(*) from causeway.problem_units u where u.problem_id = p.id) as unit_count
     from causeway.problems p
     where p.org = $1 and p.state = $2
       and ($3::text is null or (p.last_seen_at, p.id) <
         (select c.last_seen_at, c.id from causeway.problems c where c.org = $1 and c.id = $3))
     order by p.last_seen_at desc, p.id desc limit $4`,
    [query.org, query.state, query.cursor ?? null, query.limit],
  );
  return rows.map(toProblem);
}

/** The units that have the problem now; none where the problem is another org's. */
export async function unitsOfProblem(database: Queryable, org: string, problemId: string): Promise<string[]> {
  const { rows } = await database.query<{ unit_key: string }>(
    'select unit_key from causeway.problem_units where org = $1 and problem_id = $2 order by since, unit_key',
    [org, problemId],
  );
  return rows.map((row) => row.unit_key);
}

function toProblem(row: ProblemRow): Problem {
  return {
    id: row.id,
    org: row.org,
    code: row.code,
    entitySet: row.entity_set,
    field: row.field,
    scope: row.scope,
    state: row.state,
    unitCount: Number(row.unit_count),
    firstSeenAt: row.first_seen_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
  };
}

/** How many problems are open, of all orgs: for the dashboards of the integration owner. */
export async function countOpenProblems(database: Queryable): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `select count(*)::int as count from causeway.problems where state = 'open'`,
  );
  return rows[0]?.count ?? 0;
}
