import { type Field, fieldNamed, type ObjectType } from '../metadata/schema.ts';
import { notSupported, RecordError } from '../record-error.ts';
import { CHUNK_SIZE } from '../records/save-chunk.ts';
import { jsonBody, ok, type RestRequest, type RestResponse } from '../rest/http.ts';
import { type Column, readHeader } from './bulk-row.ts';
import { parseCsv, writeCsv } from './csv-text.ts';
import {
  type DoneRow,
  formatOf,
  INGEST_OPERATIONS,
  type IngestJob,
  type IngestOperation,
  invalidJob,
  nextState,
  refuseRunning,
  shownState,
} from './job.ts';
import { briefJob, createdJob, wholeIngestJob } from './job-answers.ts';
import { type JobList } from './job-list.ts';
import { runInTurns, type Step } from './run-in-turns.ts';
import { saveRows, type SavingRows } from './save-rows.ts';

export type Ingesting = SavingRows & {
  readonly jobs: JobList<IngestJob>;
  readonly clock: () => Date;
  readonly mayHardDelete: (userId: string) => boolean;
};

/** POST /jobs/ingest */
export function createIngestJob(ingesting: Ingesting, request: RestRequest): RestResponse {
  if (/^multipart\//i.test(request.headers['content-type'] ?? ''))
    throw notSupported('ingest jobs with their data inside');
  const body = jsonBody(request);
  const operation = operationOf(body['operation']);
  if (operation === 'hardDelete' && !ingesting.mayHardDelete(request.session.userId)) {
    throw new RecordError(
      'FEATURENOTENABLED',
      'hardDelete operation requires special user profile permission, please contact your system administrator',
    );
  }
  const object = bulkObject(ingesting, String(body['object'] ?? ''));
  const now = ingesting.clock();
  const job: IngestJob = {
    id: ingesting.jobs.newId(),
    jobType: 'V2Ingest',
    operation,
    object,
    objectName: object.name,
    key: operation === 'upsert' ? keyOf(object, body['externalIdFieldName']) : null,
    session: request.session,
    version: request.version,
    format: formatOf(body),
    createdAt: now,
    changedAt: now,
    state: 'Open',
    processed: 0,
    errorMessage: null,
    upload: null,
    header: [],
    done: [],
    waiting: [],
  };
  ingesting.jobs.add(job);
  return ok(createdJob(job));
}

function operationOf(value: unknown): IngestOperation {
  const known = INGEST_OPERATIONS.find((operation) => operation === value);
  if (!known) throw new RecordError('INVALIDOPERATION', `Unknown operation '${String(value)}' for an ingest job`);
  return known;
}

function bulkObject({ store }: Ingesting, name: string): ObjectType {
  const object = store.schema.objects.get(name.toLowerCase());
  if (object && object.kind !== 'metadata') return object;
  throw new RecordError('INVALIDENTITY', `Entity '${name}' is not supported by the Bulk API.`);
}

/** The field of an upsert; null is the id. */
function keyOf(object: ObjectType, name: unknown): Field | null {
  if (typeof name !== 'string' || name === '') {
    throw invalidJob(`External ID was blank for ${object.name}. An External ID must be specified for upsert.`);
  }
  const field = fieldNamed(object, name);
  if (field?.type === 'id') return null;
  if (field?.isExternalId === true) return field;
  throw invalidJob(
    `Field name provided, ${name} does not match an External ID, Salesforce Id, or indexed field for ${object.name}`,
  );
}

/** PUT /jobs/ingest/id/batches: once, while the job is open. */
export function uploadRows({ jobs, clock }: Ingesting, request: RestRequest, id: string): RestResponse {
  const job = jobs.find(id);
  const type = request.headers['content-type'] ?? '';
  if (!/^text\/csv\b/i.test(type)) {
    throw new RecordError('UNSUPPORTED_MEDIA_TYPE', `A job takes text/csv, not '${type}'`);
  }
  if (job.state !== 'Open') {
    throw new RecordError('INVALIDJOBSTATE', `Uploading to already ${shownState(job)} Job not allowed`);
  }
  if (job.upload !== null) {
    throw invalidJob(
      `Found multiple contents for job: <${job.id}>, please 'Close' / 'Abort' / 'Delete' the current Job then create a new Job and make sure you only do 'PUT' once on a given Job.`,
    );
  }
  job.upload = request.body;
  job.changedAt = clock();
  return { status: 201 };
}

/** PATCH /jobs/ingest/id: lets it run, or ends it. */
export function changeIngestJob(ingesting: Ingesting, request: RestRequest, id: string): RestResponse {
  const job = ingesting.jobs.find(id);
  job.state = nextState(job, jsonBody(request));
  job.changedAt = ingesting.clock();
  if (job.state === 'UploadComplete') runInTurns(job, ingesting.clock, () => readUpload(ingesting, job));
  return ok(briefJob(job));
}

/** Reads the upload, then saves it in chunks. */
function readUpload(ingesting: Ingesting, job: IngestJob): Step {
  const { header, rows } = parseCsv(job.upload ?? '', job.format);
  job.upload = '';
  job.header = header;
  job.waiting = rows;
  const columns = columnsOf(job);
  const saveChunk: Step = () => {
    job.done.push(...saveRows(ingesting, job, columns, job.waiting.slice(0, CHUNK_SIZE)));
    job.waiting = job.waiting.slice(CHUNK_SIZE);
    job.processed = job.done.length;
    return job.waiting.length > 0 ? saveChunk : null;
  };
  return saveChunk;
}

function columnsOf({ object, operation, header }: IngestJob): Column[] {
  const columns = readHeader(object, header);
  const isDelete = operation === 'delete' || operation === 'hardDelete';
  if (isDelete && columns.some(({ kind }) => kind !== 'id')) {
    throw new RecordError('InvalidBatch', `A ${operation} job takes the column Id and no other`);
  }
  return columns;
}

/** GET /jobs/ingest/id */
export function readIngestJob({ jobs }: Ingesting, id: string): RestResponse {
  return ok(wholeIngestJob(jobs.find(id)));
}

/** DELETE /jobs/ingest/id */
export function deleteIngestJob({ jobs }: Ingesting, id: string): RestResponse {
  const job = jobs.find(id);
  refuseRunning(job);
  jobs.remove(job);
  return { status: 204 };
}

const OWN_COLUMNS = { successful: ['sf__Id', 'sf__Created'], failed: ['sf__Id', 'sf__Error'] } as const;

/** GET /jobs/ingest/id/successfulResults and failedResults: rows as they came, after what became of them. */
export function readResults({ jobs }: Ingesting, id: string, kind: keyof typeof OWN_COLUMNS): RestResponse {
  const job = jobs.find(id);
  const isWanted = ({ error }: DoneRow): boolean => (error === null) === (kind === 'successful');
  const rows = job.done.filter(isWanted).map((row) => [row.id, row.error ?? String(row.isCreated), ...row.cells]);
  const own = OWN_COLUMNS[kind];
  return csv(writeCsv([[...own, ...job.header], ...rows], own.length, job.format));
}

/** GET /jobs/ingest/id/unprocessedrecords: rows that an abort or a failure kept from their turn. */
export function readUnprocessed({ jobs }: Ingesting, id: string): RestResponse {
  const job = jobs.find(id);
  return csv(writeCsv([job.header, ...job.waiting], 0, job.format));
}

export function csv(text: string): RestResponse {
  return { status: 200, raw: { type: 'text/csv', bytes: text } };
}
