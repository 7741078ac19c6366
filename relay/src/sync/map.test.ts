import { describe, expect, test } from '@jest/globals';
import type { FieldType, Values } from '../dynamics/connector.ts';
import { RelayError } from '../errors.ts';
import {
  aField,
  aFormula,
  aMapping,
  anEntity,
  DATE_TIME,
  DECIMAL,
  NO_YES,
  TEXT,
} from '../../../test/support/mapping-builders.ts';
import { type InboundContext, type MapContext, mapToDynamics, mapToSalesforce, writeBacksOf } from './map.ts';
import type { FieldMapping } from './mapping.ts';

const STATUS: FieldType = { kind: 'enum', name: 'Status', members: ['Open', 'Done'] };
const entity = anEntity({
  Amount: DECIMAL,
  Status: STATUS,
  Stopped: NO_YES,
  Customer: TEXT,
  City: { kind: 'string', maxLength: 5 },
  CurrencyCode: TEXT,
  DueDate: DATE_TIME,
  Dimensions: TEXT,
});
const context: MapContext = {
  company: 'usmf',
  entity,
  references: new Map([['Account_Customer/001A', 'US-001']]),
  dimensions: { segments: ['BusinessUnit', 'CostCenter'], delimiter: '-' },
};

function mapped(fields: readonly FieldMapping[], values: Values, overrides: Partial<MapContext> = {}) {
  const result = mapToDynamics(aMapping({ fields }), values, { ...context, ...overrides });
  return {
    values: Object.fromEntries(result.mapped.map(({ dynamicsField, value }) => [dynamicsField, value])),
    faults: result.faults.map(({ code, field }) => `${code} ${field ?? ''}`),
  };
}

const customer = aField({
  kind: 'Reference',
  salesforceField: 'AccountId',
  dynamicsField: 'Customer',
  referenceMapping: 'Account_Customer',
});
const failing = aFormula(() => {
  throw new RelayError('FORMULA_FAILED', 'It divides by zero.');
});

