import type { ItemResult, SyncAnswer, SyncCall, SyncItem } from '../../relay/src/sync/exchange.ts';
import type { PlainRecord } from '../org/plain-records.ts';
import type { LocalOrg } from '../org/start-org.ts';
import type { Wire, WireCall } from './wire.ts';

/** One item that the org sent and what came back for it, as the wire carried it. */
export type Dispatch = { readonly item: SyncItem; readonly result: ItemResult; readonly milliseconds: number };

/** The outbox of an org whose Apex sends by itself: what a test asks of it, and how a test waits for it. */
export type Outbox = {
  /** Asks for a sync as a person would who presses the button. */
  request(recordId: string, mapping: string): void;
  /** Waits until nothing is due any more or the time is over; answers what went over the wire since the last time. */
  drain(timeoutMs?: number): Promise<Dispatch[]>;
  /** Rows that are not finished, with their state and code. */
  rows(): PlainRecord[];
};

/** Longer than this no test waits for a clock; what the package gives up waiting for is left alone. */
const PATIENCE_MS = 3_000;
const LONGEST_PAUSE_MS = 16 * 60_000;
const WAKE_EVERY_MS = 500;
const LOOK_EVERY_MS = 25;

/** Watches the outbox of an org through the wire to its relay. */
export function watchOutbox(org: LocalOrg, wire: Wire): Outbox {
  let seen = 0;
  const takeCalls = (): Dispatch[] => {
    const calls = wire.calls.slice(seen);
    seen = wire.calls.length;
    return calls.flatMap(dispatchesOf);
  };

  async function drain(timeoutMs = 60_000): Promise<Dispatch[]> {
    const until = performance.now() + timeoutMs;
    let wokenAt = performance.now();
    while (performance.now() < until) {
      const due = rowsToWaitFor(org);
      if (due.length === 0 && wire.open() === 0) break;
      if (performance.now() - wokenAt > WAKE_EVERY_MS && wire.open() === 0) {
        passTime(org, due);
        wokenAt = performance.now();
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    await org.runDueJobs();
    return takeCalls();
  }

  return {
    request: (recordId, mapping) => askByAction(org, recordId, mapping),
    drain,
    rows: () =>
      org.query('SELECT RequestKey__c, State__c, Code__c, Message__c, Attempts__c, Generation__c FROM SyncRequest__c'),
  };
}

function dispatchesOf({ path, status, request, answer, milliseconds }: WireCall): Dispatch[] {
  if (path !== '/v1/sync' || status !== 200) return [];
  const { items } = JSON.parse(request) as SyncCall;
  const results = new Map((JSON.parse(answer) as SyncAnswer).items.map((result) => [result.key, result]));
  return items.flatMap((item) => {
    const result = results.get(item.key);
    return result === undefined ? [] : [{ item, result, milliseconds: milliseconds / items.length }];
  });
}

function rowsToWaitFor(org: LocalOrg): PlainRecord[] {
  const latest = new Date(Date.now() + LONGEST_PAUSE_MS).toISOString();
  return org.query(`SELECT Id, Lane__c, DueAt__c FROM SyncRequest__c WHERE State__c = 'Due' AND DueAt__c <= ${latest}`);
}

/**
 * Lets pass what a test does not wait for: rows that rest for long are due, and lanes whose job rests are woken, as the schedule does
 * every five minutes.
 */
function passTime(org: LocalOrg, rows: readonly PlainRecord[]): void {
  const now = Date.now();
  const isFar = ({ DueAt__c: dueAt }: PlainRecord): boolean => Date.parse(String(dueAt)) > now + PATIENCE_MS;
  for (const row of rows.filter(isFar)) {
    org.update('SyncRequest__c', String(row['Id']), { DueAt__c: new Date(now).toISOString() });
  }
  const due = rows.filter((row) => isFar(row) || Date.parse(String(row['DueAt__c'])) <= now);
  for (const lane of new Set(due.map((row) => String(row['Lane__c'])))) {
    org.insert('SyncWanted__e', { Lane__c: lane }, org.users.integration);
  }
}

function askByAction(org: LocalOrg, recordId: string, mapping: string): void {
  const text = `
    SyncRecordAction.Request request = new SyncRecordAction.Request();
    request.recordId = '${recordId}';
    request.mapping = '${mapping}';
    System.debug(SyncRecordAction.run(new List<SyncRecordAction.Request>{ request })[0].errorMessage);`;
  const told = org.apex?.anonymous(text, { userId: org.users.operator }).at(-1);
  if (told !== 'null') throw new Error(`The sync was not asked for: ${told ?? 'the org has no Apex'}`);
}
