import schema from '../../../contracts/schemas/sync-request.v1.schema.json' with { type: 'json' };
import { RelayError } from '../errors.ts';
import type { Caller } from '../identity/identity.ts';
import { compileSchema } from '../json-schema.ts';
import type { SyncAnswer, SyncCall } from '../sync/exchange.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { parseJson, requireSchema } from './parse-json.ts';
import type { Route } from './route.ts';

/** Carries out a sync call for the caller's org. Takes no new work after `deadline` (milliseconds since the epoch). */
export type RunSync = (
  caller: Caller,
  call: SyncCall,
  context: { readonly signal: AbortSignal; readonly correlationId: string; readonly deadline: number },
) => Promise<SyncAnswer>;

const MAX_BODY_BYTES = 5_000_000;
const MAX_ITEMS = 200;
const MAX_CALLS_PER_ORG = 16;
const DEADLINE_MS = 20_000;
const BUSY_RETRY_MS = 1_000;
const checkCall = compileSchema(schema, { all: false });

/** POST /v1/sync: 200 with an outcome per unit; HTTP errors only where the call as a whole cannot be taken. */
export function syncRoute(deps: {
  readonly sync: RunSync;
  readonly metrics: Metrics;
  readonly clock: () => Date;
}): Route {
  const callsOf = new Map<string, number>();
  return {
    method: 'POST',
    path: '/v1/sync',
    access: 'caller',
    // A token may be good for several calls. A repeated call finds its work done, and an overtaken one is refused per record.
    once: false,
    handle: async ({ caller, correlationId, signal, readBody }) => {
      const leave = enter(callsOf, caller.org);
      try {
        const call = parseCall(await readBody(MAX_BODY_BYTES));
        const deadline = deps.clock().getTime() + DEADLINE_MS;
        const answer = await deps.metrics.measureSync(() =>
          deps.sync(caller, call, { signal, correlationId, deadline }),
        );
        countUnits(deps.metrics, call, answer);
        return { status: 200, body: answer };
      } finally {
        leave();
      }
    },
  };
}

/** One org that floods the relay must not take the memory and the connections of the others. */
function enter(callsOf: Map<string, number>, org: string): () => void {
  const underWay = callsOf.get(org) ?? 0;
  if (underWay >= MAX_CALLS_PER_ORG) {
    const message = `${underWay} sync calls of this org are under way already. Send this one again in a second.`;
    throw new RelayError('BUSY', message, { retryAfterMs: BUSY_RETRY_MS });
  }
  callsOf.set(org, underWay + 1);
  return () => {
    const left = (callsOf.get(org) ?? 1) - 1;
    if (left === 0) callsOf.delete(org);
    else callsOf.set(org, left);
  };
}

function parseCall(text: string): SyncCall {
  const document = parseJson(text);
  if (typeof document === 'object' && document !== null) {
    requireContract(document);
    requireFewItems(document);
  }
  requireSchema(document, checkCall, 'sync-request.v1');
  const call = document as SyncCall;
  requireOwnKeys(call);
  return call;
}

function requireContract(document: object): void {
  const contract: unknown = 'contract' in document ? document.contract : 1;
  if (contract === 1 || typeof contract !== 'number') return;
  throw new RelayError('CONTRACT_UNSUPPORTED', 'This relay speaks contract 1. Upgrade it, or send contract 1.', {
    field: 'contract',
  });
}

function requireFewItems(document: object): void {
  const items: unknown = 'items' in document ? document.items : [];
  if (!Array.isArray(items) || items.length <= MAX_ITEMS) return;
  throw new RelayError('BODY_TOO_LARGE', `The call has ${items.length} items. Send at most ${MAX_ITEMS} per call.`, {
    field: 'items',
  });
}

/** The journal knows a unit by record id and mapping, the outbox by the key: they must not tell of different things. */
function requireOwnKeys({ items }: SyncCall): void {
  for (const [index, { key, mapping, record }] of items.entries()) {
    if (key === `${record.id}/${mapping}`) continue;
    const at = `items[${index}].key`;
    const message = `${at} must be the record id and the mapping of the item, "<record id>/<mapping>". Correct it.`;
    throw new RelayError('REQUEST_MALFORMED', message, { field: at });
  }
}

function countUnits(metrics: Metrics, call: SyncCall, answer: SyncAnswer): void {
  const mappingOf = new Map(call.items.map((item) => [item.key, item.mapping]));
  for (const item of answer.items) {
    const mapping = mappingOf.get(item.key) ?? '';
    for (const { outcome, company } of item.units) metrics.unit({ outcome, mapping, company });
  }
}
