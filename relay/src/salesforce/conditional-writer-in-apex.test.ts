import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { generate } from 'selfsigned';
import { startOrg, type LocalOrg } from '../../../test/org/start-org.ts';
import type { Change } from '../../../test/org/records/change-log.ts';
import type { Values } from '../dynamics/connector.ts';
import type { OrgSettings } from '../settings.ts';
import { createSalesforce } from './salesforce-org.ts';
import type { ConditionalResult, ConditionalWrite } from './salesforce.ts';

const CORRELATION_ID = '6f1c2a54-0b8e-4a57-9d3e-000000000005';

/** Fields of every type, one that the relay’s user may only read and one that it does not see. */
const FIELDS: Readonly<Record<string, string>> = {
  Visited__c: '<type>Date</type>',
  CalledAt__c: '<type>DateTime</type>',
  OpensAt__c: '<type>Time</type>',
  Score__c: '<type>Number</type><precision>18</precision><scale>4</scale>',
  Hidden__c: '<type>Text</type><length>20</length>',
  ReadOnly__c: '<type>Text</type><length>20</length>',
};
const EDITABLE = [
  'Account.Visited__c',
  'Account.CalledAt__c',
  'Account.OpensAt__c',
  'Account.Score__c',
  'Account.Phone',
];
const RIGHTS = `<PermissionSet><label>Accounts</label>
  <objectPermissions><allowEdit>true</allowEdit><allowRead>true</allowRead><modifyAllRecords>true</modifyAllRecords><viewAllRecords>true</viewAllRecords><object>Account</object></objectPermissions>
  ${EDITABLE.map((field) => `<fieldPermissions><editable>true</editable><field>${field}</field><readable>true</readable></fieldPermissions>`).join('')}
  <fieldPermissions><editable>false</editable><field>Account.ReadOnly__c</field><readable>true</readable></fieldPermissions>
</PermissionSet>`;

let folder: string;
let org: LocalOrg;
let settings: OrgSettings;
let serial = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'apply-'));
  await writeFile(path.join(folder, 'Accounts.permissionset-meta.xml'), RIGHTS);
  const fields = path.join(folder, 'objects/Account/fields');
  await mkdir(fields, { recursive: true });
  for (const [name, type] of Object.entries(FIELDS)) {
    const xml = `<CustomField><fullName>${name}</fullName><label>${name}</label>${type}</CustomField>`;
    await writeFile(path.join(fields, `${name}.field-meta.xml`), xml);
  }
  const app = await generate(undefined, { keySize: 2048, algorithm: 'sha256' });
  org = await startOrg({
    sources: ['force-app', 'unpackaged/demo', folder],
    connectedApps: [{ clientId: 'relay', certificates: [app.cert] }],
    apex: true,
  });
  org.insert('CausewaySettings__c', { SetupOwnerId: org.organizationId, IsEnabled__c: true });
  for (const { Id } of org.query("SELECT Id FROM PermissionSet WHERE Name IN ('CausewayIntegration', 'Accounts')")) {
    org.insert('PermissionSetAssignment', { AssigneeId: org.users.integration, PermissionSetId: String(Id) });
  }
  settings = {
    organizationId: org.organizationId,
    loginUrl: org.baseUrl,
    clientId: 'relay',
    username: 'integration@causeway.example',
    privateKeyPem: app.private,
    connections: ['contoso'],
  };
}, 60_000);

afterEach(() => org.faults.clear());
afterAll(async () => {
  await org.stop();
  await rm(folder, { recursive: true });
});

function anAccount(fields: Readonly<Record<string, string | boolean>> = {}): string {
  serial += 1;
  return org.insert('Account', { Name: `Acme ${serial}`, ...fields });
}

function apply(write: Omit<ConditionalWrite, 'type'>, change: Partial<OrgSettings> = {}): Promise<ConditionalResult> {
  const salesforce = createSalesforce({ org: { ...settings, ...change }, clock: () => new Date() });
  return salesforce.apply({ type: 'Account', ...write });
}

