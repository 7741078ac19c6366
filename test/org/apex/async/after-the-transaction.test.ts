import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { apexUnderTest, FIXTURES } from '../testing/apex.test-support.ts';
import { sentEmails } from './notifications.ts';

const folder = mkdtempSync(join(tmpdir(), 'apex-events-'));
mkdirSync(join(folder, 'objects', 'AtOnce__e'), { recursive: true });
writeFileSync(
  join(folder, 'objects', 'AtOnce__e', 'AtOnce__e.object-meta.xml'),
  '<CustomObject><label>At once</label><pluralLabel>At once</pluralLabel><eventType>HighVolume</eventType><publishBehavior>PublishImmediately</publishBehavior></CustomObject>',
);
afterAll(() => rmSync(folder, { recursive: true }));

const CLASSES = {
  'Job.cls': `public class Job implements Queueable {
    public void execute(QueueableContext context) { insert new Account(Name = 'job'); }
  }`,
  'Listener.cls': `public class Listener implements EventBus.EventPublishSuccessCallback {
    public void onSuccess(EventBus.SuccessResult result) { insert new Account(Name = 'heard of ' + result.getEventUuids().size()); }
  }`,
  'OnDone.trigger': `trigger OnDone on ProjectDone__e (after insert) { insert new Account(Name = 'after commit'); }`,
  'AtOnce.trigger': `trigger AtOnce on AtOnce__e (after insert) { insert new Account(Name = 'at once'); }`,
};

const EVERYTHING = `insert new Account(Name = 'saved');
  System.enqueueJob(new Job());
  EventBus.publish(new ProjectDone__e(ProjectId__c = '1'));
  EventBus.publish(new AtOnce__e(), new Listener());
  Messaging.SingleEmailMessage mail = new Messaging.SingleEmailMessage();
  mail.setToAddresses(new List<String>{ 'a@example.com' });
  mail.setSubject('mail');
  Messaging.sendEmail(new List<Messaging.SingleEmailMessage>{ mail });`;

describe('what a transaction asked for', () => {
  const afterwards = (snippet: 'kept' | 'broken'): unknown[] => {
    const apex = apexUnderTest({
      sources: [FIXTURES, folder],
      classes: CLASSES,
      snippets: { kept: EVERYTHING, broken: `${EVERYTHING} Integer i = 1 / 0;` },
    });
    if (snippet === 'kept') apex.run(snippet);
    else apex.fail(snippet);
    apex.org.runDueJobs();
    const names = apex.core.store.db.all('SELECT "Name" FROM "Account" ORDER BY "Id"').map(([name]) => name);
    return [...names, ...sentEmails(apex.core.store).map(({ subject }) => subject)];
  };

  test('happens once it is committed', () => {
    expect(afterwards('kept').sort()).toEqual(['after commit', 'at once', 'heard of 1', 'job', 'mail', 'saved']);
  });

  test('goes with an uncaught exception, but for events that are published at once', () => {
    expect(afterwards('broken')).toEqual(['at once']);
  });
});
