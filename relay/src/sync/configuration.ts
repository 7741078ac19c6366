import type { EntityDescription, FieldType } from '../dynamics/connector.ts';
import { fault, type Fault } from '../errors.ts';
import { compileHandOffs } from './compile-hand-off.ts';
import { compileMapping, type MappingScope } from './compile-mapping.ts';
import { compileValueMaps } from './compile-value-map.ts';
import { createFaultList, invalidConfiguration, readDocument } from './configuration-document.ts';
import { toDynamicsValue } from './convert.ts';
import { isOutbound } from './fields.ts';
import type {
  Configuration,
  ConfiguredConnection,
  Descriptions,
  EntityMapping,
  FieldMapping,
  SalesforceFieldType,
} from './mapping.ts';
import { nameOf } from './value-map.ts';

/**
 * Compiles a configuration document once: every formula typed, every name resolved. Throws CONFIGURATION_INVALID with all faults, each
 * naming record, field and reason. An entity set that `describe` does not know is a fault only when its mapping is used.
 */
export function compileConfiguration(document: string, hash: string, describe: Descriptions): Configuration {
  const records = readDocument(document);
  const faults = createFaultList();
  const connections = new Map(
    records.Connection__mdt.map((record): [string, ConfiguredConnection] => [
      record.DeveloperName,
      {
        name: record.DeveloperName,
        connectionKey: record.ConnectionKey__c,
        platform: record.Platform__c,
        isDefault: record.IsDefault__c ?? false,
      },
    ]),
  );
  const valueMaps = compileValueMaps(records, faults);
  const scope: MappingScope = { records, connections, valueMaps, describe, faults };
  refuseStrays(scope);
  const mappings = records.EntityMapping__mdt.filter((record) => record.ParentMapping__c === undefined).flatMap(
    (record) => compileMapping(record, scope) ?? [],
  );
  const compiled = compileHandOffs(mappings, scope);
  if (faults.lines.length > 0) throw invalidConfiguration(faults.lines);
  return { hash, connections, mappings: new Map(compiled.map((mapping) => [mapping.name, mapping])) };
}

/** What is wrong between a mapping and its entity set as the environment has it now; nothing may be written while there is any. */
export function checkMapping(mapping: EntityMapping, entity: EntityDescription): Fault[] {
  const named = namedFields(mapping).filter(({ name }) => !entity.fields.has(name));
  const unknown = named.map(({ name, by }) =>
    fault('FIELD_UNKNOWN', `${by}: ${entity.entitySet} has no field ${name}.`, { field: name }),
  );
  if (unknown.length > 0) return unknown;
  return [...mapping.fields.flatMap((field) => checkType(field, entity)), ...checkDocument(mapping, entity)];
}

/** Records whose parent is missing would silently never run. */
function refuseStrays({ records, faults }: MappingScope): void {
  const mappings = new Map(records.EntityMapping__mdt.map((record) => [record.DeveloperName, record]));
  for (const { DeveloperName, EntityMapping__c } of records.FieldMapping__mdt) {
    if (mappings.has(EntityMapping__c)) continue;
    faults.add(
      'FieldMapping__mdt',
      DeveloperName,
      'EntityMapping__c',
      `there is no entity mapping ${EntityMapping__c}`,
    );
  }
  for (const { DeveloperName, EntityMapping__c } of records.CompanyRoute__mdt) {
    if (EntityMapping__c === undefined || mappings.has(EntityMapping__c)) continue;
    faults.add(
      'CompanyRoute__mdt',
      DeveloperName,
      'EntityMapping__c',
      `there is no entity mapping ${EntityMapping__c}`,
    );
  }
  for (const { DeveloperName, ParentMapping__c } of records.EntityMapping__mdt) {
    if (ParentMapping__c === undefined) continue;
    const parent = mappings.get(ParentMapping__c);
    const isTopLevel = parent !== undefined && parent.ParentMapping__c === undefined;
    const reason =
      parent === undefined ? `there is no entity mapping ${ParentMapping__c}` : 'lines have no lines of their own';
    if (!isTopLevel) faults.add('EntityMapping__mdt', DeveloperName, 'ParentMapping__c', reason);
  }
}

