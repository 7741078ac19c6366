import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SyncItem } from '../../relay/src/sync/exchange.ts';
import { itemsOf } from '../../test/support/apex-items.ts';
import { setPaused } from '../../test/support/apex-setup.ts';
import { createAccount, createCatalog, createLoungeDeal, win } from '../../test/support/contoso.ts';
import { makeKeyPair } from '../../test/support/org-key.ts';
import { type Product, startProduct } from '../../test/support/product.ts';
import { runRelayCommand } from '../../test/support/relay-process.ts';
import { CONNECTION } from '../../test/support/relay-settings.ts';
import type { Caller } from './caller.ts';

/** The product as the benches use it: quiet, and with a caller whose key also other processes may hold. */
export type BenchProduct = { readonly product: Product; readonly caller: Caller };

/** Runs a measurement on a product of its own and takes it down afterwards, whatever happens. */
export async function withBenchProduct<T>(measure: (bench: BenchProduct) => Promise<T>): Promise<T> {
  const product = await startProduct({ logLevel: 'warn', isPaused: true });
  try {
    return await measure({ product, caller: await pairCaller(product) });
  } finally {
    await product.stop();
  }
}

/** Pairs a second certificate of the org, as in a rotation. */
async function pairCaller(product: Product): Promise<Caller> {
  const { directory, dataDirectory, relayUrl, org } = product;
  const key = await makeKeyPair('causeway-bench');
  const certificateFile = path.join(directory, 'keys', 'bench.crt');
  await writeFile(certificateFile, key.certificatePem);
  await runRelayCommand(['pair', '--org', org.organizationId, '--certificate', certificateFile], {
    RELAY_PUBLIC_URL: relayUrl,
    RELAY_DATA_DIR: dataDirectory,
    RELAY_MASTER_KEY_FILE: path.join(directory, 'keys', 'master.key'),
    RELAY_CONFIG_FILE: settingsFile(product),
    DATABASE_URL: '',
  });
  const { hash } = await product.configuration();
  const { organizationId, users } = org;
  return { relayUrl, org: organizationId, userId: users.integration, key, configuration: hash };
}

/** A real account of the org as the item of a sync call. */
export function accountItem(product: Product): SyncItem {
  return itemOf(product, `${createAccount(product.org)}/Account_Customer`);
}

/** A won deal with four lines, its customer and products linked, as the item of a sync call. */
export async function dealItem(product: Product): Promise<SyncItem> {
  const { org, outbox } = product;
  setPaused(org, false);
  const catalog = createCatalog(org, 'EUR');
  const account = createAccount(org);
  await outbox.drain();
  setPaused(org, true);
  const deal = createLoungeDeal(org, account, catalog);
  win(org, deal);
  return itemOf(product, `${deal}/Opportunity_SalesOrder`);
}

function itemOf({ org }: Product, requestKey: string): SyncItem {
  const [item] = itemsOf(org, [requestKey]);
  if (item === undefined) throw new Error(`The org has nothing to send for ${requestKey}.`);
  return item;
}

type SettingsFile = {
  readonly connections: readonly { readonly key: string; readonly url: string }[];
  readonly orgs: readonly { readonly connections: readonly string[] }[];
};

/** Registers one more environment at `url` with the same rights, and starts the relay again, as its owner would. */
export async function addConnection(product: Product, key: string, url: string): Promise<void> {
  const file = settingsFile(product);
  const { connections, orgs } = JSON.parse(await readFile(file, 'utf8')) as SettingsFile;
  const copies = connections.filter((one) => one.key === CONNECTION).map((one) => ({ ...one, key, url }));
  const registered = {
    connections: [...connections, ...copies],
    orgs: orgs.map((org) => ({ ...org, connections: [...org.connections, key] })),
  };
  await writeFile(file, JSON.stringify(registered));
  await product.relay().stop();
  await product.restartRelay();
}

const settingsFile = (product: Product): string => path.join(product.directory, 'relay.json');
