import { fieldsToRead, numberOf } from '../entity-fields.ts';
import type { EntityDescription, EntityRecord, Value, Values } from '../../dynamics/connector.ts';
import { outcomeOfCode, RelayError } from '../../errors.ts';
import type { RecordResult } from '../../salesforce/salesforce.ts';
import type { AuditEvent, Lease, LinkWrite } from '../../store/store.ts';
import { type Arrival, conditionsOf, type Inbound, told } from './inbound.ts';
import { companyOf, findRecords, valueOf } from './find-records.ts';
import { inboundReferences, lacksParent, referenceNumber } from './inbound-references.ts';
import { figuresOf, placeFigures } from './figures.ts';
import { basesOfFigures } from './moved-documents.ts';
import { mapToSalesforce } from '../map.ts';
import type { EntityMapping } from '../mapping.ts';
import { allocationsReturned, paymentsReturned } from './money-returned.ts';
import { rollUpDocuments } from './roll-up-documents.ts';
import { keepLeases, LEASE_MS } from '../to-dynamics/keep-leases.ts';
import { type Unit, unitKey } from '../unit.ts';

/** Children of one document or payment; more is a mapping that joins on the wrong field. */
const CHILDREN = 10_000;

/**
 * Brings one Dynamics record, with its lines, into an object that only Causeway writes, keyed by its external key: safe to run twice,
 * and silent where everything is there already. Answers its Salesforce id, or null where the org does not want it.
 */
export function bringOwned(inbound: Inbound, arrival: Arrival): Promise<string | null> {
  return told(inbound, arrival, () => bring(inbound, arrival));
}

async function bring(inbound: Inbound, arrival: Arrival): Promise<string | null> {
  const { mapping, entity, record } = arrival;
  const dynamicsKey = inbound.connector.formatKey(entity, record.key);
  const lease = await leaseKey(inbound, mapping, dynamicsKey);
  const letGo = keepLeases(inbound.deps.store, () => [lease], inbound.deps.leaseMs);
  try {
    if (!(await isWanted(inbound, arrival))) return null;
    const references = await inboundReferences(inbound, mapping, [record]);
    const figures = await figuresOf(inbound, arrival);
    const shaped = shape(inbound, arrival, { references, figures });
    if (shaped === null) {
      await keepDecision(inbound, arrival, { lease, id: null, written: {}, isUpdated: false });
      return null;
    }
    const { id, written } = await upsertOne(inbound, mapping, shaped);
    const moved = await bringChildren(inbound, { ...arrival, parentId: id, parentFields: shaped.fields });
    const isUpdated = Object.keys(written).length > 0 || moved;
    for (const payment of await paymentsReturned(inbound, arrival, shaped.fields)) await bringOwned(inbound, payment);
    const link = await keepDecision(inbound, arrival, { lease, id, written, isUpdated });
    await rollUpDocuments(inbound, arrival, shaped.fields);
    // Last of all: what died before this counts as moved, and the sweep brings it again.
    const bases = basesOfFigures(inbound, mapping, figures);
    if (bases.length > 0) await keepLinks(inbound, lease, [{ ...link, bases }]);
    return id;
  } finally {
    letGo();
    await inbound.deps.store.releaseLeases([lease]);
  }
}

async function leaseKey(inbound: Inbound, mapping: EntityMapping, dynamicsKey: string): Promise<Lease> {
  const { deps, connector, org } = inbound;
  const resource = `key:${org}/${connector.connection}/${mapping.entitySet}/${dynamicsKey}`;
  const [lease] = await deps.store.acquireLeases([resource], deps.holder, LEASE_MS);
  if (lease !== undefined) return lease;
  throw new RelayError('RECORD_BUSY', `Another run works on ${dynamicsKey}.`);
}

/** The mapping's criteria decide, and its option `only`: a payment counts when its journal is posted, which another record says. */
async function isWanted(inbound: Inbound, { mapping, record }: Arrival): Promise<boolean> {
  const { only } = mapping.options;
  if (mapping.criteria !== null && mapping.criteria.evaluate(record.values) !== true) return false;
  if (only === undefined) return true;
  const joined = Object.entries(only.joins).map(([field, from]) => [field, record.values[from] ?? null] as const);
  const conditions = conditionsOf({ ...Object.fromEntries(joined), ...only.equals });
  if (conditions === null) return false;
  const entity = await inbound.connector.describe(only.entitySet, inbound.io);
  const company = companyOf(inbound, entity);
  const fields = [...entity.key];
  const [answer] = await inbound.connector.find(
    [{ entitySet: only.entitySet, company, anyOf: [conditions], fields, limit: 1 }],
    inbound.io,
  );
  return valueOf(answer).length > 0;
}

type Shaped = { readonly externalId: string; readonly fields: Values };

