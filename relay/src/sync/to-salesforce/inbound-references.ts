import type { EntityRecord, Value, Values } from '../../dynamics/connector.ts';
import { RelayError } from '../../errors.ts';
import { type Inbound, isBeingCreated } from './inbound.ts';
import type { EntityMapping, FieldMapping } from '../mapping.ts';

/** The number that an inbound reference names its parent by: the formula's answer where there is one, else the field itself. */
export function referenceNumber(field: FieldMapping, values: Values): string | null {
  const number: Value =
    field.inboundFormula === null ? (values[field.dynamicsField] ?? null) : field.inboundFormula.evaluate(values);
  return typeof number === 'string' ? number : null;
}

/**
 * The Salesforce ids of the parents that records name by number, by `<mapping>/<number>`. Throws EVENT_AHEAD where a parent is
 * missing while a create of its kind is under way: the event may speak of that very record.
 */
export async function inboundReferences(
  inbound: Inbound,
  mapping: EntityMapping,
  records: readonly EntityRecord[],
): Promise<ReadonlyMap<string, string>> {
  const ids = await linkedParents(inbound, mapping, records);
  let isComplete = true;
  for (const [referenceMapping, numbers] of numbersOf(mapping, records)) {
    const isMissing = numbers.some((number) => !ids.has(`${referenceMapping}/${number}`));
    const entitySet = inbound.configuration.mappings.get(referenceMapping)?.entitySet;
    if (!isMissing || entitySet === undefined) continue;
    if (await isBeingCreated(inbound, entitySet)) {
      const message = `A record of ${referenceMapping} is being created just now in ${inbound.company}.`;
      throw new RelayError('EVENT_AHEAD', message);
    }
    isComplete = false;
  }
  // A create may have ended between the two questions: its link stands now.
  return isComplete ? ids : linkedParents(inbound, mapping, records);
}

/** The same as far as links go, whatever is being created. */
export async function linkedParents(
  inbound: Inbound,
  mapping: EntityMapping,
  records: readonly EntityRecord[],
): Promise<ReadonlyMap<string, string>> {
  const { deps, org, connector, company } = inbound;
  const ids = new Map<string, string>();
  for (const [referenceMapping, numbers] of numbersOf(mapping, records)) {
    const query = { org, mapping: referenceMapping, connection: connector.connection, company, numbers };
    const links = (await deps.store.linksOfNumbers(query)).filter((link) => link.state !== 'gone');
    for (const link of links) ids.set(`${referenceMapping}/${link.number ?? ''}`, link.unit.recordId);
  }
  return ids;
}

/** Whether a parent that the record cannot do without is not among these. */
export function lacksParent(
  mapping: EntityMapping,
  record: EntityRecord,
  parents: ReadonlyMap<string, string>,
): boolean {
  return mapping.fields.some((field) => {
    if (field.kind !== 'Reference' || !field.isRequired) return false;
    const number = referenceNumber(field, record.values);
    return number === null || !parents.has(`${field.referenceMapping ?? ''}/${number}`);
  });
}

/** The numbers that the records name, by the mapping of the parent; mappings without one are left out. */
function numbersOf(mapping: EntityMapping, records: readonly EntityRecord[]): [string, string[]][] {
  const numbers = new Map<string, Set<string>>();
  for (const field of mapping.fields) {
    if (field.kind !== 'Reference' || field.direction === 'ToDynamics' || field.referenceMapping === null) continue;
    const named = numbers.get(field.referenceMapping) ?? new Set<string>();
    for (const record of records) {
      const number = referenceNumber(field, record.values);
      if (number !== null) named.add(number);
    }
    if (named.size > 0) numbers.set(field.referenceMapping, named);
  }
  return [...numbers].map(([name, named]) => [name, [...named]]);
}
