import { randomUUID } from 'node:crypto';
import { describeCode, type ErrorCode, RelayError } from './errors.ts';
import { EVENT_KEPT_MS } from './jobs/job-policies.ts';
import type { JobPayloads, Jobs } from './jobs/jobs.ts';
import { healerOf } from './jobs/retry.ts';
import type { Parts } from './parts.ts';
import { createHandleEvent, type InboundEvent } from './sync/to-salesforce/handle-event.ts';
import type { InboundDependencies } from './sync/to-salesforce/inbound.ts';

const EVENT = 'event.finance-operations';
/** A run that holds its leases for longer hangs. */
const LEASE_MS = 120_000;
/** How the problems of an event name their unit. */
const UNIT = 'event:';

type EventPayload = JobPayloads[typeof EVENT];

const keyOf = (event: Pick<EventPayload, 'org' | 'connection' | 'eventId'>): string =>
  `${event.org}/${event.connection}/${event.eventId}`;

/** What the way from Dynamics to Salesforce needs, from the parts of this relay. */
export function inboundDependencies(parts: Parts): InboundDependencies {
  return {
    store: parts.store,
    connector: parts.connectorOf,
    salesforce: parts.salesforceOf,
    currentConfiguration: (org) => parts.configurations.current(org),
    hashKey: parts.hashKey,
    clock: parts.clock,
    newId: randomUUID,
    holder: parts.holder,
    leaseMs: LEASE_MS,
    quarantineMs: parts.settings.quarantineMs,
    onRecord: (record) => parts.metrics.inbound(record),
  };
}

/**
 * Stored when it resolves, one job for each org, so that the trouble of one holds up no other. The jobs come before the memory of the
 * id: an event that is remembered is never lost.
 */
export async function acceptEvent(
  parts: Parts,
  jobs: Jobs,
  { key: connection, event }: { readonly key: string; readonly event: InboundEvent },
): Promise<'stored' | 'duplicate'> {
  const { eventId } = event;
  if (await parts.store.hasEvent(connection, eventId)) return 'duplicate';
  const sealed = parts.seal.seal(JSON.stringify(event));
  const receivedAt = parts.clock().toISOString();
  for (const { organizationId: org, connections } of parts.settings.orgs.values()) {
    if (!connections.includes(connection)) continue;
    const payload = { org, connection, eventId, receivedAt, sealed };
    await jobs.send(EVENT, payload, { key: keyOf(payload) });
  }
  return (await parts.store.rememberEvent(connection, eventId)) ? 'stored' : 'duplicate';
}

/** Registers what the queue does with events, and what becomes of those that are given up. */
export async function workOnEvents(parts: Parts, jobs: Jobs): Promise<void> {
  const handleEvent = createHandleEvent(inboundDependencies(parts));
  await jobs.work(EVENT, async ({ id, payload, signal }) => {
    try {
      const event = JSON.parse(parts.seal.open(payload.sealed)) as InboundEvent;
      await handleEvent(payload, event, { lane: 'realTime', signal, correlationId: id });
    } catch (error) {
      const code = visibleCode(error);
      if (code !== null) await report(parts, payload, [code]);
      throw error;
    }
    await parts.store.removeParkedEvent(payload);
    await report(parts, payload, []);
  });
  jobs.onDead(async (dead) => {
    const payload = dead.payload as EventPayload;
    parts.log.error({ job: dead.name, code: dead.code }, 'A job is given up; it is kept as a problem');
    const ageMs = parts.clock().getTime() - Date.parse(payload.receivedAt);
    await (ageMs < EVENT_KEPT_MS ? parts.store.parkEvent(payload) : parts.store.forgetEvent(payload));
    await report(parts, payload, [codeOfDead(dead.code)]);
  });
}

/** What a person must see at once, although the job is tried again: null for what time alone heals. */
function visibleCode(error: unknown): ErrorCode | null {
  if (!(error instanceof RelayError)) return 'UNEXPECTED';
  return healerOf(error) === 'time' ? null : error.code;
}

/** What passes by itself says nothing true about an event that is given up. */
function codeOfDead(code: ErrorCode): ErrorCode {
  const { outcome } = describeCode(code);
  return outcome === null || outcome === 'deferred' || outcome === 'failed' ? 'EVENT_NOT_APPLIED' : code;
}

/** Opens the problems of an event, or closes them where it has none any more. */
async function report(parts: Parts, payload: EventPayload, codes: readonly ErrorCode[]): Promise<void> {
  const { org, connection, eventId } = payload;
  const faults = codes.map((code) => ({ code, field: null }));
  const reports = [{ org, unitKey: `${UNIT}${eventId}`, entitySet: null, scope: `${connection}/`, faults }];
  await parts.store.commit({ leases: [], links: [], closedIntents: [], audit: [], reports });
}

/** The id of the event that a unit key names; null where it names a record. */
export function eventOfUnit(unitKey: string): string | null {
  return unitKey.startsWith(UNIT) ? unitKey.slice(UNIT.length) : null;
}

/**
 * Has an event of an org tried now, be it held or given up; answers how many jobs that makes, 0 where its content is no longer kept.
 * The kept copy stays until the event is applied: this try may fail as the one before.
 */
export async function retryEvent(parts: Parts, jobs: Jobs, org: string, eventId: string): Promise<number> {
  let requested = 0;
  for (const connection of parts.settings.orgs.get(org)?.connections ?? []) {
    requested += await jobs.hurry(EVENT, keyOf({ org, connection, eventId }));
  }
  if (requested > 0) return requested;
  const parked = await parts.store.parkedEvents(org, eventId);
  for (const event of parked) await jobs.send(EVENT, event, { key: keyOf(event) });
  return parked.length;
}
