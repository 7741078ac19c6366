import type {
  ConfiguredConnection,
  CompanyRoute,
  Descriptions,
  EntityMapping,
  FieldMapping,
  Formula,
  ObjectDescription,
  ValueMap,
} from './mapping.ts';
import { compiled, compiledInbound, compileField, type FieldScope, versionFrom } from './compile-field.ts';
import {
  type FaultList,
  type FieldRecord,
  type MappingRecord,
  readJson,
  type Records,
  type RouteRecord,
} from './configuration-document.ts';
import { isInbound, isOutbound } from './fields.ts';
import { fieldAt } from './formula.ts';

/** What all entity mappings of a configuration are compiled against. */
export type MappingScope = {
  readonly records: Records;
  readonly connections: ReadonlyMap<string, ConfiguredConnection>;
  readonly valueMaps: ReadonlyMap<string, ValueMap>;
  readonly describe: Descriptions;
  readonly faults: FaultList;
};

/** Compiles an entity mapping with its fields, routes and lines; null where its object is not described. */
export function compileMapping(record: MappingRecord, scope: MappingScope): EntityMapping | null {
  const name = record.DeveloperName;
  const refuse = (field: string, reason: string): void => {
    scope.faults.add('EntityMapping__mdt', name, field, reason);
  };
  const object = scope.describe.object(record.SalesforceObject__c);
  if (object === null) {
    refuse('SalesforceObject__c', `Salesforce has no object ${record.SalesforceObject__c}, or its user may not see it`);
    return null;
  }
  const fieldRecords = fieldRecordsOf(record, scope.records);
  const fields = compileFields(fieldRecords, fieldScope(record, object, scope));
  const routes = compileRoutes(record, object, scope);
  const children = compileChildren(record, object, scope);
  const part = {
    criteria: conditionOf(record, 'Criteria__c', { object, scope, refuse }),
    approvalFormula: conditionOf(record, 'ApprovalFormula__c', { object, scope, refuse }),
    matchRules: readJson('matchRules', record.MatchRules__c, (reason) => refuse('MatchRules__c', reason)) ?? [],
    options: readJson('entityMapping', record.Options__c, (reason) => refuse('Options__c', reason)) ?? {},
  };
  const mapping: EntityMapping = {
    ...part,
    ...settingsOf(record),
    version: versionFrom(
      JSON.stringify([record, fieldRecords, routes.map((route) => route.name), children.map((child) => child.version)]),
    ),
    fields,
    routes,
    children,
    leaders: [],
    reads: [],
  };
  for (const { column, path } of ownPaths(mapping)) {
    if (fieldAt(object, path, scope.describe) === null) refuse(column, `${object.name} has no field ${path}`);
  }
  checkSettings(mapping, scope, refuse);
  return { ...mapping, reads: readsOf(mapping) };
}

/** What comes from Dynamics is judged by Dynamics' fields, all else by Salesforce's. */
function conditionOf(
  record: MappingRecord,
  name: 'Criteria__c' | 'ApprovalFormula__c',
  {
    object,
    scope,
    refuse,
  }: { object: ObjectDescription; scope: MappingScope; refuse: (field: string, reason: string) => void },
): Formula | null {
  const { describe } = scope;
  const refuseThis = (reason: string): void => refuse(name, reason);
  if (record.Direction__c !== 'ToSalesforce')
    return compiled(record[name], { object, describe }, refuseThis, 'boolean');
  const entity = describe.entity(record.EntitySet__c);
  return compiledInbound(record[name], { entity, entitySet: record.EntitySet__c, describe }, refuseThis, 'boolean');
}

function settingsOf(
  record: MappingRecord,
): Omit<
  EntityMapping,
  | 'criteria'
  | 'approvalFormula'
  | 'matchRules'
  | 'options'
  | 'version'
  | 'fields'
  | 'routes'
  | 'children'
  | 'leaders'
  | 'reads'
> {
  return {
    name: record.DeveloperName,
    salesforceObject: record.SalesforceObject__c,
    connection: record.Connection__c ?? null,
    entitySet: record.EntitySet__c,
    direction: record.Direction__c,
    sequence: record.Sequence__c ?? 0,
    parentMapping: record.ParentMapping__c ?? null,
    childRelationship: record.ChildRelationship__c ?? null,
    createStrategy: record.CreateStrategy__c ?? 'Review',
    markerField: record.MarkerField__c ?? null,
    documentStrategy: record.DocumentStrategy__c ?? 'None',
    handOff: record.HandOff__c ?? 'None',
    deletePolicy: record.DeletePolicy__c ?? 'Ignore',
  };
}

