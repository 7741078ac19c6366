import type { SyncItem } from '../../relay/src/sync/exchange.ts';
import type { LocalOrg } from '../org/start-org.ts';

/** The items that the package would send now for those rows of its outbox, as its own Apex reads and writes them. */
export function itemsOf(org: LocalOrg, requestKeys: readonly string[]): SyncItem[] {
  const keys = requestKeys.map((key) => `'${key}'`).join(', ');
  const text = `
    List<SyncRequest__c> rows = [
      SELECT Id, RequestKey__c, RecordId__c, ObjectName__c, Mapping__c, Generation__c, Operation__c, Lane__c, Reason__c,
        RequestedBy__c, ApprovedFingerprint__c
      FROM SyncRequest__c WHERE RequestKey__c IN (${keys}) ORDER BY Name];
    System.debug(SyncBatch.read(rows).body(SyncLane.REAL_TIME));`;
  const body = org.apex?.anonymous(text, { userId: org.users.integration }).at(-1);
  if (body === undefined) throw new Error('Only an org with Apex can say what it would send.');
  return (JSON.parse(body) as { items: SyncItem[] }).items;
}