function standing(id: string, fields: readonly string[]): unknown {
  return org.query(`SELECT ${fields.join(', ')} FROM Account WHERE Id = '${id}'`)[0];
}

async function changesDuring<T>(
  work: () => Promise<T>,
): Promise<{ result: T; transactions: readonly (readonly Change[])[] }> {
  const transactions: (readonly Change[])[] = [];
  const stop = org.onChange((changes) => transactions.push(changes));
  const result = await work().finally(stop);
  return { result, transactions };
}

function unitOf(id: string) {
  return {
    mapping: 'Account_Customer',
    unitKey: `${id}/Account_Customer/contoso/usmf`,
    connection: 'contoso',
    company: 'usmf',
    isPrimary: true,
    outcome: 'updated',
    number: 'US-0042',
    dynamicsKey: "dataAreaId='usmf',CustomerAccount='US-0042'",
    url: 'https://contoso.operations.dynamics.com/?cmp=usmf',
    faults: [],
  } as const;
}

describe('a write', () => {
  it('is applied once, and changes nothing the second time', async () => {
    const id = anAccount();
    const write = { id, expected: { CustomerNumber__c: null }, wanted: { CustomerNumber__c: 'US-0042' } };

    const first = await apply(write);
    const { result: second, transactions } = await changesDuring(() => apply(write));

    expect([first, second]).toEqual([{ status: 'applied' }, { status: 'unchanged' }]);
    expect(transactions.flat()).toEqual([]);
    expect(standing(id, ['CustomerNumber__c'])).toEqual({ CustomerNumber__c: 'US-0042' });
  });

  it('leaves an edit alone that it did not expect, and tells what stands', async () => {
    const id = anAccount({ CustomerNumber__c: 'typed', CreditLimit__c: '100' });

    const result = await apply({
      id,
      expected: { CustomerNumber__c: null, CreditLimit__c: '100' },
      wanted: { CustomerNumber__c: 'US-1', CreditLimit__c: '250' },
    });

    expect(result).toEqual({ status: 'mismatch', current: { CustomerNumber__c: 'typed', CreditLimit__c: '100' } });
    expect(standing(id, ['CreditLimit__c'])).toEqual({ CreditLimit__c: '100' });
  });

  it('touches no field that did not move, so that an edit beside it stands', async () => {
    const id = anAccount({ Phone: 'before' });
    const name = `Acme ${serial}`;
    org.update('Account', id, { Phone: 'edited' });

    const write = { id, expected: { Name: name, CreditLimit__c: null }, wanted: { Name: name, CreditLimit__c: '5' } };
    const { result, transactions } = await changesDuring(() => apply(write));

    expect(result).toEqual({ status: 'applied' });
    expect(standing(id, ['Phone', 'CreditLimit__c'])).toEqual({ Phone: 'edited', CreditLimit__c: '5' });
    expect(transactions.flat().filter(({ object }) => object === 'Account')).toHaveLength(1);
  });

  const fidelity: [string, Values, Values][] = [
    ['every digit of a decimal', { Score__c: null }, { Score__c: '12345678901234.5678' }],
    ['a negative decimal', { Score__c: null }, { Score__c: '-0.0001' }],
    ['a date', { Visited__c: null }, { Visited__c: '2024-02-29' }],
    ['an instant', { CalledAt__c: null }, { CalledAt__c: '2026-03-29T01:30:00.000Z' }],
    ['a time', { OpensAt__c: null }, { OpensAt__c: '09:30:00.000Z' }],
    ['a checkbox', { IsOnHold__c: false }, { IsOnHold__c: true }],
    ['text beyond ASCII', { Phone: null }, { Phone: 'Łódź 東京 😀 "\\' }],
  ];

  it.each(fidelity)('keeps %s, knows it again, and takes it back to blank', async (_what, blank, wanted) => {
    const id = anAccount();
    const read = async (): Promise<Values | undefined> => {
      const salesforce = createSalesforce({ org: settings, clock: () => new Date() });
      const fields = Object.keys(wanted);
      return (await salesforce.readRecords({ type: 'Account', ids: [id], fields, children: [] }))[0]?.fields;
    };

    const results = [await apply({ id, expected: blank, wanted }), await apply({ id, expected: blank, wanted })];
    const written = await read();
    results.push(await apply({ id, expected: wanted, wanted: blank }));

    expect(results.map(({ status }) => status)).toEqual(['applied', 'unchanged', 'applied']);
    expect(written).toEqual(wanted);
    expect(await read()).toEqual(blank);
  });

  it('takes as the same what Salesforce stores as the same', async () => {
    const id = anAccount({ Phone: '1', CreditLimit__c: '250', IsOnHold__c: false });

    const result = await apply({
      id,
      expected: {},
      wanted: { Phone: ' 1 ', CreditLimit__c: '250.00', IsOnHold__c: null },
    });

    expect(result).toEqual({ status: 'unchanged' });
  });

  it('whose answer was lost is there, and is unchanged when it comes again', async () => {
    const id = anAccount();
    const write = {
      id,
      expected: { CustomerNumber__c: null },
      wanted: { CustomerNumber__c: 'US-7' },
      unit: unitOf(id),
    };
    org.faults.add({ kind: 'cutAfter', count: 1, pathContains: 'apexrest' });
    await expect(apply(write)).rejects.toMatchObject({ code: 'SALESFORCE_UNAVAILABLE' });

    const result = await apply(write);

    expect(result).toEqual({ status: 'unchanged' });
    expect(standing(id, ['CustomerNumber__c'])).toEqual({ CustomerNumber__c: 'US-7' });
  });

  it('asks for no sync of itself, while an edit of the same field does', async () => {
    const id = anAccount({ CreditLimit__c: '100' });
    const generation = () =>
      org.query(`SELECT Generation__c FROM SyncRequest__c WHERE RequestKey__c = '${id}/Account_Customer'`);
    const before = generation();

    await apply({
      id,
      expected: { CreditLimit__c: '100', Phone: null },
      wanted: { CreditLimit__c: '250', Phone: '1' },
    });
    const after = generation();
    org.update('Account', id, { Phone: '2' });

    expect(before).toEqual([{ Generation__c: '1' }]);
    expect(after).toEqual(before);
    expect(generation()).toEqual([{ Generation__c: '2' }]);
  });
});

