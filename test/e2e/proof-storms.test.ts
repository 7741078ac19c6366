import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Outbox } from '../support/outbox.ts';
import { itemsOf } from '../support/apex-items.ts';
import { setPaused } from '../support/apex-setup.ts';
import { compareSides, invoicesLanded } from '../support/compare-sides.ts';
import { type Catalog, createCatalog } from '../support/contoso.ts';
import { type Journal, openJournal } from '../support/load-journal.ts';
import { createRandom } from '../support/load-random.ts';
import { createAccounts, createWonDeals } from '../support/load.ts';
import { type Product, startProduct } from '../support/product.ts';
import type { RelayProcess } from '../support/relay-process.ts';
import { until } from '../support/until.ts';

const random = createRandom(1_618_033);
let product: Product;
let journal: Journal;
let outbox: Outbox;
let catalog: Catalog;
let accountIds: [string, ...string[]];

beforeAll(async () => {
  product = await startProduct({ quarantineSeconds: 1, batchSize: 20 });
  journal = await openJournal(product);
  outbox = product.outbox;
  catalog = createCatalog(product.org, 'EUR');
  accountIds = createAccounts(product.org, random, 4) as [string, ...string[]];
  await outbox.drain();
}, 60_000);

afterAll(async () => {
  await journal.close();
  await product.stop();
});

let others: RelayProcess[] = [];

/** A second relay on the same data, until the test is over, however it ends. */
async function secondRelay(): ReturnType<Product['startSecondRelay']> {
  const second = await product.startSecondRelay();
  others.push(second.relay);
  return second;
}

afterEach(async () => {
  await Promise.all(others.map((relay) => relay.stop()));
  others = [];
});

const wonDeals = (count: number): string[] => createWonDeals(product.org, random, { accountIds, catalog, count });

/** The order of a deal, with the company that it stands in. */
function orderOf(deal: string): { company: string; order: string } {
  const { admin } = product.dynamics;
  const [row] = product.org.query(`SELECT SalesOrderNumber__c FROM Opportunity WHERE Id = '${deal}'`);
  const order = String(row?.['SalesOrderNumber__c']);
  const header = admin.rows({ set: 'SalesOrderHeadersV4' }).find((one) => one['SalesOrderNumber'] === order);
  return { company: String(header?.['dataAreaId']), order };
}

function invoice(deals: readonly string[]): void {
  for (const deal of deals) product.dynamics.admin.invoiceOrder(orderOf(deal));
}