/** The Salesforce record; null where a parent that it cannot do without is not in the org. */
function shape(
  inbound: Inbound,
  { mapping, record, eventValues }: Arrival,
  from: { references: ReadonlyMap<string, string>; figures: Values },
): Shaped | null {
  if (lacksParent(mapping, record, from.references)) return null;
  const context = { company: inbound.company, connection: inbound.connector.connection, ...from };
  const { fields, faults } = mapToSalesforce(mapping, record.values, context);
  const [first] = faults;
  if (first !== undefined)
    throw new RelayError(first.code, first.message, { ...(first.field === null ? {} : { field: first.field }) });
  const carried = Object.keys(eventValues);
  const noted = carried.length === 0 ? {} : { ValuesFromEvent__c: carried.toSorted().join(';') };
  return { externalId: externalKey(inbound, mapping, record), fields: { ...fields, ...eventValues, ...noted } };
}

function externalKey(inbound: Inbound, mapping: EntityMapping, record: EntityRecord): string {
  const parts = mapping.options.externalKey ?? [];
  return parts
    .map((part) => {
      if (part === '@connection') return inbound.connector.connection;
      if (part === '@company') return inbound.company;
      return String(record.values[part] ?? record.key[part] ?? '');
    })
    .join('/');
}

/** `written` holds the values that were not in Salesforce already. */
async function upsertOne(
  inbound: Inbound,
  mapping: EntityMapping,
  shaped: Shaped,
): Promise<{ readonly id: string; readonly written: Values }> {
  const [record] = await upsert(inbound, mapping, [{ ...shaped, parent: null }]);
  const names = record?.written ?? [];
  return {
    id: record?.id ?? '',
    written: Object.fromEntries(names.map((name) => [name, shaped.fields[name] ?? null])),
  };
}

type Upserted = Extract<RecordResult, { readonly ok: true }>;

async function upsert(
  inbound: Inbound,
  mapping: EntityMapping,
  records: readonly { externalId: string; parent: string | null; fields: Values }[],
): Promise<Upserted[]> {
  const { salesforceObject, options } = mapping;
  const results = await inbound.salesforce.upsertOwned(salesforceObject, options.externalIdField ?? '', records);
  return results.map((result, index) => {
    if (result.ok) return result;
    const { code, message, field, retryAfterMs } = result.fault;
    throw new RelayError(code, `${records[index]?.externalId ?? salesforceObject}: ${message}`, {
      ...(field === null ? {} : { field }),
      ...(retryAfterMs === null ? {} : { retryAfterMs }),
    });
  });
}

type Parent = Arrival & { readonly parentId: string; readonly parentFields: Values };

/** True where a child was written, not only found as it is. */
async function bringChildren(inbound: Inbound, parent: Parent): Promise<boolean> {
  let isWritten = false;
  for (const child of parent.mapping.children) {
    const entity = await inbound.connector.describe(child.entitySet, inbound.io);
    const records = await childRecords(inbound, parent, { child, entity });
    await refreshReferenced(inbound, child, records);
    const references = await inboundReferences(inbound, child, records);
    // An allocation is as old as the payment that it belongs to.
    const figures = { ...placeFigures(inbound), settledOn: parent.parentFields['PaidOn__c'] ?? null };
    const shaped = records.flatMap((record) => {
      const arrival = { mapping: child, entity, record, eventValues: {} };
      const one = shape(inbound, arrival, { references, figures });
      return one === null ? [] : [withParent(child, one, parent.parentId)];
    });
    const upserted = shaped.length > 0 ? await upsert(inbound, child, shaped) : [];
    const externalIds = records.map((record) => externalKey(inbound, child, record));
    const cleared = await clearReturned(inbound, child, { paymentId: parent.parentId, externalIds });
    isWritten ||= [...upserted, ...cleared].some(({ written }) => written.length > 0);
  }
  return isWritten;
}

/** What a payment settles no longer is allocated with nothing; the invoices go first, so that a run that dies in between is repeated. */
async function clearReturned(
  inbound: Inbound,
  child: EntityMapping,
  standing: { readonly paymentId: string; readonly externalIds: readonly string[] },
): Promise<Upserted[]> {
  const returned = await allocationsReturned(inbound, { child, ...standing });
  for (const invoice of returned.invoices) await bringOwned(inbound, invoice);
  const fields = { Amount__c: '0', DiscountTaken__c: '0' };
  const cleared = returned.externalIds.map((externalId) => ({ externalId, parent: standing.paymentId, fields }));
  return cleared.length > 0 ? upsert(inbound, child, cleared) : [];
}

function withParent(child: EntityMapping, shaped: Shaped, parentId: string): Shaped & { parent: string } {
  const { parentField } = child.options;
  const fields = parentField === undefined ? shaped.fields : { ...shaped.fields, [parentField]: parentId };
  return { externalId: shaped.externalId, parent: parentId, fields };
}

