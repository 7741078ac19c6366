import { createHash } from 'node:crypto';
import type { EntityDescription, EntityField, FieldType, Values } from '../../relay/src/dynamics/connector.ts';
import type {
  CompanyRoute,
  Descriptions,
  EntityMapping,
  FieldMapping,
  Formula,
  ObjectDescription,
  SalesforceField,
} from '../../relay/src/sync/mapping.ts';
import type { HashKey } from '../../relay/src/sync/merge.ts';
import type { Base, Link, LinkWithBases, SalesforceRecord, Unit } from '../../relay/src/sync/unit.ts';

// Builders for tests: good defaults, overridden only by what a test is about. The product does not import them.

export const TEXT: FieldType = { kind: 'string', maxLength: null };
export const DECIMAL: FieldType = { kind: 'decimal' };
export const DATE_TIME: FieldType = { kind: 'dateTime' };
export const NO_YES: FieldType = { kind: 'enum', name: 'NoYes', members: ['No', 'Yes'] };

/** An entity set with the key `dataAreaId`, `Number`, the text field `Name` and the fields given. */
export function anEntity(fields: Readonly<Record<string, FieldType>> = {}): EntityDescription {
  const types: Record<string, FieldType> = { dataAreaId: TEXT, Number: TEXT, Name: TEXT, ...fields };
  const key = ['dataAreaId', 'Number'];
  return {
    entitySet: 'Things',
    entityType: 'Thing',
    key,
    companyField: 'dataAreaId',
    fields: new Map(
      Object.entries(types).map(([name, type]): [string, EntityField] => [
        name,
        { name, type, isKey: key.includes(name) },
      ]),
    ),
    navigation: new Map(),
    modifiedField: null,
  };
}

export function aField(overrides: Partial<FieldMapping> = {}): FieldMapping {
  return {
    name: 'Thing_Name',
    salesforceField: 'Name',
    salesforceType: 'string',
    salesforceLength: 0,
    salesforceScale: null,
    version: 'v1',
    form: 'f1',
    dynamicsField: 'Name',
    kind: 'Field',
    direction: 'ToDynamics',
    formula: null,
    inboundFormula: null,
    valueMap: null,
    referenceMapping: null,
    policy: 'Salesforce',
    blankHandling: 'Send',
    isWriteBack: false,
    isRequired: false,
    isAudited: false,
    options: {},
    ...overrides,
  };
}

export function aMapping(overrides: Partial<EntityMapping> = {}): EntityMapping {
  return {
    name: 'Account_Thing',
    version: 'v1',
    salesforceObject: 'Account',
    connection: null,
    entitySet: 'Things',
    direction: 'Both',
    criteria: null,
    sequence: 0,
    parentMapping: null,
    childRelationship: null,
    matchRules: [],
    createStrategy: 'Marker',
    markerField: null,
    documentStrategy: 'None',
    handOff: 'None',
    leaders: [],
    approvalFormula: null,
    deletePolicy: 'Ignore',
    options: {},
    fields: [aField()],
    routes: [],
    children: [],
    reads: ['Name'],
    ...overrides,
  };
}

export function aRoute(overrides: Partial<CompanyRoute> = {}): CompanyRoute {
  return {
    name: 'Route',
    connection: 'Contoso',
    connectionKey: 'contoso',
    condition: null,
    company: 'usmf',
    companyFormula: null,
    isPrimary: false,
    handOff: 'None',
    options: {},
    ...overrides,
  };
}

/** A formula that answers what the function answers. */
export function aFormula(evaluate: Formula['evaluate'], reads: readonly string[] = []): Formula {
  return { source: 'Some formula', reads, evaluate };
}

export function aRecord(fields: Values = {}, children: SalesforceRecord['children'] = {}): SalesforceRecord {
  return { type: 'Account', id: '001000000000001AAA', systemModstamp: '2026-11-23T10:00:00Z', fields, children };
}

export function aUnit(overrides: Partial<Unit> = {}): Unit {
  return {
    org: '00D000000000001AAA',
    recordId: '001000000000001AAA',
    mapping: 'Account_Thing',
    connection: 'contoso',
    company: 'usmf',
    ...overrides,
  };
}

export function aLink(overrides: Partial<Link> = {}, bases: readonly Base[] = []): LinkWithBases {
  const link: Link = {
    id: 'link-1',
    unit: aUnit(),
    entitySet: 'Things',
    dynamicsKey: "dataAreaId='usmf',Number='1'",
    number: '1',
    state: 'active',
    parentId: null,
    ...overrides,
  };
  return { link, bases };
}

/** A key whose hashes differ from those of every other key id. */
export function aHashKey(keyId = 'key-1'): HashKey {
  return { keyId, hash: (text) => createHash('sha256').update(`${keyId}/${text}`).digest('hex') };
}

export function aSalesforceField(
  name: string,
  type: SalesforceField['type'] = 'string',
  overrides: Partial<SalesforceField> = {},
): SalesforceField {
  return {
    name,
    type,
    length: 80,
    scale: 2,
    referenceTo: [],
    relationshipName: null,
    isUpdateable: true,
    ...overrides,
  };
}

/** A lookup `<Parent>Id` with the relationship `<Parent>`. */
export function aLookup(parent: string, relationshipName = parent): SalesforceField {
  return aSalesforceField(`${relationshipName}Id`, 'reference', { referenceTo: [parent], relationshipName });
}

export function anObject(
  name: string,
  fields: readonly SalesforceField[],
  children: Readonly<Record<string, { readonly object: string; readonly field: string }>> = {},
): ObjectDescription {
  return {
    name,
    fields: new Map([aSalesforceField('Id', 'id'), ...fields].map((field) => [field.name, field])),
    children: new Map(Object.entries(children)),
  };
}

export function describing(
  objects: readonly ObjectDescription[],
  entities: readonly EntityDescription[] = [],
): Descriptions {
  return {
    object: (name) => objects.find((object) => object.name === name) ?? null,
    entity: (entitySet) => entities.find((entity) => entity.entitySet === entitySet) ?? null,
  };
}
