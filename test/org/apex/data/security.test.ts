import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { apexUnderTest, FIXTURES } from '../testing/apex.test-support.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function sourceWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'apex-security-'));
  folders.push(folder);
  mkdirSync(join(folder, 'permissionsets'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'permissionsets', name), text);
  return folder;
}

const READER = `<PermissionSet><label>Reader</label>
  <fieldPermissions><field>Project__c.Budget__c</field><readable>true</readable><editable>false</editable></fieldPermissions>
  <objectPermissions><object>Project__c</object><allowRead>true</allowRead><allowCreate>true</allowCreate><allowEdit>true</allowEdit><allowDelete>false</allowDelete><viewAllRecords>false</viewAllRecords><modifyAllRecords>false</modifyAllRecords></objectPermissions>
  <customPermissions><name>Do_It</name><enabled>true</enabled></customPermissions></PermissionSet>`;
const DO_IT = '<CustomPermission><label>Do it</label></CustomPermission>';

function secured(snippets: Record<string, string>) {
  const source = sourceWith({ 'Reader.permissionset-meta.xml': READER, 'Do_It.customPermission-meta.xml': DO_IT });
  const apex = apexUnderTest({ sources: [FIXTURES, source], snippets });
  const sales = apex.userId('sales@causeway.example');
  const assign = (): void => {
    const [row] = apex.core.store.db.all('SELECT "Id" FROM "PermissionSet" WHERE "Name" = ?', ['Reader']);
    const input = { PermissionSetId: String(row?.[0]), AssigneeId: sales };
    const { error } = apex.core.records.insert({ userId: apex.org.adminId }, 'PermissionSetAssignment', input);
    if (error) throw error;
  };
  return { apex, sales, assign };
}

describe('who may do what', () => {
  test('user mode hides objects and fields until a permission set gives them, system mode does not', () => {
    const { apex, sales, assign } = secured({
      user: 'System.debug([SELECT Budget__c FROM Project__c WITH USER_MODE].size());',
      spent: 'System.debug([SELECT Spent__c FROM Project__c WITH USER_MODE].size());',
      system_: 'System.debug([SELECT Spent__c FROM Project__c WITH SYSTEM_MODE].size());',
    });

    expect(apex.fail('user', sales)).toContain("sObject type 'Project__c' is not supported");
    expect(apex.run('system_', sales)).toEqual(['0']);
    assign();
    expect(apex.run('user', sales)).toEqual(['0']);
    expect(apex.fail('spent', sales)).toContain("No such column 'Spent__c' on entity 'Project__c'");
  });

  test('DML in user mode refuses objects and fields the user may not change', () => {
    const { apex, sales, assign } = secured({
      plain: `insert as user new Project__c();`,
      field: `insert as user new Project__c(Budget__c = 1);`,
      quiet: `insert as system new Project__c(Budget__c = 1);`,
      remove: `Project__c p = new Project__c(); insert as system p; delete as user p;`,
    });

    expect(apex.fail('plain', sales)).toContain("Access to entity 'Project__c' denied");
    assign();
    expect(apex.run('plain', sales)).toEqual([]);
    expect(apex.fail('field', sales)).toContain('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY');
    expect(apex.run('quiet', sales)).toEqual([]);
    expect(apex.fail('remove', sales)).toContain("Access to entity 'Project__c' denied");
  });

  test('stripInaccessible takes out what may not be read and says so', () => {
    const { apex, sales, assign } = secured({
      go: `insert new Project__c(Budget__c = 1, Spent__c = 2);
        SObjectAccessDecision decision = Security.stripInaccessible(AccessType.READABLE, [SELECT Name, Budget__c, Spent__c FROM Project__c]);
        Project__c seen = (Project__c) decision.getRecords()[0];
        System.debug(seen.isSet('Budget__c') + ' ' + seen.isSet('Spent__c') + ' ' + decision.getRemovedFields());`,
    });
    assign();

    expect(apex.run('go', sales)).toEqual(['true false {Project__c={Spent__c}}']);
  });

  test('custom permissions are the user’s, and one that does not exist is nobody’s and named in the log', () => {
    const { apex, sales, assign } = secured({
      go: `System.debug(FeatureManagement.checkPermission('Do_It'));`,
      typo: `System.debug(FeatureManagement.checkPermission('Do_Itt'));`,
    });

    expect(apex.run('go', sales)).toEqual(['false']);
    assign();
    expect(apex.run('go', sales)).toEqual(['true']);
    expect(apex.run('typo', sales)).toEqual(['The org has no custom permission Do_Itt.', 'false']);
  });
});
