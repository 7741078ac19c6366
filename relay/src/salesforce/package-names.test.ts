import { describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { memberNames, objectNames, PACKAGE_OBJECTS } from './package-names.ts';

const FORCE_APP = fileURLToPath(new URL('../../../force-app', import.meta.url));

describe('the objects of the package', () => {
  it('are those that force-app defines, so that the list cannot drift', () => {
    const defined = readdirSync(FORCE_APP, { recursive: true, encoding: 'utf8' }).flatMap(
      (path) => /(\w+__\w+)\.object-meta\.xml$/.exec(path)?.[1] ?? [],
    );

    expect([...PACKAGE_OBJECTS].toSorted()).toEqual(defined.toSorted());
  });

  it('bear the prefix in an org where the package is installed, and nothing else does', () => {
    const { inOrg, here } = objectNames('causeway__');

    const names = ['Invoice__c', 'EntityMapping__mdt', 'SyncWanted__e', 'Account', 'Region__c'];

    expect(names.map(inOrg)).toEqual([
      'causeway__Invoice__c',
      'causeway__EntityMapping__mdt',
      'causeway__SyncWanted__e',
      'Account',
      'Region__c',
    ]);
    expect(names.map(inOrg).map(here)).toEqual(names);
  });

  it('are told from the org’s own object of the same name', () => {
    const { inOrg, here } = objectNames('causeway__');

    expect(here('Invoice__c')).toBe('c__Invoice__c');
    expect(inOrg('c__Invoice__c')).toBe('Invoice__c');
  });

  it('are named alike on both sides where the package is developed', () => {
    const { inOrg, here } = objectNames('');

    expect([inOrg('Invoice__c'), here('Invoice__c')]).toEqual(['Invoice__c', 'Invoice__c']);
  });
});

describe('the fields of an object', () => {
  const { inOrg, here } = memberNames('causeway__', [
    'Name',
    'Region__c',
    'Region__r',
    'CreditLimit__c',
    'causeway__CreditLimit__c',
    'causeway__Order__r',
    'other__Rank__c',
  ]);

  it.each([
    ['Order__r', 'causeway__Order__r'],
    ['CreditLimit__c', 'causeway__CreditLimit__c'],
    ['c__CreditLimit__c', 'CreditLimit__c'],
    ['Region__c', 'Region__c'],
    ['other__Rank__c', 'other__Rank__c'],
    ['Name', 'Name'],
  ])('are called %s here and %s in the org', (name, nameInOrg) => {
    expect(inOrg(name)).toBe(nameInOrg);
    expect(here(nameInOrg)).toBe(name);
  });

  it('are found whatever their case', () => {
    expect(inOrg('creditlimit__C')).toBe('causeway__CreditLimit__c');
  });

  it('stay as they are where the org has no such field, so that its answer names what the mapping names', () => {
    expect(inOrg('Unheard__c')).toBe('Unheard__c');
    expect(here('causeway__Unheard__c')).toBe('Unheard__c');
  });
});
