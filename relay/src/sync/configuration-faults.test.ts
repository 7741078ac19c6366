import { describe, expect, test } from '@jest/globals';
import { compileConfiguration } from './configuration.ts';
import type { FieldRecord, MappingRecord, Records } from './configuration-document.ts';
import {
  descriptions,
  mappingRecord,
  fieldRecord,
  records,
  documentOf,
  mappingOf,
  faultsOf,
  faults,
  fieldFaults,
  mappingFaults,
  orderRecords,
} from '../../../test/support/configuration-under-test.ts';

describe('routes', () => {
  test('of a mapping and general ones stand in their sequence, with the key of their connection', () => {
    const mapping = mappingOf({
      CompanyRoute__mdt: [
        { DeveloperName: 'General', Company__c: 'usmf', Sequence__c: 20 },
        {
          DeveloperName: 'Own',
          EntityMapping__c: 'Account_Customer',
          Company__c: 'gbsi',
          Sequence__c: 10,
          Options__c: '{"createStrategy":"OwnKey"}',
        },
      ],
    });

    expect(
      mapping.routes.map(({ name, connection, connectionKey, options }) => [name, connection, connectionKey, options]),
    ).toEqual([
      ['Own', 'Contoso', 'contoso', { createStrategy: 'OwnKey' }],
      ['General', 'Contoso', 'contoso', {}],
    ]);
  });

  test.each<[string, Partial<Records>]>([
    [
      'CompanyRoute__mdt usmf, Connection__c: there is no connection Fabrikam (for Account_Customer)',
      { CompanyRoute__mdt: [{ DeveloperName: 'usmf', Connection__c: 'Fabrikam' }] },
    ],
    [
      'CompanyRoute__mdt usmf, Connection__c: no connection is named, and none is the default (for Account_Customer)',
      { Connection__mdt: [] },
    ],
    [
      'CompanyRoute__mdt x, EntityMapping__c: there is no entity mapping Nothing',
      { CompanyRoute__mdt: [{ DeveloperName: 'x', EntityMapping__c: 'Nothing' }] },
    ],
    [
      'CompanyRoute__mdt x, Condition__c: the formula gives text where true or false is wanted (for Account_Customer)',
      { CompanyRoute__mdt: [{ DeveloperName: 'x', Condition__c: 'Name' }] },
    ],
    [
      'CompanyRoute__mdt x, Options__c: the JSON must not have the member "nothing" (for Account_Customer)',
      { CompanyRoute__mdt: [{ DeveloperName: 'x', Options__c: '{"nothing":1}' }] },
    ],
  ])('%s', (expected, overrides) => {
    expect(faults(overrides)).toEqual([expected]);
  });
});

