import { makeId, normalizeId } from '../store/record-ids.ts';
import { RecordError } from '../record-error.ts';
import { ok, type RestRequest, type RestResponse } from '../rest/http.ts';
import { type Job } from './job.ts';
import { briefJob } from './job-answers.ts';

const PAGE_SIZE = 1000;
const KEY_PREFIX = '750';

/** The jobs of one kind, oldest first. */
export type JobList<T extends Job> = {
  readonly newId: () => string;
  readonly add: (job: T) => void;
  readonly find: (id: string) => T;
  readonly remove: (job: T) => void;
  /** GET /jobs/…: every job in short, in pages of a thousand. */
  readonly page: (request: RestRequest) => RestResponse;
};

/** Keeps jobs by id for as long as the org runs. */
export function createJobList<T extends Job>(nextNumber: () => number): JobList<T> {
  const jobs = new Map<string, T>();
  return {
    newId: () => makeId(KEY_PREFIX, nextNumber()),
    add: (job) => void jobs.set(job.id, job),
    find: (id) => {
      const job = jobs.get(normalizeId(id) ?? '');
      if (!job) throw new RecordError('NOT_FOUND', 'The requested resource does not exist');
      return job;
    },
    remove: (job) => void jobs.delete(job.id),
    page: (request) => {
      const start = offsetOf(request.query.get('queryLocator'));
      const matching = [...jobs.values()].filter((job) => isWanted(job, request.query));
      const end = start + PAGE_SIZE;
      const done = end >= matching.length;
      return ok({
        done,
        nextRecordsUrl: done ? null : `${request.path}?${nextQuery(request.query, end)}`,
        records: matching.slice(start, end).map(briefJob),
      });
    },
  };
}

/** Every job here is Parallel and none is chunked by keys, so that those filters take all or nothing. */
function isWanted(job: Job, query: URLSearchParams): boolean {
  const { jobType } = job;
  const actual: Readonly<Record<string, string>> = {
    jobType,
    concurrencyMode: 'parallel',
    isPkChunkingEnabled: 'false',
  };
  return Object.entries(actual).every(([name, value]) => {
    const wanted = query.get(name);
    return wanted === null || wanted.toLowerCase() === value.toLowerCase();
  });
}

function nextQuery(query: URLSearchParams, offset: number): string {
  const next = new URLSearchParams(query);
  next.set('queryLocator', locatorOf(offset));
  return next.toString();
}

/** A place in an answer, as a locator that tells nobody anything: `10000` → `MTAwMDA`. */
export function locatorOf(offset: number): string {
  return Buffer.from(String(offset)).toString('base64url');
}

/** The reverse of locatorOf; no locator is the beginning. */
export function offsetOf(locator: string | null): number {
  if (locator === null || locator === '') return 0;
  const text = Buffer.from(locator, 'base64url').toString('utf8');
  if (!/^\d{1,9}$/.test(text)) throw new RecordError('INVALID_QUERY_LOCATOR', 'invalid query locator');
  return Number(text);
}
