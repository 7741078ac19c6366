import type { WriteRequest } from '../../dynamics/connector.ts';
import { fault } from '../../errors.ts';
import type { UnitPlan } from '../exchange.ts';
import { requestPlans } from './dry-run.ts';
import type { Decision } from './ledger.ts';
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
  const request = deactivation(work, link);
  if (run.call.dryRun) {
    run.ledger.decide(work, { ...place, ...(await told(run, work, { request, rule: place.rule })) });
    return;
  }
  const [answer] = request === null ? [] : await work.connector.write([request], run.io);
  const outcome = request === null ? 'skipped' : 'updated';
  run.ledger.decide(work, answer?.ok === false ? { ...place, faults: [answer.fault] } : { ...place, outcome });
}

/** What is written instead of deleting; null where the record in Dynamics is left as it is. */
function deactivation({ mapping, connector, entity }: Work, { dynamicsKey }: Link): WriteRequest | null {
  const { deactivate } = mapping.options;
  if (mapping.deletePolicy !== 'Deactivate' || deactivate === undefined) return null;
  const key = connector.parseKey(entity, dynamicsKey);
  const values = { [deactivate.field]: deactivate.value };
  return { verb: 'update', entitySet: mapping.entitySet, key, values, etag: null, fields: [] };
}

/** What a dry run tells of a record that is gone from Salesforce. */
async function told(
  run: Run,
  { connector }: Work,
  { request, rule }: { readonly request: WriteRequest | null; readonly rule: string },
): Promise<Pick<Decision, 'outcome' | 'faults' | 'plan'>> {
  const [rendered] = request === null ? [] : await connector.render([request], run.io);
  const requests = rendered?.ok === true ? requestPlans([rendered.value]) : [];
  const plan: UnitPlan = { action: requests.length > 0 ? 'update' : 'none', fields: [], rules: [rule], requests };
  if (rendered?.ok === false) return { faults: [rendered.fault], plan };
  return { outcome: request === null ? 'skipped' : 'updated', plan };
}
