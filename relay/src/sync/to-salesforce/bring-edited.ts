import { conflictFault } from '../conflict-fault.ts';
import type { Values } from '../../dynamics/connector.ts';
import { describeCode, type Fault, outcomeOfCode, RelayError } from '../../errors.ts';
import type { ShownUnit } from '../../salesforce/salesforce.ts';
import type { Lease } from '../../store/store.ts';
import { numberOf } from '../entity-fields.ts';
import { type Arrival, type Inbound, isBeingCreated, told } from './inbound.ts';
import { mapToDynamics, mapToSalesforce, writeBacksOf } from '../map.ts';
import type { EntityMapping } from '../mapping.ts';
import { basesAfter, type FieldVerdict, merge } from '../merge.ts';
import { route, type Routed } from '../route.ts';
import { keepLeases, LEASE_MS } from '../to-dynamics/keep-leases.ts';
import { wireFault } from '../to-dynamics/ledger.ts';
import { carriedBase } from '../to-dynamics/refuse-outdated.ts';
import { type Link, type LinkWithBases, type SalesforceRecord, unitKey } from '../unit.ts';

/**
 * Brings what moved in Dynamics to a Salesforce record that people edit: the same three-way merge as the other way, writing only what
 * moved here and leaving Salesforce's own changes to their own request. Records that are not linked are left alone.
 */
export function bringEdited(inbound: Inbound, arrival: Arrival): Promise<string | null> {
  return told(inbound, arrival, () => bring(inbound, arrival));
}

async function bring(inbound: Inbound, arrival: Arrival): Promise<string | null> {
  const { deps, org, connector } = inbound;
  const dynamicsKey = connector.formatKey(arrival.entity, arrival.record.key);
  const { entitySet } = arrival.mapping;
  const link = await linkOf(inbound, arrival.mapping, dynamicsKey);
  if (link === undefined) return null;
  const resources = [`record:${org}/${link.unit.recordId}`, `key:${connector.connection}/${entitySet}/${dynamicsKey}`];
  const leases = await deps.store.acquireLeases(resources, deps.holder, LEASE_MS);
  const letGo = keepLeases(deps.store, () => leases, deps.leaseMs);
  try {
    if (leases.length < resources.length) {
      throw new RelayError('RECORD_BUSY', `Another run works on ${dynamicsKey}.`);
    }
    const [linked] = await deps.store.linksOfUnits([link.unit]);
    if (linked !== undefined) await mergeInto(inbound, arrival, { linked, leases });
    return link.unit.recordId;
  } finally {
    letGo();
    await deps.store.releaseLeases(leases);
  }
}

/**
 * The link of a Dynamics record under the mapping of the event: another mapping's bases say nothing of this one's fields. A record
 * whose create is on its way is waited for.
 */
async function linkOf(inbound: Inbound, mapping: EntityMapping, dynamicsKey: string): Promise<Link | undefined> {
  const { deps, org, connector, company } = inbound;
  const { entitySet } = mapping;
  const place = { org, connection: connector.connection, entitySet, dynamicsKeys: [dynamicsKey] };
  const look = async (): Promise<Link | undefined> =>
    (await deps.store.linksOfKeys(place)).find(
      ({ state, unit }) => state === 'active' && unit.mapping === mapping.name && unit.company === company,
    );
  const link = await look();
  if (link !== undefined) return link;
  if (await isBeingCreated(inbound, entitySet)) {
    throw new RelayError('EVENT_AHEAD', describeCode('EVENT_AHEAD').text);
  }
  // A create that was concluded between the two questions has left its link.
  return look();
}

type Target = { readonly linked: LinkWithBases; readonly leases: readonly Lease[] };

