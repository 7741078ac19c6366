import { RelayError } from '../errors.ts';
import type { AuditEvent, Store } from '../store/store.ts';
import { type Link, unitKey } from './unit.ts';

/** Which links are meant: those of a record or of one line, of all mappings and companies unless they are named. */
export type UnlinkRequest = {
  readonly org: string;
  /** In its long form. */
  readonly recordId: string;
  readonly mapping?: string;
  readonly company?: string;
  /** False only tells what would be removed. */
  readonly isConfirmed: boolean;
};

/** One link that is removed, with the number of line links that go with it. */
export type Unlinked = { readonly link: Link; readonly lines: number };

type UnlinkDependencies = {
  readonly store: Pick<
    Store,
    | 'acquireLeases'
    | 'releaseLeases'
    | 'commit'
    | 'intentsOfRecords'
    | 'linksById'
    | 'linksOfKeys'
    | 'linksOfLines'
    | 'linksOfRecords'
  >;
  readonly clock: () => Date;
  readonly newId: () => string;
  readonly holder: string;
  /** Who asks, for the audit. */
  readonly operator: string;
};

/** Longer than the removal takes, shorter than anybody waits. */
const LEASE_MS = 30_000;

/**
 * Forgets which Dynamics record a Salesforce record or line belongs to, so that the next run finds or creates it anew: what a person
 * decides where the Dynamics record is gone. Nothing in Salesforce or Dynamics is touched. Units that follow the same document go with
 * it. Refused while a create is open, since its record would then be created twice. Safe to run twice: the second time nothing is left.
 */
export async function unlink(deps: UnlinkDependencies, request: UnlinkRequest): Promise<Unlinked[]> {
  const { org, recordId } = request;
  const found = await linksOf(deps, request);
  if (!request.isConfirmed || found.length === 0) {
    await refuseOpenCreates(deps, request, found);
    return toUnlinked(deps, found);
  }
  const resources = await resourcesOf(deps, org, found);
  const leases = await deps.store.acquireLeases(resources, deps.holder, LEASE_MS);
  try {
    if (leases.length < resources.length) throw busy(recordId);
    // Read again under the lease: a run that just ended may have linked, created or removed something.
    const links = await linksOf(deps, request);
    await refuseOpenCreates(deps, request, links);
    const unlinked = await toUnlinked(deps, links);
    const audit = links.map((link) => eventOf(deps, link));
    const removedLinks = links.map(({ id }) => id);
    await deps.store.commit({ leases, links: [], removedLinks, closedIntents: [], audit, reports: [] });
    return unlinked;
  } finally {
    await deps.store.releaseLeases(leases);
  }
}

async function linksOf({ store }: UnlinkDependencies, request: UnlinkRequest): Promise<Link[]> {
  const { org, recordId, mapping, company } = request;
  const all = await store.linksOfRecords(org, [recordId]);
  const own = all.filter(
    ({ unit, state }) =>
      state !== 'gone' && unit.mapping === (mapping ?? unit.mapping) && unit.company === (company ?? unit.company),
  );
  const followers = await Promise.all(
    own
      .filter(({ state }) => state === 'active')
      .map(({ unit: { connection }, entitySet, dynamicsKey }) =>
        store.linksOfKeys({ org, connection, entitySet, dynamicsKeys: [dynamicsKey] }),
      ),
  );
  const byId = new Map(
    [...own, ...followers.flat().filter(({ state }) => state === 'following')].map((l) => [l.id, l]),
  );
  return [...byId.values()];
}

/** What a run holds while it works on these links: of a line, its document. */
async function resourcesOf({ store }: UnlinkDependencies, org: string, links: readonly Link[]): Promise<string[]> {
  const parents = await store.linksById(links.flatMap(({ parentId }) => parentId ?? []));
  const ids = [...links, ...parents].map(({ unit }) => `record:${org}/${unit.recordId}`);
  return [...new Set(ids)].toSorted();
}

async function refuseOpenCreates(
  { store }: UnlinkDependencies,
  { org, recordId }: UnlinkRequest,
  links: readonly Link[],
): Promise<void> {
  const lines = await store.linksOfLines(links.map(({ id }) => id));
  const parents = await store.linksById(links.flatMap(({ parentId }) => parentId ?? []));
  const related = [...links, ...parents, ...lines.map(({ link }) => link)].map(({ unit }) => unit.recordId);
  const [open] = await store.intentsOfRecords(org, [...new Set([recordId, ...related])]);
  if (open === undefined) return;
  const { unit, entitySet, openedAt } = open;
  const what = `A create of ${unit.recordId} in ${entitySet} (${unit.mapping}, sent ${openedAt}) has no answer yet`;
  const next = 'Nothing was unlinked. Synchronize the record again until that is settled, then unlink';
  throw new RelayError('OUTCOME_UNKNOWN', `${what}: it may still arrive, and would be created twice. ${next}.`);
}

async function toUnlinked({ store }: UnlinkDependencies, links: readonly Link[]): Promise<Unlinked[]> {
  const lines = await store.linksOfLines(links.map(({ id }) => id));
  return links.map((link) => ({ link, lines: lines.filter((line) => line.link.parentId === link.id).length }));
}

function busy(recordId: string): RelayError {
  return new RelayError('RECORD_BUSY', `A run works on ${recordId} just now: nothing was unlinked. Try again.`);
}

function eventOf({ clock, newId, operator }: UnlinkDependencies, { unit }: Link): AuditEvent {
  return {
    id: newId(),
    at: clock().toISOString(),
    org: unit.org,
    unitKey: unitKey(unit),
    actor: `operator:${operator}`,
    action: 'link.remove',
    rule: 'unlink',
    outcome: null,
    fields: [],
    correlationId: newId(),
  };
}
