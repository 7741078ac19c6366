import { type Records } from '../records/records.ts';
import { type Route } from '../rest/route.ts';
import { type QueryRunner } from '../run-query.ts';
import { type RecordStore } from '../store/record-store.ts';
import {
  changeIngestJob,
  createIngestJob,
  deleteIngestJob,
  readIngestJob,
  readResults,
  readUnprocessed,
  uploadRows,
} from './ingest-resource.ts';
import { type IngestJob, type QueryJob } from './job.ts';
import { createJobList } from './job-list.ts';
import { changeQueryJob, createQueryJob, deleteQueryJob, readQueryJob, readQueryResults } from './query-resource.ts';

export type BulkDependencies = {
  readonly store: RecordStore;
  readonly records: Records;
  readonly runQuery: QueryRunner;
  readonly clock: () => Date;
  readonly mayHardDelete: (userId: string) => boolean;
};

/** Bulk API 2.0: /jobs/ingest and /jobs/query. Jobs live as long as the org runs. */
export function bulkRoutes(dependencies: BulkDependencies): Route[] {
  return [...ingestRoutes(dependencies), ...queryRoutes(dependencies)];
}

function ingestRoutes(dependencies: BulkDependencies): Route[] {
  const jobs = createJobList<IngestJob>(() => dependencies.store.nextNumber('bulk'));
  const ingesting = { ...dependencies, jobs };
  return [
    { methods: 'POST', path: /^\/jobs\/ingest$/, handle: (request) => createIngestJob(ingesting, request) },
    { methods: 'GET', path: /^\/jobs\/ingest$/, handle: jobs.page },
    {
      methods: 'PUT',
      path: /^\/jobs\/ingest\/(\w+)\/batches$/,
      handle: (request, id = '') => uploadRows(ingesting, request, id),
    },
    {
      methods: 'PATCH',
      path: /^\/jobs\/ingest\/(\w+)$/,
      handle: (request, id = '') => changeIngestJob(ingesting, request, id),
    },
    { methods: 'GET', path: /^\/jobs\/ingest\/(\w+)$/, handle: (_request, id = '') => readIngestJob(ingesting, id) },
    {
      methods: 'DELETE',
      path: /^\/jobs\/ingest\/(\w+)$/,
      handle: (_request, id = '') => deleteIngestJob(ingesting, id),
    },
    {
      methods: 'GET',
      path: /^\/jobs\/ingest\/(\w+)\/successfulResults$/i,
      handle: (_request, id = '') => readResults(ingesting, id, 'successful'),
    },
    {
      methods: 'GET',
      path: /^\/jobs\/ingest\/(\w+)\/failedResults$/i,
      handle: (_request, id = '') => readResults(ingesting, id, 'failed'),
    },
    {
      methods: 'GET',
      path: /^\/jobs\/ingest\/(\w+)\/unprocessedrecords$/i,
      handle: (_request, id = '') => readUnprocessed(ingesting, id),
    },
  ];
}

function queryRoutes(dependencies: BulkDependencies): Route[] {
  const jobs = createJobList<QueryJob>(() => dependencies.store.nextNumber('bulk'));
  const querying = { ...dependencies, jobs };
  return [
    { methods: 'POST', path: /^\/jobs\/query$/, handle: (request) => createQueryJob(querying, request) },
    { methods: 'GET', path: /^\/jobs\/query$/, handle: jobs.page },
    {
      methods: 'PATCH',
      path: /^\/jobs\/query\/(\w+)$/,
      handle: (request, id = '') => changeQueryJob(querying, request, id),
    },
    { methods: 'GET', path: /^\/jobs\/query\/(\w+)$/, handle: (_request, id = '') => readQueryJob(querying, id) },
    { methods: 'DELETE', path: /^\/jobs\/query\/(\w+)$/, handle: (_request, id = '') => deleteQueryJob(querying, id) },
    {
      methods: 'GET',
      path: /^\/jobs\/query\/(\w+)\/results$/,
      handle: (request, id = '') => readQueryResults(querying, request, id),
    },
  ];
}
