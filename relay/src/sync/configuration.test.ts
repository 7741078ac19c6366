import { describe, expect, test } from '@jest/globals';
import type { FieldRecord, Records } from './configuration-document.ts';
import { describing } from '../../../test/support/mapping-builders.ts';
import {
  account,
  mappingRecord,
  fieldRecord,
  compile,
  mappingOf,
  orderRecords,
} from '../../../test/support/configuration-under-test.ts';

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
