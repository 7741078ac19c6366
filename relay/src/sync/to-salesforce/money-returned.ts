import type { Values } from '../../dynamics/connector.ts';
import { findRecords } from './find-records.ts';
import type { Arrival, Inbound } from './inbound.ts';
import { parseDecimal } from '../decimal.ts';

/**
 * The invoices that a payment below zero may have opened again: those that a payment of the same amount to the account settled. A
 * reversal names only itself, so their figures have to be computed anew.
 */
export async function invoicesReopened(inbound: Inbound, { mapping }: Arrival, fields: Values): Promise<Arrival[]> {
  const { Account__c: account, Amount__c: amount } = fields;
  if (mapping.salesforceObject !== 'Payment__c' || typeof account !== 'string' || typeof amount !== 'string') return [];
  const paid = parseDecimal(amount)?.negated();
  if (paid?.greaterThan(0) !== true) return [];
  const payments = await inbound.salesforce.query(
    `SELECT Id FROM Payment__c WHERE Account__c = '${account}' AND Amount__c = ${paid.toFixed()}`,
  );
  const invoices = new Set<string>();
  for (const { Id: payment } of payments) {
    const rows = await inbound.salesforce.query(
      `SELECT Invoice__c FROM PaymentAllocation__c WHERE Payment__c = '${String(payment)}'`,
    );
    for (const { Invoice__c: invoice } of rows) if (typeof invoice === 'string') invoices.add(invoice);
  }
  return arrivalsOf(inbound, [...invoices]);
}

async function arrivalsOf(inbound: Inbound, recordIds: readonly string[]): Promise<Arrival[]> {
  const { org, configuration, connector, company } = inbound;
  const links = recordIds.length === 0 ? [] : await inbound.deps.store.linksOfRecords(org, recordIds);
  const arrivals: Arrival[] = [];
  for (const { unit, number } of links.filter((link) => link.state === 'active')) {
    const mapping = configuration.mappings.get(unit.mapping);
    const numberField = mapping?.options.numberField;
    const isHere = unit.connection === connector.connection && unit.company === company;
    if (mapping === undefined || numberField === undefined || !isHere) continue;
    const entity = await connector.describe(mapping.entitySet, inbound.io);
    const records = await findRecords(inbound, mapping, { [numberField]: number });
    arrivals.push(...records.map((record) => ({ mapping, entity, record, eventValues: {} })));
  }
  return arrivals;
}
