import type { Answer, Connector, EntityRecord } from '../../dynamics/connector.ts';
import { fault, type Fault, toFault } from '../../errors.ts';
import { referenceKey, referencesOf, type ReferenceNeed } from '../references.ts';
import type { Run, Work } from './run.ts';
import { type Link, type Unit, unitKey } from '../unit.ts';

/** What a parent's record gives to those that name it, by `parentKey`; absent where the parent is not linked. */
export type ParentValues = ReadonlyMap<string, { readonly value: string } | { readonly fault: Fault }>;

/** The name of one parent's value: its unit, and the field where it is not its number that is wanted. */
export function parentKey(parent: Unit, need: ReferenceNeed): string {
  return referenceKey(unitKey(parent), '', need.referenceField);
}

/** The units under which a record may be linked that this work names: in the work's company, or shared by all. */
export function parentsOf(work: Work, need: ReferenceNeed): readonly [Unit, Unit] {
  const parent = { ...work.unit, mapping: need.mapping, recordId: need.recordId };
  return [parent, { ...parent, company: '' }];
}

/** The values of all records that the units refer to: numbers by their links, other fields read from Dynamics in one go. */
export async function parentValues(run: Run, works: readonly Work[]): Promise<ParentValues> {
  const wanted = works.flatMap((work) =>
    referencesOf(work.mapping, work.item.record).flatMap((need) =>
      parentsOf(work, need).map((parent) => ({ work, need, parent })),
    ),
  );
  const parents = new Map(wanted.map(({ parent }) => [unitKey(parent), parent]));
  const links = parents.size === 0 ? [] : await run.deps.store.linksOfUnits([...parents.values()]);
  const linkOf = new Map(
    links.filter(({ link }) => link.state !== 'gone').map(({ link }) => [unitKey(link.unit), link] as const),
  );
  const values = new Map<string, { value: string } | { fault: Fault }>();
  const toRead = new Map<string, ParentRead>();
  for (const { work, need, parent } of wanted) {
    const link = linkOf.get(unitKey(parent));
    const name = parentKey(parent, need);
    if (link === undefined) continue;
    if (need.referenceField !== null) {
      toRead.set(name, { name, link, field: need.referenceField, connector: work.connector });
    } else if (link.number !== null) values.set(name, { value: link.number });
  }
  for (const [connector, reads] of Map.groupBy(toRead.values(), (read) => read.connector)) {
    for (const [name, value] of await readFields(run, connector, reads)) values.set(name, value);
  }
  return values;
}

type ParentRead = {
  readonly name: string;
  readonly link: Link;
  readonly field: string;
  readonly connector: Connector;
};

async function readFields(
  run: Run,
  connector: Connector,
  reads: readonly ParentRead[],
): Promise<[string, { value: string } | { fault: Fault }][]> {
  try {
    const requests = await Promise.all(
      reads.map(async ({ link, field }) => {
        const entity = await connector.describe(link.entitySet, run.lookup);
        return { entitySet: link.entitySet, key: connector.parseKey(entity, link.dynamicsKey), fields: [field] };
      }),
    );
    const answers = await connector.read(requests, run.lookup);
    return reads.map((read, index) => [read.name, valueOf(read, answers[index])]);
  } catch (error) {
    const failure = toFault(error);
    return reads.map(({ name }) => [name, { fault: failure }]);
  }
}

function valueOf(
  { link, field }: ParentRead,
  answer: Answer<EntityRecord | null> | undefined,
): { value: string } | { fault: Fault } {
  if (answer?.ok === false) return { fault: answer.fault };
  const where = `${link.dynamicsKey} in ${link.entitySet}`;
  const record = answer?.value ?? null;
  if (record === null) return { fault: fault('DYNAMICS_RECORD_GONE', `${where} is no longer there.`) };
  const value = record.values[field];
  if (typeof value === 'string') return { value };
  return { fault: fault('VALUE_REQUIRED', `${where} has no ${field} to refer to.`, { field }) };
}