async function mergeInto(inbound: Inbound, arrival: Arrival, target: Target): Promise<void> {
  const { mapping, entity, record } = arrival;
  const { recordId } = target.linked.link.unit;
  const [salesforceRecord] = await inbound.salesforce.readRecords({
    type: mapping.salesforceObject,
    ids: [recordId],
    fields: mapping.reads,
    children: [],
  });
  if (salesforceRecord === undefined) return;
  const own = comparable(inbound, mapping, salesforceRecord);
  const key = inbound.deps.hashKey(inbound.org);
  const context = { company: inbound.company, entity, references: NONE, dimensions: null, ownKey: false };
  const { mapped } = mapToDynamics(own.mapping, salesforceRecord.fields, context);
  const { bases } = target.linked;
  const newest = newestOf(arrival, salesforceRecord);
  const arrived = own.isPrimary
    ? { salesforce: { fields: salesforceRecord.fields, inbound: bothWays(inbound, own.mapping, record.values) } }
    : {};
  const verdicts = merge({
    mapping: own.mapping,
    entity,
    mapped,
    current: record.values,
    bases,
    key,
    newest,
    ...arrived,
  });
  const taken = valuesFor(inbound, arrival, { verdicts, isPrimary: own.isPrimary });
  const faults = [...verdicts.filter(({ verdict }) => verdict === 'conflict').map(conflictFault), ...taken.faults];
  const unit = shownUnit(inbound, arrival, { link: target.linked.link, verdicts, faults });
  const hasWritten = await apply(inbound, salesforceRecord, { wanted: taken.values, unit });
  // What Salesforce has still to send, and what has no form in Salesforce, keeps its base: the next run sees it as moved.
  const isSettled = ({ verdict, field }: FieldVerdict): boolean =>
    verdict !== 'toDynamics' && verdict !== 'conflict' && !taken.refused.has(field.name);
  const after = mapToDynamics(own.mapping, { ...salesforceRecord.fields, ...taken.values }, context).mapped;
  const agreed = basesAfter({
    verdicts: verdicts.filter(isSettled),
    readBack: record.values,
    entity,
    mapping: own.mapping,
    key,
    confirmedInSalesforce: () => true,
    after,
  });
  await keep(inbound, arrival, {
    ...target,
    verdicts,
    hasWritten,
    faults,
    bases: [...agreed, carriedBase(salesforceRecord, key)],
  });
}

const NONE: ReadonlyMap<string, string> = new Map();

/** What Dynamics' values amount to in Salesforce, of the fields that go both ways. */
function bothWays({ company, connector }: Inbound, mapping: EntityMapping, values: Values): Values {
  const fields = mapping.fields.filter(({ direction, kind }) => direction === 'Both' && kind !== 'Constant');
  const context = { company, connection: connector.connection, references: NONE };
  return mapToSalesforce(mapping, values, context, new Set(fields.map(({ name }) => name))).fields;
}

/**
 * The fields that can be compared without asking for parents. Only the primary company's copy of a record comes to Salesforce; of another
 * company's copy nothing is taken over.
 */
function comparable(
  inbound: Inbound,
  mapping: EntityMapping,
  record: SalesforceRecord,
): { readonly mapping: EntityMapping; readonly isPrimary: boolean } {
  const { company, connector } = inbound;
  const isHere = (place: Routed): boolean => place.connection === connector.connection && place.company === company;
  const isPrimary = route(mapping, record).routed.find(isHere)?.isPrimary ?? false;
  const fields = mapping.fields
    .filter((field) => field.kind !== 'Reference' && field.kind !== 'Dimension')
    .map((field) => (isPrimary || field.direction !== 'Both' ? field : { ...field, direction: 'ToDynamics' as const }));
  return { mapping: { ...mapping, fields }, isPrimary };
}

function newestOf({ entity, record }: Arrival, { systemModstamp }: SalesforceRecord): 'salesforce' | 'dynamics' | null {
  const changedAt = entity.modifiedField === null ? null : record.values[entity.modifiedField];
  if (typeof changedAt !== 'string') return null;
  return Date.parse(changedAt) > Date.parse(systemModstamp) ? 'dynamics' : 'salesforce';
}

type Taken = { readonly values: Values; readonly faults: readonly Fault[]; readonly refused: ReadonlySet<string> };

/** What goes to Salesforce, field by field, so that one value without a form there holds up no other. */
function valuesFor(
  inbound: Inbound,
  { mapping, record }: Arrival,
  { verdicts, isPrimary }: { readonly verdicts: readonly FieldVerdict[]; readonly isPrimary: boolean },
): Taken {
  const context = { company: inbound.company, connection: inbound.connector.connection, references: NONE };
  const results = verdicts
    .filter(({ verdict }) => verdict === 'toSalesforce')
    .map(({ field }) => ({ field, ...mapToSalesforce(mapping, record.values, context, new Set([field.name])) }));
  const fields: Values = Object.assign({}, ...results.map((result) => result.fields)) as Values;
  return {
    values: isPrimary ? { ...fields, ...writeBacksOf(mapping, record.values, context) } : {},
    faults: results.flatMap(({ faults }) => faults),
    refused: new Set(results.filter(({ faults }) => faults.length > 0).map(({ field }) => field.name)),
  };
}

