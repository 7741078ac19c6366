import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { type LocalOrg, startOrg } from '../start-org.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures', import.meta.url));
const NOW = new Date('2026-11-23T10:00:00.500Z');

let org: LocalOrg;
let acme: string;
let zenith: string;

beforeAll(async () => {
  org = await startOrg({ sources: [FIXTURES], clock: () => NOW });
  acme = org.insert('Account', { Name: 'Acme', Type: 'Prospect', AnnualRevenue: '1000.50' });
  zenith = org.insert('Account', { Name: 'Zenith', ParentId: acme, AnnualRevenue: '-0.1' });
  org.insert('Account', { Name: 'Österreich AG', AnnualRevenue: '99999999999999.99' });
  org.insert('Contact', { FirstName: 'Eva', LastName: 'Müller', AccountId: acme });
  org.insert('Contact', { LastName: 'Olsen', AccountId: zenith });
  org.insert('Contact', { LastName: 'Nobody' });
  const project = (fields: Record<string, string>): string => org.insert('Project__c', fields);
  project({
    Code__c: 'A-1',
    Key__c: 'k',
    Account__c: acme,
    Budget__c: '0.1',
    Spent__c: '0.3',
    EndsOn__c: '2026-11-22',
    Skills__c: 'Steel;Wood',
  });
  project({
    Code__c: 'B_2',
    Key__c: 'K',
    Account__c: acme,
    Budget__c: '0.2',
    EndsOn__c: '2026-11-22',
    StartsAt__c: '2026-11-20T23:59:59Z',
  });
  const third = project({
    Code__c: '100%',
    Budget__c: '0.3',
    EndsOn__c: '2026-12-01',
    State__c: 'Done',
    Notes__c: 'long',
  });
  for (const name of ['one', 'two', 'three'])
    org.insert('ProjectTask__c', { Name: name, Project__c: third, Hours__c: '1.25' });
});

afterAll(() => org.stop());

function values(soql: string, field = 'Name'): unknown[] {
  return org.query(soql).map((record) => record[field]);
}

describe('filters', () => {
  test.each([
    ["Name = 'ACME'", ['Acme']],
    ["Name = 'ÖSTERREICH ag'", ['Österreich AG']],
    ["Name != 'Acme' AND Type = null", ['Zenith', 'Österreich AG']],
    ["Type != 'Prospect'", ['Zenith', 'Österreich AG']],
    ["NOT Type = 'Prospect'", ['Zenith', 'Österreich AG']],
    ["Name IN ('acme', 'zenith') AND Type NOT IN ('Prospect')", ['Zenith']],
    ["Name LIKE 'z%' OR (Name LIKE '_cme' AND Type = 'prospect')", ['Acme', 'Zenith']],
    ['AnnualRevenue > 1000.49 AND AnnualRevenue < 1000.51', ['Acme']],
    ['AnnualRevenue < 0', ['Zenith']],
    ['AnnualRevenue > 99999999999999.985', ['Österreich AG']],
    ["Parent.Name = 'Acme'", ['Zenith']],
    ['Parent.Name = null', ['Acme', 'Österreich AG']],
    ["Parent.Owner.Username LIKE 'admin@%'", ['Zenith']],
    ["Id IN (SELECT AccountId FROM Contact WHERE LastName = 'olsen')", ['Zenith']],
    ['Id NOT IN (SELECT AccountId FROM Contact)', ['Österreich AG']],
    ['CreatedDate = TODAY AND CreatedDate >= LAST_N_DAYS:1', ['Acme', 'Zenith', 'Österreich AG']],
    ['CreatedDate = LAST_MONTH', []],
    ['CreatedDate >= 2026-11-23T11:00:00+01:00', ['Acme', 'Zenith', 'Österreich AG']],
    ['CreatedDate > 2026-11-23T10:00:00Z', []],
  ])('WHERE %s', (where, expected) => {
    expect(values(`SELECT Name FROM Account WHERE ${where} ORDER BY Name`)).toEqual(expected);
  });

  test.each([
    ["Skills__c INCLUDES ('steel;wood', 'Glass')", ['A-1']],
    ["Skills__c EXCLUDES ('Glass')", ['100%', 'A-1', 'B_2']],
    ["Code__c LIKE '%\\_%'", ['B_2']],
    ["Code__c LIKE '100\\%'", ['100%']],
    ["Key__c = 'K'", ['B_2']],
    ['EndsOn__c = YESTERDAY', ['A-1', 'B_2']],
    ['EndsOn__c > TODAY', ['100%']],
    ['EndsOn__c = NEXT_N_DAYS:8', ['100%']],
    ['StartsAt__c = N_DAYS_AGO:3', ['B_2']],
    ['StartsAt__c != LAST_90_DAYS', ['100%', 'A-1']],
    ['IsBillable__c = TRUE AND Budget__c = 0.3', ['100%']],
    ['Left__c > 0', ['100%', 'B_2']],
    ['IsOverdue__c = true', ['B_2']],
    ["Customer__c = 'Acme (A-1)'", ['A-1']],
  ])('WHERE %s on custom fields', (where, expected) => {
    expect(values(`SELECT Code__c FROM Project__c WHERE ${where} ORDER BY Code__c`, 'Code__c')).toEqual(expected);
  });

  test('a 15-character id finds what the 18-character id finds', () => {
    expect(values(`SELECT Name FROM Account WHERE Id = '${acme.slice(0, 15)}'`)).toEqual(['Acme']);
  });
});

