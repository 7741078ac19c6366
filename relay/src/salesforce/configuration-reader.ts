import { createHash } from 'node:crypto';
import type { Prefix } from './namespace.ts';
import { memberNames, objectNames } from './package-names.ts';
import { queryRows, type RawRow } from './reader.ts';
import type { Salesforce } from './salesforce.ts';
import type { SalesforceSession } from './session.ts';

type Kind = 'text' | 'number' | 'boolean' | 'relationship';

const texts = (...names: readonly string[]): [string, Kind][] => names.map((name) => [name, 'text']);
const booleans = (...names: readonly string[]): [string, Kind][] => names.map((name) => [name, 'boolean']);
const relationships = (...names: readonly string[]): [string, Kind][] => names.map((name) => [name, 'relationship']);
const SEQUENCE: [string, Kind] = ['Sequence__c', 'number'];

/** The custom metadata types of the document with their fields; DeveloperName is in all of them. */
export const CONFIGURATION_TYPES: Readonly<Record<string, ReadonlyMap<string, Kind>>> = {
  CompanyRoute__mdt: new Map([
    ...texts('Company__c', 'CompanyFormula__c', 'Condition__c', 'HandOff__c', 'Options__c'),
    ...booleans('IsPrimary__c'),
    ...relationships('Connection__c', 'EntityMapping__c'),
    SEQUENCE,
  ]),
  Connection__mdt: new Map([
    ...texts('ConnectionKey__c', 'DisplayUrl__c', 'Options__c', 'Platform__c'),
    ...booleans('IsDefault__c'),
  ]),
  EntityMapping__mdt: new Map([
    ...texts(
      'ApprovalFormula__c',
      'ChildRelationship__c',
      'CreateStrategy__c',
      'Criteria__c',
      'DeletePolicy__c',
      'Direction__c',
    ),
    ...texts(
      'DocumentStrategy__c',
      'EntitySet__c',
      'HandOff__c',
      'Lane__c',
      'MarkerField__c',
      'MatchRules__c',
      'MinimumEdition__c',
    ),
    ...texts(
      'Options__c',
      'ParentMapping__c',
      'SalesforceObject__c',
      'StartsOn__c',
      'TemplateName__c',
      'TemplateVersion__c',
    ),
    ...booleans('IsTemplate__c'),
    ...relationships('Connection__c'),
    SEQUENCE,
  ]),
  FieldMapping__mdt: new Map([
    ...texts(
      'BlankHandling__c',
      'Direction__c',
      'DynamicsField__c',
      'Formula__c',
      'InboundFormula__c',
      'Kind__c',
      'Options__c',
    ),
    ...texts('Policy__c', 'ReferenceMapping__c', 'SalesforceField__c'),
    ...booleans('IsAudited__c', 'IsRequired__c', 'IsWriteBack__c'),
    ...relationships('EntityMapping__c', 'ValueMap__c'),
    SEQUENCE,
  ]),
  ValueMapEntry__mdt: new Map([
    ...texts('Company__c', 'Direction__c', 'DynamicsValue__c', 'SalesforceValue__c'),
    ...relationships('ValueMap__c'),
  ]),
  ValueMap__mdt: new Map(
    texts('DefaultDynamicsValue__c', 'DefaultSalesforceValue__c', 'Options__c', 'UnknownValue__c'),
  ),
};

type Scalar = string | number | boolean;
/** One record of the document, with the full names (namespace and all) of what it is and what it points to. */
type Entry = {
  readonly fullName: string;
  readonly targets: ReadonlyMap<string, string>;
  readonly values: Readonly<Record<string, Scalar>>;
};

/** Reads the org's custom metadata as the canonical document: the same records give the same text, byte for byte. */
export function createConfigurationReader(deps: {
  readonly session: SalesforceSession;
  readonly prefix: Prefix;
}): Pick<Salesforce, 'readConfiguration'> {
  return {
    async readConfiguration() {
      const prefix = await deps.prefix();
      const types = await Promise.all(
        Object.entries(CONFIGURATION_TYPES).map(async ([type, fields]) => {
          const rows = await queryRows(deps.session, soqlOf(type, fields, prefix));
          return [type, rows.map((row) => toEntry(unprefixed(row, prefix), fields))] as const;
        }),
      );
      const document = canonicalDocument(withoutTemplates(new Map(types)));
      return { document, hash: `sha256:${createHash('sha256').update(document, 'utf8').digest('hex')}` };
    },
  };
}

function soqlOf(type: string, fields: ReadonlyMap<string, Kind>, prefix: string): string {
  const columns = [...fields].flatMap(([name, kind]) => {
    if (kind !== 'relationship') return [prefix + name];
    const parent = prefix + name.replace(/__c$/, '__r');
    return [`${parent}.DeveloperName`, `${parent}.NamespacePrefix`];
  });
  return `SELECT DeveloperName,NamespacePrefix,${columns.join(',')} FROM ${objectNames(prefix).inOrg(type)}`;
}

function unprefixed(row: RawRow, prefix: string): RawRow {
  const names = memberNames(prefix, Object.keys(row));
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [names.here(name), value]));
}

function toEntry(row: RawRow, fields: ReadonlyMap<string, Kind>): Entry {
  const targets = new Map<string, string>();
  const values: Record<string, Scalar> = { DeveloperName: String(row.DeveloperName) };
  for (const [name, kind] of fields) {
    const value = kind === 'relationship' ? row[name.replace(/__c$/, '__r')] : row[name];
    if (value === null || value === undefined || value === '') continue;
    if (kind === 'relationship') targets.set(name, fullName(value as RawRow));
    values[name] = scalarOf(value, kind);
  }
  return { fullName: fullName(row), targets, values };
}

function scalarOf(value: unknown, kind: Kind): Scalar {
  switch (kind) {
    case 'relationship':
      return String((value as RawRow).DeveloperName);
    case 'number':
      return Number(value);
    case 'boolean':
      return value === true;
    case 'text':
      return String(value);
  }
}

function fullName(row: RawRow): string {
  const namespace = row.NamespacePrefix;
  return `${typeof namespace === 'string' ? namespace : ''}/${String(row.DeveloperName)}`;
}

/** Templates are inert, and so is what hangs on them. A copy may bear its template's name: the namespace tells them apart. */
function withoutTemplates(types: ReadonlyMap<string, readonly Entry[]>): ReadonlyMap<string, readonly Entry[]> {
  const mappings = types.get('EntityMapping__mdt') ?? [];
  const templates = new Set(
    mappings.filter(({ values }) => values.IsTemplate__c === true).map((entry) => entry.fullName),
  );
  const isInert = (entry: Entry) => templates.has(entry.targets.get('EntityMapping__c') ?? '');
  return new Map(
    [...types].map(([type, entries]) => [
      type,
      type === 'EntityMapping__mdt'
        ? entries.filter((entry) => !templates.has(entry.fullName))
        : entries.filter((entry) => !isInert(entry)),
    ]),
  );
}

function canonicalDocument(types: ReadonlyMap<string, readonly Entry[]>): string {
  const records = Object.fromEntries(
    [...types].map(([type, entries]) => [
      type,
      entries
        .toSorted((a, b) => byCodePoint(String(a.values.DeveloperName), String(b.values.DeveloperName)))
        .map(({ values }) => sortedKeys(values)),
    ]),
  );
  return JSON.stringify({ contract: 1, records: sortedKeys(records) });
}

function sortedKeys<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => byCodePoint(a, b)));
}

// Names are ASCII, where code units and code points sort alike; a locale would not.
function byCodePoint(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
