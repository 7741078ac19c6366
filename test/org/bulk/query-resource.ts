import { objectNamed } from '../metadata/schema.ts';
import { RecordError } from '../record-error.ts';
import { type QueryRunner } from '../run-query.ts';
import { jsonBody, ok, type RestRequest, type RestResponse } from '../rest/http.ts';
import { type ResultRecord } from '../soql/execute.ts';
import { parseQuery } from '../soql/parse.ts';
import { type RecordStore } from '../store/record-store.ts';
import { writeCsv } from './csv-text.ts';
import { formatOf, nextState, type QueryJob, refuseRunning } from './job.ts';
import { briefJob, createdJob, wholeQueryJob } from './job-answers.ts';
import { type JobList, locatorOf, offsetOf } from './job-list.ts';
import { queryColumns, resultRow } from './query-columns.ts';
import { runInTurns } from './run-in-turns.ts';

/** How many records a page has where the caller does not say. */
const PAGE_SIZE = 50_000;

export type Querying = {
  readonly store: RecordStore;
  readonly runQuery: QueryRunner;
  readonly jobs: JobList<QueryJob>;
  readonly clock: () => Date;
};

/** POST /jobs/query: what is wrong with the query is told at once; the records are those of this moment. */
export function createQueryJob(querying: Querying, request: RestRequest): RestResponse {
  const { jobs, clock } = querying;
  const { session, version } = request;
  const body = jsonBody(request);
  const { operation, query: soql } = body;
  if (operation !== 'query' && operation !== 'queryAll') {
    throw new RecordError('INVALIDOPERATION', `Unknown operation '${String(operation)}' for a query job`);
  }
  if (typeof soql !== 'string') throw new RecordError('API_ERROR', 'A query job needs a query');
  const found = asApiError(() => find(querying, request, { soql, withDeleted: operation === 'queryAll' }));
  const now = clock();
  const job: QueryJob = {
    id: jobs.newId(),
    jobType: 'V2Query',
    operation,
    objectName: found.objectName,
    columns: found.columns,
    session,
    version,
    format: formatOf(body),
    createdAt: now,
    changedAt: now,
    state: 'UploadComplete',
    processed: 0,
    errorMessage: null,
    rows: [],
  };
  jobs.add(job);
  runInTurns(job, clock, () => {
    job.rows = found.records.map((record) => resultRow(record, job.columns));
    job.processed = job.rows.length;
    return null;
  });
  return ok(createdJob(job));
}

type Found = Pick<QueryJob, 'objectName' | 'columns'> & { readonly records: readonly ResultRecord[] };

function find(
  { store, runQuery }: Querying,
  { session }: RestRequest,
  { soql, withDeleted }: { readonly soql: string; readonly withDeleted: boolean },
): Found {
  const query = parseQuery(soql);
  const columns = queryColumns(store.schema, query);
  const { name: objectName } = objectNamed(store.schema, query.from);
  return { objectName, columns, records: runQuery(session, soql, { withDeleted }).records };
}

/** Whatever is wrong with a query, this API has one code for it. */
function asApiError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    throw new RecordError('API_ERROR', error.message);
  }
}

/** PATCH /jobs/query/id: a query can only be aborted. */
export function changeQueryJob({ jobs, clock }: Querying, request: RestRequest, id: string): RestResponse {
  const job = jobs.find(id);
  job.state = nextState(job, jsonBody(request));
  job.changedAt = clock();
  return ok(briefJob(job));
}

/** GET /jobs/query/id */
export function readQueryJob({ jobs }: Querying, id: string): RestResponse {
  return ok(wholeQueryJob(jobs.find(id)));
}

/** DELETE /jobs/query/id */
export function deleteQueryJob({ jobs }: Querying, id: string): RestResponse {
  const job = jobs.find(id);
  refuseRunning(job);
  jobs.remove(job);
  return { status: 204 };
}

/** GET /jobs/query/id/results: a page, with the place where the next begins in its headers. */
export function readQueryResults({ jobs }: Querying, request: RestRequest, id: string): RestResponse {
  const job = jobs.find(id);
  if (job.state !== 'JobComplete') return { status: 204 };
  const start = offsetOf(request.query.get('locator'));
  const rows = job.rows.slice(start, start + pageSize(request));
  const end = start + rows.length;
  return {
    status: 200,
    raw: { type: 'text/csv', bytes: writeCsv([job.columns, ...rows], job.columns.length, job.format) },
    headers: {
      'sforce-locator': end < job.rows.length ? locatorOf(end) : 'null',
      'sforce-numberofrecords': String(rows.length),
    },
  };
}

function pageSize(request: RestRequest): number {
  const wanted = request.query.get('maxRecords');
  if (wanted === null) return PAGE_SIZE;
  if (/^[1-9]\d{0,8}$/.test(wanted)) return Number(wanted);
  throw new RecordError('API_ERROR', `maxRecords is no number of records: ${wanted}`);
}
