import { describe, expect, test } from '@jest/globals';
import { type RestRequest } from '../rest/http.ts';
import { type QueryJob } from './job.ts';
import { createJobList, locatorOf, offsetOf } from './job-list.ts';

const NOW = new Date('2026-11-24T00:00:00Z');

function listOf(size: number) {
  let number = 0;
  const jobs = createJobList<QueryJob>(() => (number += 1));
  for (let index = 0; index < size; index += 1) jobs.add(newJob(jobs.newId()));
  return jobs;
}

function newJob(id: string): QueryJob {
  return {
    id,
    jobType: 'V2Query',
    operation: 'query',
    objectName: 'Account',
    columns: ['Id'],
    session: { userId: '005' },
    version: 'v66.0',
    format: { columnDelimiter: 'COMMA', lineEnding: 'LF' },
    createdAt: NOW,
    changedAt: NOW,
    state: 'JobComplete',
    processed: 0,
    errorMessage: null,
    rows: [],
  };
}

function request(query: string): RestRequest {
  return {
    session: { userId: '005' },
    version: 'v66.0',
    method: 'GET',
    path: '/services/data/v66.0/jobs/query',
    query: new URLSearchParams(query),
    headers: {},
    body: '',
    caller: { address: '', rawHeaders: [] },
  };
}

type Page = { readonly done: boolean; readonly nextRecordsUrl: string | null; readonly records: { id: string }[] };

describe('a list of jobs', () => {
  test('comes in pages of a thousand that keep the filter', () => {
    const jobs = listOf(1001);
    const first = jobs.page(request('jobType=v2query')).body as Page;
    const next = new URL(first.nextRecordsUrl ?? '', 'http://org');
    const second = jobs.page(request(next.search)).body as Page;

    expect([first.done, first.records.length, second.done, second.records.length]).toEqual([false, 1000, true, 1]);
    expect(next.searchParams.get('jobType')).toBe('v2query');
    expect(new Set([...first.records, ...second.records].map(({ id }) => id)).size).toBe(1001);
    expect(second.nextRecordsUrl).toBeNull();
  });

  test.each(['jobType=V2Ingest', 'concurrencyMode=serial', 'isPkChunkingEnabled=true'])(
    '%s takes none of them',
    (query) => {
      expect((listOf(2).page(request(query)).body as Page).records).toEqual([]);
    },
  );

  test('finds a job by an id of 15 characters too, and forgets what is removed', () => {
    const jobs = listOf(1);
    const [id = ''] = (jobs.page(request('')).body as Page).records.map((job) => job.id);
    const job = jobs.find(id.slice(0, 15));
    jobs.remove(job);

    expect(job.id).toBe(id);
    expect(() => jobs.find(id)).toThrow('The requested resource does not exist');
  });
});

describe('a locator', () => {
  test('is the place it was made of', () => {
    expect(locatorOf(10_000)).toBe('MTAwMDA');
    expect(offsetOf(locatorOf(10_000))).toBe(10_000);
    expect(offsetOf(null)).toBe(0);
  });

  test('that is none is refused', () => {
    expect(() => offsetOf('null')).toThrow('invalid query locator');
  });
});
