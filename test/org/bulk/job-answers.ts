import { jsonNumber, toApiInstant } from '../rest/json.ts';
import { type IngestJob, type Job, type QueryJob } from './job.ts';

function core(job: Job): Record<string, unknown> {
  return {
    id: job.id,
    operation: job.operation,
    object: job.objectName,
    createdById: job.session.userId,
    createdDate: toApiInstant(job.createdAt.toISOString()),
    systemModstamp: toApiInstant(job.changedAt.toISOString()),
    state: job.state,
    ...(job.jobType === 'V2Ingest' && job.key ? { externalIdFieldName: job.key.name } : {}),
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    apiVersion: jsonNumber(job.version.slice(1)),
  };
}

/** A job in a list, or answered to a change of its state. */
export function briefJob(job: Job): Record<string, unknown> {
  return { ...core(job), jobType: job.jobType, ...job.format };
}

/** A job as its creation is answered. */
export function createdJob(job: Job): Record<string, unknown> {
  return { ...core(job), ...uploadAddress(job), ...job.format };
}

/** Where an open job takes its CSV. */
function uploadAddress(job: Job): { readonly contentUrl?: string } {
  if (job.state !== 'Open') return {};
  return { contentUrl: `services/data/${job.version}/jobs/ingest/${job.id}/batches` };
}

/** An ingest job with its counts and times; what failed it is told only where something did. */
export function wholeIngestJob(job: IngestJob): Record<string, unknown> {
  return {
    ...briefJob(job),
    ...uploadAddress(job),
    numberRecordsProcessed: job.processed,
    numberRecordsFailed: job.done.filter(({ error }) => error !== null).length,
    retries: 0,
    totalProcessingTime: processingTime(job),
    apiActiveProcessingTime: processingTime(job),
    apexProcessingTime: 0,
    ...(job.errorMessage === null ? {} : { errorMessage: job.errorMessage }),
  };
}

/** A query job with its count and time. */
export function wholeQueryJob(job: QueryJob): Record<string, unknown> {
  return {
    ...briefJob(job),
    numberRecordsProcessed: job.processed,
    retries: 0,
    totalProcessingTime: processingTime(job),
    isPkChunkingSupported: true,
    ...(job.errorMessage === null ? {} : { errorMessage: job.errorMessage }),
  };
}

function processingTime({ createdAt, changedAt }: Job): number {
  return changedAt.getTime() - createdAt.getTime();
}