function namedFields(mapping: EntityMapping): { name: string; by: string }[] {
  const { options } = mapping;
  const parts: [string, string | null | undefined][] = [
    ...mapping.fields.map((field): [string, string] => [field.name, field.dynamicsField]),
    ...mapping.matchRules.flatMap((rule) =>
      rule.fields.map((field): [string, string] => [`Match rule "${rule.name}"`, field.dynamics]),
    ),
    ['Marker field', mapping.direction === 'ToSalesforce' ? null : mapping.markerField],
    ['Option hold', options.hold?.field],
    ['Option final', options.final?.field],
    ['Option deactivate', options.deactivate?.field],
    ['Option numberField', options.numberField],
    ...Object.keys(options.parentKey ?? {}).map((name): [string, string] => ['Option parentKey', name]),
    ...mapping.children.flatMap((child) =>
      Object.values(child.options.parentKey ?? {}).map((name): [string, string] => [
        `Option parentKey of ${child.name}`,
        name,
      ]),
    ),
  ];
  return parts.flatMap(([part, name]) =>
    name == null || name === '' ? [] : [{ name, by: `${mapping.name}, ${part}` }],
  );
}

function checkType(field: FieldMapping, entity: EntityDescription): Fault[] {
  const type = entity.fields.get(field.dynamicsField)?.type;
  if (type === undefined || !isOutbound(field)) return [];
  if (field.kind === 'Constant') {
    const result = toDynamicsValue(field.options.value ?? null, type, field);
    return result.ok ? [] : [result.fault];
  }
  return canFit(field, type) ? [] : [wrongType(field, type)];
}

/** Kinds of Dynamics fields that a Salesforce type can never become; where some values fit, each is judged on its own. */
const NEVER: Partial<Record<SalesforceFieldType, readonly FieldType['kind'][]>> = {
  boolean: ['string', 'decimal', 'integer', 'date', 'dateTime', 'guid'],
  number: ['boolean', 'date', 'dateTime', 'guid'],
  date: ['decimal', 'integer', 'boolean', 'enum', 'guid'],
  datetime: ['decimal', 'integer', 'boolean', 'enum', 'guid'],
};

function canFit(field: FieldMapping, type: FieldType): boolean {
  if (field.kind === 'Dimension') return type.kind === 'string';
  const isDirect = field.kind === 'Field' && field.formula === null && field.valueMap === null;
  if (!isDirect || field.salesforceType === null) return true;
  return NEVER[field.salesforceType]?.includes(type.kind) !== true;
}

function wrongType(field: FieldMapping, type: FieldType): Fault {
  const from = field.salesforceType ?? 'value';
  const message = `${nameOf(field)} (${field.name}): a ${from} cannot become a ${type.kind}. Convert it by a formula or a value map.`;
  return fault('MAPPING_INVALID', message, { field: field.dynamicsField });
}

function checkDocument(mapping: EntityMapping, entity: EntityDescription): Fault[] {
  if (mapping.direction === 'ToSalesforce') return [];
  const sent = new Set(mapping.fields.filter(isOutbound).map((field) => field.dynamicsField));
  const faults: Fault[] = [];
  const isKeyed = entity.key.every((name) => name === entity.companyField || sent.has(name));
  if (mapping.createStrategy === 'OwnKey' && mapping.parentMapping === null && !isKeyed) {
    const message = `${mapping.name}: the create strategy OwnKey needs a field mapping to ${entity.key.filter((name) => name !== entity.companyField).join(', ')}.`;
    faults.push(fault('MAPPING_INVALID', message));
  }
  const currency = ['CurrencyCode', 'currencyCode'].find((name) => entity.fields.has(name));
  if (mapping.children.length > 0 && currency !== undefined && !sent.has(currency)) {
    const message = `${mapping.name}: a document must send its currency; map ${currency}, by a constant if the org has one currency only.`;
    faults.push(fault('MAPPING_INVALID', message, { field: currency }));
  }
  return faults;
}
