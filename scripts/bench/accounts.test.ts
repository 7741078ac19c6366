import { describe, expect, test } from '@jest/globals';
import type { SyncItem } from '../../relay/src/sync/exchange.ts';
import { accountItems, inCalls } from './accounts.ts';

const template: SyncItem = {
  key: '001Ca0000000001IAA/Account_Customer',
  generation: 1,
  mapping: 'Account_Customer',
  operation: 'upsert',
  initiator: { userId: null, reason: 'saved' },
  approvedFingerprint: null,
  record: {
    type: 'Account',
    id: '001Ca0000000001IAA',
    systemModstamp: '2026-11-23T10:00:00.000Z',
    fields: { Name: 'Fourth Coffee', TaxNumber__c: 'US 1', Type: 'Customer' },
    children: {},
  },
};

describe('accounts', () => {
  test('no two accounts share an id, a name or a tax number', () => {
    const items = accountItems(template, 1, 500);

    for (const read of [
      (item: SyncItem) => item.record.id,
      (item: SyncItem) => item.key,
      (item: SyncItem) => item.record.fields['Name'],
      (item: SyncItem) => item.record.fields['TaxNumber__c'],
    ]) {
      expect(new Set(items.map(read)).size).toBe(500);
    }
  });

  test('ids have the 18 characters of Salesforce, and the other fields stay as in the template', () => {
    const [item] = accountItems(template, 99_999_999, 1);

    expect(item?.record.id).toMatch(/^001[A-Za-z0-9]{15}$/);
    expect(item?.record.fields['Type']).toBe('Customer');
  });

  test('the same numbers give the same items, so that they can be sent again', () => {
    expect(accountItems(template, 7, 3)).toEqual(accountItems(template, 7, 3));
  });

  test('calls hold every item once, in order, the last one the rest', () => {
    const items = accountItems(template, 1, 450);

    const calls = inCalls(items, 200);

    expect(calls.map((call) => call.length)).toEqual([200, 200, 50]);
    expect(calls.flat()).toEqual(items);
    expect(inCalls([], 200)).toEqual([]);
  });
});
