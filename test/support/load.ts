import type { LocalOrg } from '../org/start-org.ts';
import { type Catalog, createAccount, createDeal, type DealLine, type ItemCode, win } from './contoso.ts';
import type { Random } from './load-random.ts';

/** The companies of the load by the country that leads to them; most of it goes where Dynamics numbers and documents are staged. */
const PLACES = [
  { BillingCountry: 'United States', BillingState: 'CA', CurrencyIsoCode: 'USD' },
  { BillingCountry: 'United States', BillingState: 'CA', CurrencyIsoCode: 'USD' },
  { BillingCountry: 'United States', BillingState: 'CA', CurrencyIsoCode: 'USD' },
  { BillingCountry: 'Germany', BillingState: null, CurrencyIsoCode: 'EUR' },
] as const;

const ITEM_CODES: readonly [ItemCode, ...ItemCode[]] = ['D0001', 'D0002', 'D0003', 'D0004', 'D0006'];

/** Accounts that resemble nobody, in all companies. Answers their ids. */
export function createAccounts(org: LocalOrg, random: Random, count: number): string[] {
  const create = (index: number): string => {
    const tag = `${index + 1}-${random.below(1_000_000_000).toString(36)}`;
    const place = PLACES[index % PLACES.length] ?? PLACES[0];
    return createAccount(org, { Name: `Load ${tag}`, TaxNumber__c: `L${tag}`, Phone: `+1 ${tag}`, ...place });
  };
  return org.transaction(() => Array.from({ length: count }, (_, index) => create(index)));
}

/** Won opportunities with one to four lines each, spread over the accounts. Answers their ids. */
export function createWonDeals(
  org: LocalOrg,
  random: Random,
  load: { readonly accountIds: readonly [string, ...string[]]; readonly catalog: Catalog; readonly count: number },
): string[] {
  return Array.from({ length: load.count }, (_, index) =>
    org.transaction(() => {
      const lines = Array.from({ length: random.between(1, 4) }, () => dealLine(random));
      const accountId = random.pick(load.accountIds);
      const fields = {
        Name: `Load deal ${index + 1}`,
        ...(random.chance(0.3) ? { HeaderDiscountPercent__c: String(random.between(1, 20)) } : {}),
        ...(random.chance(0.5) ? { CostCenter__c: random.pick(['007', '008']) } : {}),
      };
      const deal = createDeal(org, { accountId, catalog: load.catalog, currency: 'EUR', lines, fields });
      win(org, deal);
      return deal;
    }),
  );
}

function dealLine(random: Random): DealLine {
  const price = `${random.between(1, 4_000)}.${String(random.below(100)).padStart(2, '0')}`;
  const line = { item: random.pick(ITEM_CODES), quantity: String(random.between(1, 40)), price };
  return random.chance(0.3) ? { ...line, discount: String(random.between(1, 50)) } : line;
}
