import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { startOrg } from '../../start-org.ts';

const CLASSES = {
  'AccountTrigger.trigger': `trigger AccountTrigger on Account (after insert) {
    if (!System.isQueueable()) System.enqueueJob(new Copy(Trigger.new[0].Name));
  }`,
  'Copy.cls': `public class Copy implements Queueable {
    private String name;
    public Copy(String name) { this.name = name; }
    public void execute(QueueableContext context) { insert new Account(Name = 'copy of ' + name); }
  }`,
};
const sources = ['test/org/fixtures'];
const read = 'SELECT Name FROM Account ORDER BY Name';

describe('an org with Apex', () => {
  test('runs triggers in saves from outside and jobs when it is told to', async () => {
    const org = await startOrg({ sources, apex: { classes: CLASSES } });
    org.insert('Account', { Name: 'a' });

    expect(org.query(read)).toEqual([{ Name: 'a' }]);
    expect(await org.runDueJobs()).toBe(1);
    expect(org.query(read)).toEqual([{ Name: 'a' }, { Name: 'copy of a' }]);
    await org.stop();
  });

  test('with a file, jobs run by themselves on a thread of their own, and their changes are heard here', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'apex-org-'));
    const org = await startOrg({ sources, apex: { classes: CLASSES }, file: join(folder, 'org.db') });
    const heard = new Promise<string[]>((resolve) => {
      org.onChange((changes) => {
        const names = changes
          .filter(({ object }) => object === 'Account')
          .map((change) => String(change.new?.['Name']));
        if (names.includes('copy of a')) resolve(names);
      });
    });
    org.insert('Account', { Name: 'a' });

    expect(await heard).toEqual(['copy of a']);
    expect(org.query(read)).toEqual([{ Name: 'a' }, { Name: 'copy of a' }]);
    await org.stop();
    rmSync(folder, { recursive: true });
  });

  test('without the option there is none', async () => {
    const org = await startOrg({ sources });

    expect(org.apex).toBeNull();
    expect(await org.runDueJobs()).toBe(0);
    await org.stop();
  });
});
