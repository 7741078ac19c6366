import { describe, expect, test } from '@jest/globals';
import { apexUnderTest } from '../testing/apex.test-support.ts';

const count = (sharing: string): string => `public ${sharing} class ${sharing.replaceAll(' ', '_')}_x {
  public static Integer own() { return [SELECT COUNT() FROM Project__c]; }
  public static Integer asUser() { return [SELECT COUNT() FROM Project__c WITH USER_MODE]; }
  public static void change(Id id) { update new Project__c(Id = id, Notes__c = 'changed'); }
}`;

const PERMISSIONS = `PermissionSet permissions = new PermissionSet(Name = 'Projects', Label = 'Projects');
  insert permissions;
  insert new ObjectPermissions(ParentId = permissions.Id, SobjectType = 'Project__c', PermissionsRead = true, PermissionsEdit = true);
  insert new PermissionSetAssignment(AssigneeId = [SELECT Id FROM User WHERE Username = 'sales@causeway.example'].Id, PermissionSetId = permissions.Id);`;

describe('a private object', () => {
  const apex = apexUnderTest({
    classes: {
      'A.cls': count('with sharing'),
      'B.cls': count('without sharing'),
      'C.cls': count('inherited sharing'),
      'D.cls': `public with sharing class Caller {
        public static Integer inherited() { return inherited_sharing_x.own(); }
        public static Integer without() { return without_sharing_x.own(); }
      }`,
    },
    snippets: {
      allow: PERMISSIONS,
      make: `insert new Project__c(Key__c = 'admin');`,
      with_: `System.debug(with_sharing_x.own());`,
      without: `System.debug(without_sharing_x.own());`,
      asUser: `System.debug(without_sharing_x.asUser());`,
      called: `System.debug(Caller.inherited() + ' ' + Caller.without());`,
      change: `with_sharing_x.change([SELECT Id FROM Project__c].Id);`,
      overrule: `without_sharing_x.change([SELECT Id FROM Project__c].Id); System.debug([SELECT Notes__c FROM Project__c].Notes__c);`,
    },
  });
  const sales = apex.userId('sales@causeway.example');
  apex.run('allow');
  apex.run('make');

  test.each([
    ['with_', ['0'], 'hides the rows of others'],
    ['without', ['1'], 'shows them all'],
    ['asUser', ['0'], 'hides them in user mode, whatever the class says'],
    ['called', ['0 1'], 'follows the caller where it inherits, and only there'],
  ])('%s: %j, for it %s', (snippet, expected) => {
    expect(apex.run(snippet, sales)).toEqual(expected);
  });

  test('a row of another is changed only without sharing', () => {
    expect(apex.fail('change', sales)).toContain('INSUFFICIENT_ACCESS_OR_READONLY');
    expect(apex.run('overrule', sales)).toEqual(['changed']);
  });

  test('the admin sees and changes everything', () => {
    expect(apex.run('with_')).toEqual(['1']);
    expect(apex.run('change')).toEqual([]);
  });
});
