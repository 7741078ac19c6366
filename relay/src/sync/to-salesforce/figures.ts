import { numberOf } from '../entity-fields.ts';
import type { Values } from '../../dynamics/connector.ts';
import type { Arrival, Inbound } from './inbound.ts';

import { settle } from '../settlement.ts';

/**
 * The figures of a posted invoice that no entity field holds: paid, balance, paymentStatus, paidOn, dueOn. They come from what posted
 * payments settled, never from what Salesforce believed before.
 */
export async function figuresOf(inbound: Inbound, { mapping, entity, record }: Arrival): Promise<Values> {
  const totalField = mapping.fields.find((field) => field.options.figure === 'balance')?.dynamicsField;
  const invoiceNumber = numberOf(mapping, entity, record);
  if (totalField === undefined || invoiceNumber === null) return placeFigures(inbound);
  const total = record.values[totalField];
  const settlements = await inbound.connector.settlements(
    { company: inbound.company, invoiceNumbers: [invoiceNumber] },
    inbound.io,
  );
  const settled = settle({ total: typeof total === 'string' ? total : '0' }, settlements);
  const dueOn = settlements.find((settlement) => settlement.dueOn !== null)?.dueOn ?? null;
  return {
    ...placeFigures(inbound),
    paid: settled.paid,
    balance: settled.balance,
    paymentStatus: settled.status,
    paidOn: settled.paidOn,
    ...(dueOn === null ? {} : { dueOn }),
  };
}

/** Where a record comes from, as figures that any inbound mapping may name. */
export function placeFigures(inbound: Inbound): Values {
  return { connection: inbound.connector.connection, company: inbound.company };
}