describe('two relays on one database', () => {
  it('given the same records at once write each of them once', async () => {
    const second = await secondRelay();
    const rivals: Promise<unknown>[] = [];
    product.wire.inspect(async ({ path, body }) => {
      if (path === '/v1/sync') rivals.push(second.send(JSON.parse(body)));
    });
    accountIds.push(...createAccounts(product.org, random, 4));
    wonDeals(40);

    await outbox.drain();
    product.wire.inspect(null);
    await Promise.all(rivals);

    expect(rivals.length).toBeGreaterThan(2);
    expect(compareSides(product)).toEqual([]);
  }, 120_000);

  it('given the very same call at once let one of them create and the other create nothing', async () => {
    const second = await secondRelay();
    const configuration = await product.configuration();
    setPaused(product.org, true);
    wonDeals(10);
    const keys = outbox.rows().map((row) => String(row['RequestKey__c']));
    const items = itemsOf(product.org, keys);
    const call = {
      contract: 1,
      requestId: crypto.randomUUID(),
      configuration: configuration.hash,
      dryRun: false,
      items,
    };

    // A rehearsal: the second relay learns the configuration and the metadata, so that both start at the same moment.
    await second.send({ ...call, dryRun: true });

    const answers = await Promise.all([product.call('POST', '/v1/sync', call), second.send(call)]);

    const outcomes = answers.flatMap(({ body }) =>
      (body as { items: { units: { outcome: string }[] }[] }).items.flatMap(({ units }) =>
        units.map((unit) => unit.outcome),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(items.length);
    expect(outcomes.filter((outcome) => outcome === 'deferred')).toHaveLength(items.length);
    setPaused(product.org, false);
    await outbox.drain();
    expect(compareSides(product)).toEqual([]);
  }, 90_000);

  it('told of the same invoices at once bring each of them once', async () => {
    const second = await secondRelay();
    const { admin } = product.dynamics;
    const endpoint = await admin.registerEndpoint({
      url: product.eventsUrl.replace(product.relayUrl, second.relay.url),
    });
    const deals = wonDeals(6);
    await outbox.drain();

    invoice(deals);
    await admin.eventsDelivered();

    expect(await invoicesLanded(product)).toEqual([]);
    admin.removeEndpoint(endpoint);
  }, 90_000);
});

describe('a Dynamics that throttles', () => {
  it('is waited for, whole calls and parts of batches alike, and ends up with the same records', async () => {
    const { admin } = product.dynamics;
    admin.throttle({ probability: 0.25, seed: 4_242, retryAfterSeconds: 1, where: 'both' });
    wonDeals(30);

    const draining = outbox.drain(90_000);
    const refused = (): number => admin.statistics().byStatus[429] ?? 0;
    await until(() => (refused() >= 12 ? true : null), 'twelve calls were throttled', 60_000);
    admin.throttle(null);
    await draining;

    expect(compareSides(product)).toEqual([]);
  }, 120_000);
});

describe('a Salesforce that is locked, away, or silent after its commit', () => {
  it('receives every invoice once all the same', async () => {
    const deals = wonDeals(8);
    await outbox.drain();
    const { faults } = product.org;
    faults.lock(accountIds[0], 2);
    for (const deal of deals.slice(0, 2)) faults.lock(deal, 1);
    faults.add({ kind: 'unavailable', count: 3, pathContains: '/composite' });
    faults.add({ kind: 'cutAfter', count: 3, pathContains: '/composite/sobjects/Invoice__c' });
    faults.add({ kind: 'cutAfter', count: 2, pathContains: '/composite/sobjects/InvoiceLine__c' });
    faults.add({ kind: 'cutAfter', count: 2, method: 'PATCH', pathContains: '/sobjects/Opportunity/' });

    invoice(deals);

    expect(await invoicesLanded(product)).toEqual([]);
    faults.clear();
    expect(product.relay().log()).toMatch(/SALESFORCE_UNAVAILABLE[^]*SALESFORCE_ROW_LOCKED/);
  }, 90_000);
});

describe('a relay whose database dies', () => {
  const ready = async (): Promise<number> => (await fetch(`${product.relayUrl}/readyz`)).status;

  it('says so, brings it back by itself, and goes on where it was', async () => {
    const deals = wonDeals(40);
    const draining = outbox.drain(60_000);
    const { admin } = product.dynamics;
    const target = admin.statistics().operations + 60;
    await until(() => (admin.statistics().operations >= target ? true : null), 'the load is under way');

    await journal.killServer();

    await until(async () => ((await ready()) === 503 ? true : null), 'the relay says that it is not ready');
    await until(async () => ((await ready()) === 200 ? true : null), 'the relay is ready again', 30_000);
    await draining;
    expect(compareSides(product)).toEqual([]);
    invoice(deals.slice(0, 3));
    expect(await invoicesLanded(product)).toEqual([]);
  }, 120_000);

  it('loses no event that it acknowledged, and acknowledges none that it cannot keep', async () => {
    const { admin } = product.dynamics;
    admin.eventSettings({ tries: 30, waitMs: 200 });
    const deals = wonDeals(4);
    await outbox.drain();

    await journal.killServer();
    invoice(deals);
    await admin.eventsDelivered();

    expect(admin.eventErrors()).toEqual([]);
    expect(await invoicesLanded(product)).toEqual([]);
  }, 90_000);
});
