import { type Draft, type Environment } from './environment.ts';
import { fieldRefused, writeRefused } from './refusals.ts';

/** What a number sequence numbers. */
export type Numbered =
  | 'Customer'
  | 'SalesOrder'
  | 'SalesQuotation'
  | 'ContactPerson'
  | 'Party'
  | 'Lot'
  | 'Journal'
  | 'Invoice'
  | 'Confirmation'
  | 'InvoiceVoucher'
  | 'PaymentVoucher'
  | 'Location';

/** Automatic refuses a caller's number, Manual insists on one, Editable takes either. */
export type NumberMode = 'Automatic' | 'Manual' | 'Editable';

/** The state of one sequence. */
export type NumberSequence = { prefix: string; width: number; next: number; mode: NumberMode };

/** The settings key of a company's sequence; global sequences use company `*`. */
export function sequenceKey(company: string, name: string): string {
  return `${company}/${name}`;
}

function sequenceOf(environment: Environment, company: string, name: string): NumberSequence {
  const { sequences } = environment.settings;
  const sequence = sequences[sequenceKey(company, name)] ?? sequences[sequenceKey('*', name)];
  if (sequence === undefined) throw new Error(`No number sequence '${name}' in company '${company}'.`);
  return sequence;
}

/** The next number of a sequence; numbers of aborted transactions leave gaps, as in the real system. */
export function nextNumber(environment: Environment, company: string, name: string): string {
  const sequence = sequenceOf(environment, company, name);
  const number = sequence.prefix + String(sequence.next).padStart(sequence.width, '0');
  sequence.next += 1;
  return number;
}

/** Settles the number of a new record: the caller's where the sequence allows it, the sequence's otherwise. */
export function settleNumber(draft: Draft, field: string, name: string): string {
  const { environment, set, company, given } = draft;
  const { mode } = sequenceOf(environment, company, name);
  const label = set.properties.get(field)?.label ?? field;
  const chosen = given[field] ?? '';
  if (chosen !== '') {
    if (mode !== 'Automatic') return chosen;
    const reason = `The number ${chosen} cannot be used: number sequence '${name}' of company '${company}' does not allow manual numbers`;
    throw fieldRefused(set.aot, field, reason);
  }
  if (mode === 'Manual') throw writeRefused(set.aot, `Field '${label}' must be filled in`);
  let number = nextNumber(environment, company, name);
  while (environment.state.get(set.table, company, number) !== undefined)
    number = nextNumber(environment, company, name);
  return number;
}
