import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SyncItem } from '../../relay/src/sync/exchange.ts';
import type { PlainRecord } from '../../test/org/plain-records.ts';
import { createAccount, createCatalog, createLoungeDeal, win } from '../../test/support/contoso.ts';
import { makeKeyPair } from '../../test/support/org-key.ts';
import { CONNECTION, type Product, startProduct } from '../../test/support/product.ts';
import { readItems } from '../../test/support/read-items.ts';
import { runRelayCommand } from '../../test/support/relay-process.ts';
import type { Caller } from './caller.ts';

/** The product as the benches use it: quiet, and with a caller whose key also other processes may hold. */
export type BenchProduct = { readonly product: Product; readonly caller: Caller };

/** Runs a measurement on a product of its own and takes it down afterwards, whatever happens. */
export async function withBenchProduct<T>(measure: (bench: BenchProduct) => Promise<T>): Promise<T> {
  const product = await startProduct({ logLevel: 'warn' });
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
export async function accountItem(product: Product): Promise<SyncItem> {
  return itemOf(product, createAccount(product.org), { object: 'Account', mapping: 'Account_Customer' });
}

/** A won deal with four lines, its customer and products linked, as the item of a sync call. */
export async function dealItem(product: Product): Promise<SyncItem> {
  const { org, outbox } = product;
  const catalog = createCatalog(org, 'EUR');
  const account = createAccount(org);
  await outbox.drain();
  const deal = createLoungeDeal(org, account, catalog);
  win(org, deal);
  return itemOf(product, deal, { object: 'Opportunity', mapping: 'Opportunity_SalesOrder' });
}

async function itemOf(
  product: Product,
  recordId: string,
  { object, mapping }: { readonly object: string; readonly mapping: string },
): Promise<SyncItem> {
  const request: PlainRecord = {
    RequestKey__c: `${recordId}/${mapping}`,
    RecordId__c: recordId,
    ObjectName__c: object,
    Mapping__c: mapping,
    Generation__c: '1',
    Operation__c: 'Upsert',
    Reason__c: 'Saved',
  };
  const [item] = readItems(product.org, await product.configuration(), [request]);
  if (item === undefined) throw new Error(`${object} ${recordId} gave no item for ${mapping}.`);
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
