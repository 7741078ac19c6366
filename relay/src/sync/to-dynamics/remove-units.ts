import type { EntityRecord, WriteRequest } from '../../dynamics/connector.ts';
import { fault, type Fault } from '../../errors.ts';
import type { Lease } from '../../store/store.ts';
import { fieldsToRead, numberOf } from '../entity-fields.ts';
import type { UnitPlan } from '../exchange.ts';
import { type Intent, type Link, unitKey } from '../unit.ts';
import { deactivation, linkOf } from './deactivation.ts';
import { requestPlans } from './dry-run.ts';
import { findLeftBehind } from './find-left-behind.ts';
import type { Decision } from './ledger.ts';
import { keyResource, takeLeases } from './locate.ts';
import { finalFaults } from './plan-units.ts';
import { lostFault } from './requests.ts';
import type { Run, Work } from './run.ts';

/**
 * Decides the units that Salesforce wants no longer: deleted records by the mapping's delete policy, and creates of unknown outcome
 * whose record was deleted, reopened or routed elsewhere meanwhile. Answers the units that are to be synchronized.
 */
export async function removeUnits(run: Run, works: readonly Work[], keyLeases: Lease[]): Promise<Work[]> {
  const leaving = works.filter(({ unwanted }) => unwanted !== undefined);
  if (leaving.length === 0) return [...works];
  const units = leaving.map((work) => work.unit);
  const links = await run.deps.store.linksOfUnits(units);
  const intents = await run.deps.store.intentsOfUnits(units);
  const linkByUnit = new Map(links.map(({ link }) => [unitKey(link.unit), link]));
  const intentByUnit = new Map(intents.map((intent) => [unitKey(intent.unit), intent]));
  for (const work of leaving) {
    const key = unitKey(work.unit);
    const left = { link: linkByUnit.get(key), intent: intentByUnit.get(key), keyLeases };
    await removeUnit(run, work, left);
  }
  return works.filter(({ unwanted }) => unwanted === undefined);
}

type Left = {
  readonly link: Link | undefined;
  readonly intent: Intent | undefined;
  readonly keyLeases: Lease[];
};

async function removeUnit(run: Run, work: Work, { link, intent, keyLeases }: Left): Promise<void> {
  if (link?.state === 'active') {
    if (intent !== undefined) run.ledger.closeIntents([intent.id]);
    const isDeleted = work.item.operation === 'delete';
    const standing = isDeleted ? await readStanding(run, work, { link, keyLeases }) : null;
    if (standing !== null) await remove(run, work, standing);
    else if (!isDeleted) run.ledger.decide(work, notWanted(work));
    return;
  }
  if (intent === undefined) {
    run.ledger.decide(work, notWanted(work));
    return;
  }
  const left = await findLeftBehind(run, work, intent);
  if ('fault' in left) {
    run.ledger.decide(work, { faults: [left.fault], rule: 'A create of unknown outcome, no longer wanted' });
    return;
  }
  if (left.record === null) {
    run.ledger.closeIntents([intent.id]);
    run.ledger.decide(work, notWanted(work));
    return;
  }
  const key = work.connector.formatKey(work.entity, left.record.key);
  if ((await takeLeases(run, new Map([[work, keyResource(work, key)]]), keyLeases)).length === 0) return;
  run.ledger.addLinks([linkOf(run, work, left.record)]);
  run.ledger.closeIntents([intent.id]);
  await remove(run, work, { record: left.record, isStray: true });
}

function notWanted({ unwanted, item }: Work): Decision {
  return { faults: [unwanted ?? fault('NOT_WANTED', `${item.record.id} is not wanted here.`)] };
}

/** A record that stands in Dynamics; `isStray` where nobody knew of it, because the answer to its create was lost. */
type Standing = { readonly record: EntityRecord; readonly isStray: boolean };

