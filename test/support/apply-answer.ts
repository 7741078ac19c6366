import type { ItemResult, SyncAnswer, SyncItem, UnitResult } from '../../relay/src/sync/exchange.ts';
import type { LocalOrg } from '../org/start-org.ts';
import type { WantedRequest } from './outbox.ts';

type Applying = {
  readonly org: LocalOrg;
  readonly items: readonly SyncItem[];
  readonly answer: SyncAnswer;
  readonly now: Date;
  readonly request: (wanted: WantedRequest) => void;
};

const DONE = new Set(['created', 'updated', 'unchanged', 'linked', 'skipped']);
const LATER = new Set(['deferred', 'partial']);
const MAX_PARTIAL_ATTEMPTS = 3;

/** Applies an answer: write-backs, SyncStatus__c, and the outbox row, which is finished only if nobody changed the record meanwhile. */
export function applyAnswer(applying: Applying): void {
  const itemByKey = new Map(applying.items.map((item) => [item.key, item]));
  for (const result of applying.answer.items) {
    const item = itemByKey.get(result.key);
    if (item === undefined) continue;
    applying.org.transaction(() => {
      for (const unit of result.units) applyUnit(applying, item, unit);
      settleRow(applying, item, result);
    });
  }
}

function applyUnit({ org, now }: Applying, item: SyncItem, unit: UnitResult): void {
  if (unit.isPrimary && item.operation !== 'delete') writeBack(org, item, unit);
  if (unit.connection === null || unit.outcome === 'deferred') return;
  org.upsert('SyncStatus__c', 'UnitKey__c', {
    UnitKey__c: unit.unitKey,
    RecordId__c: item.record.id,
    ObjectName__c: item.record.type,
    Mapping__c: item.mapping,
    Connection__c: unit.connection,
    Company__c: unit.company,
    IsPrimary__c: unit.isPrimary,
    State__c: stateOf(unit),
    DynamicsNumber__c: unit.number,
    DynamicsKey__c: unit.dynamicsKey,
    DynamicsUrl__c: unit.url,
    LastOutcome__c: unit.outcome,
    LastDirection__c: 'ToDynamics',
    LastAttemptAt__c: now.toISOString(),
    ...(DONE.has(unit.outcome) ? { LastSyncedAt__c: now.toISOString() } : {}),
    Generation__c: String(item.generation),
    Code__c: unit.faults[0]?.code ?? null,
    Message__c: unit.faults[0]?.message.slice(0, 255) ?? null,
    Detail__c: unit.faults.map((fault) => `${fault.message} ${fault.fix}`).join('\n') || null,
  });
}

function stateOf(unit: UnitResult): string {
  if (DONE.has(unit.outcome)) return 'InSync';
  return unit.outcome.charAt(0).toUpperCase() + unit.outcome.slice(1);
}

function writeBack(org: LocalOrg, item: SyncItem, unit: UnitResult): void {
  const names = Object.keys(unit.writeBacks);
  if (names.length === 0) return;
  const [current] = org.query(`SELECT ${names.join(', ')} FROM ${item.record.type} WHERE Id = '${item.record.id}'`);
  if (current === undefined) return;
  const moved = names.filter((name) => current[name] !== unit.writeBacks[name]);
  if (moved.length === 0) return;
  org.update(
    item.record.type,
    item.record.id,
    Object.fromEntries(moved.map((name) => [name, unit.writeBacks[name] ?? null])),
  );
}

function settleRow(applying: Applying, item: SyncItem, result: ItemResult): void {
  const { org } = applying;
  const rows = org.query(
    `SELECT Id, Generation__c, Attempts__c FROM SyncRequest__c WHERE RequestKey__c = '${item.key}' FOR UPDATE`,
  );
  const [row] = rows;
  if (row === undefined) return;
  const isNewer = Number(row['Generation__c']) !== item.generation;
  if (isNewer) return;
  const open = result.units.filter((unit) => !DONE.has(unit.outcome));
  if (open.length === 0) {
    org.delete('SyncRequest__c', row['Id'] as string);
    releaseWaiting(applying, item.key);
    return;
  }
  org.update('SyncRequest__c', row['Id'] as string, rowState(applying, open, Number(row['Attempts__c'] ?? '0') + 1));
}

function rowState(applying: Applying, open: readonly UnitResult[], attempts: number): Record<string, string | null> {
  const [first] = open;
  const common = {
    Attempts__c: String(attempts),
    Code__c: first?.faults[0]?.code ?? null,
    Message__c: first?.faults[0]?.message.slice(0, 255) ?? null,
  };
  const waiting = open.find((unit) => unit.waitingFor !== null);
  if (waiting?.waitingFor != null) {
    askForParent(applying, waiting.waitingFor);
    return { ...common, State__c: 'Waiting', WaitingFor__c: waiting.waitingFor };
  }
  const later = open.find(
    ({ outcome }) => outcome === 'deferred' || (LATER.has(outcome) && attempts < MAX_PARTIAL_ATTEMPTS),
  );
  if (later !== undefined) {
    const dueAt = new Date(applying.now.getTime() + (later.retryAfterMs ?? 500)).toISOString();
    return { ...common, State__c: 'Due', DueAt__c: dueAt };
  }
  return { ...common, State__c: open.some(({ outcome }) => outcome === 'held') ? 'Held' : 'Parked' };
}

const OBJECTS: Readonly<Record<string, string>> = {
  '001': 'Account',
  '003': 'Contact',
  '006': 'Opportunity',
  '01t': 'Product2',
};

function askForParent(applying: Applying, key: string): void {
  const [recordId = '', mapping = ''] = key.split('/');
  const existing = applying.org.query(`SELECT Id FROM SyncRequest__c WHERE RequestKey__c = '${key}'`);
  if (existing.length > 0) return;
  const object = OBJECTS[recordId.slice(0, 3)] ?? '';
  applying.request({ recordId, mapping, object, operation: 'Upsert', reason: 'Sweep' });
}

function releaseWaiting({ org, now }: Applying, key: string): void {
  for (const row of org.query(`SELECT Id FROM SyncRequest__c WHERE WaitingFor__c = '${key}'`)) {
    org.update('SyncRequest__c', row['Id'] as string, {
      State__c: 'Due',
      DueAt__c: now.toISOString(),
      WaitingFor__c: null,
    });
  }
}
