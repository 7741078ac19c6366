import type { ErrorCode } from '../../relay/src/errors.ts';
import type { ItemResult, SyncAnswer, SyncItem } from '../../relay/src/sync/exchange.ts';
import type { Configuration, EntityMapping } from '../../relay/src/sync/mapping.ts';
import { objectNamed } from '../org/metadata/schema.ts';
import type { Change } from '../org/records/change-log.ts';
import type { PlainRecord } from '../org/plain-records.ts';
import type { LocalOrg } from '../org/start-org.ts';
import { applyAnswer } from './apply-answer.ts';
import { readItems } from './read-items.ts';

/** One dispatched item and what came back for it. */
export type Dispatch = { readonly item: SyncItem; readonly result: ItemResult; readonly milliseconds: number };

/** The call as a whole that failed, e.g. because the relay is down: its requests stay due. */
export type DispatchFailure = { readonly code: ErrorCode | 'UNREACHABLE'; readonly message: string };

/**
 * The Salesforce side until our Apex runs in the local org: hears changes, keeps SyncRequest__c, calls the relay and applies its
 * answers, by the same rules (generations, one row per record and mapping, no write that is not needed).
 */
export type Outbox = {
  /** Asks for a sync as a person would who presses the button. */
  request(recordId: string, mapping: string): void;
  /** What sending now would do, as a dry run tells it; nothing is written anywhere. */
  preview(): Promise<ItemResult[]>;
  /** Sends what is due now, once; answers what was sent. */
  dispatch(): Promise<Dispatch[]>;
  /** Sends until nothing is due any more or the time is over; rows that wait for a time of their own are waited for. */
  drain(timeoutMs?: number): Promise<Dispatch[]>;
  /** Rows that are not finished, with their state and code. */
  rows(): PlainRecord[];
  lastFailure(): DispatchFailure | null;
  stop(): void;
};

export type OutboxOptions = {
  readonly org: LocalOrg;
  readonly configuration: () => Promise<Configuration>;
  readonly send: (body: unknown) => Promise<{ status: number; body: unknown }>;
  readonly clock?: () => Date;
  readonly batchSize?: number;
};