describe('a field mapping is refused', () => {
  test.each<[string, Partial<FieldRecord>]>([
    ['SalesforceField__c: Account has no field Nothing__c', { SalesforceField__c: 'Nothing__c' }],
    ['SalesforceField__c: Account has no field Parent.Nothing__c', { SalesforceField__c: 'Parent.Nothing__c' }],
    ["Formula__c: expected a 'string' type value, but 'number' type found", { Formula__c: 'Name + 1' }],
    ['Formula__c: type information is not found: Nothing__c', { Formula__c: 'Nothing__c' }],
    ['InboundFormula__c: type information is not found: Nowhere', { InboundFormula__c: 'Nowhere' }],
    ['ValueMap__c: there is no value map Nothing', { ValueMap__c: 'Nothing' }],
    [
      'ReferenceMapping__c: there is no entity mapping Nothing',
      { Kind__c: 'Reference', ReferenceMapping__c: 'Nothing', SalesforceField__c: 'ParentId' },
    ],
    ['Options__c: a constant needs its "value"', { Kind__c: 'Constant' }],
    ['Options__c: a dimension needs the name of the "dimension"', { Kind__c: 'Dimension' }],
    [
      'Direction__c: a dimension goes to Dynamics only',
      { Kind__c: 'Dimension', Direction__c: 'Both', Options__c: '{"dimension":"A"}' },
    ],
    [
      'SalesforceField__c: a value can be received only by a field of the record itself, not of a parent',
      { SalesforceField__c: 'Parent.Name', Direction__c: 'Both' },
    ],
    ['Options__c: a figure goes to Salesforce only', { Options__c: '{"figure":"paid"}' }],
    [
      'Options__c: scale must be a whole number. Decimal places that Dynamics keeps: numbers are rounded to them before they are sent, and comparisons count no more',
      { Options__c: '{"scale":"2"}' },
    ],
    ['Options__c: the text is not JSON', { Options__c: '{' }],
  ])('%s', (expected, field) => {
    expect(fieldFaults(field)).toEqual([`FieldMapping__mdt Account_Name, ${expected}`]);
  });

  test('without a source or a target', () => {
    const bare = { DeveloperName: 'A', EntityMapping__c: 'Account_Customer' };

    expect(faults({ FieldMapping__mdt: [{ ...bare, Direction__c: 'Both' }] })).toEqual([
      'FieldMapping__mdt A, DynamicsField__c: a field of the entity set is needed',
      'FieldMapping__mdt A, SalesforceField__c: a Salesforce field or a formula is needed to send a value',
      'FieldMapping__mdt A, SalesforceField__c: a Salesforce field is needed to receive a value',
    ]);
  });

  test('that writes what another writes', () => {
    expect(fieldFaults({}, { DeveloperName: 'Again', SalesforceField__c: 'Phone' })).toEqual([
      'FieldMapping__mdt Again, DynamicsField__c: Name is written by Account_Name already',
    ]);
    expect(
      fieldFaults(
        { Direction__c: 'ToSalesforce' },
        { DeveloperName: 'Again', DynamicsField__c: 'Group', Direction__c: 'ToSalesforce' },
      ),
    ).toEqual(['FieldMapping__mdt Again, SalesforceField__c: Name is written by Account_Name already']);
  });

  test('that belongs to no mapping', () => {
    expect(fieldFaults({ EntityMapping__c: 'Nothing' })).toEqual([
      'FieldMapping__mdt Account_Name, EntityMapping__c: there is no entity mapping Nothing',
    ]);
  });
});

describe('an entity mapping is refused', () => {
  test.each<[string, Partial<MappingRecord>]>([
    [
      'SalesforceObject__c: Salesforce has no object Nothing__c, or its user may not see it',
      { SalesforceObject__c: 'Nothing__c' },
    ],
    ['Criteria__c: the formula gives text where true or false is wanted', { Criteria__c: 'Name' }],
    ['ApprovalFormula__c: type information is not found: Nothing__c', { ApprovalFormula__c: 'Nothing__c > 1' }],
    ['MarkerField__c: the create strategy Marker needs a field to mark', { CreateStrategy__c: 'Marker' }],
    [
      'Options__c: the document strategy Staged needs "hold": how the document is held back',
      { DocumentStrategy__c: 'Staged' },
    ],
    ['Options__c: Account has no field NothingId', { Options__c: '{"related":["NothingId"]}' }],
    ['ParentMapping__c: there is no entity mapping Nothing', { ParentMapping__c: 'Nothing' }],
  ])('%s', (expected, overrides) => {
    expect(mappingFaults(overrides)).toEqual([`EntityMapping__mdt Account_Customer, ${expected}`]);
  });

  test('with a match rule that does not follow the schema or reads an unknown field', () => {
    expect(mappingFaults({ MatchRules__c: '[{"name":"A","fields":[],"priority":1}]' })).toEqual([
      'EntityMapping__mdt Account_Customer, MatchRules__c: [0].fields must have at least 1 entry. All must agree; a rule with a blank value is not tried',
    ]);
    expect(
      mappingFaults({
        MatchRules__c:
          '[{"name":"A","priority":1,"fields":[{"salesforce":"Nothing__c","dynamics":"Name","normalise":"exact"}]}]',
      }),
    ).toEqual(['EntityMapping__mdt Account_Customer, MatchRules__c: Account has no field Nothing__c']);
  });

  test('whose lines are read by a relationship that does not hold them', () => {
    const [customer, parent, child] = orderRecords.EntityMapping__mdt ?? [];
    const withRelationship = (relationship: string): Partial<Records> => ({
      ...orderRecords,
      EntityMapping__mdt: [customer, parent, { ...child, ChildRelationship__c: relationship }].filter(
        (one) => one !== undefined,
      ) as MappingRecord[],
    });

    expect(faults(withRelationship('Nothing'))).toEqual([
      'EntityMapping__mdt Order_Line, ChildRelationship__c: Order has no child relationship Nothing',
    ]);
  });

  test('whose lines carry no marker, by which a line is found again after a lost answer', () => {
    const [customer, parent, child = {}] = orderRecords.EntityMapping__mdt ?? [];
    const unmarked = Object.fromEntries(Object.entries(child).filter(([name]) => name !== 'MarkerField__c'));
    const mappings = [customer, parent, unmarked] as MappingRecord[];

    expect(faults({ ...orderRecords, EntityMapping__mdt: mappings })).toEqual([
      'EntityMapping__mdt Order, MarkerField__c: its lines need a field to mark in their own mapping, or a lost answer would double them',
    ]);
  });

  test('bound to a connection that a route of its own leaves', () => {
    const connections = records().Connection__mdt;
    const result = faults({
      Connection__mdt: [
        ...connections,
        { DeveloperName: 'Fabrikam', ConnectionKey__c: 'fabrikam', Platform__c: 'FinanceOperations' },
      ],
      EntityMapping__mdt: [mappingRecord({ Connection__c: 'Contoso' })],
      CompanyRoute__mdt: [{ DeveloperName: 'x', EntityMapping__c: 'Account_Customer', Connection__c: 'Fabrikam' }],
    });

    expect(result).toEqual(['CompanyRoute__mdt x, Connection__c: Account_Customer is bound to the connection Contoso']);
  });
});

