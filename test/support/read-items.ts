import type { Value, Values } from '../../relay/src/dynamics/connector.ts';
import type { SyncItem } from '../../relay/src/sync/exchange.ts';
import type { Configuration, EntityMapping } from '../../relay/src/sync/mapping.ts';
import type { PlainRecord } from '../org/plain-records.ts';
import type { LocalOrg } from '../org/start-org.ts';

/** Builds the items of a sync call from the org's records as they are now: as few queries as mappings. */
export function readItems(org: LocalOrg, configuration: Configuration, requests: readonly PlainRecord[]): SyncItem[] {
  return [...Map.groupBy(requests, (request) => text(request['Mapping__c']))].flatMap(([name, ofMapping]) => {
    const mapping = configuration.mappings.get(name);
    const records = mapping === undefined ? new Map<string, PlainRecord>() : readRecords(org, mapping, ofMapping);
    return ofMapping.map((request) => itemOf(request, mapping, records.get(text(request['RecordId__c']))));
  });
}

function readRecords(
  org: LocalOrg,
  mapping: EntityMapping,
  requests: readonly PlainRecord[],
): Map<string, PlainRecord> {
  const ids = requests.map((request) => `'${text(request['RecordId__c'])}'`).join(', ');
  const children = mapping.children.map(
    (child) => `(SELECT ${fieldList(child)} FROM ${child.childRelationship ?? ''} ORDER BY CreatedDate, Id)`,
  );
  const fields = [fieldList(mapping), ...children].join(', ');
  const rows = org.query(`SELECT ${fields} FROM ${mapping.salesforceObject} WHERE Id IN (${ids})`);
  return new Map(rows.map((row) => [text(row['Id']), row]));
}

function fieldList(mapping: EntityMapping): string {
  return [...new Set(['Id', 'SystemModstamp', ...mapping.reads])].join(', ');
}

function itemOf(request: PlainRecord, mapping: EntityMapping | undefined, row: PlainRecord | undefined): SyncItem {
  const children = (mapping?.children ?? []).map((child) => {
    const lines = (row?.[child.childRelationship ?? ''] ?? []) as PlainRecord[];
    return [
      child.childRelationship ?? '',
      lines.map((line) => ({ id: text(line['Id']), fields: fieldsOf(line, child) })),
    ] as const;
  });
  const isGone = row === undefined || text(request['Operation__c']) === 'Delete';
  return {
    key: text(request['RequestKey__c']),
    generation: Number(request['Generation__c']),
    mapping: text(request['Mapping__c']),
    operation: isGone ? 'delete' : 'upsert',
    initiator: { userId: null, reason: text(request['Reason__c']).toLowerCase() },
    approvedFingerprint: null,
    record: {
      type: text(request['ObjectName__c']),
      id: text(request['RecordId__c']),
      systemModstamp: text(row?.['SystemModstamp']) || new Date(0).toISOString(),
      fields: row === undefined || mapping === undefined ? {} : fieldsOf(row, mapping),
      children: Object.fromEntries(children),
    },
  };
}

function fieldsOf(row: PlainRecord, mapping: EntityMapping): Values {
  return Object.fromEntries(mapping.reads.map((path) => [path, at(row, path)]));
}

function at(row: PlainRecord, path: string): Value {
  let value: PlainRecord[string] = row;
  for (const name of path.split('.')) value = (value as PlainRecord | null)?.[name] ?? null;
  return value as Value;
}

function text(value: PlainRecord[string] | undefined): string {
  return typeof value === 'string' ? value : '';
}
