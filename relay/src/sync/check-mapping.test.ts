import { describe, expect, test } from '@jest/globals';
import type { FieldType } from '../dynamics/connector.ts';
import { checkMapping } from './configuration.ts';
import type { FieldRecord, MappingRecord } from './configuration-document.ts';
import { anEntity, DATE_TIME, TEXT } from '../../../test/support/mapping-builders.ts';
import {
  customers,
  orders,
  mappingRecord,
  fieldRecord,
  mappingOf,
  orderRecords,
} from '../../../test/support/configuration-under-test.ts';

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
