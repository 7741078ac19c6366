import { RecordError } from '../record-error.ts';
import { type QueryRunner } from '../run-query.ts';
import { type ResultRecord } from '../soql/execute.ts';
import { ok, type RestRequest, type RestResponse } from './http.ts';
import { toJsonRecord } from './json.ts';

type Cursor = { readonly records: readonly ResultRecord[]; readonly userId: string };

export type QueryResource = {
  readonly start: (request: RestRequest, withDeleted: boolean) => RestResponse;
  readonly more: (request: RestRequest, locator: string) => RestResponse;
};

/** Query and its pages: the answer is taken once and handed out in batches, as a cursor of a real org would. */
export function createQueryResource(runQuery: QueryRunner, defaultBatchSize: number): QueryResource {
  const cursors = new Map<string, Cursor>();
  let opened = 0;

  function page(request: RestRequest, { records }: Cursor, locator: string, offset: number): RestResponse {
    const end = Math.min(offset + batchSize(request, defaultBatchSize), records.length);
    const done = end >= records.length;
    const next = { nextRecordsUrl: `/services/data/${request.version}/query/${locator}-${end}` };
    return ok({
      totalSize: records.length,
      done,
      ...(done ? {} : next),
      records: records.slice(offset, end).map((record) => toJsonRecord(record, request.version)),
    });
  }

  return {
    start: (request, withDeleted) => {
      const soql = request.query.get('q');
      if (soql === null || soql.trim() === '')
        throw new RecordError('MALFORMED_QUERY', 'A query string has to be specified');
      const result = runQuery(request.session, soql, { withDeleted });
      if (result.records.length === 0) return ok({ totalSize: result.totalSize, done: true, records: [] });
      opened += 1;
      const locator = `01gCa0${String(opened).padStart(9, '0')}AAA`;
      const cursor = { records: result.records, userId: request.session.userId };
      if (result.records.length > batchSize(request, defaultBatchSize)) cursors.set(locator, cursor);
      return page(request, cursor, locator, 0);
    },
    more: (request, text) => {
      const [locator = '', offset = ''] = text.split('-');
      const cursor = cursors.get(locator);
      if (!cursor || cursor.userId !== request.session.userId || !/^\d+$/.test(offset)) {
        throw new RecordError('INVALID_QUERY_LOCATOR', 'invalid query locator');
      }
      return page(request, cursor, locator, Number(offset));
    },
  };
}

function batchSize(request: RestRequest, defaultBatchSize: number): number {
  const wanted = /batchSize=(\d+)/.exec(request.headers['sforce-query-options'] ?? '')?.[1];
  if (wanted === undefined) return defaultBatchSize;
  return Math.min(2000, Math.max(200, Number(wanted)));
}
