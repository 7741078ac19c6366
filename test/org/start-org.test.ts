import { describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LocalOrg, type OrgOptions, startOrg } from './start-org.ts';

const FIXTURES = fileURLToPath(new URL('./fixtures', import.meta.url));
const FORCE_APP = fileURLToPath(new URL('../../force-app', import.meta.url));

async function withOrg(options: OrgOptions, work: (org: LocalOrg) => void): Promise<void> {
  const org = await startOrg(options);
  try {
    work(org);
  } finally {
    await org.stop();
  }
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'local-org-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function writeField(folder: string, body: string): void {
  const fields = join(folder, 'objects', 'Account', 'fields');
  mkdirSync(fields, { recursive: true });
  writeFileSync(
    join(fields, 'X__c.field-meta.xml'),
    `<?xml version="1.0"?><CustomField xmlns="http://soap.sforce.com/2006/04/metadata"><fullName>X__c</fullName>${body}</CustomField>`,
  );
}

describe('starting', () => {
  test('every object of our own metadata can be queried with all its fields', async () => {
    await withOrg({ sources: [FORCE_APP] }, (org) => {
      const objects = [...org.schema.objects.values()].filter((object) => object.kind !== 'event');
      expect(objects.length).toBeGreaterThan(25);
      for (const object of objects) {
        expect(() => org.query(`SELECT FIELDS(ALL) FROM ${object.name} LIMIT 200`)).not.toThrow();
      }
    });
  });

  test('a file keeps records, ids and prefixes from one start to the next, and gains new fields', async () => {
    await withFolder(async (folder) => {
      const options = { sources: [FIXTURES], file: join(folder, 'org.db') };
      let id = '';
      await withOrg(options, (org) => {
        id = org.insert('Project__c', { Code__c: 'Kept', Budget__c: '1000.50' });
      });
      writeField(folder, '<type>Text</type><length>5</length>');
      await withOrg({ ...options, sources: [FIXTURES, folder] }, (org) => {
        expect(org.query("SELECT Id, Budget__c FROM Project__c WHERE Code__c = 'kept'")).toEqual([
          { Id: id, Budget__c: '1000.5' },
        ]);
        expect(org.insert('Project__c', {})).not.toBe(id);
        expect(org.query('SELECT COUNT(Id) n FROM User')).toEqual([{ n: '5' }]);
        expect(() => org.insert('Account', { Name: 'x', X__c: '123456' })).toThrow(/max length=5/);
      });
      writeField(folder, '<type>Checkbox</type><defaultValue>false</defaultValue>');
      await expect(startOrg({ ...options, sources: [FIXTURES, folder] })).rejects.toThrow(/Account.X__c/);
    });
  });

  test('a field type it does not know is refused by name', async () => {
    await withFolder(async (folder) => {
      writeField(folder, '<type>Hologram</type>');
      await expect(startOrg({ sources: [folder] })).rejects.toThrow('field type Hologram (Account.X__c)');
    });
  });

  test('a formula it cannot compute is refused by name when it is read', async () => {
    await withFolder(async (folder) => {
      writeField(folder, '<type>Text</type><formula>REGEXIFY(Name)</formula>');
      await withOrg({ sources: [folder] }, (org) => {
        expect(() => org.query('SELECT X__c FROM Account')).toThrow(/formula of Account.X__c/);
      });
    });
  });

  test('a folder that does not exist is named', async () => {
    await expect(startOrg({ sources: ['/nowhere'] })).rejects.toThrow('/nowhere');
  });

  test('without multi-currency there is no CurrencyIsoCode', async () => {
    await withOrg({ sources: [FIXTURES], multiCurrency: false }, (org) => {
      expect(() => org.query('SELECT CurrencyIsoCode FROM Account')).toThrow(
        expect.objectContaining({ statusCode: 'INVALID_FIELD' }),
      );
      expect(() => org.query('SELECT IsoCode FROM CurrencyType')).toThrow(
        expect.objectContaining({ statusCode: 'INVALID_TYPE' }),
      );
      expect(org.insert('Account', { Name: 'Plain' })).toMatch(/^001/);
    });
  });
});
