import { describe, expect, test } from '@jest/globals';
import { USERNAMES } from '../seed-org.ts';
import { org, useOrg } from '../rest/org-under-test.ts';
import { call, create, ended, errorOf, json, resultsOf, run } from './bulk.test-support.ts';

useOrg();

describe('an ingest job', () => {
  const insert = { object: 'Account', operation: 'insert', contentType: 'CSV' };

  test('is answered as the platform answers it', async () => {
    const answer = await call('POST', 'ingest', { ...insert, columnDelimiter: 'PIPE', lineEnding: 'CRLF' });
    const job = await json(answer);

    expect(answer.status).toBe(200);
    expect(job).toEqual({
      id: expect.stringMatching(/^750\w{15}$/),
      operation: 'insert',
      object: 'Account',
      createdById: org.users.integration,
      createdDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+\.\d{3}\+0000$/),
      systemModstamp: expect.any(String),
      state: 'Open',
      concurrencyMode: 'Parallel',
      contentType: 'CSV',
      apiVersion: 66,
      contentUrl: `services/data/v66.0/jobs/ingest/${String(job['id'])}/batches`,
      lineEnding: 'CRLF',
      columnDelimiter: 'PIPE',
    });
  });

  test('results repeat the rows in the format of the job', async () => {
    const job = await run(
      { ...insert, columnDelimiter: 'SEMICOLON', lineEnding: 'CRLF' },
      'Name;Description\r\nFormat;"a;""b"""\r\n;nameless\r\n',
    );

    const [good, bad, unprocessed] = await Promise.all(
      ['successfulResults', 'failedResults', 'unprocessedrecords'].map((kind) => resultsOf(job, kind)),
    );
    expect(good).toMatch(/^"sf__Id";"sf__Created";Name;Description\r\n"001\w{15}";"true";Format;"a;""b"""\r\n$/);
    expect(bad).toBe(
      '"sf__Id";"sf__Error";Name;Description\r\n"";"REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --";;nameless\r\n',
    );
    expect(unprocessed).toBe('Name;Description\r\n');
  });

  test.each([
    ['an unknown column', 'Nmae\nx\n', 'InvalidBatch : Field name not found : Nmae'],
    ['a column twice', 'Name,name\nx,y\n', 'InvalidBatch : Field name is there twice : name'],
    ['an open quote', 'Name\n"x\n', 'InvalidBatch : Failed to parse CSV.'],
    [
      'another kind of parent',
      'Parent:Contact.Id\nx\n',
      'NOT_SUPPORTED_BY_LOCAL_ORG : The local org does not know the column',
    ],
    ['other line endings', 'Name\r\nx\r\n', 'ClientInputError : LineEnding is invalid on user data.'],
  ])('%s fails it as a whole', async (_what, csv, message) => {
    const job = await run(insert, csv);

    expect(job).toMatchObject({ state: 'Failed', numberRecordsProcessed: 0 });
    expect(job['errorMessage']).toContain(message);
  });

  test('a failed one gives its rows back unprocessed', async () => {
    const job = await run(insert, 'Nmae\nx\n');

    expect(await resultsOf(job, 'unprocessedrecords')).toBe('Nmae\nx\n');
  });

  test('takes its data once, as CSV, while it is open', async () => {
    const id = await create(insert);
    const wrongType = await call('PUT', `ingest/${id}/batches`, { Name: 'x' });
    const first = await call('PUT', `ingest/${id}/batches`, 'Name\nOnce\n');
    const second = await call('PUT', `ingest/${id}/batches`, 'Name\nTwice\n');
    await call('PATCH', `ingest/${id}`, { state: 'UploadComplete' });
    const late = await call('PUT', `ingest/${id}/batches`, 'Name\nLate\n');

    expect(wrongType.status).toBe(415);
    expect(first.status).toBe(201);
    expect(await errorOf(second)).toMatchObject({
      status: 400,
      error: { errorCode: 'INVALIDJOB', message: expect.stringContaining(`Found multiple contents for job: <${id}>`) },
    });
    expect(await errorOf(late)).toMatchObject({ status: 400, error: { errorCode: 'INVALIDJOBSTATE' } });
    expect(await ended(id)).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 1 });
  });

  test('that is closed without data is complete with nothing', async () => {
    const id = await create(insert);
    await call('PATCH', `ingest/${id}`, { state: 'UploadComplete' });

    expect(await ended(id)).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 0 });
  });

  test('does not take its data with its creation', async () => {
    const response = await fetch(`${org.baseUrl}/services/data/v66.0/jobs/ingest`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${org.accessToken(USERNAMES.integration)}`,
        'content-type': 'multipart/form-data; boundary=BOUNDARY',
      },
      body: '--BOUNDARY--',
    });

    expect(await errorOf(response)).toMatchObject({ status: 501, error: { errorCode: 'NOT_SUPPORTED_BY_LOCAL_ORG' } });
  });

  test('goes from state to state, and no other way', async () => {
    const id = await create(insert);
    const undeletable = await call('DELETE', `ingest/${id}`);
    const nonsense = await call('PATCH', `ingest/${id}`, { state: 'JobComplete' });
    const aborted = await call('PATCH', `ingest/${id}`, { state: 'Aborted' });
    const reopened = await call('PATCH', `ingest/${id}`, { state: 'UploadComplete' });
    const { id: doneId } = await run(insert, 'Name\nDone\n');
    const tooLate = await call('PATCH', `ingest/${String(doneId)}`, { state: 'Aborted' });

    expect([undeletable.status, nonsense.status]).toEqual([400, 400]);
    expect(await json(aborted)).toMatchObject({ id, state: 'Aborted' });
    expect(await errorOf(reopened)).toEqual({
      status: 400,
      error: { errorCode: 'INVALIDJOBSTATE', message: 'Closing already Aborted Job not allowed' },
    });
    expect(await errorOf(tooLate)).toEqual({
      status: 400,
      error: { errorCode: 'INVALIDJOBSTATE', message: 'Aborting already Completed Job not allowed' },
    });
    expect((await call('DELETE', `ingest/${id}`)).status).toBe(204);
  });

  test('that is aborted on its way keeps what it saved and gives the rest back', async () => {
    const id = await create(insert);
    const rows = Array.from({ length: 40_000 }, (_, index) => `Aborted ${index}\n`).join('');
    await call('PUT', `ingest/${id}/batches`, `Name\n${rows}`);
    await call('PATCH', `ingest/${id}`, { state: 'UploadComplete' });

    const { state } = await json(await call('PATCH', `ingest/${id}`, { state: 'Aborted' }));

    const job = await ended(id);
    const saved = org.query("SELECT Id FROM Account WHERE Name LIKE 'Aborted %'").length;
    const unprocessed = (await resultsOf(job, 'unprocessedrecords')).trimEnd().split('\n').length - 1;
    expect(state).toBe('Aborted');
    expect(job['numberRecordsProcessed']).toBe(saved);
    expect(saved).toBeLessThan(40_000);
    expect(saved + unprocessed).toBe(40_000);
  });

  test.each([
    ['an unknown object', { object: 'Nope' }, 'INVALIDENTITY'],
    ['configuration', { object: 'Level__mdt' }, 'INVALIDENTITY'],
    ['an unknown operation', { operation: 'merge' }, 'INVALIDOPERATION'],
    ['an upsert without a key', { operation: 'upsert' }, 'INVALIDJOB'],
    ['an upsert by no key', { operation: 'upsert', externalIdFieldName: 'Name' }, 'INVALIDJOB'],
    ['another content type', { contentType: 'JSON' }, 'INVALIDJOB'],
    ['an unknown delimiter', { columnDelimiter: 'COLON' }, 'INVALIDJOB'],
    ['hardDelete without the permission', { operation: 'hardDelete' }, 'FEATURENOTENABLED'],
  ])('refuses %s', async (_what, wrong, errorCode) => {
    expect(await errorOf(await call('POST', 'ingest', { ...insert, ...wrong }))).toMatchObject({
      status: 400,
      error: { errorCode },
    });
  });

  test('deletes by id alone', async () => {
    const job = await run({ object: 'Account', operation: 'delete' }, 'Id,Name\n001000000000000AAA,x\n');

    expect(job['errorMessage']).toBe('InvalidBatch : A delete job takes the column Id and no other');
  });

  test('is listed with the others', async () => {
    const id = await create(insert);
    const answer = await json(await call('GET', 'ingest?jobType=V2Ingest'));
    const none = await json(await call('GET', 'ingest?isPkChunkingEnabled=true'));

    expect(answer).toMatchObject({ done: true, nextRecordsUrl: null });
    expect(answer['records']).toContainEqual(expect.objectContaining({ id, state: 'Open', jobType: 'V2Ingest' }));
    expect(none['records']).toEqual([]);
  });
});
