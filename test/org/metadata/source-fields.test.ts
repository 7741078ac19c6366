import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { openCore } from '../open-core.ts';

const source = mkdtempSync(join(tmpdir(), 'source-fields-'));
afterAll(() => rmSync(source, { recursive: true }));

const field = (object: string, name: string, rest: string): void => {
  const path = join(source, 'objects', object, 'fields', `${name}.field-meta.xml`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    `<CustomField xmlns="http://soap.sforce.com/2006/04/metadata"><fullName>${name}</fullName>${rest}</CustomField>`,
  );
};
field('Account', 'Place__c', '<type>Location</type><scale>5</scale>');
field('Account', 'Secret__c', '<type>EncryptedText</type><length>20</length>');
field('Account', 'Target__c', '<type>MetadataRelationship</type><referenceTo>EntityDefinition</referenceTo>');
field('Account', 'Total__c', '<type>Summary</type><summaryOperation>count</summaryOperation>');
field('Nowhere__c', 'Text__c', '<type>Text</type><length>10</length>');

test('places are two numbers, encrypted text is text, definitions are names; the unknown is heard of and left out', () => {
  const unknown: string[] = [];

  const { store } = openCore({ sources: [source], onUnknown: ({ message }) => void unknown.push(message) });

  const { fields } = store.schema.objects.get('account') ?? { fields: new Map<string, { type: string }>() };
  const typeOf = (name: string): string | undefined => fields.get(name.toLowerCase())?.type;
  expect(['Place__Latitude__s', 'Place__Longitude__s', 'Secret__c', 'Target__c', 'Total__c'].map(typeOf)).toEqual([
    'double',
    'double',
    'string',
    'string',
    undefined,
  ]);
  expect(unknown).toEqual([
    expect.stringContaining('field type Summary (Account.Total__c)'),
    expect.stringContaining('object Nowhere__c, which no source folder defines'),
  ]);
});

test('metadata that the org does not know is refused unless somebody hears of it', () =>
  expect(() => openCore({ sources: [source] })).toThrow(/field type Summary \(Account\.Total__c\)/));
