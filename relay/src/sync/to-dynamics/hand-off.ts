import type { LinkWrite } from '../../store/store.ts';
import { fault } from '../../errors.ts';
import type { LinkedWork, Run } from './run.ts';
import { relatedRecordIds } from '../references.ts';
import type { Link } from '../unit.ts';

/**
 * One deal is handed over once. A document whose related Opportunity, Quote or Order was handed over already follows that document;
 * one that is not the hand-off point of its company waits for the one that is. Answers the works that may go on.
 */
export async function followHandOffs(run: Run, works: readonly LinkedWork[]): Promise<LinkedWork[]> {
  const documents = works.filter((work) => work.mapping.handOff !== 'None');
  const idsOf = new Map(documents.map((work) => [work, relatedRecordIds(work.mapping, work.item.record)]));
  const ids = [...new Set([...idsOf.values()].flat())];
  const links = ids.length === 0 ? [] : await run.deps.store.linksOfRecords(run.org, ids);
  return works.flatMap((work) => {
    if (work.mapping.handOff === 'None') return [work];
    const related = idsOf.get(work) ?? [];
    const leader = links.find((link) => related.includes(link.unit.recordId) && isSameDocument(link, work));
    if (leader !== undefined) return [follow(run, work, leader)];
    return isHandOffPoint(run, work) ? [work] : [];
  });
}

function isSameDocument(link: Link, work: LinkedWork): boolean {
  return (
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

function isHandOffPoint(run: Run, work: LinkedWork): boolean {
  const point = work.routed.route.handOff;
  if (point === 'None' || point === work.mapping.handOff) return true;
  const message = `In company ${work.unit.company} deals are handed over by the ${point}, not by the ${work.mapping.handOff}.`;
  run.ledger.decide(work, { faults: [fault('NOT_WANTED', message)], rule: `Hand-off: ${point}` });
  return false;
}
