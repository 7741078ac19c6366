import type { Values } from '../../dynamics/connector.ts';
import { RelayError } from '../../errors.ts';
import type { Salesforce } from '../../salesforce/salesforce.ts';
import type { Configuration } from '../mapping.ts';

/**
 * Asks Salesforce to send records again by making their rows in the outbox due: records live there, not here. Answers how many rows
 * were made due; records that are gone are passed over.
 */
export async function requestAgain(
  org: { readonly salesforce: Salesforce; readonly configuration: Configuration; readonly clock: () => Date },
  unitKeys: readonly string[],
): Promise<number> {
  const requests = new Map<string, { recordId: string; mapping: string }>();
  for (const unitKey of unitKeys) {
    const [recordId = '', mapping = ''] = unitKey.split('/');
    requests.set(`${recordId}/${mapping}`, { recordId, mapping });
  }
  const records = [...requests].flatMap(([key, { recordId, mapping }]) => {
    const object = org.configuration.mappings.get(mapping)?.salesforceObject;
    return object === undefined
      ? []
      : [{ externalId: key, parent: null, fields: row({ recordId, mapping, object }, org.clock()) }];
  });
  if (records.length === 0) return 0;
  const results = await org.salesforce.upsertOwned('SyncRequest__c', 'RequestKey__c', records);
  const failed = results.find((result) => !result.ok);
  if (failed?.ok === false) throw new RelayError(failed.fault.code, failed.fault.message);
  return results.length;
}

function row({ recordId, mapping, object }: { recordId: string; mapping: string; object: string }, now: Date): Values {
  return {
    RecordId__c: recordId,
    ObjectName__c: object,
    Mapping__c: mapping,
    Operation__c: 'Upsert',
    Lane__c: 'RealTime',
    State__c: 'Due',
    DueAt__c: now.toISOString(),
    Attempts__c: '0',
    Reason__c: 'Retry',
    WaitingFor__c: null,
  };
}
