import { describe, expect, test } from '@jest/globals';
import { apexUnderTest } from '../testing/apex.test-support.ts';

const names = (apex: ReturnType<typeof apexUnderTest>): unknown[] =>
  apex.core.store.db.all('SELECT "Name" FROM "Account" ORDER BY "Id"').map(([name]) => name);

describe('jobs', () => {
  test('a queueable runs after the commit, with a copy of its state, and can be asked for', () => {
    const apex = apexUnderTest({
      classes: {
        'Job.cls': `public class Job implements Queueable {
          public List<String> names;
          public void execute(QueueableContext context) {
            AsyncApexJob own = [SELECT Status, ApexClass.Name FROM AsyncApexJob WHERE Id = :context.getJobId()];
            for (String name : names) insert new Account(Name = name + own.ApexClass.Name);
          }
        }`,
      },
      snippets: {
        go: `Job job = new Job(); job.names = new List<String>{ 'a' };
          Id id = System.enqueueJob(job);
          job.names.add('too late');
          System.debug([SELECT Status FROM AsyncApexJob WHERE Id = :id].Status);`,
      },
    });

    expect(apex.run('go')).toEqual(['Queued']);
    expect(names(apex)).toEqual([]);
    expect(apex.org.runDueJobs()).toBe(1);
    expect(names(apex)).toEqual(['aJob']);
    expect(apex.core.store.db.all('SELECT "Status" FROM "AsyncApexJob"')).toEqual([['Completed']]);
    expect(apex.org.runDueJobs()).toBe(0);
  });

  test('a failed job leaves nothing but its row; its finalizer learns why and may ask again', () => {
    const apex = apexUnderTest({
      classes: {
        'Job.cls': `public class Job implements Queueable, Finalizer {
          public Integer attempt = 1;
          public void execute(QueueableContext context) {
            System.attachFinalizer(this);
            insert new Account(Name = 'attempt ' + attempt);
            if (attempt < 3) throw new IllegalArgumentException('not yet');
          }
          public void execute(FinalizerContext context) {
            insert new Account(Name = context.getResult() + ' ' + (context.getException() == null ? '' : context.getException().getMessage()));
            if (context.getResult() == ParentJobResult.UNHANDLED_EXCEPTION) { attempt++; System.enqueueJob(this); }
          }
        }`,
      },
      snippets: { go: 'System.enqueueJob(new Job());' },
    });
    apex.run('go');

    expect(apex.org.runDueJobs()).toBe(3);
    expect(names(apex)).toEqual(['UNHANDLED_EXCEPTION not yet', 'UNHANDLED_EXCEPTION not yet', 'attempt 3', 'SUCCESS']);
    expect(apex.core.store.db.all('SELECT "Status" FROM "AsyncApexJob" ORDER BY "Id"')).toEqual([
      ['Failed'],
      ['Failed'],
      ['Completed'],
    ]);
  });

  test('a batch goes through all chunks, remembers only when stateful, and one failed chunk stops no other', () => {
    const apex = apexUnderTest({
      classes: {
        'Work.cls': `public class Work implements Database.Batchable<SObject>, Database.Stateful {
          public Integer seen = 0;
          public Database.QueryLocator start(Database.BatchableContext context) { return Database.getQueryLocator('SELECT Name FROM Account ORDER BY Name'); }
          public void execute(Database.BatchableContext context, List<Account> scope) {
            if (scope[0].Name == 'a2') throw new IllegalArgumentException('no');
            seen += scope.size();
          }
          public void finish(Database.BatchableContext context) {
            AsyncApexJob job = [SELECT NumberOfErrors, TotalJobItems FROM AsyncApexJob WHERE Id = :context.getJobId()];
            insert new Account(Name = 'seen ' + seen + ' of ' + job.TotalJobItems);
          }
        }`,
      },
      snippets: {
        go: `for (Integer i = 0; i < 5; i++) insert new Account(Name = 'a' + i); Database.executeBatch(new Work(), 2);`,
      },
    });
    apex.run('go');
    apex.org.runDueJobs();

    expect(names(apex).at(-1)).toBe('seen 3 of 3');
    expect(apex.core.store.db.all('SELECT "JobItemsProcessed", "NumberOfErrors" FROM "AsyncApexJob"')).toHaveLength(1);
  });

  test('future methods and schedules run in their time', () => {
    let now = new Date('2026-03-01T10:00:00Z');
    const apex = apexUnderTest({
      clock: () => now,
      classes: {
        'Later.cls': `public class Later implements Schedulable {
          @future public static void run(List<Id> ids, String name) { insert new Account(Name = name + ids.size()); }
          public void execute(SchedulableContext context) { insert new Account(Name = 'tick'); }
        }`,
      },
      snippets: {
        go: `Later.run(new List<Id>{ UserInfo.getUserId() }, 'future'); System.schedule('each hour', '0 0 * * * ?', new Later());
          System.debug([SELECT NextFireTime FROM CronTrigger WHERE CronJobDetail.Name = 'each hour'].NextFireTime);`,
        twice: `System.schedule('each hour', '0 0 * * * ?', new Later());`,
      },
    });

    expect(apex.run('go')).toEqual(['2026-03-01 11:00:00']);
    expect(apex.fail('twice')).toContain('already scheduled');
    apex.org.runDueJobs();
    expect(names(apex)).toEqual(['future1']);
    now = new Date('2026-03-01T11:00:00Z');
    apex.org.runDueJobs();
    now = new Date('2026-03-01T11:59:59Z');
    apex.org.runDueJobs();
    expect(names(apex)).toEqual(['future1', 'tick']);
    now = new Date('2026-03-01T12:00:01Z');
    apex.org.runDueJobs();
    expect(names(apex)).toEqual(['future1', 'tick', 'tick']);
  });

  test('the same signature is queued once', () => {
    const apex = apexUnderTest({
      classes: { 'Job.cls': 'public class Job implements Queueable { public void execute(QueueableContext c) {} }' },
      snippets: {
        go: `AsyncOptions options = new AsyncOptions();
          options.DuplicateSignature = new QueueableDuplicateSignature.Builder().addString('x').addInteger(1).build();
          System.enqueueJob(new Job(), options);
          try { System.enqueueJob(new Job(), options); } catch (DuplicateMessageException e) { System.debug('once'); }`,
      },
    });

    expect(apex.run('go')).toEqual(['once']);
  });
});

