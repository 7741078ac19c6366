import { describe, expect, test } from '@jest/globals';
import type { FieldType } from '../dynamics/connector.ts';
import { RelayError } from '../errors.ts';
import { checkMapping, compileConfiguration } from './configuration.ts';
import type { FieldRecord, MappingRecord, Records } from './configuration-document.ts';
import {
  aLookup,
  anEntity,
  anObject,
  aSalesforceField,
  DATE_TIME,
  DECIMAL,
  describing,
  NO_YES,
  TEXT,
} from '../../../test/support/mapping-builders.ts';
import type { Configuration, EntityMapping } from './mapping.ts';

const account = anObject('Account', [
  aSalesforceField('Name', 'string', { length: 255 }),
  aSalesforceField('Type', 'picklist'),
  aSalesforceField('Phone'),
  aSalesforceField('BillingCountry'),
  aSalesforceField('Limit__c', 'number', { scale: 2 }),
  aSalesforceField('IsOnHold__c', 'boolean'),
  aSalesforceField('CostCenter__c'),
  aLookup('Account', 'Parent'),
]);
const order = anObject(
  'Order',
  [
    aSalesforceField('Name'),
    aSalesforceField('CurrencyIsoCode'),
    aLookup('Account'),
    aSalesforceField('Total__c', 'number'),
  ],
  { OrderItems: { object: 'OrderItem', field: 'OrderId' } },
);
const orderItem = anObject('OrderItem', [aSalesforceField('Quantity', 'number'), aLookup('Order')]);

const customers = {
  ...anEntity({ Group: TEXT, OnHold: NO_YES, Limit: DECIMAL, Dimensions: TEXT }),
  entitySet: 'Customers',
};
const orders = {
  ...anEntity({ CurrencyCode: TEXT, Marker: TEXT, Stopped: NO_YES, Date: DATE_TIME }),
  entitySet: 'Orders',
};
const lines = { ...anEntity({ Quantity: DECIMAL, Order: TEXT, Marker: TEXT }), entitySet: 'Lines' };
const descriptions = describing([account, order, orderItem], [customers, orders, lines]);

const mappingRecord = (overrides: Partial<MappingRecord> = {}): MappingRecord => ({
  DeveloperName: 'Account_Customer',
  SalesforceObject__c: 'Account',
  EntitySet__c: 'Customers',
  Direction__c: 'Both',
  ...overrides,
});

const fieldRecord = (overrides: Partial<FieldRecord> = {}): FieldRecord => ({
  DeveloperName: 'Account_Name',
  EntityMapping__c: 'Account_Customer',
  SalesforceField__c: 'Name',
  DynamicsField__c: 'Name',
  Direction__c: 'ToDynamics',
  ...overrides,
});

function records(overrides: Partial<Records> = {}): Records {
  return {
    CompanyRoute__mdt: [{ DeveloperName: 'usmf', Company__c: 'usmf' }],
    Connection__mdt: [
      { DeveloperName: 'Contoso', ConnectionKey__c: 'contoso', Platform__c: 'FinanceOperations', IsDefault__c: true },
    ],
    EntityMapping__mdt: [mappingRecord()],
    FieldMapping__mdt: [fieldRecord()],
    ValueMap__mdt: [],
    ValueMapEntry__mdt: [],
    ...overrides,
  };
}

const documentOf = (overrides: Partial<Records>): string =>
  JSON.stringify({ contract: 1, records: records(overrides) });

function compile(overrides: Partial<Records> = {}, describe = descriptions): Configuration {
  return compileConfiguration(documentOf(overrides), 'sha256:0', describe);
}

function mappingOf(overrides: Partial<Records> = {}, name = 'Account_Customer'): EntityMapping {
  const mapping = compile(overrides).mappings.get(name);
  if (mapping === undefined) throw new Error(`${name} was not compiled`);
  return mapping;
}

function faultsOf(document: string): string[] {
  try {
    compileConfiguration(document, 'sha256:0', descriptions);
  } catch (error) {
    if (error instanceof RelayError && error.code === 'CONFIGURATION_INVALID')
      return error.message.split('\n- ').slice(1);
    throw error;
  }
  return [];
}

const faults = (overrides: Partial<Records>): string[] => faultsOf(documentOf(overrides));
const fieldFaults = (...fields: Partial<FieldRecord>[]): string[] =>
  faults({ FieldMapping__mdt: fields.map((field) => fieldRecord(field)) });