/** The linked record as it is now, under its lease. Null, with the unit decided, where nothing is to be done about it now. */
async function readStanding(
  run: Run,
  work: Work,
  { link, keyLeases }: { readonly link: Link; readonly keyLeases: Lease[] },
): Promise<Standing | null> {
  const { dynamicsKey, number } = link;
  if ((await takeLeases(run, new Map([[work, keyResource(work, dynamicsKey)]]), keyLeases)).length === 0) return null;
  const key = work.connector.parseKey(work.entity, dynamicsKey);
  const request = { entitySet: work.mapping.entitySet, key, fields: fieldsToRead(work.mapping, work.entity) };
  const [answer] = await work.connector.read([request], run.io);
  if (answer?.ok === true && answer.value !== null) return { record: answer.value, isStray: false };
  const message = `${work.item.record.id} was deleted, and ${dynamicsKey} is no longer in ${work.mapping.entitySet} either.`;
  const gone = fault('NOT_WANTED', message);
  const cause = answer?.ok === true ? gone : (answer?.fault ?? lostFault());
  run.ledger.decide(work, { dynamicsKey, number, faults: [cause] });
  return null;
}

/** Where a record that is to leave stands, and the rule that says so. */
type Place = Pick<Decision, 'dynamicsKey' | 'number' | 'url'> & { readonly dynamicsKey: string; readonly rule: string };

async function remove(run: Run, work: Work, standing: Standing): Promise<void> {
  const { record } = standing;
  const isDeleted = work.item.operation === 'delete';
  const place = {
    dynamicsKey: work.connector.formatKey(work.entity, record.key),
    number: numberOf(work.mapping, work.entity, record),
    url: work.connector.recordUrl(work.entity, record.key),
    rule: isDeleted ? `Delete policy: ${work.mapping.deletePolicy}` : 'A create of unknown outcome, no longer wanted',
  };
  const request = isDeleted ? deactivation(work, record) : null;
  const faults = faultsOf(work, standing, { request, dynamicsKey: place.dynamicsKey });
  if (faults.length === 0 && request !== null) {
    await deactivate(run, work, { record, place, request });
    return;
  }
  const kept: Pick<Decision, 'outcome' | 'faults'> = faults.length > 0 ? { faults } : { outcome: 'skipped' };
  const plan = run.call.dryRun ? { plan: planOf(place.rule, []) } : {};
  run.ledger.decide(work, { ...place, ...kept, ...plan });
}

async function deactivate(
  run: Run,
  work: Work,
  { record, place, request }: { readonly record: EntityRecord; readonly place: Place; readonly request: WriteRequest },
): Promise<void> {
  if (run.call.dryRun) {
    run.ledger.decide(work, { ...place, ...(await told(run, work, { request, rule: place.rule })) });
    return;
  }
  const [answer] = await work.connector.write([request], run.io);
  if (answer?.ok === true) run.ledger.addLinks([linkOf(run, work, record, 'deleted')]);
  const done = answer?.ok === true ? { outcome: 'updated' as const } : { faults: [answer?.fault ?? lostFault()] };
  run.ledger.decide(work, { ...place, ...done });
}

/** Why the record stays as it is, where somebody must know of that. */
function faultsOf(
  work: Work,
  { record, isStray }: Standing,
  { request, dynamicsKey }: { readonly request: WriteRequest | null; readonly dynamicsKey: string },
): Fault[] {
  const { id } = work.item.record;
  if (work.item.operation === 'delete' && work.mapping.deletePolicy === 'Block') {
    const message = `${id} is ${dynamicsKey} in Dynamics: restore it, or remove it there first.`;
    return [fault('DELETE_BLOCKED', message)];
  }
  const final = request === null ? [] : finalFaults(work, record);
  if (final.length > 0 || request !== null || !isStray) return final;
  const reason = work.item.operation === 'delete' ? 'it was deleted meanwhile' : (work.unwanted?.message ?? '');
  const message = `${id} was created as ${dynamicsKey} in ${work.mapping.entitySet} although the answer was lost, and is not wanted there any more: ${reason}`;
  return [fault('NO_LONGER_WANTED', message)];
}

/** What a dry run tells of a record that would be deactivated. */
async function told(
  run: Run,
  { connector }: Work,
  { request, rule }: { readonly request: WriteRequest; readonly rule: string },
): Promise<Pick<Decision, 'outcome' | 'faults' | 'plan'>> {
  const [rendered] = await connector.render([request], run.io);
  if (rendered?.ok !== true)
    return { faults: rendered === undefined ? [lostFault()] : [rendered.fault], plan: planOf(rule, []) };
  return { outcome: 'updated', plan: planOf(rule, requestPlans([rendered.value])) };
}

function planOf(rule: string, requests: UnitPlan['requests']): UnitPlan {
  return { action: requests.length > 0 ? 'update' : 'none', fields: [], rules: [rule], requests };
}
