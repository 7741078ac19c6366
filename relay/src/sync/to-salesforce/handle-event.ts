import type { Call, Value } from '../../dynamics/connector.ts';
import { RelayError } from '../../errors.ts';
import { bringEdited } from './bring-edited.ts';
import { bringOwned } from './bring-owned.ts';
import { findRecords } from './find-records.ts';
import type { Inbound, InboundDependencies } from './inbound.ts';
import type { EntityMapping, EntityMappingOptions } from '../mapping.ts';

/** A business event as the endpoint understood it. `fields` is the whole body, numbers as their source text. */
export type InboundEvent = {
  readonly eventId: string;
  readonly name: string;
  readonly legalEntity: string;
  readonly fields: Readonly<Record<string, unknown>>;
};

type Hint = NonNullable<EntityMappingOptions['events']>[number];

/**
 * Brings what an event hints at to one org that uses the connection. Values are read again from Dynamics. Safe to run twice.
 * Throws EVENT_AHEAD, to be tried again, where the record or its parent is not there yet.
 */
export function createHandleEvent(deps: InboundDependencies) {
  return async function handleEvent(
    place: { readonly org: string; readonly connection: string },
    event: InboundEvent,
    io: Call,
  ): Promise<void> {
    const { org } = place;
    const connector = deps.connector(org, place.connection);
    if (connector === null) return;
    const configuration = await deps.currentConfiguration(org);
    const salesforce = deps.salesforce(org);
    const company = event.legalEntity.toLowerCase();
    const actor = `event:${event.eventId}`;
    const inbound = { deps, org, configuration, connector, salesforce, io, company, actor };
    await each(hintsFor(inbound, event), ({ mapping, hint }) => follow(inbound, mapping, { event, hint }));
  };
}

/** Does all, one after the other, although some fail; then fails as they did, with what time may heal before what it cannot. */
async function each<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const errors: unknown[] = [];
  for (const item of items) {
    try {
      await act(item);
    } catch (error) {
      errors.push(error);
    }
  }
  const passing = errors.find((error) => !(error instanceof RelayError) || error.isRetryable);
  if (errors.length > 0) throw passing ?? errors[0];
}

function hintsFor(inbound: Inbound, event: InboundEvent): { mapping: EntityMapping; hint: Hint }[] {
  return [...inbound.configuration.mappings.values()]
    .filter((mapping) => mapping.direction !== 'ToDynamics')
    .toSorted((a, b) => a.sequence - b.sequence)
    .flatMap((mapping) =>
      (mapping.options.events ?? [])
        .filter((hint) => hint.businessEventId === event.name)
        .map((hint) => ({ mapping, hint })),
    );
}

async function follow(
  inbound: Inbound,
  mapping: EntityMapping,
  hinted: { event: InboundEvent; hint: Hint },
): Promise<void> {
  const where = Object.entries(hinted.hint.where).map(
    ([field, member]) => [field, eventValue(hinted.event.fields[member])] as const,
  );
  const records = await findRecords(inbound, mapping, Object.fromEntries(where));
  if (records.length === 0) {
    const message = `${hinted.event.name} speaks of a record in ${mapping.entitySet} that is not there yet.`;
    throw new RelayError('EVENT_AHEAD', message);
  }
  const entity = await inbound.connector.describe(mapping.entitySet, inbound.io);
  // A member that the event does not carry says nothing: only one that it carries blank does.
  const values = Object.entries(hinted.hint.values ?? {})
    .filter(([, member]) => member in hinted.event.fields)
    .map(([field, member]) => [field, eventValue(hinted.event.fields[member])] as const);
  const bring = mapping.options.externalIdField === undefined ? bringEdited : bringOwned;
  await each(records, async (record) => {
    await bring(inbound, { mapping, entity, record, eventValues: Object.fromEntries(values) });
  });
}

const EVENT_DATE = /^\/Date\((-?\d+)\)\/$/;

/** A member of an event in canonical form: `/Date(ms)/` becomes an instant, or the date where the time is none; other texts stay. */
function eventValue(member: unknown): Value {
  if (typeof member === 'boolean') return member;
  if (typeof member !== 'string' || member === '') return null;
  const milliseconds = EVENT_DATE.exec(member)?.[1];
  if (milliseconds === undefined) return member;
  const instant = new Date(Number(milliseconds)).toISOString();
  return /T(00|12):00:00\.000Z$/.test(instant) ? instant.slice(0, 10) : instant;
}
