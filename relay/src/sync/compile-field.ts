import { createHash } from 'node:crypto';
import type { EntityDescription, FieldType } from '../dynamics/connector.ts';
import { RelayError } from '../errors.ts';
import { type FaultList, type FieldRecord, readJson } from './configuration-document.ts';
import { isInbound, isOutbound } from './fields.ts';
import { compileFormula, fieldAt, type FormulaKind } from './formula.ts';
import type {
  Descriptions,
  FieldMapping,
  Formula,
  ObjectDescription,
  SalesforceField,
  SalesforceFieldType,
  ValueMap,
} from './mapping.ts';

/** What all fields of one entity mapping are compiled against. */
export type FieldScope = {
  readonly entitySet: string;
  readonly object: ObjectDescription;
  readonly entity: EntityDescription | null;
  readonly describe: Descriptions;
  readonly valueMaps: ReadonlyMap<string, ValueMap>;
  readonly mappingNames: ReadonlySet<string>;
  readonly faults: FaultList;
};

/** Compiles one field mapping; what is wrong with it goes to the faults. */
export function compileField(record: FieldRecord, scope: FieldScope): FieldMapping {
  const name = record.DeveloperName;
  const refuse = (field: string, reason: string): void => {
    scope.faults.add('FieldMapping__mdt', name, field, reason);
  };
  const target = salesforceFieldOf(record, scope, refuse);
  const valueMap = record.ValueMap__c === undefined ? null : (scope.valueMaps.get(record.ValueMap__c) ?? null);
  if (record.ValueMap__c !== undefined && valueMap === null) {
    refuse('ValueMap__c', `there is no value map ${record.ValueMap__c}`);
  }
  const formula = compiled(record.Formula__c, scope, (reason) => refuse('Formula__c', reason));
  const field: FieldMapping = {
    name,
    ...settingsOf(record),
    ...shapeOf(target),
    formula,
    inboundFormula: compiledInbound(record.InboundFormula__c, scope, (reason) => refuse('InboundFormula__c', reason)),
    valueMap,
    options: readJson('fieldMapping', record.Options__c, (reason) => refuse('Options__c', reason)) ?? {},
    version: versionOf(record, valueMap, scope.entitySet),
    form: formOf(record, formula, scope.entitySet),
  };
  checkShape(field, scope, refuse);
  return field;
}

type Shape = Pick<FieldMapping, 'salesforceType' | 'salesforceLength' | 'salesforceScale'>;

function shapeOf(target: SalesforceField | null): Shape {
  if (target === null) return { salesforceType: null, salesforceLength: 0, salesforceScale: null };
  const { type, length, scale } = target;
  return { salesforceType: type, salesforceLength: length, salesforceScale: type === 'number' ? scale : null };
}

type Settings = Omit<
  FieldMapping,
  'name' | 'formula' | 'inboundFormula' | 'valueMap' | 'options' | 'version' | 'form' | keyof Shape
>;

/** What a record says in so many words; where it says nothing, the choice that loses nothing. */
function settingsOf(record: FieldRecord): Settings {
  return {
    salesforceField: record.SalesforceField__c ?? null,
    dynamicsField: record.DynamicsField__c ?? '',
    kind: record.Kind__c ?? 'Field',
    direction: record.Direction__c,
    referenceMapping: record.ReferenceMapping__c ?? null,
    policy: record.Policy__c ?? 'Ask',
    blankHandling: record.BlankHandling__c ?? 'Keep',
    isWriteBack: record.IsWriteBack__c ?? false,
    isRequired: record.IsRequired__c ?? false,
    isAudited: record.IsAudited__c ?? false,
  };
}

type Refuse = (field: string, reason: string) => void;

/** Compiles a formula over Salesforce fields; null where there is none or it does not compile. */
export function compiled(
  source: string | undefined,
  scope: Pick<FieldScope, 'object' | 'describe'>,
  refuse: (reason: string) => void,
  returns: FormulaKind = 'any',
): Formula | null {
  if (source === undefined || source.trim() === '') return null;
  try {
    return compileFormula(source, returns, scope.object, scope.describe);
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    refuse(error.message);
    return null;
  }
}

/** Compiles a formula over the fields of the entity set; without its description it fails when it is used. */
export function compiledInbound(
  source: string | undefined,
  scope: Pick<FieldScope, 'entity' | 'entitySet' | 'describe'>,
  refuse: (reason: string) => void,
  returns: FormulaKind = 'any',
): Formula | null {
  if (source === undefined || source.trim() === '') return null;
  if (scope.entity !== null) {
    return compiled(source, { object: asObject(scope.entity), describe: scope.describe }, refuse, returns);
  }
  return {
    source,
    reads: [],
    evaluate() {
      throw new RelayError('ENTITY_SET_UNKNOWN', `Dynamics did not describe ${scope.entitySet}.`);
    },
  };
}

