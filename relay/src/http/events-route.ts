import { createHash, timingSafeEqual } from 'node:crypto';
import schema from '../../../contracts/schemas/business-event.v1.schema.json' with { type: 'json' };
import { RelayError } from '../errors.ts';
import { compileSchema } from '../json-schema.ts';
import type { Settings } from '../settings.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { parseExactJson, requireSchema } from './parse-json.ts';
import type { Reply, Route, RouteCall } from './route.ts';

/** A business event of Finance & Operations: a hint that something happened, never the truth about it. */
export type BusinessEvent = {
  /** Lower case, without braces: the same event always has the same id. */
  readonly eventId: string;
  /** The class name, e.g. `SalesInvoicePostedBusinessEvent`. */
  readonly name: string;
  /** Lower case; empty for events of no company. */
  readonly legalEntity: string;
  readonly occurredAt: string | null;
  /** The whole body; every number is its source text. */
  readonly fields: Readonly<Record<string, unknown>>;
};

/** Stores an event for later work; resolves only once it is stored. The same EventId again is a `duplicate`. */
export type AcceptEvent = (
  connection: string,
  event: BusinessEvent,
  context: { readonly correlationId: string },
) => Promise<'stored' | 'duplicate'>;

type Deps = {
  readonly settings: Pick<Settings, 'connections'>;
  readonly events: AcceptEvent;
  readonly metrics: Metrics;
};

const MAX_BODY_BYTES = 1_000_000;
/** Sent when somebody saves the endpoint in Finance & Operations; only an answer of success lets them save. */
const TEST_EVENT = 'BusinessEventsTestEndpointContract';
const NO_HASHES: readonly string[] = ['0'.repeat(64)];
const checkEvent = compileSchema(schema, { all: false });

/** POST of a business event. The secret in the path is the only proof that Finance & Operations can give, so it is all we ask. */
export function eventsRoute(deps: Deps): Route {
  return {
    method: 'POST',
    path: '/v1/events/finance-operations/:connection/:secret',
    access: 'open',
    handle: (call) => receiveEvent(deps, call),
  };
}

async function receiveEvent(deps: Deps, call: RouteCall): Promise<Reply> {
  const { connection = '', secret = '' } = call.params;
  requireSecret(deps, connection, secret);
  const event = parseEvent(await call.readBody(MAX_BODY_BYTES));
  const { correlationId } = call;
  const verdict = event.name === TEST_EVENT ? 'test' : await deps.events(connection, event, { correlationId });
  deps.metrics.event(connection, verdict);
  return { status: 202, body: { contract: 1, verdict, eventId: event.eventId, correlationId } };
}

/** Unknown connections and wrong secrets get one answer after the same work, so that nobody learns which it was. */
function requireSecret(deps: Deps, connection: string, secret: string): void {
  const registered = deps.settings.connections.get(connection)?.eventSecretHashes ?? [];
  const given = createHash('sha256').update(secret).digest();
  const hashes = registered.length > 0 ? registered : NO_HASHES;
  const matches = hashes.map((hash) => timingSafeEqual(given, Buffer.from(hash, 'hex')));
  if (registered.length > 0 && matches.includes(true)) return;
  deps.metrics.event(deps.settings.connections.has(connection) ? connection : 'unknown', 'refused');
  throw new RelayError('NOT_FOUND', 'There is no such event endpoint. Check the address in the endpoint of Dynamics.');
}

function parseEvent(text: string): BusinessEvent {
  const document = parseExactJson(text);
  requireSchema(document, checkEvent, 'business-event.v1');
  const fields = document as Readonly<Record<string, unknown>>;
  return {
    eventId: textOf(fields.EventId).replace(/[{}]/g, '').toLowerCase(),
    name: textOf(fields.BusinessEventId),
    legalEntity: textOf(fields.BusinessEventLegalEntity).toLowerCase(),
    occurredAt: textOf(fields.EventTimeIso8601) || null,
    fields,
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
