import { describe, expect, test } from '@jest/globals';
import { connection, org, useOrg } from '../rest/org-under-test.ts';
import { load, resultsOf, run } from './bulk.test-support.ts';

useOrg();

describe('loading with jsforce', () => {
  test('inserts, updates, upserts and deletes, each row by itself', async () => {
    const inserted = await load('Project__c', 'insert', [
      { Code__c: 'load-1', Budget__c: '10.50', IsBillable__c: 'no', EndsOn__c: '2026-12-31' },
      { Code__c: 'load-2', Budget__c: 'much' },
    ]);
    const id = inserted.successfulResults[0]?.sf__Id ?? '';
    const updated = await load('Project__c', 'update', [
      { Id: id, Budget__c: '#N/A', Notes__c: '' },
      { Id: 'a00000000000000', Budget__c: '1' },
    ]);
    const upserted = await load(
      'Project__c',
      'upsert',
      [
        { Code__c: 'LOAD-1', Spent__c: '2' },
        { Code__c: 'load-3', Spent__c: '3' },
      ],
      'Code__c',
    );
    const read = org.query(
      "SELECT Code__c, Budget__c, IsBillable__c, Spent__c FROM Project__c WHERE Code__c LIKE 'load%'",
    );
    const deleted = await load('Project__c', 'delete', [{ Id: id }]);

    expect(inserted.successfulResults).toMatchObject([{ sf__Created: 'true', Code__c: 'load-1' }]);
    expect(inserted.failedResults).toMatchObject([
      {
        sf__Id: '',
        sf__Error: expect.stringMatching(/^INVALID_TYPE_ON_FIELD_IN_RECORD:.*much:Budget__c --$/),
        Code__c: 'load-2',
      },
    ]);
    expect(updated.failedResults).toMatchObject([
      { sf__Error: expect.stringContaining('INVALID_CROSS_REFERENCE_KEY') },
    ]);
    expect(upserted.successfulResults.map((row) => row.sf__Created)).toEqual(['false', 'true']);
    expect(read).toEqual([
      { Code__c: 'load-1', Budget__c: null, IsBillable__c: false, Spent__c: '2' },
      { Code__c: 'load-3', Budget__c: null, IsBillable__c: true, Spent__c: '3' },
    ]);
    expect(deleted.successfulResults).toMatchObject([{ sf__Id: id, sf__Created: 'false' }]);
    expect(org.query("SELECT Id FROM Project__c WHERE Code__c = 'load-1'")).toEqual([]);
  });

  test('parents are found by their external id, one that is missing fails its row', async () => {
    await load('Project__c', 'insert', [{ Code__c: 'parent-1' }]);

    const { successfulResults, failedResults } = await load('ProjectTask__c', 'insert', [
      { Name: 'T1', 'Project__r.Code__c': 'parent-1', Hours__c: '3' },
      { Name: 'T2', 'Project__r.Code__c': 'nowhere', Hours__c: '4' },
    ]);

    expect(successfulResults).toHaveLength(1);
    expect(failedResults).toMatchObject([{ sf__Error: expect.stringContaining('nowhere'), Name: 'T2' }]);
    expect(org.query("SELECT Project__r.Code__c, Hours__c FROM ProjectTask__c WHERE Name = 'T1'")).toEqual([
      { Project__r: { Code__c: 'parent-1' }, Hours__c: '3' },
    ]);
  });

  test('a parent is taken away by #N/A, and kept by nothing', async () => {
    const account = org.insert('Account', { Name: 'Kept' });
    const ids = [1, 2].map((n) => org.insert('Project__c', { Code__c: `blank-${n}`, Account__c: account }));
    const rows = ids.map((Id, index) => ({ Id, 'Account__r.Id': index === 0 ? '#N/A' : '', Spent__c: '1' }));

    await load('Project__c', 'update', rows);

    expect(org.query("SELECT Account__c FROM Project__c WHERE Code__c LIKE 'blank-%' ORDER BY Code__c")).toEqual([
      { Account__c: null },
      { Account__c: account },
    ]);
  });

  test('upserts by id: with one it updates, without one it inserts', async () => {
    const id = org.insert('Account', { Name: 'By id' });
    const rows = [
      { Id: id, Name: 'By id again' },
      { Id: '', Name: 'By id, new' },
      { Id: 'nonsense', Name: 'x' },
    ];
    const csv = ['Id,Name', ...rows.map((row) => `${row.Id},"${row.Name}"`), ''].join('\n');

    const job = await run({ object: 'Account', operation: 'upsert', externalIdFieldName: 'Id' }, csv);

    expect(job).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 3, numberRecordsFailed: 1 });
    expect(await resultsOf(job, 'failedResults')).toContain('MALFORMED_ID:');
    expect(org.query("SELECT Name FROM Account WHERE Name LIKE 'By id%' ORDER BY Name")).toEqual([
      { Name: 'By id again' },
      { Name: 'By id, new' },
    ]);
  });

  test('a key that comes twice in a chunk fails both rows', async () => {
    const twice = [{ Code__c: 'twice' }, { Code__c: 'TWICE' }, { Code__c: '' }];

    const { failedResults } = await load('Project__c', 'upsert', twice, 'Code__c');

    expect(failedResults.map((row) => row.sf__Error.split(':')[0])).toEqual([
      'DUPLICATE_VALUE',
      'DUPLICATE_VALUE',
      'MISSING_ARGUMENT',
    ]);
  });

  test('a job object loads step by step, and its info counts', async () => {
    const job = connection.bulk2.createJob({ object: 'Account', operation: 'insert' });
    await job.open();
    await job.uploadData([
      { Name: 'Stepwise', Phone: '' },
      { Name: '', Phone: '1' },
    ]);
    await job.close();
    await job.poll(5, 20_000);

    expect(await job.check()).toMatchObject({
      state: 'JobComplete',
      numberRecordsProcessed: 2,
      numberRecordsFailed: 1,
      apiVersion: expect.any(Number),
    });
    await job.delete();
    await expect(job.check()).rejects.toMatchObject({ errorCode: 'NOT_FOUND' });
  });
});
