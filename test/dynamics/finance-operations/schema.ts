import { readFileSync } from 'node:fs';
import { NAVIGATION, TABLE_KEYS, TABLE_OF_SET } from './views.ts';

/** How a property travels and compares. */
export type PropertyKind = 'String' | 'Decimal' | 'Int32' | 'Int64' | 'DateTimeOffset' | 'Enum';

/** One property of an entity set as `$metadata` tells it, with what the X++ side insists on. */
export type Property = {
  name: string;
  kind: PropertyKind;
  enumName: string | null;
  members: ReadonlySet<string> | null;
  maxLength: number | null;
  isMandatory: boolean;
  isKey: boolean;
  fallback: string | null;
  label: string;
};

/** A navigation property: the set it leads to and the fields that join the two. */
export type Navigation = {
  name: string;
  target: string;
  isCollection: boolean;
  join: readonly (readonly [string, string])[];
};

/** An OData entity set: a view with its own key and properties on a table that other sets may share. */
export type EntitySet = {
  name: string;
  type: string;
  aot: string;
  keys: readonly string[];
  properties: ReadonlyMap<string, Property>;
  navigation: ReadonlyMap<string, Navigation>;
  table: string;
  companyField: string | null;
};

/** What a table stores: its primary key and the fallback of every field that any of its views shows. */
export type TableShape = { name: string; keys: readonly string[]; fallbacks: ReadonlyMap<string, string | null> };

/** The simulated environment's whole data model. */
export type Schema = {
  sets: ReadonlyMap<string, EntitySet>;
  tables: ReadonlyMap<string, TableShape>;
  enums: ReadonlyMap<string, readonly string[]>;
};

type CatalogueSet = { type: string; aot: string; keys: string[]; properties: Record<string, string> };
type Catalogue = { enums: Record<string, string[]>; sets: Record<string, CatalogueSet> };

export const NAMESPACE = 'Microsoft.Dynamics.DataEntities';
export const NO_DATE = '1900-01-01T12:00:00Z';
export const MAX_DATE = '2154-12-31T23:59:59Z';

const MARKER_FIELD = 'CausewayMarker';
const MARKED_SETS = new Set([
  'CustomersV3',
  'ContactPersons',
  'SalesOrderHeadersV2',
  'SalesOrderHeadersV3',
  'SalesOrderHeadersV4',
  'SalesOrderLines',
  'SalesOrderLinesV3',
  'FreeTextInvoiceHeaders',
  'SalesQuotationHeadersV2',
]);

const ZERO_KINDS: ReadonlySet<PropertyKind> = new Set(['Decimal', 'Int32', 'Int64']);
const SPECIFICATION = /^(#?\w+)(?:\((\d+)\))?(!)?$/;

// "CustomerGroupId" is labelled "Customer group" in Infolog texts.
function labelOf(name: string): string {
  const words = name.replace(/(?<=.)(Id|Code)$/, '').replace(/([a-z])([A-Z])/g, '$1 $2');
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}

function fallbackOf(kind: PropertyKind, name: string, members: readonly string[] | undefined): string | null {
  if (kind === 'DateTimeOffset') return /ValidTo$/.test(name) ? MAX_DATE : NO_DATE;
  if (ZERO_KINDS.has(kind)) return '0';
  // An unset time zone is the one enum that comes back as null.
  if (kind === 'Enum') return /TimeZone$/i.test(name) ? null : (members?.[0] ?? null);
  return '';
}

function property(name: string, specification: string, catalogue: Catalogue, keys: readonly string[]): Property {
  const [, type = '', length, mandatory] = SPECIFICATION.exec(specification) ?? [];
  const enumName = type.startsWith('#') ? type.slice(1) : null;
  const members = enumName === null ? undefined : catalogue.enums[enumName];
  const kind = enumName === null ? (type as PropertyKind) : 'Enum';
  return {
    name,
    kind,
    enumName,
    members: members === undefined ? null : new Set(members),
    maxLength: length === undefined ? null : Number(length),
    isMandatory: mandatory !== undefined,
    isKey: keys.includes(name),
    fallback: fallbackOf(kind, name, members),
    label: labelOf(name),
  };
}

function entitySet(name: string, source: CatalogueSet, catalogue: Catalogue, extensionFields: boolean): EntitySet {
  const specifications = Object.entries(source.properties);
  if (extensionFields && MARKED_SETS.has(name)) specifications.push([MARKER_FIELD, 'String(60)']);
  return {
    name,
    type: source.type,
    aot: source.aot,
    keys: source.keys,
    properties: new Map(specifications.map(([field, text]) => [field, property(field, text, catalogue, source.keys)])),
    navigation: new Map((NAVIGATION[name] ?? []).map((navigation) => [navigation.name, navigation])),
    table: TABLE_OF_SET[name] ?? name,
    companyField: 'dataAreaId' in source.properties ? 'dataAreaId' : null,
  };
}

function tableShapes(sets: Iterable<EntitySet>): Map<string, TableShape> {
  const shapes = new Map<string, { name: string; keys: readonly string[]; fallbacks: Map<string, string | null> }>();
  for (const set of sets) {
    const shape = shapes.get(set.table) ?? {
      name: set.table,
      keys: TABLE_KEYS[set.table] ?? set.keys,
      fallbacks: new Map(),
    };
    for (const field of set.properties.values()) shape.fallbacks.set(field.name, field.fallback);
    shapes.set(set.table, shape);
  }
  return shapes;
}

/** Builds the data model from the catalogue; `extensionFields` adds what a customer's extension model would add. */
export function loadSchema(extensionFields: boolean): Schema {
  const text = readFileSync(new URL('./catalogue.json', import.meta.url), 'utf8');
  const catalogue = JSON.parse(text) as Catalogue;
  const sets = new Map(
    Object.entries(catalogue.sets).map(([name, source]) => [name, entitySet(name, source, catalogue, extensionFields)]),
  );
  return { sets, tables: tableShapes(sets.values()), enums: new Map(Object.entries(catalogue.enums)) };
}
