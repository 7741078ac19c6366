import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ObjectDescription, SalesforceField, SalesforceFieldType } from '../../relay/src/sync/mapping.ts';
import type { FieldSource, Model } from './model.ts';
import { textOf } from './source.ts';

/** What mappings are checked against: our own objects, the standard ones, and the entity sets of Dynamics as objects. */
export type Catalogue = {
  object(name: string): ObjectDescription | null;
  /** The entity set with its fields; null where the catalogue does not know it. */
  entitySet(name: string): ObjectDescription | null;
};

type StandardField = {
  readonly type: string;
  readonly length?: number;
  readonly scale?: number;
  readonly to?: readonly string[];
  readonly relationship?: string;
  readonly children?: string | null;
};
type StandardObject = {
  readonly name: string;
  readonly traits: readonly string[];
  readonly fields: Readonly<Record<string, StandardField>>;
};
type EntitySets = {
  readonly sets: Readonly<Record<string, { readonly properties: Readonly<Record<string, string>> }>>;
};

type Child = { readonly parent: string; readonly name: string; readonly object: string; readonly field: string };

/** Names of types, as files and catalogues write them, to those of describe; the rest is text. */
const TYPES: Readonly<Record<string, SalesforceFieldType>> = {
  boolean: 'boolean',
  currency: 'number',
  date: 'date',
  datetime: 'datetime',
  double: 'number',
  int: 'number',
  multipicklist: 'multipicklist',
  percent: 'number',
  picklist: 'picklist',
  reference: 'reference',
  time: 'time',
  Checkbox: 'boolean',
  Date: 'date',
  DateTime: 'datetime',
  Lookup: 'reference',
  MasterDetail: 'reference',
  Number: 'number',
  Percent: 'number',
  Picklist: 'picklist',
  Boolean: 'boolean',
  DateTimeOffset: 'date',
  Decimal: 'number',
  Int16: 'number',
  Int32: 'number',
  Int64: 'number',
};

const STANDARD_OBJECTS = 'test/org/standard-objects';
const ENTITY_SETS = 'test/dynamics/finance-operations/catalogue.json';
/** The extension field that the documentation asks Dynamics' administrators to add. */
const MARKER = 'CausewayMarker';

/** Builds the catalogue from the metadata and from the catalogues of the test equipment, which are true to the platforms. */
export function buildCatalogue(model: Model, project: string): Catalogue {
  const standard = readStandardObjects(path.join(project, STANDARD_OBJECTS));
  const entitySets = JSON.parse(readFileSync(path.join(project, ENTITY_SETS), 'utf8')) as EntitySets;
  const names = new Set([...standard.keys(), ...model.objects.keys()]);
  const fields = new Map([...names].map((name) => [name, fieldsOf(name, model, standard.get(name))]));
  const children = Map.groupBy([...childrenOf(standard), ...customChildren(model)], (child) => child.parent);
  const known = new Map<string, ObjectDescription | null>();
  return {
    object: (name) => {
      const ofObject = fields.get(name);
      return ofObject === undefined ? null : describe(name, ofObject, children.get(name) ?? []);
    },
    entitySet: (name) => {
      if (!known.has(name)) known.set(name, describeEntitySet(name, entitySets.sets[name]?.properties));
      return known.get(name) ?? null;
    },
  };
}

function describe(name: string, fields: readonly SalesforceField[], children: readonly Child[]): ObjectDescription {
  return {
    name,
    fields: new Map(fields.map((field) => [field.name, field])),
    children: new Map(children.map(({ name: relationship, object, field }) => [relationship, { object, field }])),
  };
}

function describeEntitySet(
  name: string,
  properties: Readonly<Record<string, string>> | undefined,
): ObjectDescription | null {
  if (properties === undefined) return null;
  const fields = Object.entries(properties).map(([field, type]) => plain(field, typeOf(type.replace(/[(!].*$/, ''))));
  return describe(name, [...fields, plain(MARKER, 'string')], []);
}

function readStandardObjects(folder: string): ReadonlyMap<string, StandardObject> {
  const objects = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as StandardObject | StandardObject[]);
  return new Map(objects.map((object) => [object.name, object]));
}

function fieldsOf(name: string, model: Model, standard: StandardObject | undefined): SalesforceField[] {
  const own = [...(model.fields.get(name)?.values() ?? [])].map(customField);
  const described = Object.entries(standard?.fields ?? {}).map(([field, entry]) => standardField(field, entry));
  const isMultiCurrency = standard?.traits.some((trait) => /currency/i.test(trait)) ?? false;
  const always = [plain('Id', 'id'), plain('SystemModstamp', 'datetime'), plain('CreatedDate', 'datetime')];
  const nameField = standard === undefined ? [plain('Name', 'string')] : [];
  const currency = isMultiCurrency ? [plain('CurrencyIsoCode', 'picklist')] : [];
  return [...always, ...nameField, ...currency, ...described, ...own];
}

function plain(name: string, type: SalesforceFieldType): SalesforceField {
  return { name, type, length: 255, scale: 0, referenceTo: [], relationshipName: null, isUpdateable: true };
}

function standardField(name: string, entry: StandardField): SalesforceField {
  return {
    ...plain(name, typeOf(entry.type)),
    length: entry.length ?? 0,
    scale: entry.scale ?? 0,
    isPercent: entry.type === 'percent',
    referenceTo: entry.to ?? [],
    relationshipName: entry.relationship ?? null,
  };
}

function customField(field: FieldSource): SalesforceField {
  return {
    ...plain(field.name, typeOf(field.type)),
    length: field.length,
    scale: field.scale,
    isPercent: field.type === 'Percent',
    referenceTo: field.referenceTo === null ? [] : [field.referenceTo],
    relationshipName: field.referenceTo === null ? null : field.name.replace(/__c$/, '__r'),
    isUpdateable: textOf(field.element, 'formula') === null,
  };
}

function typeOf(name: string): SalesforceFieldType {
  return TYPES[name] ?? 'string';
}

function childrenOf(standard: ReadonlyMap<string, StandardObject>): Child[] {
  return [...standard.values()].flatMap((object) =>
    Object.entries(object.fields).flatMap(([field, { to, children }]) =>
      children === null || children === undefined
        ? []
        : (to ?? []).map((parent) => ({ parent, name: children, object: object.name, field })),
    ),
  );
}

function customChildren(model: Model): Child[] {
  return [...model.fields.values()]
    .flatMap((ofObject) => [...ofObject.values()])
    .flatMap(({ object, name, referenceTo, relationshipName }) =>
      referenceTo === null || relationshipName === null
        ? []
        : [{ parent: referenceTo, name: `${relationshipName}__r`, object, field: name }],
    );
}
