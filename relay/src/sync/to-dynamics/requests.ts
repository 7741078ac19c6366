import { fieldsToRead } from '../entity-fields.ts';
import type { Answer, EntityRecord, Values, WriteRequest } from '../../dynamics/connector.ts';
import { describeCode, fault, type Fault } from '../../errors.ts';
import { unitMarker } from '../marker.ts';
import { companyOf, type PlannedWork, type Run } from './run.ts';

/** How soon a create whose answer never came is looked up. */
const LOOK_UP_MS = 5_000;

/** What a new record is created with: the mapped values and our marker, by which it is found again. */
export function createValues(work: PlannedWork): Values {
  const { markerField } = work.mapping;
  return markerField === null ? work.plan.values : { ...work.plan.values, [markerField]: unitMarker(work.unit) };
}

/** The create of a unit's record with these values. */
export function createRequest(work: PlannedWork, values: Values): WriteRequest {
  return {
    verb: 'create',
    entitySet: work.mapping.entitySet,
    company: companyOf(work.unit),
    values,
    fields: fieldsToRead(work.mapping, work.entity),
  };
}

/** The create of one line: its values, our line marker, and what ties it to its header. */
export function lineCreateRequest(
  work: PlannedWork,
  line: PlannedWork['linePlans'][number],
  header: Values,
): WriteRequest {
  const entity = work.lineEntities.get(line.child.name) ?? work.entity;
  const { markerField } = line.child;
  const parent = Object.entries(line.child.options.parentKey ?? {}).map(
    ([field, from]) => [field, header[from] ?? null] as const,
  );
  return {
    verb: 'create',
    entitySet: line.child.entitySet,
    company: companyOf(work.unit),
    values: {
      ...line.values,
      ...Object.fromEntries(parent),
      ...(markerField === null ? {} : { [markerField]: line.marker }),
    },
    fields: fieldsToRead(line.child, entity),
  };
}

/** The header as it stands after its lines moved its totals; as it was where it cannot be read now. */
export async function reread(run: Run, work: PlannedWork, record: EntityRecord): Promise<EntityRecord> {
  const fields = fieldsToRead(work.mapping, work.entity);
  const [answer] = await work.connector.read([{ entitySet: work.mapping.entitySet, key: record.key, fields }], run.io);
  return answer?.ok === true && answer.value !== null ? answer.value : record;
}

/** What the answer to a create amounts to: the record, or a fault, and whether the record may be there all the same. */
export function readCreate(
  answer: Answer<EntityRecord | null> | undefined,
): { readonly record: EntityRecord } | { readonly record: null; readonly isLost: boolean; readonly fault: Fault } {
  if (answer?.ok === true && answer.value !== null) return { record: answer.value };
  if (answer?.ok === false && !answer.isUnknown) return { record: null, isLost: false, fault: answer.fault };
  return { record: null, isLost: true, fault: lostFault() };
}

/** The fault of a create whose answer never came. */
export function lostFault(): Fault {
  return fault('OUTCOME_UNKNOWN', describeCode('OUTCOME_UNKNOWN').text, { retryAfterMs: LOOK_UP_MS });
}
