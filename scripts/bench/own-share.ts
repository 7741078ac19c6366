import type { Values } from '../../relay/src/dynamics/connector.ts';
import type { Outcome } from '../../relay/src/errors.ts';
import type { SyncItem } from '../../relay/src/sync/exchange.ts';
import { accountItems } from './accounts.ts';
import { accountItem, dealItem, withBenchProduct } from './bench-product.ts';
import { openSyncCaller, type SyncCaller } from './caller.ts';
import { type Door, openDoor } from './door.ts';
import { type Figure, type Measured, quantile } from './figures.ts';

const WARM_UP = 50;
const CALLS = 300;
const TARGET_P95_MS = 150;

/** One way through the relay; `before` is what the account looked like to Salesforce after the call before this one. */
type Kind = {
  readonly name: string;
  readonly outcome: Outcome;
  readonly item: (number: number, before: SyncItem) => SyncItem;
};

/**
 * The relay's own share of POST /v1/sync for one record: what the caller waited less what the simulator took, both clocked outside
 * the relay. All else counts as ours: the way there and back, the token, OData, the journal. Kinds take turns, one call at a time.
 */
export function measureOwnShare(): Promise<Measured> {
  return withBenchProduct(async ({ product, caller }) => {
    const account = accountItem(product);
    const kinds = kindsOf(account, await dealItem(product));
    const door = openDoor(product.dynamics.baseUrl);
    const sync = openSyncCaller(caller, { connections: 1, lane: 'realTime' });
    const shares: Share[] = [];
    try {
      for (let round = 0; round < WARM_UP + CALLS; round += 1) {
        const ofRound = await measureRound({ sync, door }, kinds, { account, number: round });
        if (round >= WARM_UP) shares.push(...ofRound);
      }
    } finally {
      door.close();
      await sync.close();
    }
    return { figures: kinds.flatMap(({ name }) => figuresOf(name, shares)) };
  });
}

type Share = { readonly kind: string; readonly milliseconds: number };
type Measuring = { readonly sync: SyncCaller; readonly door: Door };

/** Each kind once, on a record of the round's own. */
async function measureRound(
  measuring: Measuring,
  kinds: readonly Kind[],
  { account, number }: { readonly account: SyncItem; readonly number: number },
): Promise<Share[]> {
  const shares: Share[] = [];
  let before = account;
  for (const { name, outcome, item: itemOf } of kinds) {
    const item = itemOf(number, before);
    const { milliseconds, writeBacks } = await shareOf(measuring, item, outcome);
    shares.push({ kind: name, milliseconds });
    before = withFields(item, writeBacks);
  }
  return shares;
}

async function shareOf(
  { sync, door }: Measuring,
  item: SyncItem,
  outcome: Outcome,
): Promise<{ readonly milliseconds: number; readonly writeBacks: Values }> {
  const busyBefore = door.busyMs();
  const { milliseconds, units } = await sync.send([item], outcome);
  return { milliseconds: milliseconds - (door.busyMs() - busyBefore), writeBacks: units[0]?.writeBacks ?? {} };
}

function kindsOf(account: SyncItem, deal: SyncItem): Kind[] {
  return [
    { name: 'account, created', outcome: 'created', item: (number) => accountItems(account, number, 1)[0] ?? account },
    {
      name: 'account, updated',
      outcome: 'updated',
      item: (number, before) => withFields(before, { BillingStreet: `${number} Bench Street` }),
    },
    { name: 'account, unchanged', outcome: 'unchanged', item: (_number, before) => before },
    { name: 'order with 4 lines, created', outcome: 'created', item: (number) => anotherDeal(deal, number) },
  ];
}

/** The record as Salesforce holds it once these fields are written. */
function withFields(item: SyncItem, fields: Values): SyncItem {
  return { ...item, record: { ...item.record, fields: { ...item.record.fields, ...fields } } };
}

/** The same deal under ids of its own. */
function anotherDeal(deal: SyncItem, number: number): SyncItem {
  const digits = String(number).padStart(6, '0');
  const id = `006Bn0000${digits}AAA`;
  const children = Object.entries(deal.record.children).map(([name, lines]) => {
    return [name, lines.map((line, index) => ({ ...line, id: `00kBn000${index}${digits}AAA` }))] as const;
  });
  const record = { ...deal.record, id, children: Object.fromEntries(children) };
  return { ...deal, key: `${id}/${deal.mapping}`, record };
}

function figuresOf(name: string, shares: readonly Share[]): Figure[] {
  const values = shares.filter(({ kind }) => kind === name).map(({ milliseconds }) => milliseconds);
  const figure = { unit: 'ms', note: `${values.length} calls, one after the other` };
  return [
    { ...figure, name: `own share p50, ${name}`, value: quantile(values, 0.5) },
    { ...figure, name: `own share p95, ${name}`, value: quantile(values, 0.95), target: { atMost: TARGET_P95_MS } },
  ];
}
