import type { MappingScope } from './compile-mapping.ts';
import { fieldAt } from './formula.ts';
import type { CompanyRoute, EntityMapping, HandOff, Leader } from './mapping.ts';

/**
 * Refuses companies in which a deal would be handed over twice or by nobody, and tells each document which others of its deal may hand
 * it over in its place.
 */
export function compileHandOffs(mappings: readonly EntityMapping[], scope: MappingScope): EntityMapping[] {
  const documents = mappings.filter((mapping) => mapping.handOff !== 'None' && mapping.direction !== 'ToSalesforce');
  refuseSecondHandOffs(documents, scope);
  return mappings.map((mapping) => {
    const leaders = documents.includes(mapping) ? leadersOf(mapping, documents, scope) : [];
    if (leaders.length === 0) return mapping;
    const reads = leaders.flatMap(({ criteria, prefix }) => (criteria?.reads ?? []).map((path) => `${prefix}.${path}`));
    return { ...mapping, leaders, reads: [...new Set([...mapping.reads, ...reads])].toSorted() };
  });
}

type Place = { readonly mapping: EntityMapping; readonly route: CompanyRoute; readonly point: HandOff };

/** All routes into one company must name one document: two would both create, or each would leave it to the other. */
function refuseSecondHandOffs(documents: readonly EntityMapping[], { faults }: MappingScope): void {
  const places = documents.flatMap((mapping) =>
    mapping.routes.map((route): Place => {
      const point = route.handOff === 'None' ? mapping.handOff : route.handOff;
      return { mapping, route, point };
    }),
  );
  for (const group of Map.groupBy(places, ({ route }) => companyOf(route)).values()) {
    const [first] = group;
    const second = group.find(({ point }) => point !== first?.point);
    if (first === undefined || second === undefined) continue;
    const reason = `${nameOf(first)} hands the deals of ${companyOf(first.route)} over by the ${first.point}, ${nameOf(second)} by the ${second.point}: a deal is handed over once, so name the same document in both`;
    faults.add('CompanyRoute__mdt', second.route.name, 'HandOff__c', reason);
  }
}

const nameOf = ({ mapping, route }: Place): string => `${mapping.name} (route ${route.name})`;

/** Companies that a formula names are not known before there is a record: such routes are compared with each other. */
function companyOf({ company, companyFormula, connectionKey }: CompanyRoute): string {
  if (companyFormula !== null) return `the companies that a formula names on ${connectionKey}`;
  return `company ${(company ?? '').toLowerCase()} on ${connectionKey}`;
}

function leadersOf(mapping: EntityMapping, documents: readonly EntityMapping[], scope: MappingScope): Leader[] {
  const object = scope.describe.object(mapping.salesforceObject);
  return (mapping.options.related ?? []).flatMap((path) => {
    const lookup = object === null ? null : fieldAt(object, path, scope.describe);
    if (lookup?.relationshipName == null) return [];
    const prefix = [...path.split('.').slice(0, -1), lookup.relationshipName].join('.');
    return documents
      .filter((other) => other.name !== mapping.name && lookup.referenceTo.includes(other.salesforceObject))
      .map(({ name, handOff, criteria }) => ({ path, prefix, mapping: name, handOff, criteria }));
  });
}