describe('what a record shows', () => {
  test('parents are nested, missing parents are null, children keep order and limit', () => {
    const [record] = org.query(
      "SELECT a.Name, Parent.Name, Owner.Name, (SELECT Name, Account.Name FROM Contacts ORDER BY Name LIMIT 1) FROM Account a WHERE a.Name = 'Acme'",
    );

    expect(record).toEqual({
      Name: 'Acme',
      Parent: null,
      Owner: { Name: 'Ada Admin' },
      Contacts: [{ Name: 'Eva Müller', Account: { Name: 'Acme' } }],
    });
  });

  test('custom relationships end in __r, polymorphic owners show their name and type', () => {
    const [task] = org.query("SELECT Project__r.Code__c, Project__r.Owner.Type FROM ProjectTask__c WHERE Name = 'one'");

    expect(task).toEqual({ Project__r: { Code__c: '100%', Owner: { Type: 'User' } } });
    expect(
      org.query("SELECT (SELECT Name FROM Tasks__r ORDER BY Name DESC) FROM Project__c WHERE Code__c = '100%'"),
    ).toEqual([{ Tasks__r: [{ Name: 'two' }, { Name: 'three' }, { Name: 'one' }] }]);
  });

  test('FIELDS(ALL) needs a limit and shows every field', () => {
    expect(() => org.query('SELECT FIELDS(ALL) FROM Account')).toThrow(/LIMIT of at most 200/);
    expect(Object.keys(org.query('SELECT FIELDS(ALL) FROM Project__c LIMIT 1')[0] ?? {})).toEqual(
      expect.arrayContaining(['Id', 'Name', 'Left__c', 'Notes__c', 'SystemModstamp']),
    );
  });

  test('formula numbers are exact to the field’s decimals', () => {
    expect(values("SELECT Left__c FROM Project__c WHERE Code__c = 'A-1'", 'Left__c')).toEqual(['-0.2']);
  });

  test('blanks sort first or last as asked, text without case, OFFSET skips', () => {
    expect(values('SELECT Name FROM Account ORDER BY Type NULLS LAST, Name DESC')).toEqual([
      'Acme',
      'Österreich AG',
      'Zenith',
    ]);
    expect(values('SELECT Name FROM Account ORDER BY AnnualRevenue DESC LIMIT 1 OFFSET 1')).toEqual(['Acme']);
  });
});

