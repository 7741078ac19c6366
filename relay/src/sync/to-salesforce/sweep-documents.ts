import type { Connector, EntityDescription, EntityRecord } from '../../dynamics/connector.ts';
import { describeCode, type ErrorCode, toFault } from '../../errors.ts';
import type { Configuration, EntityMapping } from '../mapping.ts';
import { keepLeases, LEASE_MS } from '../to-dynamics/keep-leases.ts';
import { bringOwned } from './bring-owned.ts';
import { findRecordsSince } from './find-records.ts';
import type { Inbound, InboundDependencies } from './inbound.ts';
import { lacksParent, linkedParents } from './inbound-references.ts';
import { movedDocuments, openDocuments } from './moved-documents.ts';
import type { Unit } from '../unit.ts';

const DAY_MS = 24 * 60 * 60_000;
/** Keys asked of the store at once. */
const CHUNK = 1_000;

type Sweep = NonNullable<EntityMapping['options']['sweep']>;
type Swept = { readonly brought: number; readonly failed: number };

/** One org's inbound documents of one connection, and the call that carries the sweep. */
export type SweepRequest = Pick<Inbound, 'org' | 'configuration' | 'connector' | 'salesforce' | 'io'>;

/**
 * Brings the documents of a connection that no event brought: of those dated since the last sweep, less an overlap, the ones whose
 * parents are in the org and that have no link yet; of those and of the invoices that Salesforce shows as open, the ones whose figures
 * moved. Heals lost events, customers that were linked after their invoices were posted, and settlements that nothing told of. Safe to
 * run twice, silent where everything is there; one process at a time, another one's turn is passed over.
 */
export async function sweepDocuments(deps: InboundDependencies, request: SweepRequest): Promise<Swept> {
  const { org, connector, configuration } = request;
  const mappings = [...configuration.mappings.values()]
    .filter(({ options, direction }) => options.sweep !== undefined && direction !== 'ToDynamics')
    .filter((mapping) => isOf(configuration, mapping, connector))
    .toSorted((a, b) => a.sequence - b.sequence);
  if (mappings.length === 0) return { brought: 0, failed: 0 };
  const leases = await deps.store.acquireLeases([`sweep:${org}/${connector.connection}`], deps.holder, LEASE_MS);
  if (leases.length === 0) return { brought: 0, failed: 0 };
  const letGo = keepLeases(deps.store, () => leases, deps.leaseMs * 10);
  const total = { brought: 0, failed: 0 };
  try {
    for (const company of await deps.store.linkedCompanies(org, connector.connection)) {
      for (const mapping of mappings) {
        const inbound: Inbound = { ...request, deps, company, actor: 'schedule:sweep' };
        const swept = await sweepOne(inbound, mapping);
        total.brought += swept.brought;
        total.failed += swept.failed;
      }
    }
    return total;
  } finally {
    letGo();
    await deps.store.releaseLeases(leases);
  }
}

function isOf(configuration: Configuration, mapping: EntityMapping, connector: Connector): boolean {
  if (mapping.connection === null) return true;
  return configuration.connections.get(mapping.connection)?.connectionKey === connector.connection;
}

/**
 * The cursor of dates moves only where all that was found is there; else the same window is looked through again. That of open invoices
 * moves on whatever became of single ones: they come round again, and none of them keeps the later ones waiting.
 */
async function sweepOne(inbound: Inbound, mapping: EntityMapping): Promise<Swept> {
  const { deps, org, connector, company } = inbound;
  const { sweep } = mapping.options;
  if (sweep === undefined) return { brought: 0, failed: 0 };
  const place = { org, connection: connector.connection, company, mapping: mapping.name };
  const today = deps.clock().toISOString().slice(0, 10);
  const ofOpen = { ...place, mapping: `${mapping.name}@open` };
  const codes = new Set<ErrorCode>();
  let brought = 0;
  let failed = 0;
  let next: string | null = null;
  try {
    const from = daysBefore((await deps.store.cursor(place)) ?? today, sweep.overlapDays);
    const entity = await connector.describe(mapping.entitySet, inbound.io);
    const open = await openDocuments(inbound, { mapping, entity }, (await deps.store.cursor(ofOpen)) ?? '');
    next = open.next;
    for (const record of await dueDocuments(inbound, { mapping, entity, sweep, from }, open.records)) {
      try {
        const id = await bringOwned(inbound, { mapping, entity, record, eventValues: {} });
        brought += id === null ? 0 : 1;
      } catch (error) {
        failed += 1;
        codes.add(toFault(error).code);
      }
    }
  } catch (error) {
    failed += 1;
    codes.add(toFault(error).code);
  }
  const unitKey = `sweep:${mapping.name}/${connector.connection}/${company}`;
  // What only another turn needs is no problem of anybody.
  const lasting = [...codes].filter((code) => describeCode(code).outcome !== 'deferred');
  const faults = lasting.map((code) => ({ code, field: null }));
  const scope = `${connector.connection}/${company}`;
  await deps.store.commit({
    leases: [],
    links: [],
    closedIntents: [],
    audit: [],
    reports: [{ org, unitKey, entitySet: mapping.entitySet, scope, faults }],
    cursors: [
      ...(failed === 0 ? [{ ...place, position: today }] : []),
      ...(next === null ? [] : [{ ...ofOpen, position: next }]),
    ],
  });
  return { brought, failed };
}

function daysBefore(date: string, days: number): string {
  return new Date(Date.parse(date) - days * DAY_MS).toISOString().slice(0, 10);
}

type Window = {
  readonly mapping: EntityMapping;
  readonly entity: EntityDescription;
  readonly sweep: Sweep;
  readonly from: string;
};

/** What stands in Dynamics and not in the org although its parents do, and what stands in both with other figures. */
async function dueDocuments(
  inbound: Inbound,
  { mapping, entity, sweep, from }: Window,
  open: readonly EntityRecord[],
): Promise<EntityRecord[]> {
  const { connector } = inbound;
  const dated = await findRecordsSince(inbound, mapping, { field: sweep.dateField, value: from });
  const byKey = new Map([...dated, ...open].map((record) => [connector.formatKey(entity, record.key), record]));
  const found = [...byKey.values()];
  const parents = await linkedParents(inbound, mapping, found);
  const wanted = found.filter((record) => !lacksParent(mapping, record, parents));
  const due: EntityRecord[] = [];
  for (let start = 0; start < wanted.length; start += CHUNK) {
    const chunk = wanted.slice(start, start + CHUNK);
    const units = await linkedUnits(inbound, { mapping, entity }, chunk);
    const linked = chunk.flatMap((record) => {
      const unit = units.get(connector.formatKey(entity, record.key));
      return unit === undefined ? [] : [{ record, unit }];
    });
    due.push(...chunk.filter((record) => !units.has(connector.formatKey(entity, record.key))));
    due.push(...(await movedDocuments(inbound, { mapping, entity }, linked)));
  }
  return due;
}

async function linkedUnits(
  { deps, org, connector }: Inbound,
  { mapping, entity }: Pick<Window, 'mapping' | 'entity'>,
  records: readonly EntityRecord[],
): Promise<ReadonlyMap<string, Unit>> {
  const { entitySet } = mapping;
  const dynamicsKeys = records.map((record) => connector.formatKey(entity, record.key));
  const links = await deps.store.linksOfKeys({ org, connection: connector.connection, entitySet, dynamicsKeys });
  return new Map(links.filter(({ state }) => state !== 'gone').map(({ dynamicsKey, unit }) => [dynamicsKey, unit]));
}
