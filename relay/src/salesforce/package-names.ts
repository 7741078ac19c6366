/** The namespace of the package, before its names in an org where it is installed. */
export const PACKAGE_NAMESPACE = 'causeway';

/** The objects that the package brings. A test holds this list against force-app; its fields are known from describe. */
export const PACKAGE_OBJECTS: readonly string[] = [
  'CausewaySettings__c',
  'CompanyRoute__mdt',
  'Connection__mdt',
  'EntityMapping__mdt',
  'FieldMapping__mdt',
  'InvoiceLine__c',
  'Invoice__c',
  'PaymentAllocation__c',
  'Payment__c',
  'ProductAvailability__c',
  'RecordSynced__e',
  'SyncRequest__c',
  'SyncStatus__c',
  'SyncWanted__e',
  'ValueMapEntry__mdt',
  'ValueMap__mdt',
];

// No namespace may be called "c": it names what the org made itself where that bears the name of something of ours.
const OF_THE_ORG = 'c__';
const objects = new Set(PACKAGE_OBJECTS.map((name) => name.toLowerCase()));

/** Names as mappings say them (`here`) and as one org says them (`inOrg`). */
export type Names = { readonly inOrg: (here: string) => string; readonly here: (inOrg: string) => string };

/**
 * The names of objects. Ours are named without their prefix here; an object of the org's own that bears the name of one of ours is
 * named with `c__`.
 */
export function objectNames(prefix: string): Names {
  if (prefix === '') return SAME;
  const isOurs = (name: string): boolean => objects.has(name.toLowerCase());
  return {
    inOrg: (here) => (isOurs(here) ? prefix + here : withoutPrefix(here, OF_THE_ORG)),
    here: (inOrg) => (isOurs(inOrg) ? OF_THE_ORG + inOrg : withoutPrefix(inOrg, prefix)),
  };
}

/** The names of the fields and relationships of one object, out of those that the org says it has. */
export function memberNames(prefix: string, members: readonly string[]): Names {
  if (prefix === '') return SAME;
  const inOrg = new Map<string, string>();
  const here = new Map<string, string>();
  const keep = (name: string, nameInOrg: string): void => {
    inOrg.set(name.toLowerCase(), nameInOrg);
    here.set(nameInOrg.toLowerCase(), name);
  };
  const ours = members.filter((name) => hasPrefix(name, prefix));
  for (const name of ours) keep(withoutPrefix(name, prefix), name);
  for (const name of members) {
    if (!hasPrefix(name, prefix)) keep(inOrg.has(name.toLowerCase()) ? OF_THE_ORG + name : name, name);
  }
  return {
    inOrg: (name) => inOrg.get(name.toLowerCase()) ?? name,
    here: (name) => here.get(name.toLowerCase()) ?? withoutPrefix(name, prefix),
  };
}

const SAME: Names = { inOrg: (name) => name, here: (name) => name };

function hasPrefix(name: string, prefix: string): boolean {
  return name.toLowerCase().startsWith(prefix.toLowerCase());
}

function withoutPrefix(name: string, prefix: string): string {
  return hasPrefix(name, prefix) ? name.slice(prefix.length) : name;
}
