import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { openDatabase } from '../../store/database.ts';
import { apexUnderTest } from '../testing/apex.test-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'apex-locks-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('while another thread writes', () => {
  const file = join(folder, 'org.db');
  const apex = apexUnderTest({
    file,
    snippets: {
      read: `System.debug([SELECT COUNT() FROM Account]);`,
      lock: `List<Account> locked = [SELECT Id FROM Account FOR UPDATE];`,
      save: `try { insert new Account(Name = 'x'); } catch (DmlException e) { System.debug(e.getDmlType(0)); }`,
    },
  });
  apex.core.store.db.run('PRAGMA busy_timeout = 1');

  test('rows can be read, but neither locked nor saved, and code may catch that', () => {
    const other = openDatabase(file);
    const writing = other.begin();

    expect(apex.run('read')).toEqual(['0']);
    expect(apex.fail('lock')).toContain('System.QueryException: Record Currently Unavailable');
    expect(apex.run('save')).toEqual(['UNABLE_TO_LOCK_ROW']);

    writing.rollback();
    other.close();
    expect(apex.run('save')).toEqual([]);
  });
});
