import type { WriteRequest } from '../../dynamics/connector.ts';
import { fault } from '../../errors.ts';
import type { Run, Work } from './run.ts';
import { type Link, unitKey } from '../unit.ts';

/** Decides the units of deleted records by the mapping's delete policy; answers the units that are to be synchronized. */
export async function removeUnits(run: Run, works: readonly Work[]): Promise<Work[]> {
  const deleted = works.filter((work) => work.item.operation === 'delete');
  if (deleted.length === 0) return [...works];
  const links = await run.deps.store.linksOfUnits(deleted.map((work) => work.unit));
  const linkOf = new Map(links.map(({ link }) => [unitKey(link.unit), link]));
  for (const work of deleted) await removeUnit(run, work, linkOf.get(unitKey(work.unit)));
  return works.filter((work) => work.item.operation !== 'delete');
}

async function removeUnit(run: Run, work: Work, link: Link | undefined): Promise<void> {
  if (link?.state !== 'active') {
    run.ledger.decide(work, { faults: [fault('NOT_WANTED', 'The deleted record was not linked to this company.')] });
    return;
  }
  const place = {
    dynamicsKey: link.dynamicsKey,
    number: link.number,
    rule: `Delete policy: ${work.mapping.deletePolicy}`,
  };
  if (work.mapping.deletePolicy === 'Block') {
    const message = `${work.item.record.id} is ${link.dynamicsKey} in Dynamics: restore it, or remove it there first.`;
    run.ledger.decide(work, { ...place, faults: [fault('DELETE_BLOCKED', message)] });
    return;
  }
  const { deactivate } = work.mapping.options;
  if (work.mapping.deletePolicy === 'Ignore' || deactivate === undefined || run.call.dryRun) {
    run.ledger.decide(work, { ...place, outcome: 'skipped' });
    return;
  }
  const request: WriteRequest = {
    verb: 'update',
    entitySet: work.mapping.entitySet,
    key: work.connector.parseKey(work.entity, link.dynamicsKey),
    values: { [deactivate.field]: deactivate.value },
    etag: null,
    fields: [],
  };
  const [answer] = await work.connector.write([request], run.io);
  run.ledger.decide(
    work,
    answer?.ok === false ? { ...place, faults: [answer.fault] } : { ...place, outcome: 'updated' },
  );
}
