import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import type { Outcome } from '../../relay/src/errors.ts';
import type { SyncAnswer, SyncItem, UnitResult } from '../../relay/src/sync/exchange.ts';
import { type KeyPair, signOrgToken } from '../../test/support/org-key.ts';

/** Who calls the relay, in plain data, so that it can be handed to another process. */
export type Caller = {
  readonly relayUrl: string;
  readonly org: string;
  readonly userId: string;
  readonly key: KeyPair;
  /** The name of the configuration document. */
  readonly configuration: string;
};

/** Calls POST /v1/sync as an org does: a fresh token each time, made before the clock starts. */
export type SyncCaller = {
  /** Sends one call; answers how long the caller waited, and each unit's result. Throws unless all came to the outcome. */
  send(items: readonly SyncItem[], outcome: Outcome): Promise<Sent>;
  close(): Promise<void>;
};

export type Sent = { readonly milliseconds: number; readonly units: readonly UnitResult[] };

/** Opens kept-alive connections to the relay, for one lane of the outbox. */
export function openSyncCaller(
  caller: Caller,
  { connections, lane }: { readonly connections: number; readonly lane: 'realTime' | 'bulk' },
): SyncCaller {
  const pool = new Pool(caller.relayUrl, { connections, bodyTimeout: 0, headersTimeout: 0 });
  return {
    async send(items, outcome) {
      const body = JSON.stringify({
        contract: 1,
        requestId: randomUUID(),
        configuration: caller.configuration,
        dryRun: false,
        lane,
        items,
      });
      const headers = { authorization: await authorizationOf(caller), 'content-type': 'application/json' };
      const startedAt = performance.now();
      const response = await pool.request({ method: 'POST', path: '/v1/sync', headers, body });
      const text = await response.body.text();
      const milliseconds = performance.now() - startedAt;
      if (response.statusCode !== 200) throw new Error(`The relay answered ${response.statusCode}: ${text}`);
      const units = (JSON.parse(text) as SyncAnswer).items.flatMap((item) => item.units);
      requireOutcome(units, items.length, outcome);
      return { milliseconds, units };
    },
    close: () => pool.close(),
  };
}

/** The header that the org's external credential sends. */
export async function authorizationOf({ key, org, userId, relayUrl }: Caller, expiresAt = '2m'): Promise<string> {
  return `Bearer ${await signOrgToken(key, { org, userId, audience: relayUrl, expiresAt })}`;
}

/** What came to something else than wanted took another way through the relay, and its time means nothing. */
function requireOutcome(units: readonly UnitResult[], count: number, outcome: Outcome): void {
  const other = units.find((unit) => unit.outcome !== outcome);
  if (other === undefined && units.length === count) return;
  const found =
    other === undefined ? `${units.length} units` : `${other.outcome}: ${other.faults[0]?.message ?? 'no fault told'}`;
  throw new Error(`The relay was to answer "${outcome}" for ${count} items and answered ${found}.`);
}
