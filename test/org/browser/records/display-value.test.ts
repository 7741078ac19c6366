import { describe, expect, test } from '@jest/globals';
import { type Field, objectNamed, mustHaveField } from '../../metadata/schema.ts';
import { openCore } from '../../open-core.ts';
import { displayValue } from './display-value.ts';

const core = openCore({ sources: ['force-app'] });
const field = (objectName: string, name: string): Field =>
  mustHaveField(objectNamed(core.store.schema, objectName), name);

describe('a value on a page', () => {
  test('an amount keeps every digit and shows its currency', () => {
    expect(displayValue(field('Opportunity', 'Amount'), '1234567890123456.78', 'EUR')).toBe(
      'EUR 1,234,567,890,123,456.78',
    );
    expect(displayValue(field('Opportunity', 'Amount'), '-0.5', null)).toBe('-0.50');
  });

  test('a date shows the day it names, wherever the org runs', () => {
    expect(displayValue(field('Opportunity', 'CloseDate'), '2026-01-01', null)).toBe('1/1/2026');
  });

  test('an instant shows day and minute', () => {
    expect(displayValue(field('Account', 'CreatedDate'), '2026-11-24T14:05:09Z', null)).toBe('11/24/2026, 2:05 PM');
  });

  test('a picklist value shows its label, and one that is not on the list shows itself', () => {
    expect(displayValue(field('Invoice__c', 'PaymentStatus__c'), 'PartiallyPaid', null)).toBe('Partially Paid');
    expect(displayValue(field('Invoice__c', 'PaymentStatus__c'), 'Unheard', null)).toBe('Unheard');
  });

  test('text and blanks speak for themselves', () => {
    expect(displayValue(field('Account', 'Name'), 'Acme', null)).toBeNull();
    expect(displayValue(field('Opportunity', 'Amount'), null, 'USD')).toBeNull();
  });
});