describe('to Dynamics', () => {
  test('each field finds its value in its own way', () => {
    const fields = [
      aField({ salesforceField: 'Name', dynamicsField: 'Name' }),
      aField({ salesforceField: null, dynamicsField: 'Amount', formula: aFormula(() => '9007199254740993.55') }),
      aField({ kind: 'Constant', salesforceField: null, dynamicsField: 'Status', options: { value: 'Open' } }),
      aField({ salesforceField: 'IsStopped__c', dynamicsField: 'Stopped' }),
      customer,
      aField({ salesforceField: 'Owner.City', dynamicsField: 'City', direction: 'Both' }),
      aField({ salesforceField: 'Total__c', dynamicsField: 'DueDate', direction: 'ToSalesforce' }),
    ];

    const result = mapped(fields, { Name: 'Acme', IsStopped__c: true, AccountId: '001A', 'Owner.City': 'Ulm' });

    expect(result).toEqual({
      values: {
        Name: 'Acme',
        Amount: '9007199254740993.55',
        Status: 'Open',
        Stopped: 'Yes',
        Customer: 'US-001',
        City: 'Ulm',
      },
      faults: [],
    });
  });

  test('a formula goes before the field it is written beside', () => {
    const field = aField({ formula: aFormula((values) => String(values['Name']).slice(0, 2)) });

    expect(mapped([field], { Name: 'Acme' }).values).toEqual({ Name: 'Ac' });
  });

  test('all faults come at once', () => {
    const fields = [
      aField({ salesforceField: 'City', dynamicsField: 'City' }),
      aField({ salesforceField: 'Status', dynamicsField: 'Status' }),
      aField({ salesforceField: 'Amount', dynamicsField: 'Amount' }),
      aField({ salesforceField: 'Name', isRequired: true }),
      aField({ salesforceField: null, dynamicsField: 'DueDate', formula: failing }),
      aField({ salesforceField: 'Name', dynamicsField: 'Nowhere' }),
      customer,
    ];

    const result = mapped(fields, {
      City: 'Heidelberg',
      Status: 'Lost',
      Amount: 'many',
      Name: null,
      AccountId: '001B',
    });

    expect(result).toEqual({
      values: {},
      faults: [
        'VALUE_TOO_LONG City',
        'ENUM_MEMBER_UNKNOWN Status',
        'VALUE_WRONG_TYPE Amount',
        'VALUE_REQUIRED Name',
        'FORMULA_FAILED DueDate',
        'FIELD_UNKNOWN Nowhere',
        'PARENT_NOT_LINKED Customer',
      ],
    });
  });

  test('a field that did not come is not taken for a blank one', () => {
    expect(mapped([aField()], {})).toEqual({ values: {}, faults: ['PERMISSION_MISSING Name'] });
  });

  test('a blank value is mapped to blank, also that of a lookup', () => {
    expect(mapped([aField(), customer], { Name: ' ', AccountId: null }).values).toEqual({ Name: null, Customer: null });
  });

  test('a value map translates before the type is judged', () => {
    const valueMap = {
      name: 'Map',
      unknownValue: 'Reject' as const,
      defaultSalesforceValue: null,
      defaultDynamicsValue: null,
      entries: [{ salesforceValue: 'Closed', dynamicsValue: 'Done', company: 'usmf', direction: 'Both' as const }],
    };
    const field = aField({ salesforceField: 'Status', dynamicsField: 'Status', valueMap });

    expect(mapped([field], { Status: 'Closed' }).values).toEqual({ Status: 'Done' });
    expect(mapped([field], { Status: 'Closed' }, { company: 'gbsi' }).faults).toEqual(['VALUE_NOT_MAPPED Status']);
  });

  test('a document must name its currency', () => {
    const fields = [aField({ salesforceField: 'CurrencyIsoCode', dynamicsField: 'CurrencyCode' })];
    const document = aMapping({ fields, documentStrategy: 'Staged' });

    const { faults } = mapToDynamics(document, { CurrencyIsoCode: null }, context);

    expect(faults).toMatchObject([
      { code: 'VALUE_REQUIRED', message: expect.stringContaining('must name its currency') },
    ]);
    expect(mapped(fields, { CurrencyIsoCode: null }).faults).toEqual([]);
  });

  test('key fields are left out where Dynamics numbers the record', () => {
    const fields = [aField(), aField({ salesforceField: 'Code', dynamicsField: 'Number' })];
    const values = { Name: 'Acme', Code: 'X1' };

    expect(mapped(fields, values, { ownKey: false }).values).toEqual({ Name: 'Acme' });
    expect(mapped(fields, values, { ownKey: true }).values).toEqual({ Name: 'Acme', Number: 'X1' });
  });

  test('a message names both fields, the reason of a formula, and no value', () => {
    const field = aField({ salesforceField: 'Name', dynamicsField: 'Amount', formula: failing });

    const { faults } = mapToDynamics(aMapping({ fields: [field] }), { Name: 'Hush' }, context);

    expect(faults[0]?.message).toBe('Name → Amount: It divides by zero.');
  });

  test('mapping twice gives the same', () => {
    const run = () => mapToDynamics(aMapping(), { Name: 'Acme' }, context);

    expect(run()).toEqual(run());
  });
});

describe('dimensions', () => {
  const dimension = (dimensionName: string, salesforceField: string, overrides: Partial<FieldMapping> = {}) =>
    aField({
      name: `D_${dimensionName}`,
      kind: 'Dimension',
      salesforceField,
      dynamicsField: 'Dimensions',
      options: { dimension: dimensionName },
      ...overrides,
    });
  const fields = [dimension('CostCenter', 'Center__c'), dimension('BusinessUnit', 'Unit__c')];

  test('one target takes one value', () => {
    expect(mapped(fields, { Center__c: '014', Unit__c: '001' }).values).toEqual({ Dimensions: '001-014' });
  });

  test('all blank is blank', () => {
    expect(mapped(fields, { Center__c: null, Unit__c: null }).values).toEqual({ Dimensions: null });
  });

  test('a required dimension that is blank is named', () => {
    const required = [dimension('CostCenter', 'Center__c', { isRequired: true })];

    expect(mapped(required, { Center__c: null }).faults).toEqual(['VALUE_REQUIRED Dimensions']);
  });

  test('an unknown dimension is refused', () => {
    expect(mapped([dimension('Region', 'Region__c')], { Region__c: 'EU' }).faults).toEqual([
      'DIMENSION_INVALID Dimensions',
    ]);
  });
});