async function childRecords(
  inbound: Inbound,
  parent: Arrival,
  of: { child: EntityMapping; entity: EntityDescription },
): Promise<EntityRecord[]> {
  const from = { ...parent.record.key, ...parent.record.values };
  const joins = Object.entries(of.child.options.joins ?? {}).map(([field, name]): [string, Value] => [
    field,
    from[name] ?? null,
  ]);
  const conditions = conditionsOf(Object.fromEntries(joins));
  if (conditions === null) return [];
  const [answer] = await inbound.connector.find(
    [
      {
        entitySet: of.child.entitySet,
        company: companyOf(inbound, of.entity),
        anyOf: [conditions],
        fields: fieldsToRead(of.child, of.entity),
        limit: CHILDREN,
        isWhole: true,
      },
    ],
    inbound.io,
  );
  return valueOf(answer);
}

/** Documents that a child refers to, e.g. the invoices that a payment settles, are brought first: they may be new, and their figures moved. */
async function refreshReferenced(
  inbound: Inbound,
  child: EntityMapping,
  records: readonly EntityRecord[],
): Promise<void> {
  for (const field of child.fields) {
    const mapping = inbound.configuration.mappings.get(field.referenceMapping ?? '');
    const numberField = mapping?.options.numberField;
    if (mapping?.options.externalIdField === undefined || numberField === undefined) continue;
    const numbers = new Set(records.map((record) => referenceNumber(field, record.values)));
    for (const number of numbers) {
      for (const record of await findRecords(inbound, mapping, { [numberField]: number })) {
        const entity = await inbound.connector.describe(mapping.entitySet, inbound.io);
        await bringOwned(inbound, { mapping, entity, record, eventValues: {} });
      }
    }
  }
}

async function keepDecision(
  inbound: Inbound,
  { mapping, entity, record }: Arrival,
  kept: { lease: Lease; id: string | null; written: Values; isUpdated: boolean },
): Promise<LinkWrite> {
  const { deps, org, connector, company } = inbound;
  const dynamicsKey = connector.formatKey(entity, record.key);
  const unit: Unit = { org, recordId: kept.id ?? '', mapping: mapping.name, connection: connector.connection, company };
  if (kept.id !== null)
    await retireOthers(inbound, unit, { entitySet: mapping.entitySet, dynamicsKey, lease: kept.lease });
  const link = {
    unit,
    entitySet: mapping.entitySet,
    dynamicsKey,
    number: numberOf(mapping, entity, record),
    state: 'active' as const,
    parent: null,
    bases: [],
  };
  await deps.store.commit({
    leases: [kept.lease],
    links: kept.id === null ? [] : [link],
    closedIntents: [],
    // What was found as it is leaves no event: the one that made it so stands.
    audit: kept.id !== null && !kept.isUpdated ? [] : [auditOf(inbound, { mapping, unit, dynamicsKey }, kept)],
    reports: [],
  });
  return link;
}

function auditOf(
  { deps, org, actor, io }: Inbound,
  of: { readonly mapping: EntityMapping; readonly unit: Unit; readonly dynamicsKey: string },
  { id, written }: { readonly id: string | null; readonly written: Values },
): AuditEvent {
  const key = deps.hashKey(org);
  const { name } = of.mapping;
  return {
    id: deps.newId(),
    at: deps.clock().toISOString(),
    org,
    unitKey: id === null ? null : unitKey(of.unit),
    actor,
    action: 'sync.to-salesforce',
    rule: id === null ? `${name}: no parent in this org for ${of.dynamicsKey}` : name,
    outcome: id === null ? outcomeOfCode('NOT_WANTED') : 'updated',
    fields: Object.entries(written).map(([field, value]) => ({
      field,
      verdict: 'toSalesforce',
      before: null,
      after: value === null ? null : key.hash(String(value)),
    })),
    correlationId: io.correlationId,
  };
}

async function keepLinks({ deps }: Inbound, lease: Lease, links: readonly LinkWrite[]): Promise<void> {
  await deps.store.commit({ leases: [lease], links, closedIntents: [], audit: [], reports: [] });
}

/** A document that was deleted in Salesforce and came back is another record there: the link of the old one ends. */
async function retireOthers(
  inbound: Inbound,
  unit: Unit,
  at: { readonly entitySet: string; readonly dynamicsKey: string; readonly lease: Lease },
): Promise<void> {
  const { deps, org } = inbound;
  const { entitySet, dynamicsKey } = at;
  const query = { org, connection: unit.connection, entitySet, dynamicsKeys: [dynamicsKey] };
  const others = (await deps.store.linksOfKeys(query)).filter(
    (link) => link.state === 'active' && link.unit.mapping === unit.mapping && unitKey(link.unit) !== unitKey(unit),
  );
  if (others.length === 0) return;
  const links = others.map((link) => ({ ...link, state: 'gone' as const, parent: null, bases: [] }));
  await keepLinks(inbound, at.lease, links);
}