describe('platform events', () => {
  const SUBSCRIBER = `trigger OnDone on ProjectDone__e (after insert) {
    for (ProjectDone__e event : Trigger.new) insert new Account(Name = event.ProjectId__c + UserInfo.getUserName());
  }`;

  test('reach their trigger in order, as the process user, also when published by API', () => {
    const apex = apexUnderTest({
      classes: { 'OnDone.trigger': SUBSCRIBER },
      snippets: {
        go: `EventBus.publish(new List<ProjectDone__e>{ new ProjectDone__e(ProjectId__c = '1'), new ProjectDone__e(ProjectId__c = '2') });`,
      },
    });
    apex.run('go');
    apex.core.records.insert({ userId: apex.org.adminId }, 'ProjectDone__e', { ProjectId__c: '3' });
    apex.org.runDueJobs();

    expect(names(apex)).toEqual(['1', '2', '3'].map((id) => `${id}autoproc@causeway.example`));
  });

  test('a retryable exception brings the batch again, any other ends it but keeps what was saved', () => {
    const apex = apexUnderTest({
      classes: {
        'OnDone.trigger': `trigger OnDone on ProjectDone__e (after insert) {
          insert new Account(Name = 'try ' + EventBus.TriggerContext.currentContext().retries);
          if (EventBus.TriggerContext.currentContext().retries < 2) throw new EventBus.RetryableException('again');
          throw new IllegalArgumentException('lost');
        }`,
      },
      snippets: { go: `EventBus.publish(new ProjectDone__e(ProjectId__c = '1'));` },
    });
    apex.run('go');
    apex.org.runDueJobs();
    apex.org.runDueJobs();

    expect(names(apex)).toEqual(['try 2']);
  });
});
