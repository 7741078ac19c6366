import type { Value, Values } from '../../dynamics/connector.ts';
import { findRecords } from './find-records.ts';
import type { Arrival, Inbound } from './inbound.ts';
import { type ExactDecimal, sumOf } from '../decimal.ts';
import type { EntityMapping } from '../mapping.ts';

/**
 * The payments that a payment below zero may have taken back: those of the account with the same amount or the same reference. A
 * reversal names only itself, so their state, what they settled and those invoices have to be looked at anew.
 */
export async function paymentsReturned(inbound: Inbound, { mapping }: Arrival, fields: Values): Promise<Arrival[]> {
  const { Account__c: account, Amount__c: amount, Reference__c: reference = null } = fields;
  if (mapping.salesforceObject !== 'Payment__c' || typeof account !== 'string') return [];
  const returned = amountOf(amount).negated();
  if (!returned.greaterThan(0)) return [];
  const payments = await inbound.salesforce.query(
    `SELECT Id, Amount__c, Reference__c FROM Payment__c WHERE Account__c = '${account}'`,
  );
  const meant = payments.filter((payment) => {
    const paid = amountOf(payment['Amount__c']);
    const isOfReference = reference !== null && payment['Reference__c'] === reference;
    return paid.equals(returned) || (paid.greaterThan(0) && isOfReference);
  });
  return arrivalsOf(
    inbound,
    meant.map(({ Id: id }) => String(id)),
  );
}

type Standing = {
  readonly child: EntityMapping;
  readonly paymentId: string;
  /** External keys of what the payment still settles. */
  readonly externalIds: readonly string[];
};

/** The allocations of a payment that say more than Dynamics does, and the invoices whose figures that moved. */
export async function allocationsReturned(
  inbound: Inbound,
  { child, paymentId, externalIds }: Standing,
): Promise<{ readonly externalIds: readonly string[]; readonly invoices: readonly Arrival[] }> {
  const keyField = child.options.externalIdField ?? '';
  if (child.salesforceObject !== 'PaymentAllocation__c') return { externalIds: [], invoices: [] };
  const allocations = await inbound.salesforce.query(
    `SELECT ${keyField}, Invoice__c, Amount__c, DiscountTaken__c FROM PaymentAllocation__c WHERE Payment__c = '${paymentId}'`,
  );
  const standing = new Set(externalIds);
  const returned = allocations.filter(
    ({ [keyField]: key, Amount__c: amount, DiscountTaken__c: discount }) =>
      !standing.has(String(key)) && !(amountOf(amount).isZero() && amountOf(discount).isZero()),
  );
  return {
    externalIds: returned.map(({ [keyField]: key }) => String(key)),
    invoices: await arrivalsOf(inbound, [...new Set(returned.map(({ Invoice__c: invoice }) => String(invoice)))]),
  };
}

function amountOf(value: Value | undefined): ExactDecimal {
  return sumOf(typeof value === 'string' ? [value] : []);
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