/** Starts hearing the org's changes. */
export async function startOutbox(options: OutboxOptions): Promise<Outbox> {
  const { org, send } = options;
  const clock = options.clock ?? (() => new Date());
  let configuration = await options.configuration();
  let isApplying = false;
  let failure: DispatchFailure | null = null;

  const stopHearing = org.onChange((changes) => {
    if (isApplying) return;
    for (const wanted of requestsFor(org, configuration, changes)) upsertRequest(org, wanted, clock());
  });

  async function dispatch(): Promise<Dispatch[]> {
    const due = dueRequests(org, clock(), options.batchSize ?? 200);
    if (due.length === 0) return [];
    const items = readItems(org, configuration, due);
    const startedAt = performance.now();
    const answer = await call(items, { dryRun: false });
    if (answer === null) return [];
    const milliseconds = (performance.now() - startedAt) / items.length;
    isApplying = true;
    try {
      applyAnswer({ org, items, answer, now: clock(), request: (wanted) => upsertRequest(org, wanted, clock()) });
    } finally {
      isApplying = false;
    }
    return items.flatMap((item) => {
      const result = answer.items.find(({ key }) => key === item.key);
      return result === undefined ? [] : [{ item, result, milliseconds }];
    });
  }

  async function call(items: readonly SyncItem[], { dryRun }: { dryRun: boolean }): Promise<SyncAnswer | null> {
    const body = {
      contract: 1,
      requestId: crypto.randomUUID(),
      configuration: configuration.hash,
      dryRun,
      items,
    };
    try {
      const { status, body: answer } = await send(body);
      failure = status === 200 ? null : (answer as DispatchFailure);
      if (failure?.code === 'CONFIGURATION_UNREADABLE') configuration = await options.configuration();
      return status === 200 ? (answer as SyncAnswer) : null;
    } catch (error) {
      failure = { code: 'UNREACHABLE', message: (error as Error).message };
      return null;
    }
  }

  async function drain(timeoutMs = 30_000): Promise<Dispatch[]> {
    const until = performance.now() + timeoutMs;
    const sent: Dispatch[] = [];
    while (performance.now() < until) {
      const now = await dispatch();
      sent.push(...now);
      if (now.length > 0) continue;
      if (!hasTimedRows(org)) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return sent;
  }

  return {
    request: (recordId, mapping) => {
      const object = configuration.mappings.get(mapping)?.salesforceObject ?? '';
      upsertRequest(org, { recordId, mapping, object, operation: 'Upsert', reason: 'Manual' }, clock());
    },
    preview: async () => {
      const due = dueRequests(org, clock(), options.batchSize ?? 200);
      const items = readItems(org, configuration, due);
      return items.length === 0 ? [] : ((await call(items, { dryRun: true }))?.items ?? []).slice();
    },
    dispatch,
    drain,
    rows: () =>
      org.query('SELECT RequestKey__c, State__c, Code__c, Message__c, Attempts__c, Generation__c FROM SyncRequest__c'),
    lastFailure: () => failure,
    stop: stopHearing,
  };
}

/** A row of the outbox that is wanted. */
export type WantedRequest = {
  readonly recordId: string;
  readonly mapping: string;
  readonly object: string;
  readonly operation: 'Upsert' | 'Delete';
  readonly reason: 'Saved' | 'Manual' | 'Sweep' | 'Retry';
};

function requestsFor(org: LocalOrg, configuration: Configuration, changes: readonly Change[]): WantedRequest[] {
  const wanted = new Map<string, WantedRequest>();
  for (const change of changes) {
    for (const mapping of configuration.mappings.values()) {
      if (mapping.direction === 'ToSalesforce') continue;
      const recordId = affectedRecord(org, mapping, change);
      const affected = recordId === null ? followersOf(org, configuration, mapping, change) : [recordId];
      for (const id of affected) {
        const operation = change.operation === 'delete' && change.id === id ? 'Delete' : 'Upsert';
        const object = mapping.salesforceObject;
        wanted.set(`${id}/${mapping.name}`, {
          recordId: id,
          mapping: mapping.name,
          object,
          operation,
          reason: 'Saved',
        });
      }
    }
  }
  return [...wanted.values()].toSorted((a, b) => (a.recordId < b.recordId ? -1 : 1));
}

/** The record whose document a change belongs to, if a field moved that the mapping sends or decides by. */
function affectedRecord(org: LocalOrg, mapping: EntityMapping, change: Change): string | null {
  if (change.object === mapping.salesforceObject) return hasMoved(outboundReads(mapping), change) ? change.id : null;
  for (const child of mapping.children) {
    if (change.object !== child.salesforceObject || !hasMoved(outboundReads(child), change)) continue;
    const parent = childParentField(org, mapping, child);
    const id = (change.new ?? change.old)?.[parent];
    return typeof id === 'string' ? id : null;
  }
  return null;
}

/** The documents that leave their deal to this record: whether that hands it over may just have changed. */
function followersOf(org: LocalOrg, configuration: Configuration, mapping: EntityMapping, change: Change): string[] {
  return mapping.leaders.flatMap(({ path, mapping: name, criteria }) => {
    const isLeader = configuration.mappings.get(name)?.salesforceObject === change.object;
    if (!isLeader || change.operation !== 'update' || !hasMoved(criteria?.reads ?? [], change)) return [];
    const rows = org.query(`SELECT Id FROM ${mapping.salesforceObject} WHERE ${path} = '${change.id}'`);
    return rows.map((row) => String(row['Id']));
  });
}

function childParentField(org: LocalOrg, mapping: EntityMapping, child: EntityMapping): string {
  const fields = objectNamed(org.schema, child.salesforceObject).fields.values();
  const lookup = [...fields].find(({ reference }) => reference?.childRelationshipName === child.childRelationship);
  return lookup?.name ?? `${mapping.salesforceObject}Id`;
}

function outboundReads(mapping: EntityMapping): string[] {
  const fields = mapping.fields.filter((field) => field.direction !== 'ToSalesforce' && !field.isWriteBack);
  return [
    ...fields.flatMap((field) => [field.salesforceField ?? '', ...(field.formula?.reads ?? [])]),
    ...(mapping.criteria?.reads ?? []),
  ];
}

function hasMoved(reads: readonly string[], change: Change): boolean {
  if (change.operation !== 'update') return change.operation !== 'publish';
  return reads.some((path) => {
    const field = path.split('.')[0] ?? path;
    return change.old?.[field] !== change.new?.[field];
  });
}

function upsertRequest(org: LocalOrg, wanted: WantedRequest, now: Date): void {
  const key = `${wanted.recordId}/${wanted.mapping}`;
  const [row] = org.query(`SELECT Generation__c FROM SyncRequest__c WHERE RequestKey__c = '${key}'`);
  org.upsert('SyncRequest__c', 'RequestKey__c', {
    RequestKey__c: key,
    RecordId__c: wanted.recordId,
    ObjectName__c: wanted.object,
    Mapping__c: wanted.mapping,
    Generation__c: String(Number(row?.['Generation__c'] ?? '0') + 1),
    Operation__c: wanted.operation,
    Lane__c: 'RealTime',
    Priority__c: '50',
    State__c: 'Due',
    DueAt__c: now.toISOString(),
    Attempts__c: '0',
    Reason__c: wanted.reason,
    WaitingFor__c: null,
    Code__c: null,
    Message__c: null,
  });
}

function dueRequests(org: LocalOrg, now: Date, limit: number): PlainRecord[] {
  return org.query(
    `SELECT RequestKey__c, RecordId__c, ObjectName__c, Mapping__c, Generation__c, Operation__c, Reason__c, ApprovedFingerprint__c
     FROM SyncRequest__c WHERE State__c = 'Due' AND DueAt__c <= ${now.toISOString()}
     ORDER BY Priority__c, DueAt__c, Name LIMIT ${limit}`,
  );
}

function hasTimedRows(org: LocalOrg): boolean {
  return org.query(`SELECT Id FROM SyncRequest__c WHERE State__c IN ('Due', 'Waiting') LIMIT 1`).length > 0;
}
