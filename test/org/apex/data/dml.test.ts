import { describe, expect, test } from '@jest/globals';
import { apexUnderTest } from '../testing/apex.test-support.ts';

const ACCOUNT_TRIGGER = `trigger AccountTrigger on Account (before insert, before update, after insert, after update, before delete, after delete, after undelete) {
  for (Integer i = 0; i < Trigger.size; i++) {
    Account row = (Account) (Trigger.isDelete ? Trigger.old[i] : Trigger.new[i]);
    if (Trigger.isBefore && Trigger.isInsert && row.Description == null) row.Description = 'set by trigger';
    if (Trigger.isBefore && row.Name == 'refused') row.addError('not this one');
    if (Trigger.isBefore && row.Name == 'bad phone') row.Phone.addError('no phone');
    if (Trigger.isAfter && row.Name == 'late') row.addError('too late');
    if (Trigger.isBefore && row.Name == 'broken') { String nothing; nothing.length(); }
  }
  System.debug(Trigger.operationType + ' ' + Trigger.size + ' ' + (Trigger.newMap == null) + ' ' + (Trigger.oldMap == null));
}`;

const withTrigger = (snippets: Record<string, string>) =>
  apexUnderTest({ classes: { 'AccountTrigger.trigger': ACCOUNT_TRIGGER }, snippets });

