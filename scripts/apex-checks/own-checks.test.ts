import { describe, expect, it } from '@jest/globals';
import type { ObjectDescription } from '../../relay/src/sync/mapping.ts';
import { checkAccessModes } from './access-modes.ts';
import { parseApex } from './apex-source.ts';
import { checkDeclarations } from './declarations.ts';
import { checkSoqlFields } from './soql-fields.ts';

const messages = (findings: readonly { message: string }[]): string[] => findings.map(({ message }) => message);
const inClass = (body: string): ReturnType<typeof parseApex> =>
  parseApex('force-app/main/core/classes/A.cls', `public with sharing class A {\n${body}\n}`);
const inMethod = (body: string): ReturnType<typeof parseApex> => inClass(`void run() { ${body} }`);

const field = (name: string, relationshipName: string | null = null, referenceTo: string[] = []) => ({
  name,
  type: 'string' as const,
  length: 80,
  scale: 0,
  referenceTo,
  relationshipName,
  isUpdateable: true,
});
const object = (
  name: string,
  fields: ReturnType<typeof field>[],
  children: [string, string][] = [],
): ObjectDescription => ({
  name,
  fields: new Map(fields.map((one) => [one.name, one])),
  children: new Map(children.map(([relationship, target]) => [relationship, { object: target, field: 'AccountId' }])),
});
const OBJECTS: Readonly<Record<string, ObjectDescription>> = {
  Account: object('Account', [field('Name'), field('ParentId', 'Parent', ['Account'])], [['Contacts', 'Contact']]),
  Contact: object('Contact', [field('LastName'), field('AccountId', 'Account', ['Account'])]),
};
const soql = (query: string): string[] =>
  messages(checkSoqlFields(inMethod(`Object o = [${query}];`), (name) => OBJECTS[name] ?? null));

describe('reading Apex', () => {
  it('tells where a class cannot be parsed', () => {
    const file = parseApex('A.cls', 'public class A { void run( }');

    expect(file.faults[0]).toMatch(/^A\.cls:1: /);
  });
});

describe('declarations', () => {
  it('want sharing on every class, inner ones too', () => {
    const file = parseApex('A.cls', 'public class A { with sharing class B {} class C {} }');

    expect(messages(checkDeclarations(file))).toEqual([
      'class A says nothing of sharing: with, without or inherited sharing',
      'class C says nothing of sharing: with, without or inherited sharing',
    ]);
  });

  it('let nothing be global outside the area api', () => {
    const text = 'global with sharing class A {}';

    expect(checkDeclarations(parseApex('force-app/main/api/classes/A.cls', text))).toEqual([]);
    expect(messages(checkDeclarations(parseApex('force-app/main/core/classes/A.cls', text)))).toEqual([
      'class A is global outside the area api',
    ]);
  });

  it.each([
    ['@AuraEnabled public String a() { return null; }', '@AuraEnabled a is not static'],
    ['@AuraEnabled private static String a() { return null; }', '@AuraEnabled a is neither public nor global'],
    ['@AuraEnabled(cacheable=true) public static void a() { }', '@AuraEnabled a is cacheable but answers nothing'],
    [
      '@AuraEnabled(cacheable = true) public static Id a() { insert as user x; return null; }',
      '@AuraEnabled a is cacheable but writes',
    ],
    ['@InvocableMethod public List<Id> a(List<Id> x) { return null; }', '@InvocableMethod a is not static'],
    ['@InvocableMethod public static void a(Id x) { }', '@InvocableMethod a takes (Id), not one List'],
    ['@InvocableMethod public static Id a(List<Id> x) { return null; }', '@InvocableMethod a answers Id, not a List'],
    [
      '@InvocableMethod public static void a(List<Id> x, List<Id> y) { }',
      '@InvocableMethod a takes (List<Id>, List<Id>), not one List',
    ],
  ])('refuse %s', (method, message) => {
    expect(messages(checkDeclarations(inClass(method)))).toEqual([message]);
  });

  it('take what is right, with properties that screens read', () => {
    const file = inClass(
      "@AuraEnabled public String name; @AuraEnabled(cacheable=true) public static List<Id> a() { return null; } @InvocableMethod(label='x') public static List<Id> b(List<Id> x) { return x; }",
    );

    expect(checkDeclarations(file)).toEqual([]);
  });
});

describe('access modes', () => {
  it.each([
    'List<Account> a = [SELECT Id FROM Account];',
    'insert x;',
    'update new Account();',
    'upsert x;',
    'delete [SELECT Id FROM Account WITH USER_MODE];',
    'Database.insert(x, false);',
    'Database.query(text);',
    'System.Database.getQueryLocator(text);',
    'merge a b;',
  ])('are missing in %s', (statement) => {
    expect(checkAccessModes(inMethod(statement))).toHaveLength(1);
  });

  it.each([
    'List<Account> a = [SELECT Id, (SELECT Id FROM Contacts) FROM Account WHERE Id = :x WITH SYSTEM_MODE LIMIT 1 FOR UPDATE];',
    'insert as user x; delete as system y;',
    'Database.update(x, false, AccessLevel.USER_MODE);',
    'Database.queryWithBinds(text, binds, AccessLevel.SYSTEM_MODE);',
    'Database.rollback(point);',
    'Savepoint s = Database.setSavepoint();',
  ])('are said in %s', (statement) => {
    expect(checkAccessModes(inMethod(statement))).toEqual([]);
  });
});

describe('fields inside queries', () => {
  it.each([
    ['SELECT Nothing FROM Account', 'Account has no field Nothing'],
    ['SELECT Id FROM Nothing__c', 'there is no object Nothing__c'],
    ['SELECT Account.Nothing FROM Contact', 'Contact has no field Account.Nothing'],
    ['SELECT Nowhere.Name FROM Contact', 'Contact has no field Nowhere.Name'],
    ['SELECT Id FROM Account WHERE Nothing = 1', 'Account has no field Nothing'],
    ['SELECT Id FROM Account ORDER BY Nothing', 'Account has no field Nothing'],
    ['SELECT Id, (SELECT Nothing FROM Contacts) FROM Account', 'Contact has no field Nothing'],
    ['SELECT Id, (SELECT Id FROM Friends) FROM Account', 'Account has no child relationship Friends'],
    ['SELECT COUNT(Nothing) FROM Account', 'Account has no field Nothing'],
  ])('are missed in %s', (query, message) => {
    expect(soql(query)).toEqual([message]);
  });

  it.each([
    'SELECT Id, name, Parent.Parent.Name FROM Account',
    'SELECT c.LastName, c.Account.Name FROM Contact c WHERE c.Account.Name = :x ORDER BY c.CreatedDate',
    'SELECT Name n, COUNT(Id) c FROM Account GROUP BY Name',
    'SELECT Id, (SELECT LastName FROM Contacts WHERE AccountId != null) FROM Account',
    'SELECT CronJobDetail.Name FROM CronTrigger',
  ])('are found in %s', (query) => {
    expect(soql(query)).toEqual([]);
  });
});
