import type { Values } from '../../relay/src/dynamics/connector.ts';
import type { SyncItem, UnitResult } from '../../relay/src/sync/exchange.ts';
import type { Engine } from './engine-under-test.ts';

let serial = 0;

/** A fresh Salesforce id with this key prefix. */
export function anId(prefix: string): string {
  serial += 1;
  return `${prefix}${String(serial).padStart(12, '0')}AAA`;
}

/** An account in California that nothing else resembles. */
export function accountFields(overrides: Values = {}): Values {
  serial += 1;
  return {
    Name: `Customer ${serial}`,
    Type: 'Customer - Direct',
    BillingCountry: 'United States',
    BillingState: 'CA',
    BillingPostalCode: `9${String(serial).padStart(4, '0')}`,
    CurrencyIsoCode: 'USD',
    PaymentTerms__c: 'Net 30',
    ...overrides,
  };
}

export const GERMANY: Values = { BillingCountry: 'Germany', BillingState: null, CurrencyIsoCode: 'EUR' };
export const BRITAIN: Values = { BillingCountry: 'United Kingdom', BillingState: null, CurrencyIsoCode: 'GBP' };

/** An account that is a customer already. */
export async function aCustomer(
  engine: Engine,
  overrides: Values = {},
): Promise<{ id: string; fields: Values; number: string; unit: UnitResult }> {
  const id = anId('001');
  const fields = accountFields(overrides);
  const [unit] = await engine.sync([engine.item('Account_Customer', id, fields)]);
  if (unit?.outcome !== 'created') throw new Error(`The test's customer was not created: ${JSON.stringify(unit)}`);
  const written = { ...fields, ...unit.writeBacks };
  engine.salesforce.put('Account', id, written);
  return { id, fields: written, number: unit.number ?? '', unit };
}

/** A won deal's fields. */
export function dealFields(account: { readonly id: string; readonly fields: Values }, overrides: Values = {}): Values {
  serial += 1;
  return {
    Name: `Deal ${serial}`,
    AccountId: account.id,
    IsWon: true,
    CurrencyIsoCode: 'USD',
    'Account.BillingCountry': account.fields['BillingCountry'] ?? null,
    ...overrides,
  };
}

export type Line = { readonly id: string; readonly fields: Values };

/** A line of a deal. */
export function aLine(item = 'D0001', overrides: Values = {}): Line {
  return {
    id: anId('00k'),
    fields: {
      'Product2.ProductCode': item,
      'Product2.Family': 'Hardware',
      Quantity: '2',
      UnitPrice: '500',
      ...overrides,
    },
  };
}

/** The item of a won deal. */
export function aDeal(
  engine: Engine,
  account: { readonly id: string; readonly fields: Values },
  more: { id?: string; fields?: Values; lines?: readonly Line[] } = {},
): SyncItem {
  const lines = more.lines ?? [aLine('D0001'), aLine('D0002')];
  const id = more.id ?? anId('006');
  return engine.item('Opportunity_SalesOrder', id, dealFields(account, more.fields), { lines });
}

/** The same item with other fields. */
export function changed(item: SyncItem, fields: Values): SyncItem {
  return {
    ...item,
    generation: item.generation + 1,
    record: { ...item.record, fields: { ...item.record.fields, ...fields } },
  };
}