describe('aggregates', () => {
  test('sums and averages are exact where doubles are not', () => {
    expect(
      org.query(
        'SELECT SUM(Budget__c) total, AVG(Budget__c), MIN(Budget__c), MAX(Budget__c), COUNT(Spent__c) n FROM Project__c',
      ),
    ).toEqual([{ total: '0.6', expr0: '0.2', expr1: '0.1', expr2: '0.3', n: '1' }]);
  });

  test('groups by parent fields and date functions, filters groups', () => {
    expect(
      org.query(
        'SELECT Account__r.Name, CALENDAR_MONTH(EndsOn__c) month, SUM(Budget__c) FROM Project__c GROUP BY Account__r.Name, CALENDAR_MONTH(EndsOn__c) HAVING COUNT(Id) > 1',
      ),
    ).toEqual([{ Name: 'Acme', month: '11', expr0: '0.3' }]);
  });

  test('distinct counts ignore case', () => {
    expect(org.query('SELECT COUNT_DISTINCT(State__c) FROM Project__c')).toEqual([{ expr0: '2' }]);
  });
});

describe('custom metadata', () => {
  test('records of the sources are queryable with their names and relations', () => {
    expect(
      org.query(
        'SELECT DeveloperName, MasterLabel, QualifiedApiName, NamespacePrefix, Condition__c, Level__r.DeveloperName, Level__r.Rank__c FROM Rule__mdt ORDER BY DeveloperName',
      ),
    ).toEqual([
      {
        DeveloperName: 'Big_Projects',
        MasterLabel: 'Big projects',
        QualifiedApiName: 'Big_Projects',
        NamespacePrefix: null,
        Condition__c: 'Budget__c > 1000 && NOT(IsBillable__c)',
        Level__r: { DeveloperName: 'High', Rank__c: '1' },
      },
      {
        DeveloperName: 'Unranked',
        MasterLabel: 'Unranked',
        QualifiedApiName: 'Unranked',
        NamespacePrefix: null,
        Condition__c: null,
        Level__r: null,
      },
    ]);
  });
});

describe('refusals', () => {
  test.each([
    ['SELECT Id FROM', 'MALFORMED_QUERY'],
    ['SELECT Id FROM Account LIMIT ten', 'MALFORMED_QUERY'],
    ["SELECT Id FROM Account WHERE Name = 'a' OR Name = 'b' AND Type = 'c'", 'MALFORMED_QUERY'],
    ['SELECT Id FROM Acount', 'INVALID_TYPE'],
    ['SELECT Nmae FROM Account', 'INVALID_FIELD'],
    ['SELECT Parnt.Name FROM Account', 'INVALID_FIELD'],
    ['SELECT Id, id FROM Account', 'INVALID_FIELD'],
    ['SELECT Id, (SELECT Id FROM Kontacts) FROM Account', 'INVALID_TYPE'],
    ['SELECT Name, COUNT(Id) FROM Account', 'MALFORMED_QUERY'],
    ["SELECT Id FROM Account WHERE AnnualRevenue = '5'", 'INVALID_FIELD'],
    ['SELECT Id FROM Account WHERE Name = 5', 'INVALID_FIELD'],
    ["SELECT Id FROM Account WHERE Id = 'nonsense'", 'INVALID_QUERY_FILTER_OPERATOR'],
    ["SELECT Id FROM Account WHERE Id LIKE '001%'", 'INVALID_QUERY_FILTER_OPERATOR'],
    ["SELECT Id FROM Project__c WHERE Notes__c = 'long'", 'INVALID_FIELD'],
    ['SELECT SUM(Name) FROM Account', 'MALFORMED_QUERY'],
    ['SELECT Id FROM Account WHERE Name IN :names', 'MALFORMED_QUERY'],
    ['SELECT Id FROM Account USING SCOPE mine', 'NOT_SUPPORTED_BY_LOCAL_ORG'],
    ['SELECT Id FROM Account WHERE AnnualRevenue > USD500', 'NOT_SUPPORTED_BY_LOCAL_ORG'],
    ['SELECT Id FROM ProjectDone__e', 'INVALID_TYPE_FOR_OPERATION'],
  ])('%s', (soql, statusCode) => {
    expect(() => org.query(soql)).toThrow(expect.objectContaining({ statusCode }));
  });

  test('clauses without effect on data are accepted', () => {
    expect(values("SELECT Name FROM Account WHERE Name = 'Acme' FOR UPDATE")).toEqual(['Acme']);
    expect(values("SELECT Name FROM Account WHERE Name = 'Acme' WITH USER_MODE")).toEqual(['Acme']);
  });
});