describe('what people see', () => {
  it('is stored with the write in one transaction, and told to pages that are open', async () => {
    const id = anAccount();
    const unit = unitOf(id);

    const { transactions } = await changesDuring(() =>
      apply({ id, expected: {}, wanted: { CustomerNumber__c: 'US-0042' }, unit, correlationId: CORRELATION_ID }),
    );

    const [status] = org.query(
      `SELECT State__c, LastDirection__c, DynamicsNumber__c, CorrelationId__c FROM SyncStatus__c WHERE UnitKey__c = '${unit.unitKey}'`,
    );
    expect(status).toEqual({
      State__c: 'InSync',
      LastDirection__c: 'ToSalesforce',
      DynamicsNumber__c: 'US-0042',
      CorrelationId__c: CORRELATION_ID,
    });
    expect(transactions.map((changes) => changes.map(({ object }) => object).toSorted())).toEqual([
      ['Account', 'RecordSynced__e', 'SyncStatus__c'],
    ]);
    expect(transactions.flat().find(({ object }) => object === 'RecordSynced__e')?.new).toMatchObject({
      RecordId__c: id,
      UnitKey__c: unit.unitKey,
      State__c: 'InSync',
    });
  });

  it('follows figures that belong to no unit, too', async () => {
    const id = anAccount();

    const { transactions } = await changesDuring(() => apply({ id, expected: {}, wanted: { OpenBalance__c: '12.5' } }));

    expect(transactions.map((changes) => changes.map(({ object }) => object).toSorted())).toEqual([
      ['Account', 'RecordSynced__e'],
    ]);
    expect(transactions.flat().find(({ object }) => object === 'RecordSynced__e')?.new).toMatchObject({
      RecordId__c: id,
    });
  });

  it('stays as it is where the write does not arrive', async () => {
    const id = anAccount({ CustomerNumber__c: 'typed' });

    const { result, transactions } = await changesDuring(() =>
      apply({ id, expected: {}, wanted: { CustomerNumber__c: 'US-1' }, unit: unitOf(id) }),
    );

    expect(result).toMatchObject({ status: 'mismatch' });
    expect(transactions.flat()).toEqual([]);
  });

  it('and the write are undone together where the call fails as a whole', async () => {
    const id = anAccount();
    const unrouted = org.insert('SyncStatus__c', { UnitKey__c: `${id}/Account_Customer//`, RecordId__c: id });
    const write = { id, expected: {}, wanted: { CustomerNumber__c: 'US-8' }, unit: unitOf(id) };
    org.faults.lock(unrouted, 1);

    await expect(apply(write)).rejects.toMatchObject({ code: 'SALESFORCE_ROW_LOCKED', isRetryable: true });
    const between = standing(id, ['CustomerNumber__c']);
    const repeated = await apply(write);

    expect(between).toEqual({ CustomerNumber__c: null });
    expect(repeated).toEqual({ status: 'applied' });
    expect(org.query(`SELECT UnitKey__c FROM SyncStatus__c WHERE RecordId__c = '${id}'`)).toEqual([
      { UnitKey__c: write.unit.unitKey },
    ]);
  });
});

