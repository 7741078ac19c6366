import type { EntityRecord, Settlement, Values } from '../../dynamics/connector.ts';
import { numberOf } from '../entity-fields.ts';
import type { EntityMapping } from '../mapping.ts';
import { settle } from '../settlement.ts';
import type { Arrival, Inbound } from './inbound.ts';

/**
 * The figures that no entity field holds: paid, balance, paymentStatus, paidOn, dueOn of a posted invoice, paymentState of a payment.
 * They come from what posted payments settled, never from what Salesforce believed before.
 */
export async function figuresOf(inbound: Inbound, { mapping, entity, record }: Arrival): Promise<Values> {
  const invoiceNumber = numberOf(mapping, entity, record);
  if (hasFigure(mapping, 'paymentState')) {
    const isReversed = await inbound.connector.isPaymentReversed({ key: record.key }, inbound.io);
    return { ...placeFigures(inbound), paymentState: isReversed ? 'Reversed' : 'Posted' };
  }
  if (!hasFigure(mapping, 'balance') || invoiceNumber === null) return placeFigures(inbound);
  const request = { company: inbound.company, invoiceNumbers: [invoiceNumber] };
  const settlements = await inbound.connector.settlements(request, inbound.io);
  return { ...placeFigures(inbound), ...balanceFigures(mapping, record, settlements) };
}

/** Whether a field of the mapping takes this figure. */
export function hasFigure(mapping: EntityMapping, figure: string): boolean {
  return mapping.fields.some((field) => field.options.figure === figure);
}

/** What these settlements make of a posted invoice. */
export function balanceFigures(
  mapping: EntityMapping,
  record: EntityRecord,
  settlements: readonly Settlement[],
): Values {
  const total = record.values[mapping.fields.find(({ options }) => options.figure === 'balance')?.dynamicsField ?? ''];
  const settled = settle({ total: typeof total === 'string' ? total : '0' }, settlements);
  const dueOn = settlements.find((settlement) => settlement.dueOn !== null)?.dueOn ?? null;
  return {
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
