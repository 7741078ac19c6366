import { fieldsToRead, numberOf } from '../entity-fields.ts';
import type { EntityRecord, FindRequest, ReadRequest } from '../../dynamics/connector.ts';
import { fault } from '../../errors.ts';
import type { Lease } from '../../store/store.ts';
import { findUnlinked } from './find-unlinked.ts';
import type { EntityMapping } from '../mapping.ts';
import { LEASE_MS } from './keep-leases.ts';
import { companyOf, LINES, lineConditions, type LocatedWork, type MappedWork, type Run, type Work } from './run.ts';
import { writeBacksFrom } from './write-backs.ts';
import { busy } from './busy.ts';

/** Finds every unit's record in Dynamics and reads it with its lines; takes a lease on each before anything is decided about it. */
export async function locate(run: Run, works: readonly MappedWork[], keyLeases: Lease[]): Promise<LocatedWork[]> {
  const linked = works.filter((work) => work.linked !== null);
  const unlinked = works.filter((work) => work.linked === null);
  const found = await findUnlinked(run, unlinked);
  const read = await readLinked(run, await leaseKeys(run, linked, keyLeases));
  const owned = concludeFollowing(run, read);
  return readLines(run, [...owned, ...(await leaseFound(run, found, keyLeases))]);
}

/** What a run must have for itself to write a Dynamics record. */
export const keyResource = (work: Work, dynamicsKey: string): string =>
  `key:${work.unit.connection}/${work.mapping.entitySet}/${dynamicsKey}`;

async function leaseKeys(run: Run, works: readonly MappedWork[], keyLeases: Lease[]): Promise<MappedWork[]> {
  const resources = new Map(
    works.map((work) => [work, keyResource(work, work.linked?.link.dynamicsKey ?? '')] as const),
  );
  return takeLeases(run, resources, keyLeases);
}

async function leaseFound(run: Run, works: readonly LocatedWork[], keyLeases: Lease[]): Promise<LocatedWork[]> {
  const existing = works.filter((work) => work.current !== null);
  const resources = new Map(
    existing.map((work) => {
      const key = work.current === null ? '' : work.connector.formatKey(work.entity, work.current.key);
      return [work, keyResource(work, key)] as const;
    }),
  );
  const leased = await takeLeases(run, resources, keyLeases);
  return [...works.filter((work) => work.current === null), ...leased];
}

/** Takes the leases that works need; decides the works that another run keeps waiting, answers the others. */
export async function takeLeases<W extends Work>(
  run: Run,
  resources: ReadonlyMap<W, string>,
  keyLeases: Lease[],
): Promise<W[]> {
  if (run.call.dryRun || resources.size === 0) return [...resources.keys()];
  const wanted = [...new Set(resources.values())].toSorted();
  const leases = await run.deps.store.acquireLeases(wanted, run.deps.holder, LEASE_MS);
  keyLeases.push(...leases);
  const held = new Set(leases.map((lease) => lease.resource));
  return [...resources].flatMap(([work, resource]) => {
    if (held.has(resource)) return [work];
    run.ledger.decide(work, { faults: [busy()] });
    return [];
  });
}

async function readLinked(run: Run, works: readonly MappedWork[]): Promise<LocatedWork[]> {
  const located: LocatedWork[] = [];
  for (const [connector, group] of Map.groupBy(works, (work) => work.connector)) {
    const requests: ReadRequest[] = group.map((work) => ({
      entitySet: work.mapping.entitySet,
      key: connector.parseKey(work.entity, work.linked?.link.dynamicsKey ?? ''),
      fields: fieldsToRead(work.mapping, work.entity),
    }));
    const answers = await connector.read(requests, run.lookup);
    for (const [index, work] of group.entries()) {
      const answer = answers[index];
      if (answer?.ok === true && answer.value !== null) {
        located.push(linkedWork(work, answer.value));
        continue;
      }
      run.ledger.decide(work, { faults: [answer?.ok === false ? answer.fault : gone(work)] });
    }
  }
  return located;
}

function linkedWork(work: MappedWork, current: EntityRecord): LocatedWork {
  return { ...work, origin: 'linked', rule: 'Linked', current, currentLines: new Map(), intent: null };
}

function gone(work: MappedWork): ReturnType<typeof fault> {
  const key = work.linked?.link.dynamicsKey ?? '';
  return fault('DYNAMICS_RECORD_GONE', `${key} is no longer in ${work.mapping.entitySet}.`);
}

/** A following unit only learns what the document says now. */
function concludeFollowing(run: Run, works: readonly LocatedWork[]): LocatedWork[] {
  return works.filter((work) => {
    if (work.linked?.link.state !== 'following' || work.current === null) return true;
    const key = work.linked.link.dynamicsKey;
    run.ledger.decide(work, {
      outcome: 'linked',
      rule: 'Handed over by another document',
      dynamicsKey: key,
      number: numberOf(work.mapping, work.entity, work.current),
      url: work.connector.recordUrl(work.entity, work.current.key),
      writeBacks: writeBacksFrom(work, work.current.values),
      faults: [fault('HANDED_OVER_ELSEWHERE', `The deal was handed over as ${key}; this record follows it.`)],
    });
    return false;
  });
}

/** The lines that Dynamics holds now, for documents that are there: one round trip for all of a connection. */
async function readLines(run: Run, works: readonly LocatedWork[]): Promise<LocatedWork[]> {
  const located: LocatedWork[] = [];
  for (const [connector, group] of Map.groupBy(works, (work) => work.connector)) {
    const wanted = group.flatMap((work) => work.mapping.children.flatMap((child) => lineRequests(work, child)));
    const answers =
      wanted.length === 0
        ? []
        : await connector.find(
            wanted.map(({ request }) => request),
            run.lookup,
          );
    const answerOf = new Map(wanted.map((want, index) => [want, answers[index]]));
    for (const work of group) {
      const own = wanted.filter((want) => want.work === work);
      const failed = own.map((want) => answerOf.get(want)).find((answer) => answer?.ok === false);
      if (failed !== undefined) {
        run.ledger.decide(work, { faults: [failed.fault] });
        continue;
      }
      const lines = own.map((want) => {
        const answer = answerOf.get(want);
        return [want.child.name, answer?.ok === true ? answer.value : []] as const;
      });
      located.push({ ...work, currentLines: new Map(lines) });
    }
  }
  return located;
}

type LineRequest = { readonly work: LocatedWork; readonly child: EntityMapping; readonly request: FindRequest };

function lineRequests(work: LocatedWork, child: EntityMapping): LineRequest[] {
  const entity = work.lineEntities.get(child.name);
  const conditions = work.current === null ? null : lineConditions(child, work.current.values);
  if (entity === undefined || conditions === null) return [];
  const company = companyOf(work.unit);
  const fields = fieldsToRead(child, entity);
  const request = { entitySet: child.entitySet, company, anyOf: [conditions], fields, limit: LINES, isWhole: true };
  return [{ work, child, request }];
}