describe('a write is refused', () => {
  const refused: [string, Values, object][] = [
    ['an unknown field', { Nmae: 'x' }, { code: 'FIELD_UNKNOWN', field: 'Nmae' }],
    ['a field that is hidden from the relay’s user', { Hidden__c: 'x' }, { code: 'FIELD_UNKNOWN', field: 'Hidden__c' }],
    ['a field that it may only read', { ReadOnly__c: 'x' }, { code: 'PERMISSION_MISSING', field: 'ReadOnly__c' }],
    ['a field that nobody may write', { CreatedDate: '2020-01-01T00:00:00.000Z' }, { code: 'PERMISSION_MISSING' }],
    ['a value of another type', { Score__c: 'planted' }, { code: 'VALUE_WRONG_TYPE', field: 'Score__c' }],
    [
      'an oversized text',
      { CustomerNumber__c: 'planted'.repeat(50) },
      { code: 'SALESFORCE_REFUSED', field: 'CustomerNumber__c' },
    ],
    ['an oversized number', { Score__c: '123456789012345678' }, { code: 'SALESFORCE_REFUSED', field: 'Score__c' }],
  ];

  it.each(refused)('for %s, which is named without the value', async (_what, wanted, fault) => {
    const id = anAccount();

    const { result, transactions } = await changesDuring(() => apply({ id, expected: {}, wanted, unit: unitOf(id) }));

    expect(result).toMatchObject({ status: 'refused', fault: { ...fault, message: expect.stringContaining(id) } });
    expect(JSON.stringify(result)).not.toMatch(/planted|123456789012345678/);
    expect(transactions.flat()).toEqual([]);
  });

  it('for a record that is gone', async () => {
    const id = anAccount();
    org.delete('Account', id);

    expect(await apply({ id, expected: {}, wanted: { Phone: '1' } })).toMatchObject({
      status: 'refused',
      fault: { code: 'SALESFORCE_RECORD_GONE' },
    });
  });

  it('for a record that is locked, and comes through when the lock is gone', async () => {
    const id = anAccount();
    const write = { id, expected: {}, wanted: { Phone: '1' } };
    org.faults.lock(id, 1);

    expect(await apply(write)).toMatchObject({ status: 'refused', fault: { code: 'SALESFORCE_ROW_LOCKED' } });
    expect(await apply(write)).toEqual({ status: 'applied' });
  });

  it('for a user without the package’s permission set', async () => {
    const id = anAccount();

    await expect(
      apply({ id, expected: {}, wanted: { Phone: '1' } }, { username: 'nobody@causeway.example', namespace: '' }),
    ).rejects.toMatchObject({ code: 'PERMISSION_MISSING', message: expect.stringContaining('Causeway Integration') });
  });
});