type Judged = { readonly link: Link; readonly verdicts: readonly FieldVerdict[]; readonly faults: readonly Fault[] };

/** What people are to see of the unit. What Salesforce has still to send has a request of its own, which tells more than this. */
function shownUnit(inbound: Inbound, { mapping, entity, record }: Arrival, judged: Judged): ShownUnit | null {
  const { link, verdicts, faults } = judged;
  if (verdicts.some(({ verdict }) => verdict === 'toDynamics')) return null;
  const [first] = faults;
  return {
    mapping: mapping.name,
    unitKey: unitKey(link.unit),
    connection: link.unit.connection,
    company: link.unit.company,
    isPrimary: true,
    outcome: first === undefined ? 'updated' : outcomeOfCode(first.code),
    number: numberOf(mapping, entity, record),
    dynamicsKey: link.dynamicsKey,
    url: inbound.connector.recordUrl(entity, record.key),
    faults: faults.map(wireFault),
  };
}

type Brought = { readonly wanted: Values; readonly unit: ShownUnit | null };

/** True where something was written. */
async function apply(inbound: Inbound, record: SalesforceRecord, { wanted, unit }: Brought): Promise<boolean> {
  const names = Object.keys(wanted);
  if (names.length === 0) return false;
  const { type, id } = record;
  const [current] = await inbound.salesforce.readRecords({ type, ids: [id], fields: names, children: [] });
  const moved = names.find((name) => name in record.fields && record.fields[name] !== current?.fields[name]);
  const result =
    moved === undefined
      ? await inbound.salesforce.apply({
          type,
          id,
          expected: current?.fields ?? {},
          wanted,
          unit,
          correlationId: inbound.io.correlationId,
        })
      : { status: 'mismatch' as const };
  if (result.status === 'mismatch') throw new RelayError('SALESFORCE_VALUE_MOVED', `${type} ${id} changed meanwhile.`);
  if (result.status === 'refused') throw new RelayError(result.fault.code, `${type} ${id}: ${result.fault.message}`);
  return result.status === 'applied';
}

type Kept = Target & {
  readonly verdicts: readonly FieldVerdict[];
  readonly bases: LinkWithBases['bases'];
  readonly faults: readonly Fault[];
  readonly hasWritten: boolean;
};

async function keep(inbound: Inbound, { mapping }: Arrival, kept: Kept): Promise<void> {
  const { deps, org } = inbound;
  const { link } = kept.linked;
  const moved = kept.verdicts.filter(({ verdict }) => verdict !== 'none');
  // An event that brought nothing new leaves no trace.
  if (moved.length === 0 && !kept.hasWritten) return;
  const [first] = kept.faults;
  const report = {
    org,
    unitKey: unitKey(link.unit),
    entitySet: mapping.entitySet,
    scope: `${link.unit.connection}/${link.unit.company}`,
    faults: kept.faults.map(({ code, field }) => ({ code, field })),
  };
  await deps.store.commit({
    leases: kept.leases,
    links: [{ ...link, parent: null, bases: kept.bases }],
    closedIntents: [],
    audit: [
      {
        id: deps.newId(),
        at: deps.clock().toISOString(),
        org,
        unitKey: unitKey(link.unit),
        actor: inbound.actor,
        action: 'sync.to-salesforce',
        rule: mapping.name,
        outcome: first === undefined ? (kept.hasWritten ? 'updated' : 'unchanged') : outcomeOfCode(first.code),
        fields: moved.map((verdict) => ({
          field: verdict.name,
          verdict: `${verdict.verdict}: ${verdict.rule}`,
          before: verdict.outbound === null ? null : verdict.hashes.outbound,
          after: verdict.current === null ? null : verdict.hashes.dynamics,
        })),
        correlationId: inbound.io.correlationId,
      },
    ],
    reports: kept.faults.length === 0 ? [] : [report],
  });
}