function fieldScope(record: MappingRecord, object: ObjectDescription, scope: MappingScope): FieldScope {
  return {
    entitySet: record.EntitySet__c,
    object,
    entity: scope.describe.entity(record.EntitySet__c),
    describe: scope.describe,
    valueMaps: scope.valueMaps,
    mappingNames: new Set(scope.records.EntityMapping__mdt.map((mapping) => mapping.DeveloperName)),
    faults: scope.faults,
  };
}

const bySequence = (
  a: { readonly Sequence__c?: number; readonly DeveloperName: string },
  b: { readonly Sequence__c?: number; readonly DeveloperName: string },
): number => (a.Sequence__c ?? 0) - (b.Sequence__c ?? 0) || (a.DeveloperName < b.DeveloperName ? -1 : 1);

function fieldRecordsOf(record: MappingRecord, records: Records): FieldRecord[] {
  return records.FieldMapping__mdt.filter((field) => field.EntityMapping__c === record.DeveloperName).toSorted(
    bySequence,
  );
}

function compileFields(records: readonly FieldRecord[], scope: FieldScope): FieldMapping[] {
  const fields = records.map((record) => compileField(record, scope));
  refuseTwins(
    fields.filter((field) => isOutbound(field) && field.kind !== 'Dimension'),
    'dynamicsField',
    scope.faults,
  );
  refuseTwins(fields.filter(isInbound), 'salesforceField', scope.faults);
  return fields.map((field) => (field.kind === 'Dimension' ? withGroupVersion(field, fields) : field));
}

/** Two mappings that write one field would take turns for ever. */
function refuseTwins(
  fields: readonly FieldMapping[],
  side: 'dynamicsField' | 'salesforceField',
  faults: FaultList,
): void {
  for (const [target, twins] of Map.groupBy(fields, (field) => field[side])) {
    const [first, second] = twins;
    if (first === undefined || second === undefined || target === null || target === '') continue;
    const column = side === 'dynamicsField' ? 'DynamicsField__c' : 'SalesforceField__c';
    faults.add('FieldMapping__mdt', second.name, column, `${target} is written by ${first.name} already`);
  }
}

/** Dimensions with one target are one value: they agree or not together. */
function withGroupVersion(field: FieldMapping, fields: readonly FieldMapping[]): FieldMapping {
  const group = fields.filter((other) => other.kind === 'Dimension' && other.dynamicsField === field.dynamicsField);
  return { ...field, version: versionFrom(group.map((other) => other.version).join('/')) };
}

function compileRoutes(record: MappingRecord, object: ObjectDescription, scope: MappingScope): CompanyRoute[] {
  if (record.ParentMapping__c !== undefined) return [];
  return scope.records.CompanyRoute__mdt.filter((route) => isRouteOf(route, record))
    .toSorted(bySequence)
    .flatMap((route) => {
      const compiledRoute = compileRoute(route, record, object, scope);
      return compiledRoute === null ? [] : [compiledRoute];
    });
}

/** A general route counts for every mapping that is not bound to another connection. */
function isRouteOf(route: RouteRecord, mapping: MappingRecord): boolean {
  if (route.EntityMapping__c !== undefined) return route.EntityMapping__c === mapping.DeveloperName;
  const isBoundElsewhere =
    mapping.Connection__c !== undefined &&
    route.Connection__c !== undefined &&
    mapping.Connection__c !== route.Connection__c;
  return !isBoundElsewhere;
}

function compileRoute(
  route: RouteRecord,
  mapping: MappingRecord,
  object: ObjectDescription,
  scope: MappingScope,
): CompanyRoute | null {
  const refuse = (field: string, reason: string): void => {
    const general = route.EntityMapping__c === undefined ? ` (for ${mapping.DeveloperName})` : '';
    scope.faults.add('CompanyRoute__mdt', route.DeveloperName, field, `${reason}${general}`);
  };
  const connection = connectionOf(route, mapping, scope, refuse);
  if (connection === null) return null;
  const formulaScope = { object, describe: scope.describe };
  return {
    name: route.DeveloperName,
    connection: connection.name,
    connectionKey: connection.connectionKey,
    condition: compiled(route.Condition__c, formulaScope, (reason) => refuse('Condition__c', reason), 'boolean'),
    company: route.Company__c ?? null,
    companyFormula: compiled(
      route.CompanyFormula__c,
      formulaScope,
      (reason) => refuse('CompanyFormula__c', reason),
      'text',
    ),
    isPrimary: route.IsPrimary__c ?? false,
    handOff: route.HandOff__c ?? 'None',
    options: readJson('companyRoute', route.Options__c, (reason) => refuse('Options__c', reason)) ?? {},
  };
}

