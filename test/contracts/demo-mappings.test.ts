import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import catalogue from '../dynamics/finance-operations/catalogue.json' with { type: 'json' };
import fixture from '../../contracts/fixtures/configuration.json' with { type: 'json' };
import type { EntityDescription, EntityField, FieldType } from '../../relay/src/dynamics/connector.ts';
import { CONFIGURATION_TYPES } from '../../relay/src/salesforce/configuration-reader.ts';
import { checkMapping, compileConfiguration } from '../../relay/src/sync/configuration.ts';
import type { Configuration, EntityMapping } from '../../relay/src/sync/mapping.ts';
import { buildCatalogue } from '../../scripts/metadata/descriptions.ts';
import { buildModel } from '../../scripts/metadata/model.ts';
import { readSource } from '../../scripts/metadata/source.ts';

type EntitySet = { type: string; keys: string[]; properties: Record<string, string> };

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const SETS = catalogue.sets as unknown as Readonly<Record<string, EntitySet>>;
const ENUMS = catalogue.enums as Readonly<Record<string, readonly string[]>>;
const model = buildModel(readSource(PROJECT, ['force-app', 'unpackaged']));
const objects = buildCatalogue(model, PROJECT);

function fieldType(text: string): FieldType {
  const [, name = '', length] = /^#?(\w+)(?:\((\d+)\))?!?$/.exec(text) ?? [];
  if (text.startsWith('#')) return { kind: 'enum', name, members: ENUMS[name] ?? [] };
  if (name === 'Decimal') return { kind: 'decimal' };
  if (name === 'DateTimeOffset') return { kind: 'dateTime' };
  if (name === 'Int32') return { kind: 'integer', bits: 32 };
  if (name === 'Int64') return { kind: 'integer', bits: 64 };
  return { kind: 'string', maxLength: length === undefined ? null : Number(length) };
}

function describeEntity(name: string): EntityDescription | null {
  const set = SETS[name];
  if (set === undefined) return null;
  const properties = Object.entries({ ...set.properties, CausewayMarker: 'String(60)' });
  const fields = properties.map(([field, type]): [string, EntityField] => [
    field,
    { name: field, type: fieldType(type), isKey: set.keys.includes(field) },
  ]);
  return {
    entitySet: name,
    entityType: set.type,
    key: set.keys,
    companyField: set.keys.includes('dataAreaId') ? 'dataAreaId' : null,
    fields: new Map(fields),
    navigation: new Map(),
    modifiedField: null,
  };
}

function compileDemo(): Configuration {
  return compileConfiguration(JSON.stringify(fixture), 'sha256:demo', {
    object: (name) => objects.object(name),
    entity: describeEntity,
  });
}

function withLines(mapping: EntityMapping): EntityMapping[] {
  return [mapping, ...mapping.children.flatMap(withLines)];
}

describe('the demo’s mappings', () => {
  it('compile without a fault', () => {
    const configuration = compileDemo();

    expect([...configuration.mappings.keys()].toSorted()).toEqual([
      'Account_Customer',
      'Contact_ContactPerson',
      'CustomerPayment_Payment',
      'Opportunity_SalesOrder',
      'Order_SalesOrder',
      'Product_ReleasedProduct',
      'SalesInvoice_Invoice',
    ]);
  });

  it('fit the entity sets of Finance & Operations', () => {
    const mappings = [...compileDemo().mappings.values()].flatMap(withLines);

    expect(mappings).toHaveLength(11);
    for (const mapping of mappings) {
      const entity = describeEntity(mapping.entitySet);
      expect({ mapping: mapping.name, faults: entity === null ? null : checkMapping(mapping, entity) }).toEqual({
        mapping: mapping.name,
        faults: [],
      });
    }
  });

  it('hand a deal over once per company', () => {
    const configuration = compileDemo();
    const points = ['Opportunity_SalesOrder', 'Order_SalesOrder'].map((name) =>
      Object.fromEntries(
        (configuration.mappings.get(name)?.routes ?? []).map((route) => [route.company ?? '', route.handOff]),
      ),
    );

    expect(points[0]).toEqual({ usmf: 'Opportunity', gbsi: 'Order', demf: 'Opportunity' });
    expect(points[1]).toEqual(points[0]);
  });
});

describe('the packaged templates', () => {
  const templates = model.records.filter((record) => record.isPackaged && record.type === 'EntityMapping__mdt');

  it('are all inert', () => {
    expect(templates).toHaveLength(11);
    expect(templates.filter((record) => record.values.get('IsTemplate__c')?.text !== 'true')).toEqual([]);
  });

  it('are the ones that the demo’s mappings were copied from', () => {
    const names = new Set(templates.map((record) => record.name));
    const copies = model.records.filter((record) => !record.isPackaged && record.type === 'EntityMapping__mdt');

    expect(
      copies.map((record) => record.values.get('TemplateName__c')?.text).filter((name) => !names.has(name ?? '')),
    ).toEqual([]);
  });
});

describe('the relay’s configuration reader', () => {
  it('reads every field of every custom metadata type', () => {
    const declared = [...model.fields]
      .filter(([object]) => object.endsWith('__mdt'))
      .map(([object, fields]) => [object, [...fields.keys()].toSorted()] as const);
    const read = Object.entries(CONFIGURATION_TYPES).map(([type, fields]) => [type, [...fields.keys()].toSorted()]);

    expect(Object.fromEntries(read)).toEqual(Object.fromEntries(declared));
  });
});
