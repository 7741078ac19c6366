import { expect, test } from '@jest/globals';
import { aField, aMapping, aRecord } from '../../../test/support/mapping-builders.ts';
import { referencesOf, relatedRecordIds } from './references.ts';

const customer = aField({
  name: 'Order_Customer',
  kind: 'Reference',
  salesforceField: 'AccountId',
  dynamicsField: 'Customer',
  referenceMapping: 'Account_Customer',
});
const product = aField({
  name: 'Line_Product',
  kind: 'Reference',
  salesforceField: 'Product2Id',
  dynamicsField: 'Item',
  referenceMapping: 'Product',
});
const line = aMapping({ name: 'Order_Line', childRelationship: 'OrderItems', fields: [product] });
const order = aMapping({ name: 'Order', fields: [aField(), customer], children: [line] });

test('a document needs what it and its lines refer to', () => {
  const record = aRecord(
    { Name: 'x', AccountId: '001A' },
    {
      OrderItems: [
        { id: '802A', fields: { Product2Id: '01tA' } },
        { id: '802B', fields: { Product2Id: null } },
      ],
    },
  );

  expect(referencesOf(order, record)).toEqual([
    { field: 'Customer', mapping: 'Account_Customer', recordId: '001A', line: null, referenceField: null },
    { field: 'Item', mapping: 'Product', recordId: '01tA', line: '802A', referenceField: null },
  ]);
});

test('a blank lookup, and one that only comes from Dynamics, needs nothing', () => {
  const inbound = aMapping({ fields: [{ ...customer, direction: 'ToSalesforce' }] });

  expect(referencesOf(order, aRecord({ AccountId: null }))).toEqual([]);
  expect(referencesOf(inbound, aRecord({ AccountId: '001A' }))).toEqual([]);
});

test('related records are those of the lookups that the options name, each once', () => {
  const mapping = aMapping({ options: { related: ['OpportunityId', 'QuoteId', 'OriginalId'] } });

  const ids = relatedRecordIds(mapping, aRecord({ OpportunityId: '006A', QuoteId: null, OriginalId: '006A' }));

  expect(ids).toEqual(['006A']);
});
