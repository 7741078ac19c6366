import { describe, expect, test } from '@jest/globals';
import { apexUnderTest } from '../testing/apex.test-support.ts';
import { createLimits } from './limits.ts';

const TOO_MUCH = {
  queries: 'for (Integer i = 0; i < 101; i++) { Integer n = [SELECT COUNT() FROM Account]; }',
  rows: `List<Account> many = new List<Account>();
    for (Integer i = 0; i < 1000; i++) many.add(new Account(Name = 'a'));
    insert many;
    for (Integer i = 0; i < 51; i++) { many = [SELECT Id FROM Account]; }`,
  statements: `for (Integer i = 0; i < 151; i++) insert new Account(Name = 'a');`,
  dmlRows: `List<Account> many = new List<Account>();
    for (Integer i = 0; i < 10001; i++) many.add(new Account(Name = 'a'));
    insert many;`,
  queueables: 'for (Integer i = 0; i < 51; i++) System.enqueueJob(new Job());',
  futures: 'for (Integer i = 0; i < 51; i++) Later.run();',
  mails: `Messaging.SingleEmailMessage mail = new Messaging.SingleEmailMessage();
    mail.setToAddresses(new List<String>{ 'a@example.com' });
    for (Integer i = 0; i < 11; i++) Messaging.sendEmail(new List<Messaging.SingleEmailMessage>{ mail });`,
};

describe('limits', () => {
  const apex = apexUnderTest({
    classes: {
      'Job.cls': 'public class Job implements Queueable { public void execute(QueueableContext c) {} }',
      'Later.cls': 'public class Later { @Future public static void run() {} }',
    },
    snippets: Object.fromEntries(
      Object.entries(TOO_MUCH).map(([name, body]) => [
        name,
        `try { ${body} } catch (Exception e) { System.debug('caught'); } finally { System.debug('finally'); }`,
      ]),
    ),
  });

  test.each([
    ['queries', 'Too many SOQL queries: 101'],
    ['rows', 'Too many query rows: 50001'],
    ['statements', 'Too many DML statements: 151'],
    ['dmlRows', 'Too many DML rows: 10001'],
    ['queueables', 'Too many queueable jobs added to the queue: 51'],
    ['futures', 'Too many future calls: 51'],
    ['mails', 'Too many Email Invocations: 11'],
  ] as const)('%s end the transaction, whatever it catches', (name, message) => {
    expect(apex.fail(name)).toBe(`System.LimitException: ${message}`);
    expect(apex.core.store.db.all('SELECT * FROM "Account"')).toEqual([]);
    expect(apex.org.runDueJobs()).toBe(0);
  });

  test('asynchronous code has more of some and less of others', () => {
    const sync = createLimits('anonymous');
    const async = createLimits('queueable');

    expect([sync.allowed('Queries'), async.allowed('Queries')]).toEqual([100, 200]);
    expect([sync.allowed('QueueableJobs'), async.allowed('QueueableJobs')]).toEqual([50, 1]);
    expect(createLimits('schedulable').allowed('Queries')).toBe(100);
  });

  test('CPU time ends a transaction; callouts and the store do not count, triggers in a save do', () => {
    let now = 0;
    const limits = createLimits('anonymous', () => now);
    limits.excludeCpu(() => {
      now += 20_000;
    });
    limits.checkCpuTime();
    limits.excludeCpu(() => {
      limits.includeCpu(() => {
        now += 5000;
      });
      now += 20_000;
    });
    expect(limits.used('CpuTime')).toBe(5000);
    now += 5001;

    expect(() => limits.checkCpuTime()).toThrow(expect.objectContaining({ message: 'Apex CPU time limit exceeded' }));
  });
});
