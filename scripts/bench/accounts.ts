import type { SyncItem } from '../../relay/src/sync/exchange.ts';

/**
 * The items of `count` accounts from number `first` on, made from one real item. They differ in everything that a record is found
 * by: id, name, tax number. The same numbers give the same items.
 */
export function accountItems(template: SyncItem, first: number, count: number): SyncItem[] {
  return Array.from({ length: count }, (_, index) => accountItem(template, first + index));
}

function accountItem(template: SyncItem, number: number): SyncItem {
  const digits = String(number).padStart(8, '0');
  const id = `001Bn00${digits}AAA`;
  const fields = { ...template.record.fields, Name: `Bench ${digits}`, TaxNumber__c: `BN ${digits}` };
  return { ...template, key: `${id}/${template.mapping}`, record: { ...template.record, id, fields } };
}

/** Items in calls of at most `size`, as the outbox sends them. */
export function inCalls(items: readonly SyncItem[], size: number): SyncItem[][] {
  const calls = Math.ceil(items.length / size);
  return Array.from({ length: calls }, (_, index) => items.slice(index * size, (index + 1) * size));
}
