import { toFault } from '../../errors.ts';
import type { Answer, Call, Connector, EntityRecord, FindRequest } from '../connector.ts';
import { valueOf } from './payments.ts';

// A company keeps its currency for life; a new company must be seen without a restart.
const LIFETIME_MS = 10 * 60_000;

/** Tells the currency that a company keeps its books in, read from its ledger and remembered for a while. */
export function createAccountingCurrency(options: {
  readonly find: (requests: readonly FindRequest[], call: Call) => Promise<Answer<EntityRecord[]>[]>;
  readonly clock: () => Date;
}): Connector['accountingCurrency'] {
  const known = new Map<string, { readonly currency: string | null; readonly readAt: number }>();
  return async ({ company }, call) => {
    const now = options.clock().getTime();
    const remembered = known.get(company);
    if (remembered !== undefined && now - remembered.readAt < LIFETIME_MS) return remembered.currency;
    const currency = await read(options.find, company, call);
    known.set(company, { currency, readAt: now });
    return currency;
  };
}

async function read(
  find: (requests: readonly FindRequest[], call: Call) => Promise<Answer<EntityRecord[]>[]>,
  company: string,
  call: Call,
): Promise<string | null> {
  const anyOf = [[{ field: 'LegalEntityId', value: company.toLowerCase() }]];
  const request = { entitySet: 'Ledgers', company: null, anyOf, fields: ['AccountingCurrency'], limit: 1 };
  try {
    const [ledger] = valueOf((await find([request], call))[0]) ?? [];
    const currency = ledger?.values['AccountingCurrency'];
    return typeof currency === 'string' ? currency : null;
  } catch (error) {
    if (toFault(error).code === 'ENTITY_SET_UNKNOWN') return null;
    throw error;
  }
}