/** Dynamics' fields as a formula sees them. Dates and times are one type on the wire: to a formula they are dates. */
function asObject(entity: EntityDescription): ObjectDescription {
  const fields = [...entity.fields.values()].map(({ name, type }): SalesforceField => {
    const shape = { length: 0, scale: 0, referenceTo: [], relationshipName: null, isUpdateable: false };
    return { name, type: formulaType(type), ...shape };
  });
  return { name: entity.entitySet, fields: new Map(fields.map((field) => [field.name, field])), children: new Map() };
}

function formulaType(type: FieldType): SalesforceFieldType {
  if (type.kind === 'decimal' || type.kind === 'integer') return 'number';
  if (type.kind === 'date' || type.kind === 'dateTime') return 'date';
  return type.kind === 'boolean' ? 'boolean' : 'string';
}

function salesforceFieldOf(record: FieldRecord, scope: FieldScope, refuse: Refuse): SalesforceField | null {
  const path = record.SalesforceField__c;
  if (path === undefined) return null;
  const found = fieldAt(scope.object, path, scope.describe);
  if (found === null) refuse('SalesforceField__c', `${scope.object.name} has no field ${path}`);
  return found;
}

function checkShape(field: FieldMapping, scope: FieldScope, refuse: Refuse): void {
  if (field.dynamicsField === '' && field.options.figure === undefined) {
    refuse('DynamicsField__c', 'a field of the entity set is needed');
  }
  if (isOutbound(field)) checkSource(field, refuse);
  if (isInbound(field)) checkTarget(field, refuse);
  if (field.kind === 'Reference') checkReference(field, scope, refuse);
  if (field.kind === 'Dimension') checkDimension(field, refuse);
  if (field.kind === 'Constant' && field.options.value === undefined) {
    refuse('Options__c', 'a constant needs its "value"');
  }
}

function checkSource(field: FieldMapping, refuse: Refuse): void {
  const hasSource = field.salesforceField !== null || field.formula !== null || field.kind === 'Constant';
  if (!hasSource) refuse('SalesforceField__c', 'a Salesforce field or a formula is needed to send a value');
  if (field.options.figure !== undefined) refuse('Options__c', 'a figure goes to Salesforce only');
}

function checkTarget(field: FieldMapping, refuse: Refuse): void {
  if (field.salesforceField === null) refuse('SalesforceField__c', 'a Salesforce field is needed to receive a value');
  if (field.salesforceField?.includes('.') === true) {
    refuse('SalesforceField__c', 'a value can be received only by a field of the record itself, not of a parent');
  }
}

function checkReference(field: FieldMapping, scope: FieldScope, refuse: Refuse): void {
  if (field.referenceMapping === null || !scope.mappingNames.has(field.referenceMapping)) {
    refuse('ReferenceMapping__c', `there is no entity mapping ${field.referenceMapping ?? ''}`.trimEnd());
  }
  if (field.salesforceField === null) refuse('SalesforceField__c', 'a reference needs the lookup that it follows');
  if (field.options.referenceField !== undefined && isInbound(field)) {
    refuse('Options__c', 'a reference by "referenceField" goes to Dynamics only');
  }
}

function checkDimension(field: FieldMapping, refuse: Refuse): void {
  if (field.options.dimension === undefined) refuse('Options__c', 'a dimension needs the name of the "dimension"');
  if (isInbound(field)) refuse('Direction__c', 'a dimension goes to Dynamics only');
}

/** Only what decides the value counts: a new policy or label must not unsettle what was agreed. */
function versionOf(record: FieldRecord, valueMap: ValueMap | null, entitySet: string): string {
  const deciding = [
    entitySet,
    record.SalesforceField__c,
    record.DynamicsField__c,
    record.Kind__c,
    record.Formula__c,
    record.InboundFormula__c,
    record.ReferenceMapping__c,
    record.Options__c,
    valueMap,
  ];
  return versionFrom(JSON.stringify(deciding));
}

/** What a mended formula, map or option leaves as it was: the fields that are read on both sides. */
function formOf(record: FieldRecord, formula: Formula | null, entitySet: string): string {
  const reads = formula === null ? [record.SalesforceField__c] : formula.reads.toSorted();
  return versionFrom(JSON.stringify([entitySet, record.DynamicsField__c, reads])).slice(0, 6);
}

/** Names what a mapping says, in 96 bits: each base of each record carries one. */
export function versionFrom(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}
