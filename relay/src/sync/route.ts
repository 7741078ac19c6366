import { fault, type Fault, toFault } from '../errors.ts';
import type { CompanyRoute, EntityMapping } from './mapping.ts';
import type { SalesforceRecord } from './unit.ts';

/** One place that a record goes to. `connection` is the relay's key of the connection. */
export type Routed = {
  readonly connection: string;
  readonly company: string;
  readonly isPrimary: boolean;
  readonly route: CompanyRoute;
};

/**
 * The companies that a record belongs to. Every route whose condition holds gives one; routes without a condition are the default and
 * count only where no other holds. Each company appears once, and exactly one is primary.
 */
export function route(
  mapping: EntityMapping,
  record: SalesforceRecord,
): { readonly routed: readonly Routed[]; readonly faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const attempt = <T>(candidate: CompanyRoute, find: () => T, otherwise: T): T => {
    try {
      return find();
    } catch (error) {
      const failure = toFault(error);
      faults.push({ ...failure, message: `Company route ${candidate.name}: ${failure.message}` });
      return otherwise;
    }
  };
  const conditional = mapping.routes.filter(
    (candidate) =>
      candidate.condition !== null &&
      attempt(candidate, () => candidate.condition?.evaluate(record.fields) === true, false),
  );
  const defaults = mapping.routes.filter((candidate) => candidate.condition === null);
  const chosen = conditional.length > 0 || faults.length > 0 ? conditional : defaults;
  const placed = chosen.flatMap((candidate) => {
    const company = attempt(candidate, () => companyOf(candidate, record), null);
    return company === null ? [] : [{ candidate, company }];
  });
  const unplaced = chosen.length - placed.length;
  if (placed.length === 0 && faults.length === 0) faults.push(notRouted(mapping, unplaced));
  return { routed: distinct(placed), faults };
}

/** The company in lower case; '' where the route names none, for sets that all companies share; null where its formula gives none. */
function companyOf(candidate: CompanyRoute, record: SalesforceRecord): string | null {
  if (candidate.companyFormula === null) return (candidate.company ?? '').toLowerCase();
  const company = candidate.companyFormula.evaluate(record.fields);
  return typeof company === 'string' && company.trim() !== '' ? company.trim().toLowerCase() : null;
}

function notRouted(mapping: EntityMapping, unplaced: number): Fault {
  if (mapping.routes.length === 0) return fault('COMPANY_NOT_ROUTED', `${mapping.name} has no company route.`);
  const reason = unplaced > 0 ? 'the company formula gives no company' : 'no condition holds and there is no default';
  const names = mapping.routes.map((candidate) => candidate.name).join(', ');
  return fault('COMPANY_NOT_ROUTED', `No company route of ${mapping.name} takes this record: ${reason} (${names}).`);
}

function distinct(placed: readonly { candidate: CompanyRoute; company: string }[]): Routed[] {
  const places = Map.groupBy(placed, ({ candidate, company }) => `${candidate.connectionKey}/${company}`);
  const groups = [...places.values()];
  const flagged = groups.findIndex((group) => group.some(({ candidate }) => candidate.isPrimary));
  const primary = Math.max(flagged, 0);
  return groups.flatMap((group, index) => {
    const [first] = group;
    if (first === undefined) return [];
    const { candidate, company } = first;
    return [{ connection: candidate.connectionKey, company, isPrimary: index === primary, route: candidate }];
  });
}
