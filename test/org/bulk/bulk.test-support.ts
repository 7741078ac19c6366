import { connection, org } from '../rest/org-under-test.ts';
import { USERNAMES } from '../seed-org.ts';

export type Json = Record<string, unknown>;
export const POLLING = { pollInterval: 5, pollTimeout: 20_000 };

export function load(object: string, operation: string, input: readonly Json[], externalIdFieldName?: string) {
  return connection.bulk2.loadAndWaitForResults({
    object,
    operation: operation as 'insert',
    input: input as Record<string, string>[],
    ...(externalIdFieldName === undefined ? {} : { externalIdFieldName }),
    ...POLLING,
  });
}

export async function call(method: string, path: string, body?: Json | string): Promise<Response> {
  const isText = typeof body === 'string';
  return fetch(`${org.baseUrl}/services/data/v66.0/jobs/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${org.accessToken(USERNAMES.integration)}`,
      'content-type': isText ? 'text/csv; charset=UTF-8' : 'application/json',
    },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
}

export async function json(answer: Response): Promise<Json> {
  return (await answer.json()) as Json;
}

export async function errorOf(answer: Response): Promise<{ status: number; error: unknown }> {
  return { status: answer.status, error: ((await answer.json()) as unknown[])[0] };
}

export async function create(body: Json, kind = 'ingest'): Promise<string> {
  return String((await json(await call('POST', kind, body)))['id']);
}

/** The job once it has come to its end. */
export async function ended(id: string, kind = 'ingest'): Promise<Json> {
  for (;;) {
    const job = await json(await call('GET', `${kind}/${id}`));
    if (['JobComplete', 'Failed', 'Aborted'].includes(String(job['state']))) return job;
  }
}

/** Creates a job, uploads the CSV, closes it and waits. */
export async function run(body: Json, csv: string): Promise<Json> {
  const id = await create(body);
  await call('PUT', `ingest/${id}/batches`, csv);
  await call('PATCH', `ingest/${id}`, { state: 'UploadComplete' });
  return ended(id);
}

export async function resultsOf(job: Json, kind: string): Promise<string> {
  return (await call('GET', `ingest/${String(job['id'])}/${kind}`)).text();
}
