import { decimalText, parseDecimal, sumOf } from './decimal.ts';

export type PaymentStatus = 'Open' | 'PartiallyPaid' | 'Paid' | 'Overpaid' | 'Reversed';

/**
 * What settlements make of an invoice or credit note. A cash discount that was taken settles like money but is not paid;
 * settlements that were taken back altogether leave the invoice reversed.
 */
export function settle(
  invoice: { readonly total: string },
  settlements: readonly { readonly amount: string; readonly discount: string; readonly settledOn: string }[],
): {
  readonly paid: string;
  readonly balance: string;
  readonly status: PaymentStatus;
  readonly paidOn: string | null;
} {
  const paid = sumOf(settlements.map(({ amount }) => amount));
  const settled = sumOf(settlements.flatMap(({ amount, discount }) => [amount, discount]));
  const balance = sumOf([invoice.total]).minus(settled);
  const status = statusOf(invoice.total, decimalText(settled), settlements.length > 0);
  const last =
    settlements
      .map(({ settledOn }) => settledOn)
      .toSorted()
      .at(-1) ?? null;
  const isPaid = status === 'Paid' || status === 'Overpaid';
  return { paid: decimalText(paid), balance: decimalText(balance), status, paidOn: isPaid ? last : null };
}

/** A credit note is an invoice below zero: what settles it is below zero too. */
function statusOf(total: string, settledText: string, hasSettlements: boolean): PaymentStatus {
  const sign = parseDecimal(total)?.isNegative() === true ? -1 : 1;
  const due = sumOf([total]).times(sign);
  const settled = sumOf([settledText]).times(sign);
  if (due.isZero() && settled.isZero()) return 'Paid';
  if (settled.isZero()) return hasSettlements ? 'Reversed' : 'Open';
  if (settled.equals(due)) return 'Paid';
  return settled.greaterThan(due) ? 'Overpaid' : 'PartiallyPaid';
}

/** What the invoices of one deal come to. Null where there is none yet; a reversed invoice counts as open. */
export function rollUp(
  invoices: readonly {
    readonly total: string;
    readonly paid: string;
    readonly balance: string;
    readonly status: string;
  }[],
): {
  readonly invoiced: string;
  readonly paid: string;
  readonly status: 'Open' | 'PartiallyPaid' | 'Paid' | 'Overpaid' | null;
} {
  return {
    invoiced: decimalText(sumOf(invoices.map(({ total }) => total))),
    paid: decimalText(sumOf(invoices.map(({ paid }) => paid))),
    status: invoices.length === 0 ? null : overall(new Set(invoices.map(({ status }) => status))),
  };
}

function overall(statuses: ReadonlySet<string>): 'Open' | 'PartiallyPaid' | 'Paid' | 'Overpaid' {
  const isSettled = statuses.isSubsetOf(new Set(['Paid', 'Overpaid']));
  if (isSettled) return statuses.has('Overpaid') ? 'Overpaid' : 'Paid';
  return statuses.isDisjointFrom(new Set(['Paid', 'Overpaid', 'PartiallyPaid'])) ? 'Open' : 'PartiallyPaid';
}