/** The connection that a route names, else the mapping's, else the default. */
function connectionOf(
  route: RouteRecord,
  mapping: MappingRecord,
  { connections }: MappingScope,
  refuse: (field: string, reason: string) => void,
): ConfiguredConnection | null {
  const standard = [...connections.values()].find((connection) => connection.isDefault)?.name;
  const name = route.Connection__c ?? mapping.Connection__c ?? standard;
  if (name === undefined) {
    refuse('Connection__c', 'no connection is named, and none is the default');
    return null;
  }
  const connection = connections.get(name) ?? null;
  if (connection === null) refuse('Connection__c', `there is no connection ${name}`);
  if (mapping.Connection__c !== undefined && mapping.Connection__c !== name) {
    refuse('Connection__c', `${mapping.DeveloperName} is bound to the connection ${mapping.Connection__c}`);
  }
  return connection;
}

function compileChildren(record: MappingRecord, object: ObjectDescription, scope: MappingScope): EntityMapping[] {
  if (record.ParentMapping__c !== undefined) return [];
  return scope.records.EntityMapping__mdt.filter((child) => child.ParentMapping__c === record.DeveloperName)
    .toSorted(bySequence)
    .flatMap((child) => {
      checkRelationship(child, record, object, scope.faults);
      const mapping = compileMapping(child, scope);
      return mapping === null ? [] : [mapping];
    });
}

/** Lines that come from Dynamics find their parent by a field; lines that go to it are read by relationship. */
function checkRelationship(
  child: MappingRecord,
  parent: MappingRecord,
  object: ObjectDescription,
  faults: FaultList,
): void {
  if (child.Direction__c === 'ToSalesforce') return;
  const relationship = child.ChildRelationship__c ?? '';
  const found = object.children.get(relationship);
  if (found?.object === child.SalesforceObject__c) return;
  const reason =
    found === undefined
      ? `${parent.SalesforceObject__c} has no child relationship ${relationship}`.trimEnd()
      : `${relationship} holds ${found.object}, not ${child.SalesforceObject__c}`;
  faults.add('EntityMapping__mdt', child.DeveloperName, 'ChildRelationship__c', reason);
}

/** Every Salesforce field path that a mapping reads, each once, in code point order. */
function readsOf(mapping: EntityMapping): string[] {
  const formulas = [
    ...(mapping.direction === 'ToSalesforce' ? [] : [mapping.criteria, mapping.approvalFormula]),
    ...mapping.fields.map((field) => field.formula),
    ...mapping.routes.flatMap((route) => [route.condition, route.companyFormula]),
  ];
  const paths = [
    ...formulas.flatMap((formula) => formula?.reads ?? []),
    ...mapping.fields.map((field) => field.salesforceField),
    ...mapping.matchRules.flatMap((rule) => rule.fields.map((field) => field.salesforce)),
    ...(mapping.options.related ?? []),
  ];
  return [...new Set(paths.filter((path) => path !== null))].toSorted();
}

/** The paths that the record itself names; those of fields and formulas are checked where they are compiled. */
function ownPaths(mapping: EntityMapping): { column: string; path: string }[] {
  const matched = mapping.matchRules.flatMap((rule) => rule.fields.map((field) => field.salesforce));
  return [
    ...matched.map((path) => ({ column: 'MatchRules__c', path })),
    ...(mapping.options.related ?? []).map((path) => ({ column: 'Options__c', path })),
  ];
}

function checkSettings(
  mapping: EntityMapping,
  scope: MappingScope,
  refuse: (field: string, reason: string) => void,
): void {
  if (mapping.connection !== null && !scope.connections.has(mapping.connection)) {
    refuse('Connection__c', `there is no connection ${mapping.connection}`);
  }
  if (mapping.direction === 'ToSalesforce') return;
  if (mapping.createStrategy === 'Marker' && mapping.markerField === null) {
    refuse('MarkerField__c', 'the create strategy Marker needs a field to mark');
  }
  if (mapping.documentStrategy === 'Staged' && mapping.options.hold === undefined) {
    refuse('Options__c', 'the document strategy Staged needs "hold": how the document is held back');
  }
  // Under either document strategy a line may be added alone, and the answer to that may get lost.
  const isUnmarked = mapping.children.some((child) => child.markerField === null);
  if (isUnmarked) {
    refuse('MarkerField__c', 'its lines need a field to mark in their own mapping, or a lost answer would double them');
  }
  const isStray = mapping.children.some((child) => child.options.parentKey === undefined);
  if (isStray) refuse('Options__c', 'its lines need "parentKey" in their own options: how a line names its document');
}
