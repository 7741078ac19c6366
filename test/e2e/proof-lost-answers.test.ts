import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Dispatch } from '../support/outbox.ts';
import { compareSides } from '../support/compare-sides.ts';
import { type Catalog, createCatalog } from '../support/contoso.ts';
import { createRandom, type Random } from '../support/load-random.ts';
import { createAccounts, createWonDeals } from '../support/load.ts';
import { type Product, startProduct } from '../support/product.ts';

const random = createRandom(47_110_815);
let product: Product;
let catalog: Catalog;

beforeAll(async () => {
  product = await startProduct({ quarantineSeconds: 1, logLevel: 'warn', batchSize: 20 });
  catalog = createCatalog(product.org, 'EUR');
  await product.outbox.drain();
}, 60_000);

afterAll(() => product.stop());

type Cut = { readonly set: string; readonly verb?: string; readonly within: number; readonly times: number };

/** Plans cuts at random points: after Dynamics committed, before anybody heard of it. */
function cutAnswers(from: Random, cut: Cut): void {
  for (let index = 0; index < cut.times; index += 1) {
    const { set, verb } = cut;
    const place = verb === undefined ? { set } : { set, verb };
    product.dynamics.admin.fault({ kind: 'cutAfter', after: from.below(cut.within), ...place });
  }
}

const codesOf = (sent: readonly Dispatch[]): Set<string> =>
  new Set(sent.flatMap(({ result }) => result.units.flatMap(({ faults }) => faults.map(({ code }) => code))));

async function settle(): Promise<Set<string>> {
  const sent = await product.outbox.drain(60_000);
  product.dynamics.admin.clearFaults();
  return codesOf(sent);
}

describe('answers that Dynamics gave and nobody heard', () => {
  it('creates every customer once', async () => {
    cutAnswers(random, { set: 'CustomersV3', verb: 'POST', within: 3, times: 3 });
    createAccounts(product.org, random, 30);

    const codes = await settle();

    expect([...codes]).toEqual(['OUTCOME_UNKNOWN']);
    expect(compareSides(product)).toEqual([]);
  }, 90_000);

  it('creates every order once, with each of its lines once, and releases it', async () => {
    const accountIds = createAccounts(product.org, random, 6) as [string, ...string[]];
    cutAnswers(random, { set: 'SalesOrderHeadersV4', verb: 'POST', within: 40, times: 8 });
    cutAnswers(random, { set: 'SalesOrderLinesV3', verb: 'POST', within: 60, times: 12 });
    cutAnswers(random, { set: 'SalesOrderHeadersV4', verb: 'PATCH', within: 30, times: 8 });
    cutAnswers(random, { set: '$batch', within: 120, times: 8 });
    createWonDeals(product.org, random, { accountIds, catalog, count: 60 });

    const codes = await settle();

    expect(codes).toContain('OUTCOME_UNKNOWN');
    expect(compareSides(product)).toEqual([]);
  }, 90_000);

  it('changes the lines of orders to the same end', async () => {
    const lines = product.org.query('SELECT Id FROM OpportunityLineItem ORDER BY Id LIMIT 40');
    cutAnswers(random, { set: 'SalesOrderLinesV3', verb: 'PATCH', within: 20, times: 6 });
    cutAnswers(random, { set: 'SalesOrderLinesV3', verb: 'DELETE', within: 6, times: 3 });
    for (const [index, line] of lines.entries()) {
      if (index % 4 === 0) product.org.delete('OpportunityLineItem', String(line['Id']));
      else product.org.update('OpportunityLineItem', String(line['Id']), { Quantity: String(random.between(50, 99)) });
    }

    await settle();

    expect(compareSides(product)).toEqual([]);
  }, 90_000);

  it('comes to the same end where connections break before Dynamics heard anything, and where tokens expire', async () => {
    const accountIds = createAccounts(product.org, random, 4) as [string, ...string[]];
    for (let index = 0; index < 15; index += 1) {
      product.dynamics.admin.fault({ kind: 'cutBefore', after: random.below(80) });
      // Far enough apart that no request meets two: a fresh token refused at once is a refused credential.
      product.dynamics.admin.fault({ kind: 'expiredToken', after: index * 12 + random.below(4) });
    }
    createWonDeals(product.org, random, { accountIds, catalog, count: 20 });

    await settle();

    expect(compareSides(product)).toEqual([]);
  }, 90_000);
});

describe('the comparison itself', () => {
  it('notices an order that is doubled, one that is lost, one that is still held and one with another discount', async () => {
    const orders = product.dynamics.admin.rows({ set: 'SalesOrderHeadersV4', company: 'usmf' });
    const [first, second, third, fourth] = orders.filter((row) => row['CausewayMarker'] !== '');
    const edit = (row: typeof first, values: Record<string, string | number>): Promise<void> =>
      product.editInDynamics(
        `SalesOrderHeadersV4(dataAreaId='usmf',SalesOrderNumber='${row?.['SalesOrderNumber'] ?? ''}')`,
        values,
      );

    await edit(second, { CausewayMarker: first?.['CausewayMarker'] ?? '' });
    await edit(third, { IsSalesProcessingStopped: 'Yes' });
    await edit(fourth, { TotalDiscountPercentage: 77 });

    const found = compareSides(product).map((difference) => difference.split(': ')[1]);
    expect(found.toSorted()).toEqual(['0 orders', '2 orders', 'header discount', 'still held', 'total']);
  });
});
