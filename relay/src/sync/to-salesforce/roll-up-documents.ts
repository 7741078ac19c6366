import type { Value, Values } from '../../dynamics/connector.ts';
import { RelayError } from '../../errors.ts';
import type { Salesforce } from '../../salesforce/salesforce.ts';
import type { Arrival, Inbound } from './inbound.ts';
import { referenceNumber } from './inbound-references.ts';
import { route } from '../route.ts';
import { rollUp } from '../settlement.ts';

const INVOICE_FIELDS = ['TotalAmount__c', 'PaidAmount__c', 'BalanceAmount__c', 'PaymentStatus__c', 'CurrencyCode__c'];
const DEAL_FIELDS = ['InvoicedAmount__c', 'PaidAmount__c', 'PaymentStatus__c'];
const BALANCE_FIELDS = ['OpenBalance__c', 'OverdueAmount__c', 'CurrencyCode__c'];

/**
 * Brings an invoice's figures to the Opportunity and Order that it belongs to, and what the customer owes now to the Account. Figures are
 * computed anew from all invoices of the record, so a repeat changes nothing.
 */
export async function rollUpDocuments(inbound: Inbound, { mapping, record }: Arrival, fields: Values): Promise<void> {
  if (mapping.salesforceObject === 'Invoice__c') {
    for (const type of ['Opportunity', 'Order'] as const) {
      const id = fields[`${type}__c`];
      if (typeof id === 'string') await rollUpDeal(inbound, { type, id, lookup: `${type}__c` }, fields);
    }
  }
  const customerField = mapping.fields.find((field) => field.salesforceField === 'Account__c');
  const customer = customerField === undefined ? null : referenceNumber(customerField, record.values);
  const accountId = fields['Account__c'];
  if (customerField === undefined || customer === null || typeof accountId !== 'string') return;
  await balance(inbound, { accountId, customer, mapping: customerField.referenceMapping });
}

type Deal = { readonly type: 'Opportunity' | 'Order'; readonly id: string; readonly lookup: string };

async function rollUpDeal(inbound: Inbound, deal: Deal, invoice: Values): Promise<void> {
  const fields = deal.type === 'Order' ? [...DEAL_FIELDS, 'InvoiceNumber__c'] : DEAL_FIELDS;
  await write(inbound, { type: deal.type, id: deal.id, fields }, async () => {
    const figures = await figuresOf(inbound.salesforce, deal);
    return deal.type === 'Order' ? { ...figures, InvoiceNumber__c: invoice['Name'] ?? null } : figures;
  });
}

async function figuresOf(salesforce: Salesforce, deal: Deal): Promise<Values> {
  const invoices = await salesforce.query(
    `SELECT ${INVOICE_FIELDS.join(', ')} FROM Invoice__c WHERE ${deal.lookup} = '${deal.id}'`,
  );
  const currencies = new Set(invoices.map((row) => row['CurrencyCode__c']));
  const text = (value: Value | undefined): string => (typeof value === 'string' ? value : '0');
  const figures = rollUp(
    invoices.map((row) => ({
      total: text(row['TotalAmount__c']),
      paid: text(row['PaidAmount__c']),
      balance: text(row['BalanceAmount__c']),
      status: text(row['PaymentStatus__c']),
    })),
  );
  // Amounts of several currencies have no sum; the status holds all the same.
  const isSummable = currencies.size <= 1;
  return {
    InvoicedAmount__c: isSummable ? figures.invoiced : null,
    PaidAmount__c: isSummable ? figures.paid : null,
    PaymentStatus__c: figures.status,
  };
}

type Owing = { readonly accountId: string; readonly customer: string; readonly mapping: string | null };

/** What is owed is shown of the account's primary company: companies keep their books in currencies of their own. */
async function balance(inbound: Inbound, { accountId, customer, mapping }: Owing): Promise<void> {
  if (!(await isPrimary(inbound, mapping, accountId))) return;
  await write(inbound, { type: 'Account', id: accountId, fields: BALANCE_FIELDS }, async () => {
    const asOf = inbound.deps.clock().toISOString().slice(0, 10);
    const owed = await inbound.connector.customerBalance({ company: inbound.company, customer, asOf }, inbound.io);
    const currency = await inbound.connector.accountingCurrency({ company: inbound.company }, inbound.io);
    const label: Values = currency === null ? {} : { CurrencyCode__c: currency };
    return owed === null ? null : { OpenBalance__c: owed.open, OverdueAmount__c: owed.overdue, ...label };
  });
}

async function isPrimary(inbound: Inbound, mappingName: string | null, accountId: string): Promise<boolean> {
  const { configuration, salesforce, connector, company } = inbound;
  const mapping = configuration.mappings.get(mappingName ?? '');
  if (mapping === undefined) return false;
  const { salesforceObject: type, reads: fields } = mapping;
  const [account] = await salesforce.readRecords({ type, ids: [accountId], fields, children: [] });
  const places = account === undefined ? [] : route(mapping, account).routed;
  const place = places.find((one) => one.connection === connector.connection && one.company === company);
  // An account that is routed nowhere any more still shows what it owes where it is a customer; one that moved shows its new company's.
  return place?.isPrimary ?? !places.some(({ isPrimary: isOther }) => isOther);
}

type Target = { readonly type: string; readonly id: string; readonly fields: readonly string[] };

/**
 * These fields are Causeway's own, so what stands there is simply replaced. It is read before the figures are computed: where another
 * run wrote newer ones meanwhile, this one is tried again and does not put its older ones over them.
 */
async function write(
  { salesforce, io: { correlationId } }: Inbound,
  { type, id, fields }: Target,
  compute: () => Promise<Values | null>,
): Promise<void> {
  const [record] = await salesforce.readRecords({ type, ids: [id], fields, children: [] });
  const wanted = record === undefined ? null : await compute();
  if (record === undefined || wanted === null) return;
  const result = await salesforce.apply({ type, id, expected: record.fields, wanted, correlationId });
  if (result.status === 'mismatch') throw new RelayError('SALESFORCE_VALUE_MOVED', `${type} ${id} changed meanwhile.`);
  if (result.status === 'refused') throw new RelayError(result.fault.code, `${type} ${id}: ${result.fault.message}`);
}