const mappingFaults = (overrides: Partial<MappingRecord>): string[] =>
  faults({ EntityMapping__mdt: [mappingRecord(overrides)] });

const orderRecords: Partial<Records> = {
  EntityMapping__mdt: [
    mappingRecord(),
    mappingRecord({
      DeveloperName: 'Order',
      SalesforceObject__c: 'Order',
      EntitySet__c: 'Orders',
      Direction__c: 'ToDynamics',
      CreateStrategy__c: 'Marker',
      MarkerField__c: 'Marker',
      DocumentStrategy__c: 'Staged',
      Options__c: '{"hold":{"field":"Stopped","held":"Yes","released":"No"}}',
    }),
    mappingRecord({
      DeveloperName: 'Order_Line',
      SalesforceObject__c: 'OrderItem',
      EntitySet__c: 'Lines',
      Direction__c: 'ToDynamics',
      ParentMapping__c: 'Order',
      ChildRelationship__c: 'OrderItems',
      Options__c: '{"parentKey":{"Order":"Number"}}',
    }),
  ],
  FieldMapping__mdt: [
    fieldRecord(),
    fieldRecord({
      DeveloperName: 'O_Currency',
      EntityMapping__c: 'Order',
      SalesforceField__c: 'CurrencyIsoCode',
      DynamicsField__c: 'CurrencyCode',
    }),
    fieldRecord({
      DeveloperName: 'O_Name',
      EntityMapping__c: 'Order',
      SalesforceField__c: 'Account.Name',
      Sequence__c: -1,
    }),
    fieldRecord({
      DeveloperName: 'L_Quantity',
      EntityMapping__c: 'Order_Line',
      SalesforceField__c: 'Quantity',
      DynamicsField__c: 'Quantity',
    }),
    fieldRecord({ DeveloperName: 'L_Order', EntityMapping__c: 'Order_Line', SalesforceField__c: 'Order.Account.Name' }),
  ],
};

describe('a configuration', () => {
  test('is compiled with what belongs to each mapping', () => {
    const { mappings, connections, hash } = compile(orderRecords);

    const mapping = mappings.get('Order');
    expect([...mappings.keys()]).toEqual(['Account_Customer', 'Order']);
    expect(mapping?.fields.map((field) => field.name)).toEqual(['O_Name', 'O_Currency']);
    expect(mapping?.children.map((child) => child.name)).toEqual(['Order_Line']);
    expect(mapping?.options.hold).toEqual({ field: 'Stopped', held: 'Yes', released: 'No' });
    expect(mapping?.reads).toEqual(['Account.Name', 'CurrencyIsoCode']);
    expect(mapping?.children[0]?.reads).toEqual(['Order.Account.Name', 'Quantity']);
    expect(connections.get('Contoso')).toEqual({
      name: 'Contoso',
      connectionKey: 'contoso',
      platform: 'FinanceOperations',
      isDefault: true,
    });
    expect(hash).toBe('sha256:0');
  });

  test('takes the careful choice where a record says nothing', () => {
    const mapping = mappingOf();

    expect(mapping).toMatchObject({
      createStrategy: 'Review',
      documentStrategy: 'None',
      deletePolicy: 'Ignore',
      handOff: 'None',
    });
    expect(mapping.fields[0]).toMatchObject({ kind: 'Field', policy: 'Ask', blankHandling: 'Keep', isRequired: false });
  });

  test('knows the Salesforce field of each mapping', () => {
    const field = { SalesforceField__c: 'Limit__c', DynamicsField__c: 'Limit' };

    expect(mappingOf({ FieldMapping__mdt: [fieldRecord(field)] }).fields[0]).toMatchObject({
      salesforceType: 'number',
      salesforceScale: 2,
    });
    expect(mappingOf().fields[0]).toMatchObject({
      salesforceType: 'string',
      salesforceLength: 255,
      salesforceScale: null,
    });
  });

  test('reads every path that a formula, a route, a match rule or an option needs', () => {
    const mapping = mappingOf({
      CompanyRoute__mdt: [{ DeveloperName: 'usmf', Condition__c: 'BillingCountry = "US"', Company__c: 'usmf' }],
      EntityMapping__mdt: [
        mappingRecord({
          Criteria__c: 'ISPICKVAL(Type, "Customer")',
          ApprovalFormula__c: 'Limit__c > 1000',
          MatchRules__c:
            '[{"name":"Phone","priority":1,"fields":[{"salesforce":"Phone","dynamics":"Name","normalise":"phone"}]}]',
          Options__c: '{"related":["ParentId"]}',
        }),
      ],
      FieldMapping__mdt: [fieldRecord({ Formula__c: 'Parent.Name & Name' })],
    });

    expect(mapping.reads).toEqual(['BillingCountry', 'Limit__c', 'Name', 'Parent.Name', 'ParentId', 'Phone', 'Type']);
  });

  test('judges what only comes from Dynamics by the fields of the entity set, and reads nothing for that', () => {
    const mapping = mappingOf({
      EntityMapping__mdt: [
        mappingRecord({ Direction__c: 'ToSalesforce', Criteria__c: 'OnHold <> "Yes" && Limit > 5' }),
      ],
      FieldMapping__mdt: [fieldRecord({ Direction__c: 'ToSalesforce', InboundFormula__c: 'Name & Group' })],
    });

    expect(mapping.criteria?.evaluate({ OnHold: 'No', Limit: '6' })).toBe(true);
    expect(mapping.fields[0]?.inboundFormula?.reads).toEqual(['Name', 'Group']);
    expect(mapping.reads).toEqual(['Name']);
  });

  test('without a description of the entity set compiles, and fails where it is used', () => {
    const unknown = describing([account]);

    const mapping = compile(
      { FieldMapping__mdt: [fieldRecord({ Direction__c: 'Both', InboundFormula__c: 'Nowhere' })] },
      unknown,
    ).mappings.get('Account_Customer');

    expect(() => mapping?.fields[0]?.inboundFormula?.evaluate({})).toThrow('Dynamics did not describe Customers.');
  });

  test('compiled twice is the same', () => {
    expect(JSON.stringify([...compile(orderRecords).mappings])).toBe(
      JSON.stringify([...compile(orderRecords).mappings]),
    );
  });
});

