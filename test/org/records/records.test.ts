import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { type Change } from './change-log.ts';
import { type RecordInput } from './read-input.ts';
import { type LocalOrg, startOrg } from '../start-org.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures', import.meta.url));

let org: LocalOrg;
let now = new Date('2026-11-23T10:00:00.900Z');

beforeAll(async () => {
  org = await startOrg({ sources: [FIXTURES], clock: () => now });
});

afterAll(() => org.stop());

function one(soql: string): ReturnType<LocalOrg['query']>[number] {
  const [record] = org.query(soql);
  if (!record) throw new Error(`No record for ${soql}`);
  return record;
}

function refusal(statusCode: string, ...fields: string[]): unknown {
  return expect.objectContaining(fields.length > 0 ? { statusCode, fields } : { statusCode });
}

type Refused = [title: string, objectName: string, fields: RecordInput, refusal: string[]];

describe('what a save refuses', () => {
  test.each<Refused>([
    ['a missing required field', 'Account', {}, ['REQUIRED_FIELD_MISSING', 'Name']],
    ['a blank required field', 'Account', { Name: '   ' }, ['REQUIRED_FIELD_MISSING', 'Name']],
    ['a missing master', 'ProjectTask__c', { Name: 'x' }, ['REQUIRED_FIELD_MISSING', 'Project__c']],
    ['a text too long', 'Account', { Name: 'x'.repeat(256) }, ['STRING_TOO_LONG', 'Name']],
    ['an unknown field', 'Account', { Name: 'x', Nmae: 'y' }, ['INVALID_FIELD']],
    ['a read-only field', 'Opportunity', { IsWon: true }, ['INVALID_FIELD_FOR_INSERT_UPDATE', 'IsWon']],
    ['a formula field', 'Project__c', { Left__c: '1' }, ['INVALID_FIELD_FOR_INSERT_UPDATE', 'Left__c']],
    [
      'a value outside a restricted picklist',
      'Project__c',
      { State__c: 'Lost' },
      ['INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'State__c'],
    ],
    [
      'an unknown currency',
      'Account',
      { Name: 'x', CurrencyIsoCode: 'XYZ' },
      ['INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'CurrencyIsoCode'],
    ],
    ['too many digits', 'ProjectTask__c', { Hours__c: '12345.5' }, ['NUMBER_OUTSIDE_VALID_RANGE', 'Hours__c']],
    ['a number that is none', 'Project__c', { Budget__c: 'much' }, ['JSON_PARSER_ERROR', 'Budget__c']],
    ['a day that does not exist', 'Project__c', { EndsOn__c: '2026-02-30' }, ['JSON_PARSER_ERROR', 'EndsOn__c']],
    [
      'an instant without zone',
      'Project__c',
      { StartsAt__c: '2026-11-23T10:00:00' },
      ['JSON_PARSER_ERROR', 'StartsAt__c'],
    ],
    [
      'an id of another object',
      'Contact',
      { LastName: 'x', AccountId: '003000000000001' },
      ['FIELD_INTEGRITY_EXCEPTION', 'AccountId'],
    ],
    [
      'a parent that does not exist',
      'Contact',
      { LastName: 'x', AccountId: '001000000000001' },
      ['INVALID_CROSS_REFERENCE_KEY', 'AccountId'],
    ],
    ['a text that is no id', 'Contact', { LastName: 'x', AccountId: 'acme' }, ['MALFORMED_ID', 'AccountId']],
    ['an e-mail address that is none', 'Contact', { LastName: 'x', Email: 'me' }, ['INVALID_EMAIL_ADDRESS', 'Email']],
    ['an unknown object', 'Acount', { Name: 'x' }, ['INVALID_TYPE']],
    ['a custom metadata record', 'Rule__mdt', { DeveloperName: 'X' }, ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY']],
    ['an unknown parent key', 'Project__c', { Account__r: { Name: 'Acme' } }, ['NOT_FOUND']],
  ])('%s', (_title, objectName, fields, [statusCode = '', ...names]) => {
    expect(() => org.insert(objectName, fields)).toThrow(refusal(statusCode, ...names));
  });

  test('unique values are unique without case, or with it where the field says so', () => {
    const first = org.insert('Project__c', { Code__c: 'Dup', Key__c: 'key' });

    expect(() => org.insert('Project__c', { Code__c: 'DUP' })).toThrow(refusal('DUPLICATE_VALUE', 'Code__c'));
    expect(() => org.insert('Project__c', { Key__c: 'key' })).toThrow(refusal('DUPLICATE_VALUE', 'Key__c'));
    expect(org.insert('Project__c', { Key__c: 'KEY' })).not.toBe(first);
    expect(() => org.update('Project__c', first, { Code__c: 'dup' })).not.toThrow();
  });
});

describe('what a save keeps', () => {
  test('every decimal and all 18 digits, also beyond the field’s scale', () => {
    const id = org.insert('Project__c', { Budget__c: '9999999999999999.99', Spent__c: 0.125 });

    expect(one(`SELECT Budget__c, Spent__c FROM Project__c WHERE Id = '${id}'`)).toEqual({
      Budget__c: '9999999999999999.99',
      Spent__c: '0.125',
    });
  });

  test('defaults, owner, currency, auto number and system fields in whole seconds', () => {
    const id = org.insert('Project__c', {}, org.users.sales);

    expect(
      one(
        `SELECT Name, State__c, IsBillable__c, IsDeleted, OwnerId, CreatedById, CurrencyIsoCode, CreatedDate, SystemModstamp FROM Project__c WHERE Id = '${id}'`,
      ),
    ).toEqual({
      Name: expect.stringMatching(/^PR-\d{4}$/),
      State__c: 'Open',
      IsBillable__c: true,
      IsDeleted: false,
      OwnerId: org.users.sales,
      CreatedById: org.users.sales,
      CurrencyIsoCode: 'USD',
      CreatedDate: '2026-11-23T10:00:00.000Z',
      SystemModstamp: '2026-11-23T10:00:00.000Z',
    });
  });

  test('an update moves the modification stamp, not the creation', () => {
    const id = org.insert('Account', { Name: 'Stamp' });
    now = new Date('2026-11-23T10:05:00Z');

    org.update('Account', id, { Name: 'Stamped' }, org.users.integration);

    expect(one(`SELECT CreatedDate, LastModifiedDate, LastModifiedById FROM Account WHERE Id = '${id}'`)).toEqual({
      CreatedDate: '2026-11-23T10:00:00.000Z',
      LastModifiedDate: '2026-11-23T10:05:00.000Z',
      LastModifiedById: org.users.integration,
    });
  });

  test('a parent named by its external id', () => {
    const id = org.insert('Project__c', { Code__c: 'Parent' });
    org.insert('ProjectTask__c', { Name: 'child', Project__r: { Code__c: 'PARENT' } });

    expect(one("SELECT Project__c FROM ProjectTask__c WHERE Name = 'child'")).toEqual({ Project__c: id });
  });

  test('an upsert twice is one record', () => {
    const first = org.upsert('Project__c', 'Code__c', { Code__c: 'Up', Budget__c: '1' });
    const second = org.upsert('Project__c', 'Code__c', { code__c: 'up', Budget__c: '2' });

    expect(second).toBe(first);
    expect(one("SELECT Budget__c FROM Project__c WHERE Code__c = 'Up'")).toEqual({ Budget__c: '2' });
    expect(() => org.upsert('Project__c', 'Code__c', { Budget__c: '2' })).toThrow(refusal('MISSING_ARGUMENT'));
    expect(() => org.upsert('Project__c', 'Budget__c', { Budget__c: '2' })).toThrow(refusal('NOT_FOUND'));
  });

  test('a hierarchy setting belongs to the organization unless it names an owner', () => {
    org.insert('ProjectSettings__c', { IsEnabled__c: true });
    org.insert('ProjectSettings__c', { SetupOwnerId: org.users.sales });

    expect(org.query('SELECT IsEnabled__c, SetupOwner.Type FROM ProjectSettings__c ORDER BY IsEnabled__c')).toEqual([
      { IsEnabled__c: false, SetupOwner: { Type: 'User' } },
      { IsEnabled__c: true, SetupOwner: { Type: 'Organization' } },
    ]);
    expect(() => org.insert('ProjectSettings__c', {})).toThrow(refusal('DUPLICATE_VALUE', 'SetupOwnerId'));
  });
});

describe('deleting', () => {
  test('details go with their master and come back with it', () => {
    const project = org.insert('Project__c', { Code__c: 'Del' });
    const task = org.insert('ProjectTask__c', { Name: 'gone', Project__c: project });

    org.delete('Project__c', project);
    expect(org.query(`SELECT Id FROM ProjectTask__c WHERE Id = '${task}'`)).toEqual([]);
    expect(org.query(`SELECT IsDeleted FROM ProjectTask__c WHERE Id = '${task}' ALL ROWS`)).toEqual([
      { IsDeleted: true },
    ]);
    expect(() => org.update('Project__c', project, { Budget__c: '1' })).toThrow(refusal('ENTITY_IS_DELETED'));
    expect(() => org.delete('Project__c', project)).toThrow(refusal('ENTITY_IS_DELETED'));

    org.undelete('Project__c', project);
    expect(org.query(`SELECT Id FROM ProjectTask__c WHERE Id = '${task}'`)).toEqual([{ Id: task }]);
    expect(() => org.undelete('Project__c', project)).toThrow(refusal('UNDELETE_FAILED'));
  });

  test('a key taken meanwhile forbids coming back', () => {
    const project = org.insert('Project__c', { Code__c: 'Taken' });
    org.delete('Project__c', project);
    org.insert('Project__c', { Code__c: 'taken' });

    expect(() => org.undelete('Project__c', project)).toThrow(refusal('DUPLICATE_VALUE', 'Code__c'));
  });

  test('a restricted lookup keeps its parent, an ordinary one becomes blank', () => {
    const account = org.insert('Account', { Name: 'Kept' });
    const child = org.insert('Account', { Name: 'Child', ParentId: account });
    const project = org.insert('Project__c', { Account__c: account });

    expect(() => org.delete('Account', account)).toThrow(refusal('DELETE_FAILED'));
    org.delete('Project__c', project);
    org.delete('Account', account);
    expect(one(`SELECT ParentId FROM Account WHERE Id = '${child}'`)).toEqual({ ParentId: null });
  });

  test('users are never deleted', () => {
    expect(() => org.delete('User', org.users.sales)).toThrow(refusal('CANNOT_DELETE_OBJECT'));
  });
});

describe('changes', () => {
  test('are heard after the commit, in order, with old and new values; what is rolled back is not', () => {
    const heard: Change[] = [];
    const stopHearing = org.onChange((changes) => heard.push(...changes));
    let id = '';
    org.transaction(() => {
      id = org.insert('Account', { Name: 'Before' }, org.users.sales);
      org.update('Account', id, { Name: 'After' });
      expect(heard).toEqual([]);
    });
    expect(() =>
      org.transaction(() => {
        org.insert('Account', { Name: 'Never' });
        throw new Error('undo');
      }),
    ).toThrow('undo');
    expect(() => org.insert('Account', {})).toThrow();
    org.insert('ProjectDone__e', { ProjectId__c: 'a00' });
    stopHearing();
    org.insert('Account', { Name: 'Unheard' });

    expect(heard.map(({ object, operation }) => `${operation} ${object}`)).toEqual([
      'insert Account',
      'update Account',
      'publish ProjectDone__e',
    ]);
    expect(heard[0]).toMatchObject({ id, old: null, new: { Name: 'Before' }, userId: org.users.sales });
    expect(heard[1]).toMatchObject({ id, old: { Name: 'Before' }, new: { Name: 'After' } });
    expect(heard[2]).toMatchObject({ new: { ProjectId__c: 'a00' } });
    expect(org.query("SELECT Id FROM Account WHERE Name = 'Never'")).toEqual([]);
  });

  test('a locked row refuses as often as asked', () => {
    const id = org.insert('Account', { Name: 'Locked' });
    org.faults.lock(id, 2);

    const save = (): void => org.update('Account', id, { Name: 'Free' });

    expect(save).toThrow(refusal('UNABLE_TO_LOCK_ROW'));
    expect(save).toThrow(refusal('UNABLE_TO_LOCK_ROW'));
    expect(save).not.toThrow();
  });
});

describe('deployed custom metadata', () => {
  test('replaces what has the same name and refuses what names nothing', () => {
    const record = (values: [string, string | null][]) => ({
      type: 'Rule__mdt',
      developerName: 'Deployed',
      label: 'Deployed',
      values: new Map(values),
    });
    org.deploy([
      record([
        ['Level__c', 'High'],
        ['Condition__c', 'one'],
      ]),
    ]);
    org.deploy([record([['Condition__c', 'two']])]);

    expect(org.query("SELECT Condition__c, Level__c FROM Rule__mdt WHERE DeveloperName = 'Deployed'")).toEqual([
      { Condition__c: 'two', Level__c: null },
    ]);
    expect(() => org.deploy([record([['Level__c', 'Low']])])).toThrow(/Level__c names Low, which is no Level__mdt/);
    expect(() => org.deploy([record([['Nonsense__c', 'x']])])).toThrow(/no field Nonsense__c/);
  });
});
