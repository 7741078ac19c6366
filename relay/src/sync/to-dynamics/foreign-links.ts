import { fault } from '../../errors.ts';
import { type Link, unitKey } from '../unit.ts';
import type { LocatedWork, Run } from './run.ts';

/** A record that another unit of this org is linked to is not linked twice. Asks the store once per entity set, not per record. */
export async function refuseForeignLinks(run: Run, works: readonly LocatedWork[]): Promise<LocatedWork[]> {
  const keyOf = new Map(works.map((work) => [work, keyOfCurrent(work)]));
  const links = await linksOfKeys(run, works, keyOf);
  const claimed = new Set<string>();
  return works.filter((work) => {
    const dynamicsKey = keyOf.get(work) ?? null;
    if (dynamicsKey === null) return true;
    const place = placeOf(work, dynamicsKey);
    const owner = links.get(place)?.find((link) => unitKey(link.unit) !== unitKey(work.unit));
    if (owner === undefined && !claimed.has(place)) {
      claimed.add(place);
      return true;
    }
    const other = owner?.unit.recordId ?? 'another record of this call';
    const message = `${dynamicsKey} in ${work.mapping.entitySet} is linked to ${other} already.`;
    run.ledger.decide(work, { faults: [fault('ALREADY_LINKED', message)], rule: work.rule });
    return false;
  });
}

type Keys = ReadonlyMap<LocatedWork, string | null>;

/** The active links of the records that were found, by their place. */
async function linksOfKeys(
  run: Run,
  works: readonly LocatedWork[],
  keyOf: Keys,
): Promise<ReadonlyMap<string, readonly Link[]>> {
  const found = works.filter((work) => keyOf.get(work) != null);
  const groups = Map.groupBy(found, ({ unit, mapping }) => `${unit.connection}/${mapping.entitySet}`);
  const links: Link[] = [];
  for (const group of groups.values()) {
    const [first] = group;
    if (first === undefined) continue;
    const { connection } = first.unit;
    const dynamicsKeys = [...new Set(group.map((work) => keyOf.get(work) ?? ''))];
    const query = { org: run.org, connection, entitySet: first.mapping.entitySet, dynamicsKeys };
    links.push(...(await run.deps.store.linksOfKeys(query)));
  }
  const active = links.filter(({ state }) => state === 'active');
  return Map.groupBy(active, ({ unit, entitySet, dynamicsKey }) => `${unit.connection}/${entitySet}/${dynamicsKey}`);
}

const keyOfCurrent = ({ connector, entity, current }: LocatedWork): string | null =>
  current === null ? null : connector.formatKey(entity, current.key);

const placeOf = ({ unit, mapping }: LocatedWork, dynamicsKey: string): string =>
  `${unit.connection}/${mapping.entitySet}/${dynamicsKey}`;