describe('to Salesforce', () => {
  const inbound: InboundContext = {
    company: 'usmf',
    connection: 'contoso',
    references: new Map([['Account_Customer/US-001', '001A']]),
    figures: { balance: '60' },
  };
  const incoming = (overrides: Partial<FieldMapping>) => aField({ direction: 'ToSalesforce', ...overrides });

  function received(fields: readonly FieldMapping[], values: Values, only?: ReadonlySet<string>) {
    const result = mapToSalesforce(aMapping({ fields }), values, inbound, only);
    return { fields: result.fields, faults: result.faults.map(({ code }) => code) };
  }

  test('each field finds its value in its own way', () => {
    const fields = [
      incoming({ salesforceField: 'Name' }),
      incoming({ salesforceField: 'IsStopped__c', salesforceType: 'boolean', dynamicsField: 'Stopped' }),
      incoming({
        salesforceField: 'Total__c',
        inboundFormula: aFormula((values) => values['Amount'] ?? null, ['Amount']),
      }),
      incoming({
        salesforceField: 'Account__c',
        kind: 'Reference',
        dynamicsField: 'Customer',
        referenceMapping: 'Account_Customer',
      }),
      incoming({ salesforceField: 'State__c', kind: 'Constant', options: { value: 'Posted' } }),
      incoming({ salesforceField: 'Balance__c', salesforceType: 'number', options: { figure: 'balance' } }),
      incoming({ salesforceField: 'Connection__c', options: { figure: 'connection' } }),
      aField({ salesforceField: 'City__c', dynamicsField: 'City' }),
    ];

    const result = received(fields, { Name: 'Acme', Stopped: 'Yes', Amount: '5', Customer: 'US-001', City: 'Ulm' });

    expect(result).toEqual({
      fields: {
        Name: 'Acme',
        IsStopped__c: true,
        Total__c: '5',
        Account__c: '001A',
        State__c: 'Posted',
        Balance__c: '60',
        Connection__c: 'contoso',
      },
      faults: [],
    });
  });

  test('what is not at hand is left as it is', () => {
    const fields = [
      incoming({ salesforceField: 'Name' }),
      incoming({ salesforceField: 'Total__c', inboundFormula: aFormula(() => '5', ['Amount']) }),
      incoming({ salesforceField: 'Paid__c', options: { figure: 'paid' } }),
    ];

    expect(received(fields, {}).fields).toEqual({});
  });

  test('a reference that is not linked stays blank, unless it is required', () => {
    const lookup = incoming({
      salesforceField: 'Order__c',
      kind: 'Reference',
      dynamicsField: 'Customer',
      referenceMapping: 'Order',
    });

    expect(received([lookup], { Customer: 'US-001' })).toEqual({ fields: { Order__c: null }, faults: [] });
    expect(received([{ ...lookup, isRequired: true }], { Customer: 'US-001' }).faults).toEqual(['PARENT_NOT_LINKED']);
  });

  test('a reference may be named by a formula', () => {
    const lookup = incoming({
      salesforceField: 'Account__c',
      kind: 'Reference',
      referenceMapping: 'Account_Customer',
      inboundFormula: aFormula(() => 'US-001', ['Name']),
    });

    expect(received([lookup], { Name: 'US\\-001' }).fields).toEqual({ Account__c: '001A' });
  });

  test('a required value that is blank in Dynamics is a fault', () => {
    expect(received([incoming({ isRequired: true })], { Name: null }).faults).toEqual(['VALUE_REQUIRED']);
  });

  test('a formula that fails is a fault of its field only', () => {
    const fields = [
      incoming({ inboundFormula: failing }),
      incoming({ salesforceField: 'Other__c', dynamicsField: 'City' }),
    ];

    expect(received(fields, { City: 'Ulm' })).toEqual({ fields: { Other__c: 'Ulm' }, faults: ['FORMULA_FAILED'] });
  });

  test('it can be limited to some fields', () => {
    const fields = [incoming({ name: 'A' }), incoming({ name: 'B', salesforceField: 'Other__c' })];

    expect(received(fields, { Name: 'Acme' }, new Set(['B'])).fields).toEqual({ Other__c: 'Acme' });
  });

  test('write-backs are the fields that are marked so; those that do not fit are left out', () => {
    const fields = [
      incoming({ name: 'A', salesforceField: 'Number__c', dynamicsField: 'Number', isWriteBack: true }),
      incoming({ name: 'B', salesforceField: 'Short__c', isWriteBack: true, salesforceLength: 2 }),
      incoming({ name: 'C', salesforceField: 'Other__c' }),
    ];

    const writeBacks = writeBacksOf(aMapping({ fields }), { Number: 'US-001', Name: 'Acme' }, inbound);

    expect(writeBacks).toEqual({ Number__c: 'US-001' });
  });
});
