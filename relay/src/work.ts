import { randomUUID } from 'node:crypto';
import { eventOfUnit, retryEvent, workOnEvents } from './inbound-work.ts';
import type { Jobs } from './jobs/jobs.ts';
import { requestAgain } from './sync/to-salesforce/request-again.ts';
import { createSyncToDynamics } from './sync/to-dynamics/sync-to-dynamics.ts';
import type { Parts } from './parts.ts';

/** A run that holds its leases for longer hangs. */
const LEASE_MS = 120_000;

/** The engine behind POST /v1/sync. */
export function syncRoute(parts: Parts) {
  return createSyncToDynamics({
    store: parts.store,
    connector: parts.connectorOf,
    configuration: (org, hash) => parts.configurations.named(org, hash),
    hashKey: parts.hashKey,
    clock: parts.clock,
    newId: randomUUID,
    holder: parts.holder,
    quarantineMs: parts.settings.quarantineMs,
    leaseMs: LEASE_MS,
    requestAgain: (org, unitKeys) => requestRecords(parts, org, unitKeys),
    onResult: (result) => {
      if (result.faults.some((fault) => fault.code === 'RECORD_BUSY')) parts.metrics.leaseConflict();
    },
    onUnexpected: (error, correlationId) => parts.log.error({ err: error, correlationId }, 'A sync failed'),
  });
}

/** Starts the queue's workers; what gives up becomes a problem. */
export async function startWork(parts: Parts, jobs: Jobs): Promise<void> {
  await workOnEvents(parts, jobs);
  await jobs.start();
}

/** Has all units of a problem tried again: records by their rows in the outbox, events from their kept copy. Null where the org has no such problem. */
export async function retryProblem(
  parts: Parts,
  jobs: Jobs,
  asked: { readonly org: string; readonly problemId: string; readonly actor: string; readonly correlationId: string },
): Promise<{ requested: number } | null> {
  const { org, problemId, actor, correlationId } = asked;
  const unitKeys = await parts.store.unitsOfProblem(org, problemId);
  if (unitKeys.length === 0) return null;
  const eventIds = unitKeys.flatMap((key) => eventOfUnit(key) ?? []);
  const records = unitKeys.filter((key) => eventOfUnit(key) === null);
  let requested = 0;
  for (const eventId of eventIds) requested += await retryEvent(parts, jobs, org, eventId);
  if (records.length > 0) requested += await requestRecords(parts, org, records);
  await parts.store.appendAudit(
    unitKeys.map((unitKey) => ({
      id: randomUUID(),
      at: parts.clock().toISOString(),
      org,
      unitKey,
      actor,
      action: 'problem.retry',
      rule: problemId,
      outcome: null,
      fields: [],
      correlationId,
    })),
  );
  return { requested };
}

async function requestRecords(parts: Parts, org: string, unitKeys: readonly string[]): Promise<number> {
  const configuration = await parts.configurations.current(org);
  return requestAgain({ salesforce: parts.salesforceOf(org), configuration, clock: parts.clock }, unitKeys);
}
