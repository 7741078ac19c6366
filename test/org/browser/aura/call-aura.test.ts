import { beforeAll, describe, expect, test } from '@jest/globals';
import { apexUnderTest, type ApexUnderTest } from '../../apex/testing/apex.test-support.ts';
import { USERNAMES } from '../../seed-org.ts';
import { callAura } from './call-aura.ts';

const CONTROLLER = `
public with sharing class Desk {
  public class Line {
    @AuraEnabled public String label;
    @AuraEnabled public Decimal amount { get; set; }
    @AuraEnabled public Date due;
    @AuraEnabled public String missing;
    public String secret = 'kept';
  }
  @AuraEnabled(cacheable=true)
  public static List<Line> lines(Integer count, String prefix) {
    List<Line> found = new List<Line>();
    for (Integer i = 0; i < count; i++) {
      Line one = new Line();
      one.label = prefix + i;
      one.amount = 10.50;
      one.due = Date.newInstance(2026, 11, 24);
      found.add(one);
    }
    return found;
  }
  @AuraEnabled
  public static Map<String, Object> mixed() {
    return new Map<String, Object>{ 'many' => new Set<Integer>{ 1 }, 'yes' => true, 'nothing' => null };
  }
  @AuraEnabled
  public static Account saved(String name) {
    Account one = new Account(Name = name);
    insert one;
    return one;
  }
  @AuraEnabled
  public static void refuse(String name) {
    insert new Account(Name = name);
    throw new AuraHandledException('Not today.');
  }
  @AuraEnabled
  public static Integer broken() {
    List<Integer> none = new List<Integer>();
    return none[0];
  }
  public static String inner() {
    return 'not for components';
  }
}`;

let apex: ApexUnderTest;

beforeAll(() => {
  apex = apexUnderTest({ classes: { 'Desk.cls': CONTROLLER } });
});

const call = (method: string, given: object = {}, userId = apex.org.adminId) =>
  callAura(apex.org, { userId, className: 'Desk', method, body: JSON.stringify(given) });
const accounts = (name: string): number =>
  apex.core.store.db.all('SELECT "Id" FROM "Account" WHERE "Name" = ?', [name]).length;

describe('calling Apex from a component', () => {
  test('arguments go by name, in any order and case, and enabled members come back', () => {
    expect(call('lines', { PREFIX: 'line ', count: 2 })).toEqual({
      status: 200,
      body: {
        value: [
          { label: 'line 0', amount: 10.5, due: '2026-11-24' },
          { label: 'line 1', amount: 10.5, due: '2026-11-24' },
        ],
      },
    });
  });

  test('a map comes back as an object and a set as an array', () => {
    expect(call('mixed').body).toEqual({ value: { many: [1], yes: true, nothing: null } });
  });

  test('a record comes back with its fields and without its type', () => {
    const { value } = call('saved', { name: 'Aura' }).body as { readonly value: object };

    expect(value).toEqual({ Name: 'Aura', Id: expect.stringMatching(/^001/) });
    expect(accounts('Aura')).toBe(1);
  });

  test('a handled exception says only what it was given, and nothing is saved', () => {
    expect(call('refuse', { name: 'Undone' })).toEqual({ status: 500, body: { message: 'Not today.' } });
    expect(accounts('Undone')).toBe(0);
  });

  test('any other exception says its type and where it was thrown', () => {
    expect(call('broken')).toMatchObject({
      status: 500,
      body: { exceptionType: 'System.ListException', stackTrace: expect.stringContaining('Desk.broken') },
    });
  });

  test('a method that is not enabled does not exist for components', () => {
    expect(call('inner').status).toBe(404);
    expect(call('unheardOf').status).toBe(404);
  });

  test('a user without access to the class is refused before anything runs', () => {
    const refused = call('saved', { name: 'Refused' }, apex.userId(USERNAMES.nobody));

    expect(refused).toEqual({
      status: 403,
      body: { message: "You do not have access to the Apex class named 'Desk'." },
    });
    expect(accounts('Refused')).toBe(0);
  });
});
