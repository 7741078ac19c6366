import { type Field, type ObjectType } from '../metadata/schema.ts';
import { type Session } from '../records/pending-row.ts';
import { RecordError } from '../record-error.ts';
import { type CsvFormat, isColumnDelimiter, isLineEnding } from './csv-text.ts';

export type JobState = 'Open' | 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted';

type JobBase = {
  readonly id: string;
  readonly objectName: string;
  readonly session: Session;
  readonly version: string;
  readonly format: CsvFormat;
  readonly createdAt: Date;
  changedAt: Date;
  state: JobState;
  processed: number;
  /** What failed the job as a whole: `InvalidBatch : Field name not found : Nmae`. */
  errorMessage: string | null;
};

export const INGEST_OPERATIONS = ['insert', 'update', 'upsert', 'delete', 'hardDelete'] as const;
export type IngestOperation = (typeof INGEST_OPERATIONS)[number];

/** A row of an upload that has had its turn. */
export type DoneRow = {
  readonly id: string;
  readonly isCreated: boolean;
  /** Null where it stands. */
  readonly error: string | null;
  readonly cells: readonly string[];
};

/** A job that saves the rows of an upload. */
export type IngestJob = JobBase & {
  readonly jobType: 'V2Ingest';
  readonly operation: IngestOperation;
  readonly object: ObjectType;
  /** By which records are found; null where it is their id. */
  readonly key: Field | null;
  upload: string | null;
  header: readonly string[];
  readonly done: DoneRow[];
  /** Rows that wait for their turn, and those that never had one. */
  waiting: readonly (readonly string[])[];
};

/** A job that writes what a query finds. */
export type QueryJob = JobBase & {
  readonly jobType: 'V2Query';
  readonly operation: 'query' | 'queryAll';
  readonly columns: readonly string[];
  rows: readonly (readonly string[])[];
};

export type Job = IngestJob | QueryJob;

/** The state that a PATCH asks for, where the job may go there. */
export function nextState(job: Job, body: Readonly<Record<string, unknown>>): 'UploadComplete' | 'Aborted' {
  const { state } = body;
  if (state !== 'Aborted' && (state !== 'UploadComplete' || job.jobType === 'V2Query')) {
    throw new RecordError('INVALIDJOBSTATE', `A job cannot be given the state '${String(state)}'`);
  }
  const isPossible = state === 'Aborted' ? !isOver(job) : job.state === 'Open';
  if (isPossible) return state;
  throw new RecordError(
    'INVALIDJOBSTATE',
    `${state === 'Aborted' ? 'Aborting' : 'Closing'} already ${shownState(job)} Job not allowed`,
  );
}

/** A job that is under way cannot be deleted. */
export function refuseRunning(job: Job): void {
  if (isOver(job) || job.state === 'UploadComplete') return;
  throw new RecordError('INVALIDJOBSTATE', `Deleting ${shownState(job)} Job not allowed: abort it first`);
}

/** Whether the job has come to its end. */
export function isOver({ state }: Job): boolean {
  return state === 'JobComplete' || state === 'Failed' || state === 'Aborted';
}

export function shownState({ state }: Job): string {
  const words: Readonly<Partial<Record<JobState, string>>> = { JobComplete: 'Completed', UploadComplete: 'Closed' };
  return words[state] ?? state;
}

/** The CSV that the caller asks for, or the usual one. */
export function formatOf(body: Readonly<Record<string, unknown>>): CsvFormat {
  const { contentType = 'CSV', columnDelimiter = 'COMMA', lineEnding = 'LF' } = body;
  if (contentType !== 'CSV')
    throw invalidJob(`The content type '${String(contentType)}' is not supported, only CSV is`);
  if (!isColumnDelimiter(columnDelimiter)) throw invalidJob(`Unknown columnDelimiter '${String(columnDelimiter)}'`);
  if (!isLineEnding(lineEnding)) throw invalidJob(`Unknown lineEnding '${String(lineEnding)}'`);
  return { columnDelimiter, lineEnding };
}

export function invalidJob(message: string): RecordError {
  return new RecordError('INVALIDJOB', `InvalidJob : ${message}`);
}