describe('a document is refused', () => {
  test('that is not JSON or not of this contract', () => {
    expect(() => compileConfiguration('{', 'sha256:0', descriptions)).toThrow('the text is not JSON');
    expect(faultsOf('{"contract":2,"records":{}}').length).toBeGreaterThan(1);
  });

  test('naming the record and field that do not follow the schema', () => {
    const text = documentOf({}).replace('"Direction__c":"Both"', '"Direction__c":"Sideways"');

    expect(faultsOf(text)).toEqual([
      'EntityMapping__mdt Account_Customer, Direction__c: must be one of ToDynamics, ToSalesforce, Both. Which way',
    ]);
  });

  test('naming what is missing, unknown or of another type, in words that an admin knows', () => {
    const text = documentOf({})
      .replace('"Direction__c":"Both"', '"Sequence__c":"first","Color__c":"red"')
      .replace('"contract":1', '"contract":2');

    expect(faultsOf(text)).toEqual([
      'contract: must be 1. The version of this contract',
      'EntityMapping__mdt Account_Customer: must have the member "Direction__c". Which way',
      'EntityMapping__mdt Account_Customer: must not have the member "Color__c"',
      'EntityMapping__mdt Account_Customer, Sequence__c: must be a whole number. Order',
    ]);
  });

  test('whose value map contradicts itself or does not exist', () => {
    const entry = (name: string, map: string, value: string) => ({
      DeveloperName: name,
      ValueMap__c: map,
      SalesforceValue__c: 'a',
      DynamicsValue__c: value,
    });

    expect(
      faults({
        ValueMap__mdt: [{ DeveloperName: 'Map' }],
        ValueMapEntry__mdt: [entry('1', 'Map', 'x'), entry('2', 'Map', 'y')].map((one) => ({
          ...one,
          DeveloperName: `Map_${one.DeveloperName}`,
        })),
      }),
    ).toEqual(['ValueMap__mdt Map: "a" is mapped to both "x" and "y"']);
    expect(faults({ ValueMapEntry__mdt: [entry('Stray', 'Nothing', 'x')] })).toEqual([
      'ValueMapEntry__mdt Stray, ValueMap__c: there is no value map Nothing',
    ]);
  });

  test('with all its faults at once', () => {
    const result = faults({
      EntityMapping__mdt: [mappingRecord({ Criteria__c: 'Name' })],
      FieldMapping__mdt: [
        fieldRecord({ Formula__c: 'Name + 1' }),
        fieldRecord({ DeveloperName: 'B', SalesforceField__c: 'Nothing__c', DynamicsField__c: 'Group' }),
      ],
    });

    expect(result.map((line) => line.split(':')[0])).toEqual([
      'FieldMapping__mdt Account_Name, Formula__c',
      'FieldMapping__mdt B, SalesforceField__c',
      'EntityMapping__mdt Account_Customer, Criteria__c',
    ]);
  });
});
