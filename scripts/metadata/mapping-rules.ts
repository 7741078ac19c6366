import { parseSync, type SyncParseOptions } from 'sformula';
import { compileFormula, fieldAt, type FormulaKind } from '../../relay/src/sync/formula.ts';
import type { ObjectDescription } from '../../relay/src/sync/mapping.ts';
import type { Catalogue } from './descriptions.ts';
import { type FieldSource, type Model, type RecordSource, valueOf } from './model.ts';

/** Checks what a mapping record says about the two systems: objects, fields, entity sets and formulas are true. */
export type MappingCheck = (record: RecordSource) => string[];

/** The two sides of an entity mapping; null where a name is wrong, which is told once, at the entity mapping. */
type Sides = {
  readonly object: ObjectDescription | null;
  readonly entity: ObjectDescription | null;
  readonly isInbound: boolean;
};

type Names = Readonly<Record<string, string>>;
type Options = {
  readonly hold?: { readonly field: string };
  readonly final?: { readonly field: string };
  readonly deactivate?: { readonly field: string };
  readonly parentKey?: Names;
  readonly joins?: Names;
  readonly events?: readonly { readonly where: Names; readonly values?: Names }[];
  readonly externalKey?: readonly string[];
  readonly externalIdField?: string;
  readonly parentField?: string;
  readonly numberField?: string;
  readonly related?: readonly string[];
};

/** Builds the check. Records of other types pass. */
export function createMappingCheck(model: Model, catalogue: Catalogue): MappingCheck {
  const mappings = new Map(
    model.records.filter((record) => record.type === 'EntityMapping__mdt').map((record) => [record.name, record]),
  );
  const sides = (name: string | null): Sides | null => {
    const mapping = mappings.get(name ?? '');
    return mapping === undefined ? null : sidesOf(mapping, catalogue);
  };
  return (record) => {
    switch (record.type) {
      case 'EntityMapping__mdt':
        return checkEntityMapping(record, {
          own: sidesOf(record, catalogue),
          parent: sides(valueOf(record, 'ParentMapping__c')),
          catalogue,
        });
      case 'FieldMapping__mdt':
        return checkFieldMapping(record, sides(valueOf(record, 'EntityMapping__c')), catalogue);
      case 'CompanyRoute__mdt':
        return checkRoute(record, sides(valueOf(record, 'EntityMapping__c')), catalogue);
      default:
        return [];
    }
  };
}

function sidesOf(mapping: RecordSource, catalogue: Catalogue): Sides {
  return {
    object: catalogue.object(valueOf(mapping, 'SalesforceObject__c') ?? ''),
    entity: catalogue.entitySet(valueOf(mapping, 'EntitySet__c') ?? ''),
    isInbound: valueOf(mapping, 'Direction__c') === 'ToSalesforce',
  };
}

type Around = { readonly own: Sides; readonly parent: Sides | null; readonly catalogue: Catalogue };

function checkEntityMapping(record: RecordSource, { own, parent, catalogue }: Around): string[] {
  const faults: string[] = [];
  if (own.object === null)
    faults.push(`SalesforceObject__c: there is no object ${valueOf(record, 'SalesforceObject__c') ?? ''}`);
  if (own.entity === null) faults.push(`EntitySet__c: there is no entity set ${valueOf(record, 'EntitySet__c') ?? ''}`);
  const relationship = valueOf(record, 'ChildRelationship__c');
  if (relationship !== null && parent?.object?.children.has(relationship) === false) {
    faults.push(`ChildRelationship__c: ${parent.object.name} has no child relationship ${relationship}`);
  }
  faults.push(...unknownIn(own.entity, [valueOf(record, 'MarkerField__c')], 'MarkerField__c'));
  faults.push(
    ...formulaFaults(record, 'Criteria__c', {
      returns: 'boolean',
      object: own.isInbound ? own.entity : own.object,
      catalogue,
    }),
  );
  faults.push(...formulaFaults(record, 'ApprovalFormula__c', { returns: 'boolean', object: own.object, catalogue }));
  faults.push(...checkMatchRules(record, own, catalogue));
  return [...faults, ...checkOptions(record, own, parent)];
}

