import type { Values } from '../../dynamics/connector.ts';
import { RelayError } from '../../errors.ts';
import type { Salesforce } from '../../salesforce/salesforce.ts';
import type { Configuration } from '../mapping.ts';
import { toLongId } from '../salesforce-id.ts';

/** Keys in one query, well below the longest that Salesforce takes. */
const KEYS_AT_ONCE = 200;

/**
 * Asks Salesforce to send records again by making their rows in the outbox due: records live there, not here. The generation is raised,
 * so that an answer on its way to an earlier state does not finish the row. Answers how many rows were made due; records that are gone
 * are passed over.
 */
export async function requestAgain(
  org: { readonly salesforce: Salesforce; readonly configuration: Configuration; readonly clock: () => Date },
  unitKeys: readonly string[],
): Promise<number> {
  const requests = new Map<string, { recordId: string; mapping: string; object: string }>();
  for (const unitKey of unitKeys) {
    const [recordId = '', mapping = ''] = unitKey.split('/');
    // What is no id, or not in the configuration, is nobody's to ask for, and goes into no query.
    const object = org.configuration.mappings.get(mapping)?.salesforceObject;
    if (object !== undefined && toLongId(recordId) !== null)
      requests.set(`${recordId}/${mapping}`, { recordId, mapping, object });
  }
  if (requests.size === 0) return 0;
  const generations = await generationsOf(org.salesforce, [...requests.keys()]);
  const records = [...requests].map(([key, request]) => ({
    externalId: key,
    parent: null,
    fields: { ...row(request, org.clock()), Generation__c: String((generations.get(key) ?? 0) + 1) },
  }));
  const results = await org.salesforce.upsertOwned('SyncRequest__c', 'RequestKey__c', records);
  const failed = results.find((result) => !result.ok);
  if (failed?.ok === false) throw new RelayError(failed.fault.code, failed.fault.message);
  return results.length;
}

async function generationsOf(salesforce: Salesforce, keys: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const generations = new Map<string, number>();
  for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
    const list = keys
      .slice(at, at + KEYS_AT_ONCE)
      .map((key) => `'${key}'`)
      .join(', ');
    const rows = await salesforce.query(
      `SELECT RequestKey__c, Generation__c FROM SyncRequest__c WHERE RequestKey__c IN (${list})`,
    );
    for (const { RequestKey__c: key, Generation__c: generation } of rows) {
      generations.set(String(key), Number(generation ?? 0));
    }
  }
  return generations;
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
