import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { RelayError } from '../../relay/src/errors.ts';
import type { Salesforce } from '../../relay/src/salesforce/salesforce.ts';
import { sweepDocuments } from '../../relay/src/sync/to-salesforce/sweep-documents.ts';
import { aCall } from '../dynamics/connector/connector-under-test.ts';
import { aHashKey } from '../support/mapping-builders.ts';
import { aCustomer, aDeal } from './contoso-records.ts';
import { type Engine, ORG, QUARANTINE_MS, startEngine } from './engine-under-test.ts';
import { createFakeSalesforce, type FakeSalesforce } from './fake-salesforce.ts';

const LATER_ORG = '00D000000000002AAA';
let engine: Engine;
let other: FakeSalesforce;

beforeAll(async () => {
  engine = await startEngine();
  other = createFakeSalesforce(LATER_ORG);
}, 60_000);

beforeEach(() => engine.reset());

afterAll(() => engine.stop());

function sweep(org = ORG, salesforce: Salesforce = engine.salesforce): Promise<{ brought: number; failed: number }> {
  const deps = {
    store: engine.store,
    connector: () => engine.connector,
    salesforce: () => salesforce,
    currentConfiguration: async () => engine.configuration(),
    hashKey: () => aHashKey(),
    clock: () => new Date(),
    newId: randomUUID,
    holder: 'sweep',
    leaseMs: 120_000,
    quarantineMs: QUARANTINE_MS,
  };
  const { connector } = engine;
  return sweepDocuments(deps, { org, configuration: engine.configuration(), connector, salesforce, io: aCall() });
}

/** A customer with an invoice that no event tells of: the environment has no endpoint to send to. */
async function anInvoice(): Promise<{ customer: string; accountId: string; invoice: string; total: string }> {
  const account = await aCustomer(engine);
  const [unit] = await engine.sync([aDeal(engine, account)]);
  const posted = engine.admin.invoiceOrder({ company: 'usmf', order: unit?.number ?? '' });
  return { customer: account.number, accountId: account.id, invoice: posted.invoice, total: posted.total };
}

async function linkCustomer(org: string, number: string): Promise<void> {
  const unit = {
    org,
    recordId: `001${number.replaceAll('-', '').padStart(12, '0')}`,
    mapping: 'Account_Customer',
    connection: 'contoso',
    company: 'usmf',
  };
  const dynamicsKey = `dataAreaId='usmf',CustomerAccount='${number}'`;
  const link = {
    unit,
    entitySet: 'CustomersV3',
    dynamicsKey,
    number,
    state: 'active',
    parent: null,
    bases: [],
  } as const;
  await engine.store.commit({ leases: [], links: [link], closedIntents: [], audit: [], reports: [] });
}

const problems = async (): Promise<string[]> =>
  (await engine.store.findProblems({ org: ORG, state: 'open', limit: 10 })).map(({ code }) => code);

it('brings an invoice and its payment whose events never came, and is silent when it runs again', async () => {
  const { customer, accountId, invoice, total } = await anInvoice();

  await sweep();
  const first = engine.salesforce.all('Invoice__c').find((row) => row['Name'] === invoice);
  engine.admin.postPayment({ company: 'usmf', customer, amount: total, currency: 'USD', invoice });
  await sweep();
  const writes = engine.salesforce.writes();
  const decisions = await engine.store.findAudit({ org: ORG, limit: 500 });
  const again = await sweep();

  expect(first).toMatchObject({ Account__c: accountId, PaymentStatus__c: 'Open' });
  const paid = engine.salesforce.all('Invoice__c').find((row) => row['Name'] === invoice);
  expect(paid).toMatchObject({ PaymentStatus__c: 'Paid', BalanceAmount__c: '0' });
  expect(engine.salesforce.all('InvoiceLine__c')).toHaveLength(2);
  expect(again).toEqual({ brought: 0, failed: 0 });
  expect(engine.salesforce.writes()).toBe(writes);
  expect(await engine.store.findAudit({ org: ORG, limit: 500 })).toEqual(decisions);
});

it('brings the invoice of a customer that is linked after it was posted, and says nothing of it before', async () => {
  const stranger = await anInvoice();
  const { customer, invoice } = await anInvoice();
  await linkCustomer(LATER_ORG, 'US-001');

  const before = await sweep(LATER_ORG, other);
  expect(before).toEqual({ brought: 0, failed: 0 });
  expect(await engine.store.findAudit({ org: LATER_ORG, limit: 10 })).toEqual([]);
  await linkCustomer(LATER_ORG, customer);
  const after = await sweep(LATER_ORG, other);

  expect(after).toEqual({ brought: 1, failed: 0 });
  expect(other.all('Invoice__c').map((row) => row['Name'])).toEqual([invoice]);
  expect(other.all('Invoice__c').map((row) => row['Name'])).not.toContain(stranger.invoice);
});

it('leaves its cursor and opens a problem where an admin must help, and closes it when all is there', async () => {
  await sweep();
  const { invoice } = await anInvoice();
  const place = { org: ORG, connection: 'contoso', company: 'usmf', mapping: 'SalesInvoice_Invoice' };
  await engine.store.commit({
    ...{ leases: [], links: [], closedIntents: [], audit: [], reports: [] },
    cursors: [{ ...place, position: '2026-01-01' }],
  });
  const broken = (code: 'PERMISSION_MISSING' | 'SALESFORCE_UNAVAILABLE'): Salesforce => ({
    ...engine.salesforce,
    upsertOwned: () => Promise.reject(new RelayError(code, 'It failed.')),
  });

  await sweep(ORG, broken('SALESFORCE_UNAVAILABLE'));
  expect(await problems()).toEqual([]);
  const failed = await sweep(ORG, broken('PERMISSION_MISSING'));

  expect(failed).toEqual({ brought: 0, failed: 1 });
  expect(await engine.store.cursor(place)).toBe('2026-01-01');
  expect(await problems()).toEqual(['PERMISSION_MISSING']);
  await sweep();
  expect(engine.salesforce.all('Invoice__c').map((row) => row['Name'])).toContain(invoice);
  expect(await engine.store.cursor(place)).toBe(new Date().toISOString().slice(0, 10));
  expect(await problems()).toEqual([]);
});

it('passes its turn over while another relay sweeps', async () => {
  const { invoice } = await anInvoice();
  const leases = await engine.store.acquireLeases([`sweep:${ORG}/contoso`], 'another', 60_000);

  const passed = await sweep();
  await engine.store.releaseLeases(leases);

  expect(passed).toEqual({ brought: 0, failed: 0 });
  expect(engine.salesforce.all('Invoice__c').map((row) => row['Name'])).not.toContain(invoice);
});
