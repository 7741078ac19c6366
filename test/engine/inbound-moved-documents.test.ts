import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Connector, FindRequest, Values } from '../../relay/src/dynamics/connector.ts';
import { sweepDocuments } from '../../relay/src/sync/to-salesforce/sweep-documents.ts';
import { aCall } from '../dynamics/connector/connector-under-test.ts';
import { aHashKey } from '../support/mapping-builders.ts';
import { type Engine, ORG, QUARANTINE_MS, startEngine } from './engine-under-test.ts';
import { anInvoice, type Invoiced, shownInvoice } from './inbound-documents.ts';

const PLACE = { org: ORG, connection: 'contoso', company: 'usmf' };
let engine: Engine;
const heard: { outcome: string; mapping: string; company: string }[] = [];

beforeAll(async () => {
  engine = await startEngine();
}, 60_000);
beforeEach(() => engine.reset());
afterAll(() => engine.stop());

function sweep(connector: Connector = engine.connector): Promise<{ brought: number; failed: number }> {
  const { salesforce } = engine;
  const deps = {
    store: engine.store,
    connector: () => connector,
    salesforce: () => salesforce,
    currentConfiguration: async () => engine.configuration(),
    hashKey: () => aHashKey(),
    clock: () => new Date(),
    newId: randomUUID,
    holder: 'sweep',
    leaseMs: 120_000,
    quarantineMs: QUARANTINE_MS,
    onRecord: (record: (typeof heard)[number]) => void heard.push(record),
  };
  return sweepDocuments(deps, { org: ORG, configuration: engine.configuration(), connector, salesforce, io: aCall() });
}

const shown = (of: Invoiced): Values => shownInvoice(engine, of);

/** Leaves the payments' sweep nothing to find, as where a payment is dated before its window. */
const withoutPayments = (document: { records: Record<string, Record<string, unknown>[]> }): void => {
  for (const mapping of document.records['EntityMapping__mdt'] ?? []) {
    if (mapping['DeveloperName'] !== 'CustomerPayment_Payment') continue;
    const options = JSON.parse(String(mapping['Options__c'])) as Record<string, unknown>;
    mapping['Options__c'] = JSON.stringify({ ...options, sweep: undefined });
  }
};

/** The same environment, where nothing is found by its date. */
const withoutWindows = (): Connector => ({
  ...engine.connector,
  find: (requests: readonly FindRequest[], call) =>
    requests.some(({ since }) => since !== undefined)
      ? Promise.resolve(requests.map(() => ({ ok: true as const, value: [] })))
      : engine.connector.find(requests, call),
});

it('shows what a payment settled whose event was lost, on invoice and account, and is silent afterwards', async () => {
  engine.configure(withoutPayments);
  const deal = await anInvoice(engine);
  await sweep();
  engine.admin.postPayment({ company: 'usmf', customer: deal.customer, amount: '100', invoice: deal.invoice });

  heard.length = 0;
  const swept = await sweep();
  const writes = engine.salesforce.writes();
  const again = await sweep();

  expect(swept).toEqual({ brought: 1, failed: 0 });
  expect(heard).toEqual([{ outcome: 'updated', mapping: 'SalesInvoice_Invoice', company: 'usmf' }]);
  expect(shown(deal)).toMatchObject({ PaymentStatus__c: 'PartiallyPaid', PaidAmount__c: '100' });
  expect(engine.salesforce.get('Account', deal.account)['OpenBalance__c']).toBe(shown(deal)['BalanceAmount__c']);
  expect(again).toEqual({ brought: 0, failed: 0 });
  expect(engine.salesforce.writes()).toBe(writes);
});

it('opens a paid invoice of the window again whose settlement was taken back without a word', async () => {
  engine.configure(withoutPayments);
  const deal = await anInvoice(engine);
  const paid = engine.admin.postPayment({
    company: 'usmf',
    customer: deal.customer,
    amount: deal.total,
    invoice: deal.invoice,
  });
  await sweep();
  const before = shown(deal)['PaymentStatus__c'];

  engine.admin.reversePayment({ company: 'usmf', journal: paid.journal });
  await sweep();

  expect(before).toBe('Paid');
  expect(shown(deal)).toMatchObject({ PaymentStatus__c: 'Open', BalanceAmount__c: deal.total });
});

it('looks through open invoices that are older than any window, and asks for no others', async () => {
  const [deal, settled] = [await anInvoice(engine), await anInvoice(engine)];
  const pay = (of: Invoiced) =>
    engine.admin.postPayment({ company: 'usmf', customer: of.customer, amount: of.total, invoice: of.invoice });
  pay(settled);
  await sweep();
  pay(deal);
  const asked: string[] = [];
  const connector = withoutWindows();

  await sweep({
    ...connector,
    settlements: (request, call) => {
      asked.push(...request.invoiceNumbers);
      return connector.settlements(request, call);
    },
  });

  expect(shown(deal)).toMatchObject({ PaymentStatus__c: 'Paid', BalanceAmount__c: '0' });
  expect(asked).toContain(deal.invoice);
  expect(await engine.store.cursor({ ...PLACE, mapping: 'SalesInvoice_Invoice@open' })).toBe('');
});

it('brings an invoice again whose figures were written and never noted, because the run died before', async () => {
  engine.configure(withoutPayments);
  const deal = await anInvoice(engine);
  await sweep();
  engine.admin.postPayment({ company: 'usmf', customer: deal.customer, amount: '10', invoice: deal.invoice });
  let isDying = true;
  engine.salesforce.beforeApply(() => {
    const dies = isDying;
    isDying = false;
    if (dies) throw new Error('The process died.');
  });

  heard.length = 0;
  const died = await sweep();
  expect(heard).toMatchObject([{ outcome: 'failed', mapping: 'SalesInvoice_Invoice' }]);
  const healed = await sweep();

  expect(died.failed).toBe(1);
  expect(healed).toMatchObject({ failed: 0 });
  expect(healed.brought).toBeGreaterThan(0);
  expect(engine.salesforce.get('Account', deal.account)['OpenBalance__c']).toBe(shown(deal)['BalanceAmount__c']);
});

it('keeps no figure, only its hash', async () => {
  const deal = await anInvoice(engine);
  const unit = { ...PLACE, recordId: String(shown(deal)['Id']), mapping: 'SalesInvoice_Invoice' };

  const [linked] = await engine.store.linksOfUnits([unit]);

  expect(linked?.bases.map(({ field }) => field)).toEqual(['@figures']);
  expect(JSON.stringify(linked?.bases)).not.toContain(deal.total);
});
