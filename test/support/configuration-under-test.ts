import { RelayError } from '../../relay/src/errors.ts';
import { compileConfiguration } from '../../relay/src/sync/configuration.ts';
import type { FieldRecord, MappingRecord, Records } from '../../relay/src/sync/configuration-document.ts';
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
} from './mapping-builders.ts';
import type { Configuration, EntityMapping } from '../../relay/src/sync/mapping.ts';

/** What the configuration tests describe: customers and orders on both sides. */
export const account = anObject('Account', [
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

export const customers = {
  ...anEntity({ Group: TEXT, OnHold: NO_YES, Limit: DECIMAL, Dimensions: TEXT }),
  entitySet: 'Customers',
};
export const orders = {
  ...anEntity({ CurrencyCode: TEXT, Marker: TEXT, Stopped: NO_YES, Date: DATE_TIME }),
  entitySet: 'Orders',
};
export const lines = { ...anEntity({ Quantity: DECIMAL, Order: TEXT, Marker: TEXT }), entitySet: 'Lines' };
export const descriptions = describing([account, order, orderItem], [customers, orders, lines]);

export const mappingRecord = (overrides: Partial<MappingRecord> = {}): MappingRecord => ({
  DeveloperName: 'Account_Customer',
  SalesforceObject__c: 'Account',
  EntitySet__c: 'Customers',
  Direction__c: 'Both',
  ...overrides,
});

export const fieldRecord = (overrides: Partial<FieldRecord> = {}): FieldRecord => ({
  DeveloperName: 'Account_Name',
  EntityMapping__c: 'Account_Customer',
  SalesforceField__c: 'Name',
  DynamicsField__c: 'Name',
  Direction__c: 'ToDynamics',
  ...overrides,
});

export function records(overrides: Partial<Records> = {}): Records {
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

export const documentOf = (overrides: Partial<Records>): string =>
  JSON.stringify({ contract: 1, records: records(overrides) });

export function compile(overrides: Partial<Records> = {}, describe = descriptions): Configuration {
  return compileConfiguration(documentOf(overrides), 'sha256:0', describe);
}

export function mappingOf(overrides: Partial<Records> = {}, name = 'Account_Customer'): EntityMapping {
  const mapping = compile(overrides).mappings.get(name);
  if (mapping === undefined) throw new Error(`${name} was not compiled`);
  return mapping;
}

export function faultsOf(document: string): string[] {
  try {
    compileConfiguration(document, 'sha256:0', descriptions);
  } catch (error) {
    if (error instanceof RelayError && error.code === 'CONFIGURATION_INVALID')
      return error.message.split('\n- ').slice(1);
    throw error;
  }
  return [];
}

export const faults = (overrides: Partial<Records>): string[] => faultsOf(documentOf(overrides));
export const fieldFaults = (...fields: Partial<FieldRecord>[]): string[] =>
  faults({ FieldMapping__mdt: fields.map((field) => fieldRecord(field)) });
export const mappingFaults = (overrides: Partial<MappingRecord>): string[] =>
  faults({ EntityMapping__mdt: [mappingRecord(overrides)] });

export const orderRecords: Partial<Records> = {
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
      MarkerField__c: 'Marker',
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