describe('versions', () => {
  const versionOf = (field: Partial<FieldRecord>, more: Partial<Records> = {}) =>
    mappingOf({ ...more, FieldMapping__mdt: [fieldRecord(field)] }).fields[0]?.version;
  const map = (value: string): Partial<Records> => ({
    ValueMap__mdt: [{ DeveloperName: 'Map' }],
    ValueMapEntry__mdt: [
      { DeveloperName: 'Map_1', ValueMap__c: 'Map', SalesforceValue__c: 'a', DynamicsValue__c: value },
    ],
  });

  test.each<[string, Partial<FieldRecord>]>([
    ['source', { SalesforceField__c: 'Phone' }],
    ['formula', { Formula__c: 'UPPER(Name)' }],
    ['option', { Options__c: '{"caseless":true}' }],
    ['target', { DynamicsField__c: 'Group' }],
  ])('change with the %s of a field', (_, change) => {
    expect(versionOf(change)).not.toBe(versionOf({}));
  });

  test('change with an entry of the value map', () => {
    const field = { ValueMap__c: 'Map' };

    expect(versionOf(field, map('1'))).not.toBe(versionOf(field, map('2')));
  });

  test('do not change with what decides no value', () => {
    const changed = versionOf(
      { Policy__c: 'Dynamics', IsRequired__c: true, IsAudited__c: true, Sequence__c: 7 },
      {
        CompanyRoute__mdt: [{ DeveloperName: 'gbsi', Company__c: 'gbsi' }],
      },
    );

    expect(changed).toBe(versionOf({}));
  });

  test('of dimensions with one target change together', () => {
    const dimension = (name: string, source: string) =>
      fieldRecord({
        DeveloperName: name,
        Kind__c: 'Dimension',
        DynamicsField__c: 'Dimensions',
        SalesforceField__c: source,
        Options__c: `{"dimension":"${name}"}`,
      });
    const versions = (fields: FieldRecord[]) =>
      mappingOf({ FieldMapping__mdt: fields }).fields.map((field) => field.version);

    const [before] = versions([dimension('A', 'CostCenter__c'), dimension('B', 'Phone')]);
    const [after, other] = versions([dimension('A', 'CostCenter__c'), dimension('B', 'Name')]);

    expect(after).toBe(other);
    expect(after).not.toBe(before);
  });
});

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
      'CompanyRoute__mdt x, Options__c: the JSON has no member "nothing" (for Account_Customer)',
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
    ['Options__c: /scale must be integer', { Options__c: '{"scale":"2"}' }],
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
      'EntityMapping__mdt Account_Customer, MatchRules__c: /0/fields must NOT have fewer than 1 items',
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
      'EntityMapping__mdt Account_Customer, Direction__c: must be one of ToDynamics, ToSalesforce, Both',
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

