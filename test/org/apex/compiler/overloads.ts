import { type ApexType, sameType, types } from '../types.ts';
import { type ApexWorld } from './world.ts';

type Parameters = { readonly parameters: readonly ApexType[] };
export type Choice<T> =
  { readonly kind: 'chosen'; readonly callable: T } | { readonly kind: 'none' } | { readonly kind: 'ambiguous' };

/** Chooses among overloads by static types: exact before widening, nearer before farther, `Object` last. */
export function chooseOverload<T extends Parameters>(
  candidates: readonly T[],
  given: readonly ApexType[],
  world: ApexWorld,
): Choice<T> {
  const ranked = candidates
    .map((callable) => ({ callable, cost: totalCost(callable, given, world) }))
    .filter((each): each is { callable: T; cost: number } => each.cost !== null);
  const [first] = ranked;
  if (!first) return { kind: 'none' };
  const lowest = Math.min(...ranked.map(({ cost }) => cost));
  const best = ranked.filter(({ cost }) => cost === lowest).map(({ callable }) => callable);
  const [only] = best;
  if (best.length === 1 && only) return { kind: 'chosen', callable: only };
  const specific = best.find((one) => best.every((other) => one === other || isMoreSpecific(one, other, world)));
  return specific ? { kind: 'chosen', callable: specific } : { kind: 'ambiguous' };
}

function isMoreSpecific(one: Parameters, other: Parameters, world: ApexWorld): boolean {
  return one.parameters.every((type, index) => {
    const wider = other.parameters[index];
    return (
      wider !== undefined && world.assignable(type, wider) && (sameType(type, wider) || !world.assignable(wider, type))
    );
  });
}

function totalCost({ parameters }: Parameters, given: readonly ApexType[], world: ApexWorld): number | null {
  if (parameters.length !== given.length) return null;
  let total = 0;
  for (const [index, from] of given.entries()) {
    const to = parameters[index];
    const cost = to === undefined ? null : costOf(from, to, world);
    if (cost === null) return null;
    total += cost;
  }
  return total;
}

const WIDENING_COSTS: Readonly<Record<string, number>> = {
  'Integer>Long': 1,
  'Integer>Decimal': 2,
  'Integer>Double': 3,
  'Long>Decimal': 2,
  'Long>Double': 3,
  'Double>Decimal': 1,
  'Decimal>Double': 1,
  'Id>String': 1,
  'String>Id': 20,
  'Date>Datetime': 5,
};

const OBJECT_COST = 1000;

function costOf(from: ApexType, to: ApexType, world: ApexWorld): number | null {
  if (sameType(from, to)) return 0;
  if (from.kind === 'null') return 0;
  if (!world.assignable(from, to)) return null;
  if (to.kind === 'any') return OBJECT_COST;
  if (from.kind === 'primitive' && to.kind === 'primitive') return WIDENING_COSTS[`${from.name}>${to.name}`] ?? 10;
  if (from.kind === 'class') return distance(from, to, world);
  return from.kind === to.kind ? elementCost(from, to) : 30;
}

function elementCost(from: ApexType, to: ApexType): number {
  const isObject = 'of' in to && sameType(to.of, types.any);
  return isObject && 'of' in from ? 20 : 10;
}

/** Steps up the hierarchy. */
function distance(from: ApexType, to: ApexType, world: ApexWorld): number {
  let level: readonly ApexType[] = [from];
  for (let steps = 1; level.length > 0; steps += 1) {
    level = level.flatMap((each) => (each.kind === 'class' ? world.supertypes(each) : []));
    if (level.some((each) => sameType(each, to))) return steps;
  }
  return OBJECT_COST / 2;
}
