import type { Commit, LinkWrite } from '../../store/store.ts';
import { fault, type Fault, RelayError } from '../../errors.ts';
import type { LinkedWork, Run, Work } from './run.ts';
import type { Leader } from '../mapping.ts';
import { relatedRecordIds } from '../references.ts';
import { type Link, type Unit, unitKey } from '../unit.ts';

/** What a run must have for itself: the record, and the others of its deal, so that two of them are never handed over at once. */
export function resourcesOf(work: Work): string[] {
  const { org, recordId } = work.unit;
  return [recordId, ...relatedIds(work)].map((id) => `record:${org}/${id}`);
}

const isOfDeal = (work: Work): boolean => work.mapping.handOff !== 'None';
const relatedIds = (work: Work): string[] => (isOfDeal(work) ? relatedRecordIds(work.mapping, work.item.record) : []);

/**
 * One deal is handed over once. A document whose related Opportunity, Quote or Order was handed over already follows that document;
 * one that is not the hand-off point of its company waits for the one that is. Answers the works that may go on.
 */
export async function followHandOffs(run: Run, works: readonly LinkedWork[]): Promise<LinkedWork[]> {
  const asking = works.filter((work) => isOfDeal(work) && (work.linked === null || leadersOf(work).length > 0));
  const ids = [...new Set(asking.flatMap((work) => [work.unit.recordId, ...relatedIds(work)]))];
  const links = ids.length === 0 ? [] : await run.deps.store.linksOfRecords(run.org, ids);
  return works.flatMap((work) => {
    if (!isOfDeal(work) || work.linked?.link.state === 'following') return [work];
    if (work.linked !== null) return [{ ...work, followers: followersOf(work, links) }];
    const leader = links.find((link) => isLeader(link, work));
    if (leader !== undefined) return [follow(run, work, leader)];
    return isHandOffPoint(work) ? [{ ...work, followers: followersOf(work, links) }] : leave(run, work, links);
  });
}

/** Has the records sent again that follow a document of this run from now on, so that its number and totals reach them. */
export async function callFollowers(run: Run, works: readonly LinkedWork[], stored: Commit): Promise<void> {
  const followers = new Set(works.flatMap((work) => (work.followers ?? []).map(unitKey)));
  const called = stored.links.map(({ unit }) => unitKey(unit)).filter((key) => followers.has(key));
  if (called.length === 0) return;
  try {
    await run.deps.requestAgain(run.org, called);
  } catch (error) {
    // The link stands: the record learns of it with its own next change.
    run.deps.onUnexpected(error, run.io.correlationId);
  }
}

function isLeader(link: Link, work: LinkedWork): boolean {
  const { recordId } = link.unit;
  const isOfSameDeal = recordId === work.unit.recordId || relatedIds(work).includes(recordId);
  return (
    isOfSameDeal &&
    unitKey(link.unit) !== unitKey(work.unit) &&
    link.state === 'active' &&
    link.entitySet === work.mapping.entitySet &&
    link.unit.connection === work.unit.connection &&
    link.unit.company === work.unit.company
  );
}

function follow(run: Run, work: LinkedWork, leader: Link): LinkedWork {
  const write: LinkWrite = {
    unit: work.unit,
    entitySet: leader.entitySet,
    dynamicsKey: leader.dynamicsKey,
    number: leader.number,
    state: 'following',
    parent: null,
    bases: [],
  };
  run.ledger.addLinks([write]);
  const link: Link = { ...leader, id: '', unit: work.unit, state: 'following' };
  return { ...work, linked: { link, bases: [] } };
}

/** The other documents of the deal that have no document of their own here. */
function followersOf(work: LinkedWork, links: readonly Link[]): Unit[] {
  const known = new Set(links.filter(({ state }) => state !== 'gone').map(({ unit }) => unitKey(unit)));
  return leadersOf(work)
    .map(({ leader, recordId }): Unit => ({ ...work.unit, recordId, mapping: leader.mapping }))
    .filter((unit) => !known.has(unitKey(unit)));
}

/** The other documents that a record names, with their ids. */
function leadersOf(work: Work): { readonly leader: Leader; readonly recordId: string }[] {
  return work.mapping.leaders.flatMap((leader) => {
    const recordId = work.item.record.fields[leader.path];
    return typeof recordId === 'string' && recordId !== '' ? [{ leader, recordId }] : [];
  });
}

function isHandOffPoint({ routed, mapping }: Work): boolean {
  const point = routed.route.handOff;
  return point === 'None' || point === mapping.handOff;
}

/** A document that another one hands over waits for that, so that it is not lost, unless that is not to be handed over here at all. */
function leave(run: Run, work: LinkedWork, links: readonly Link[]): [] {
  const point = work.routed.route.handOff;
  const named = leadersOf(work).find(({ leader }) => leader.handOff === point);
  run.ledger.decide(work, { ...reasonToLeave(work, named, links), rule: `Hand-off: ${point}` });
  return [];
}

function reasonToLeave(
  work: LinkedWork,
  named: Named | undefined,
  links: readonly Link[],
): { readonly faults: readonly Fault[]; readonly waitingFor?: string } {
  if (named === undefined) return { faults: [leftTo(work)] };
  const refusal = whyNot(work, named, links);
  if (refusal !== null) return { faults: [refusal] };
  return { faults: [notThereYet(work, named)], waitingFor: `${named.recordId}/${named.leader.mapping}` };
}

type Named = ReturnType<typeof leadersOf>[number];

/** Why the document that the record names will not be handed over in this company; null where it will. */
function whyNot(work: LinkedWork, { leader, recordId }: Named, links: readonly Link[]): Fault | null {
  const elsewhere = links.find(
    ({ unit, state }) => unit.recordId === recordId && unit.mapping === leader.mapping && state === 'active',
  );
  if (elsewhere !== undefined) {
    const { connection, company } = elsewhere.unit;
    const message = `The ${leader.handOff} ${recordId} was handed over in ${connection}/${company}, and this record belongs to ${work.unit.company}.`;
    return fault('NOT_WANTED', message);
  }
  try {
    if (leader.criteria === null || leader.criteria.evaluate(fieldsOf(work, leader)) === true) return null;
    const message = `The ${leader.handOff} ${recordId} hands the deal over in company ${work.unit.company}, and ${leader.mapping} does not want it as it is.`;
    return fault('NOT_WANTED', message);
  } catch (error) {
    if (error instanceof RelayError) return fault(error.code, `Criteria of ${leader.mapping}: ${error.message}`);
    throw error;
  }
}

/** The other document's fields, as its own mapping names them. */
function fieldsOf(work: Work, { prefix, criteria }: Leader): Work['item']['record']['fields'] {
  const { fields } = work.item.record;
  return Object.fromEntries(
    (criteria?.reads ?? []).map((path) => {
      const value = fields[`${prefix}.${path}`];
      if (value !== undefined) return [path, value];
      const message = `the record came without ${prefix}.${path}. Give the user who reads it access to the field.`;
      throw new RelayError('PERMISSION_MISSING', message);
    }),
  );
}

function notThereYet(work: Work, { leader, recordId }: Named): Fault {
  const message = `The ${leader.handOff} ${recordId} hands the deal over in company ${work.unit.company} and is not there yet.`;
  return fault('PARENT_NOT_LINKED', message);
}

function leftTo(work: Work): Fault {
  const point = work.routed.route.handOff;
  const message = `In company ${work.unit.company} deals are handed over by the ${point}, not by the ${work.mapping.handOff}: it follows once its ${point} is there.`;
  return fault('NOT_WANTED', message);
}