describe('checking a mapping against its entity set', () => {
  const check = (field: Partial<FieldRecord>, overrides: Partial<MappingRecord> = {}, entity = customers) =>
    checkMapping(
      mappingOf({ EntityMapping__mdt: [mappingRecord(overrides)], FieldMapping__mdt: [fieldRecord(field)] }),
      entity,
    ).map(({ code, message }) => `${code} ${message}`);

  test('finds nothing where all fits', () => {
    expect(check({})).toEqual([]);
    expect(checkMapping(mappingOf(orderRecords, 'Order'), orders)).toEqual([]);
  });

  test('names every field that the entity set does not have', () => {
    const result = check(
      { DynamicsField__c: 'Nowhere' },
      {
        CreateStrategy__c: 'Marker',
        MarkerField__c: 'Mark',
        Options__c:
          '{"hold":{"field":"Stop","held":"Yes","released":"No"},"final":{"field":"State","values":["Done"]}}',
        MatchRules__c:
          '[{"name":"Tax","priority":1,"fields":[{"salesforce":"Phone","dynamics":"TaxNumber","normalise":"exact"}]}]',
      },
    );

    expect(result).toEqual([
      'FIELD_UNKNOWN Account_Customer, Account_Name: Customers has no field Nowhere.',
      'FIELD_UNKNOWN Account_Customer, Match rule "Tax": Customers has no field TaxNumber.',
      'FIELD_UNKNOWN Account_Customer, Marker field: Customers has no field Mark.',
      'FIELD_UNKNOWN Account_Customer, Option hold: Customers has no field Stop.',
      'FIELD_UNKNOWN Account_Customer, Option final: Customers has no field State.',
    ]);
  });

  test('refuses a constant that is no member, naming the members', () => {
    expect(check({ Kind__c: 'Constant', DynamicsField__c: 'OnHold', Options__c: '{"value":"Maybe"}' })).toEqual([
      'ENUM_MEMBER_UNKNOWN Name → OnHold: NoYes has the members No, Yes.',
    ]);
  });

  test.each<[string, string, FieldType]>([
    ['IsOnHold__c', 'a boolean cannot become a string', TEXT],
    ['Limit__c', 'a number cannot become a dateTime', DATE_TIME],
  ])('refuses %s: %s', (SalesforceField__c, words, type) => {
    const entity = { ...anEntity({ Group: type }), entitySet: 'Customers' };

    expect(check({ SalesforceField__c, DynamicsField__c: 'Group' }, {}, entity)).toEqual([
      expect.stringContaining(words),
    ]);
  });

  test('leaves types alone where a formula or a value map converts', () => {
    expect(
      check({ SalesforceField__c: 'IsOnHold__c', DynamicsField__c: 'Group', Formula__c: 'IF(IsOnHold__c, "1", "2")' }),
    ).toEqual([]);
  });

  test('refuses dimensions in a field that holds no text', () => {
    const field = {
      Kind__c: 'Dimension' as const,
      DynamicsField__c: 'Limit',
      SalesforceField__c: 'CostCenter__c',
      Options__c: '{"dimension":"A"}',
    };

    expect(check(field)).toEqual([expect.stringContaining('MAPPING_INVALID')]);
  });

  test('asks for the key where the record chooses it', () => {
    expect(check({}, { CreateStrategy__c: 'OwnKey' })).toEqual([
      'MAPPING_INVALID Account_Customer: the create strategy OwnKey needs a field mapping to Number.',
    ]);
    expect(check({ DynamicsField__c: 'Number' }, { CreateStrategy__c: 'OwnKey' })).toEqual([]);
  });

  test('asks for the currency of a document', () => {
    const without = {
      ...orderRecords,
      FieldMapping__mdt: orderRecords.FieldMapping__mdt?.filter((field) => field.DeveloperName !== 'O_Currency') ?? [],
    };

    expect(checkMapping(mappingOf(without, 'Order'), orders).map(({ code, field }) => [code, field])).toEqual([
      ['MAPPING_INVALID', 'CurrencyCode'],
    ]);
  });
});
