import type { FaultList, Records } from './configuration-document.ts';
import type { ValueMap } from './mapping.ts';
import { contradictions } from './value-map.ts';

/** Compiles the value maps with their entries; the order of the document is the order of the entries. */
export function compileValueMaps(records: Records, faults: FaultList): Map<string, ValueMap> {
  const entries = Map.groupBy(records.ValueMapEntry__mdt, (entry) => entry.ValueMap__c);
  const maps = records.ValueMap__mdt.map((record): ValueMap => {
    const map: ValueMap = {
      name: record.DeveloperName,
      unknownValue: record.UnknownValue__c ?? 'Reject',
      defaultSalesforceValue: record.DefaultSalesforceValue__c ?? null,
      defaultDynamicsValue: record.DefaultDynamicsValue__c ?? null,
      entries: (entries.get(record.DeveloperName) ?? []).map((entry) => ({
        salesforceValue: (entry.SalesforceValue__c ?? '').trim(),
        dynamicsValue: (entry.DynamicsValue__c ?? '').trim(),
        company: entry.Company__c?.trim().toLowerCase() ?? null,
        direction: entry.Direction__c ?? 'Both',
      })),
    };
    for (const [one, other] of contradictions(map.entries)) {
      const reason = `"${one.salesforceValue}" is mapped to both "${one.dynamicsValue}" and "${other.dynamicsValue}"`;
      faults.add('ValueMap__mdt', map.name, null, reason);
    }
    return map;
  });
  const byName = new Map(maps.map((map) => [map.name, map]));
  for (const entry of records.ValueMapEntry__mdt) {
    if (byName.has(entry.ValueMap__c)) continue;
    faults.add('ValueMapEntry__mdt', entry.DeveloperName, 'ValueMap__c', `there is no value map ${entry.ValueMap__c}`);
  }
  return byName;
}
