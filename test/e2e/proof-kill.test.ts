import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compareSides, invoicesLanded } from '../support/compare-sides.ts';
import { createCatalog } from '../support/contoso.ts';
import { createRandom } from '../support/load-random.ts';
import { createAccounts, createWonDeals } from '../support/load.ts';
import { type Product, startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';

const SEED = 20_261_123;
const KILLS = 25;
const ORDERS = 500;
const CUSTOMERS = 20;

let product: Product;

beforeAll(async () => {
  product = await startProduct({ quarantineSeconds: 2, logLevel: 'warn', batchSize: 40 });
}, 60_000);

afterAll(() => product.stop());

/** Waits until Dynamics has carried out so many more operations: the point of the load, wherever the clock is. */
async function dynamicsCarriesOut(count: number): Promise<void> {
  const { admin } = product.dynamics;
  const target = admin.statistics().operations + count;
  await until(() => (admin.statistics().operations >= target ? true : null), `${count} more operations`, 60_000);
}

describe('the relay is killed again and again', () => {
  it(`loses, doubles and half-releases nothing of ${ORDERS} orders in ${KILLS} kills`, async () => {
    const random = createRandom(SEED);
    const accountIds = createAccounts(product.org, random, CUSTOMERS) as [string, ...string[]];
    const catalog = createCatalog(product.org, 'EUR');
    createWonDeals(product.org, random, { accountIds, catalog, count: ORDERS });

    const draining = product.outbox.drain(200_000);
    for (let kill = 0; kill < KILLS; kill += 1) {
      await dynamicsCarriesOut(random.below(160));
      await product.relay().kill();
      await product.restartRelay();
    }
    // The load must outlast the kills, or the last of them struck an idle relay.
    expect(product.outbox.rows().length).toBeGreaterThan(0);
    await draining;

    expect(compareSides(product)).toEqual([]);
  }, 240_000);

  it('loses and doubles no invoice whose event it was working on', async () => {
    const random = createRandom(SEED + 1);
    const { admin } = product.dynamics;
    admin.eventSettings({ tries: 60, waitMs: 250 });
    const ours = admin.rows({ set: 'SalesOrderHeadersV4' }).filter((row) => row['CausewayMarker'] !== '');

    for (const row of ours.slice(0, 40)) {
      admin.invoiceOrder({ company: String(row['dataAreaId']), order: String(row['SalesOrderNumber']) });
    }
    for (let kill = 0; kill < 3; kill += 1) {
      await dynamicsCarriesOut(random.between(10, 60));
      await product.relay().kill();
      await product.restartRelay();
    }

    expect(await invoicesLanded(product)).toEqual([]);
  }, 120_000);
});
