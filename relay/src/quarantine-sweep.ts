import { randomUUID } from 'node:crypto';
import type { Parts } from './parts.ts';
import { judgeLeftBehind } from './sync/to-salesforce/judge-left-behind.ts';
import { requestAgain } from './sync/to-salesforce/request-again.ts';
import { type Intent, unitKey } from './sync/unit.ts';

const PAGE = 200;
/** A record that was asked for comes through the outbox in its own time; asking sooner again would only make it wait anew. */
const ASK_AGAIN_MS = 15 * 60_000;
const LEASE_MS = 60_000;

/**
 * The sweep of creates that dead runs left behind: asks Salesforce to send their records once more, a line's document for the line,
 * and closes those whose record is gone or no longer wanted. The trouble of one org stops no other.
 */
export function createQuarantineSweep(parts: Parts): () => Promise<void> {
  const askedAt = new Map<string, number>();
  return async () => {
    const now = parts.clock().getTime();
    for (const [id, at] of askedAt) if (now - at >= ASK_AGAIN_MS) askedAt.delete(id);
    const due = (await allLeftBehind(parts)).filter(({ id }) => !askedAt.has(id));
    for (const [org, intents] of Map.groupBy(due, ({ unit }) => unit.org)) {
      if (!parts.settings.orgs.has(org)) continue;
      for (const { id } of intents) askedAt.set(id, now);
      try {
        await sweepOrg(parts, org, intents);
      } catch (error) {
        parts.log.warn(
          { err: error, org },
          'Creates that were left behind could not be looked up; they are again later',
        );
      }
    }
  };
}

async function allLeftBehind(parts: Parts): Promise<Intent[]> {
  const olderThanMs = parts.settings.quarantineMs * 2;
  const found: Intent[] = [];
  for (let after = '0'; ; after = found.at(-1)?.id ?? '') {
    const page = await parts.store.intentsLeftBehind({ olderThanMs, limit: PAGE, after });
    found.push(...page);
    if (page.length < PAGE) return found;
  }
}

async function sweepOrg(parts: Parts, org: string, intents: readonly Intent[]): Promise<void> {
  const configuration = await parts.configurations.current(org);
  const salesforce = parts.salesforceOf(org);
  const { ask, close } = await judgeLeftBehind({ salesforce, configuration }, intents);
  await requestAgain({ salesforce, configuration, clock: parts.clock }, ask);
  for (const intent of close) await closeIntent(parts, intent);
}

/** Under the record's lease: a run that works on it just now knows better. */
async function closeIntent(parts: Parts, { id, unit }: Intent): Promise<void> {
  const { org } = unit;
  const leases = await parts.store.acquireLeases([`record:${org}/${unit.recordId}`], parts.holder, LEASE_MS);
  if (leases.length === 0) return;
  const decision = {
    id: randomUUID(),
    at: parts.clock().toISOString(),
    org,
    unitKey: unitKey(unit),
    actor: 'schedule:quarantine',
    action: 'intent.close',
    rule: 'The record is gone or no longer wanted',
    outcome: 'skipped' as const,
    fields: [],
    correlationId: randomUUID(),
  };
  try {
    await parts.store.commit({ leases, links: [], closedIntents: [id], audit: [decision], reports: [] });
  } finally {
    await parts.store.releaseLeases(leases);
  }
}
