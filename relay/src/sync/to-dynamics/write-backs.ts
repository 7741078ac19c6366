import type { Value, Values } from '../../dynamics/connector.ts';
import type { Fault } from '../../errors.ts';
import { isInbound } from '../fields.ts';
import { type InboundContext, mapToSalesforce, writeBacksOf } from '../map.ts';
import type { FieldMapping } from '../mapping.ts';
import type { LocatedWork, PlannedWork, Run, Work } from './run.ts';

/** A unit, with the Salesforce ids of the records that its Dynamics record names where they were looked up. */
type Inbound = Work & Partial<Pick<LocatedWork, 'inboundReferences'>>;

/** The values that a unit's record in Dynamics gives back to the Salesforce record. */
export function writeBacksFrom(work: Inbound, values: Values): Values {
  return writeBacksOf(work.mapping, values, contextOf(work));
}

/** What a unit's record in Dynamics amounts to in Salesforce: the write-backs, and the fields that go both ways. */
export function inboundFrom(work: Inbound, values: Values): Values {
  const isTaken = ({ isWriteBack, direction, kind }: FieldMapping): boolean =>
    isWriteBack || (direction === 'Both' && kind !== 'Constant');
  const only = new Set(work.mapping.fields.filter(isTaken).map((field) => field.name));
  return mapToSalesforce(work.mapping, values, contextOf(work), only).fields;
}

/**
 * The values that Dynamics changed and that go to Salesforce, with the faults of those that have no form there. Their bases stay until
 * Salesforce is seen to hold them. A lookup whose record is not in Salesforce is left as it is, not emptied.
 */
export function inboundValues(work: PlannedWork): { readonly fields: Values; readonly faults: readonly Fault[] } {
  if (work.plan.toSalesforce.length === 0 || work.current === null) return { fields: {}, faults: [] };
  const { values } = work.current;
  const context = contextOf(work);
  const isResolved = (field: FieldMapping): boolean =>
    field.kind !== 'Reference' || context.references.has(nameOf(field, values[field.dynamicsField] ?? null));
  const taken = work.plan.toSalesforce.filter(({ field, current }) => current === null || isResolved(field));
  return mapToSalesforce(work.mapping, values, context, new Set(taken.map(({ field }) => field.name)));
}

/** Looks up the Salesforce records that the units' Dynamics records name by number. */
export async function resolveInbound(run: Run, works: readonly LocatedWork[]): Promise<LocatedWork[]> {
  return Promise.all(
    works.map(async (work) => {
      const ids = new Map<string, string>();
      for (const field of work.mapping.fields) {
        const number = work.current?.values[field.dynamicsField];
        if (field.kind !== 'Reference' || !isInbound(field) || typeof number !== 'string') continue;
        const { connection, company } = work.unit;
        const query = { org: run.org, mapping: field.referenceMapping ?? '', connection, company, numbers: [number] };
        const [link] = (await run.deps.store.linksOfNumbers(query)).filter(({ state }) => state !== 'gone');
        if (link !== undefined) ids.set(nameOf(field, number), link.unit.recordId);
      }
      return ids.size === 0 ? work : { ...work, inboundReferences: ids };
    }),
  );
}

function contextOf(work: Inbound): InboundContext {
  const { company, connection } = work.unit;
  return { company, connection, references: work.inboundReferences ?? new Map(), figures: work.figures };
}

const nameOf = (field: FieldMapping, number: Value): string => `${field.referenceMapping ?? ''}/${String(number)}`;