function checkOptions(record: RecordSource, own: Sides, parent: Sides | null): string[] {
  const options = jsonOf(record, 'Options__c') as Options | null;
  if (options === null) return [];
  const events = options.events ?? [];
  const ofEntity = [
    options.hold?.field,
    options.final?.field,
    options.deactivate?.field,
    options.numberField,
    ...(options.externalKey ?? []).filter((part) => !part.startsWith('@')),
    ...Object.keys({ ...options.parentKey, ...options.joins }),
    ...events.flatMap((event) => Object.keys(event.where)),
  ];
  const ofObject = [
    options.externalIdField,
    options.parentField,
    ...(options.related ?? []),
    ...events.flatMap((event) => Object.keys(event.values ?? {})),
  ];
  return [
    ...unknownIn(own.entity, ofEntity, 'Options__c'),
    ...unknownIn(own.object, ofObject, 'Options__c'),
    ...unknownIn(parent?.entity ?? null, Object.values({ ...options.parentKey, ...options.joins }), 'Options__c'),
  ];
}

function checkMatchRules(record: RecordSource, { object, entity }: Sides, catalogue: Catalogue): string[] {
  const rules = (jsonOf(record, 'MatchRules__c') ?? []) as { fields: { salesforce: string; dynamics: string }[] }[];
  const fields = rules.flatMap((rule) => rule.fields);
  return [
    ...unknownIn(
      entity,
      fields.map((field) => field.dynamics),
      'MatchRules__c',
    ),
    ...fields.flatMap((field) => pathFaults(object, field.salesforce, { catalogue, at: 'MatchRules__c' })),
  ];
}

function checkFieldMapping(record: RecordSource, sides: Sides | null, catalogue: Catalogue): string[] {
  if (sides === null) return [];
  const { object, entity } = sides;
  const source = valueOf(record, 'SalesforceField__c');
  return [
    ...unknownIn(entity, [valueOf(record, 'DynamicsField__c')], 'DynamicsField__c'),
    ...(source === null ? [] : pathFaults(object, source, { catalogue, at: 'SalesforceField__c' })),
    ...formulaFaults(record, 'Formula__c', { returns: 'any', object, catalogue }),
    ...formulaFaults(record, 'InboundFormula__c', { returns: 'any', object: entity, catalogue }),
  ];
}

function checkRoute(record: RecordSource, sides: Sides | null, catalogue: Catalogue): string[] {
  const object = sides?.object ?? null;
  return [
    ...formulaFaults(record, 'Condition__c', { returns: 'boolean', object, catalogue }),
    ...formulaFaults(record, 'CompanyFormula__c', { returns: 'text', object, catalogue }),
  ];
}

function unknownIn(
  side: ObjectDescription | null,
  names: readonly (string | null | undefined)[],
  at: string,
): string[] {
  if (side === null) return [];
  return names.flatMap((name) =>
    name === null || name === undefined || side.fields.has(name) ? [] : [`${at}: ${side.name} has no field ${name}`],
  );
}

function pathFaults(
  object: ObjectDescription | null,
  field: string,
  where: { catalogue: Catalogue; at: string },
): string[] {
  if (object === null || fieldAt(object, field, describing(where.catalogue)) !== null) return [];
  return [`${where.at}: ${object.name} has no field ${field}`];
}

type FormulaPlace = {
  readonly returns: FormulaKind;
  readonly object: ObjectDescription | null;
  readonly catalogue: Catalogue;
};

function formulaFaults(record: RecordSource, field: string, place: FormulaPlace): string[] {
  const source = valueOf(record, field);
  if (source === null || place.object === null) return [];
  try {
    compileFormula(source, place.returns, place.object, describing(place.catalogue));
    return [];
  } catch (error) {
    return [`${field}: ${error instanceof Error ? error.message : 'the formula cannot be read'}`];
  }
}

function describing(catalogue: Catalogue): Parameters<typeof fieldAt>[2] {
  return { object: (name) => catalogue.object(name), entity: () => null };
}

/** The JSON of a field, or null where it is blank or no JSON: the contract's check tells that. */
function jsonOf(record: RecordSource, field: string): unknown {
  try {
    return JSON.parse(valueOf(record, field) ?? 'null');
  } catch {
    return null;
  }
}

/** Checks the formula of a formula field; unlike a mapping's it may depend on the day. */
export function checkFormulaField(field: FieldSource, catalogue: Catalogue): string[] {
  const object = catalogue.object(field.object);
  if (field.formula === null || object === null) return [];
  const inputTypes: NonNullable<SyncParseOptions['inputTypes']> = {};
  for (const { name, type } of object.fields.values()) inputTypes[name] = { type: type === 'reference' ? 'id' : type };
  try {
    parseSync(field.formula, { inputTypes });
    return [];
  } catch (error) {
    return [`<formula>: ${error instanceof Error ? error.message : 'cannot be read'}`];
  }
}