describe('DML', () => {
  test('before triggers change what is written, after triggers see ids', () => {
    const apex = withTrigger({
      go: `Account one = new Account(Name = 'one');
        insert one;
        System.debug([SELECT Description FROM Account WHERE Id = :one.Id].Description + ' ' + one.Description);
        one.Name = 'two';
        update one;
        delete one;
        undelete one;`,
    });

    expect(apex.run('go')).toEqual([
      'BEFORE_INSERT 1 true true',
      'AFTER_INSERT 1 false true',
      'set by trigger null',
      'BEFORE_UPDATE 1 false false',
      'AFTER_UPDATE 1 false false',
      'BEFORE_DELETE 1 true false',
      'AFTER_DELETE 1 true false',
      'AFTER_UNDELETE 1 false true',
    ]);
  });

  test('a trigger sees at most 200 records at once', () => {
    const apex = withTrigger({
      go: `List<Account> many = new List<Account>();
        for (Integer i = 0; i < 450; i++) many.add(new Account(Name = 'a' + i));
        insert many;`,
    });

    const sizes = apex.run('go').filter((line) => line.startsWith('BEFORE'));

    expect(sizes).toEqual(['BEFORE_INSERT 200 true true', 'BEFORE_INSERT 200 true true', 'BEFORE_INSERT 50 true true']);
  });

  test('all or none: one failure undoes all, sets no id and names row, code and message', () => {
    const apex = withTrigger({
      go: `List<Account> rows = new List<Account>{ new Account(Name = 'fine'), new Account(Name = 'refused') };
        try { insert rows; } catch (DmlException e) {
          System.debug(e.getMessage());
          System.debug(e.getNumDml() + ' ' + e.getDmlIndex(0) + ' ' + e.getDmlType(0) + ' ' + e.getDmlMessage(0));
        }
        System.debug(rows[0].Id == null);
        System.debug([SELECT COUNT() FROM Account]);`,
    });

    expect(apex.run('go').slice(1)).toEqual([
      'Insert failed. First exception on row 1; first error: FIELD_CUSTOM_VALIDATION_EXCEPTION, not this one: []',
      '1 1 FIELD_CUSTOM_VALIDATION_EXCEPTION not this one',
      'true',
      '0',
    ]);
  });

  test('partial success keeps the others and runs their triggers again without the failures', () => {
    const apex = withTrigger({
      go: `List<Database.SaveResult> results = Database.insert(new List<Account>{
          new Account(Name = 'fine'), new Account(Name = 'late'), new Account(), new Account(Name = 'bad phone') }, false);
        for (Database.SaveResult result : results)
          System.debug(result.isSuccess() + ' ' + (result.getId() != null) + ' ' + (result.isSuccess() ? '' : result.getErrors()[0].getStatusCode() + ' ' + result.getErrors()[0].getFields()));
        System.debug([SELECT Name FROM Account].size());`,
    });

    expect(apex.run('go').filter((line) => !/^(BEFORE|AFTER)/.test(line))).toEqual([
      'true true ',
      'false false FIELD_CUSTOM_VALIDATION_EXCEPTION ()',
      'false false REQUIRED_FIELD_MISSING (Name)',
      'false false FIELD_CUSTOM_VALIDATION_EXCEPTION (Phone)',
      '1',
    ]);
  });

  test('an exception in a trigger fails its records with the trigger, the event and the line', () => {
    const apex = withTrigger({ go: `insert new Account(Name = 'broken');` });

    const message = apex.fail('go');

    expect(message).toContain('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY, AccountTrigger: execution of BeforeInsert');
    expect(message).toContain('caused by: System.NullPointerException: Attempt to de-reference a null object');
    expect(message).toContain('Trigger.AccountTrigger: line 8');
  });

  test('a savepoint takes back records and the jobs that were asked for', () => {
    const apex = apexUnderTest({
      classes: { 'Job.cls': 'public class Job implements Queueable { public void execute(QueueableContext c) {} }' },
      snippets: {
        go: `insert new Account(Name = 'kept');
          Savepoint before = Database.setSavepoint();
          insert new Account(Name = 'lost');
          System.enqueueJob(new Job());
          Database.rollback(before);`,
      },
    });

    apex.run('go');

    expect(apex.core.store.db.all('SELECT "Name" FROM "Account"')).toEqual([['kept']]);
    expect(apex.org.runDueJobs()).toBe(0);
  });

  test('an exception that nobody catches leaves nothing behind', () => {
    const apex = apexUnderTest({ snippets: { go: `insert new Account(Name = 'x'); Integer i = 1 / 0;` } });

    expect(apex.fail('go')).toBe('System.MathException: Divide by 0');
    expect(apex.core.store.db.all('SELECT * FROM "Account"')).toEqual([]);
  });

  test('upsert finds by external id and says what was created', () => {
    const apex = apexUnderTest({
      snippets: {
        go: `insert new Project__c(Key__c = 'a', Notes__c = 'old');
          List<Project__c> rows = new List<Project__c>{ new Project__c(Key__c = 'a', Notes__c = 'new'), new Project__c(Key__c = 'b') };
          for (Database.UpsertResult result : Database.upsert(rows, Project__c.Key__c)) System.debug(result.isCreated());
          System.debug([SELECT Notes__c FROM Project__c WHERE Id = :rows[0].Id].Notes__c);`,
      },
    });

    expect(apex.run('go')).toEqual(['false', 'true', 'new']);
  });

  test.each([
    ["update new Account(Name = 'x');", 'MISSING_ARGUMENT, Id not specified in an update call'],
    [
      "Account a = new Account(Name = 'x'); insert a; insert a;",
      'INVALID_FIELD_FOR_INSERT_UPDATE, cannot specify Id in an insert call',
    ],
    [
      "Account a = new Account(Name = 'x'); insert a; update new List<Account>{ a, new Account(Id = a.Id) };",
      'Duplicate id in list',
    ],
    [
      "Account a = new Account(Name = 'x'); insert new List<Account>{ a, a };",
      'must not have two identically equal elements',
    ],
    [`insert new Account(Name = 'x'); insert new UserRole(Name = 'r', DeveloperName = 'r');`, 'MIXED_DML_OPERATION'],
  ])('%s is refused', (body, message) => {
    expect(apexUnderTest({ snippets: { go: body } }).fail('go')).toContain(message);
  });

  test('triggers take part in saves that come from outside Apex', () => {
    const apex = withTrigger({});

    const saved = apex.core.records.insert({ userId: apex.org.adminId }, 'Account', { Name: 'api' });
    const refused = apex.core.records.insert({ userId: apex.org.adminId }, 'Account', { Name: 'refused' });

    expect(saved.error).toBeNull();
    expect(apex.core.store.db.all('SELECT "Description" FROM "Account"')).toEqual([['set by trigger']]);
    expect(refused.error).toMatchObject({ statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'not this one' });
  });

  test('a trigger that updates its own object for ever is stopped after 16 levels', () => {
    const apex = apexUnderTest({
      classes: {
        'Loop.trigger': `trigger Loop on Account (after insert, after update) { update new Account(Id = Trigger.new[0].Id, Name = Trigger.new[0].Name + 'x'); }`,
      },
      snippets: { go: `insert new Account(Name = 'a');` },
    });

    expect(apex.fail('go')).toContain('maximum trigger depth exceeded');
  });
});
