import type { Condition, EntityRecord } from '../../dynamics/connector.ts';
import { describeCode, fault, type Fault } from '../../errors.ts';
import { fieldsToRead } from '../entity-fields.ts';
import { mapToDynamics } from '../map.ts';
import { unitMarker } from '../marker.ts';
import { type Intent, unitKey } from '../unit.ts';
import { quarantine } from './journal.ts';
import { companyOf, createStrategyOf, type Run, type Work } from './run.ts';

/** What became of a create of unknown outcome: its record, null where it certainly never arrived, or why nobody can say yet. */
export type LeftBehind = { readonly record: EntityRecord | null } | { readonly fault: Fault };

/** Looks a create of unknown outcome up by its marker or own key; where neither exists, a person must. */
export async function findLeftBehind(run: Run, work: Work, intent: Intent): Promise<LeftBehind> {
  const conditions = conditionsOf(work);
  if (conditions === null) return { fault: fault('OUTCOME_NEEDS_REVIEW', describeCode('OUTCOME_NEEDS_REVIEW').text) };
  const { entitySet } = work.mapping;
  const fields = fieldsToRead(work.mapping, work.entity);
  const request = { entitySet, company: companyOf(work.unit), anyOf: [conditions], fields, limit: 2 };
  const [answer] = await work.connector.find([request], run.io);
  if (answer?.ok !== true) return { fault: answer?.fault ?? fault('DYNAMICS_UNAVAILABLE', 'Dynamics gave no answer.') };
  const [record, other] = answer.value;
  if (other !== undefined) {
    const message = `More than one record in ${entitySet} carries the marker of ${work.unit.recordId}.`;
    return { fault: fault('MATCH_AMBIGUOUS', message) };
  }
  if (record !== undefined && !(await isOfAnother(run, work, record))) return { record };
  const waiting = quarantine(run, intent);
  return waiting === null ? { record: null } : { fault: waiting };
}

function conditionsOf(work: Work): Condition[] | null {
  const { markerField } = work.mapping;
  if (markerField !== null) return [{ field: markerField, value: unitMarker(work.unit) }];
  return createStrategyOf(work) === 'OwnKey' ? ownKeyConditions(work) : null;
}

/** A deleted record has no fields left to tell its key by. */
function ownKeyConditions(work: Work): Condition[] | null {
  const { company } = work.unit;
  const { entity, dimensions, mapping } = work;
  const context = { company, entity, references: new Map<string, string>(), dimensions, ownKey: true };
  const { mapped } = mapToDynamics(mapping, work.item.record.fields, context);
  const parts = entity.key.filter((name) => name !== entity.companyField);
  const conditions = parts.map((field) => ({
    field,
    value: mapped.find(({ dynamicsField }) => dynamicsField === field)?.value ?? null,
  }));
  return conditions.every(({ value }) => value !== null) ? conditions : null;
}

async function isOfAnother(
  run: Run,
  { connector, entity, mapping, unit }: Work,
  record: EntityRecord,
): Promise<boolean> {
  const dynamicsKeys = [connector.formatKey(entity, record.key)];
  const query = { org: run.org, connection: unit.connection, entitySet: mapping.entitySet, dynamicsKeys };
  const links = await run.deps.store.linksOfKeys(query);
  return links.some((link) => link.state === 'active' && unitKey(link.unit) !== unitKey(unit));
}
