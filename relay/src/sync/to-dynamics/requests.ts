import { fieldsToRead } from '../entity-fields.ts';
import type { Answer, EntityKey, EntityRecord, Values, WriteRequest } from '../../dynamics/connector.ts';
import { describeCode, fault, type Fault } from '../../errors.ts';
import { isOutbound } from '../fields.ts';
import type { FieldVerdict } from '../merge.ts';
import type { LinePlan } from '../plan.ts';
import { unitMarker } from '../marker.ts';
import { isLineWrite } from './plan-units.ts';
import { companyOf, documentStrategyOf, type PlannedWork, RELEASED, type Run } from './run.ts';

/** How soon a create whose answer never came is looked up. */
const LOOK_UP_MS = 5_000;

/** What a new record is created with: the mapped values and our marker, by which it is found again. */
export function createValues(work: PlannedWork): Values {
  const { markerField } = work.mapping;
  return markerField === null ? work.plan.values : { ...work.plan.values, [markerField]: unitMarker(work.unit) };
}

/** The create of a unit's record, or the update of what moved. */
export function recordRequest(work: PlannedWork): WriteRequest {
  return work.current === null ? createRequest(work, createValues(work)) : updateRequest(work, work.current);
}

/** The create or update of a document's header; a new one is held back where its strategy holds documents back. */
export function headerRequest(work: PlannedWork): WriteRequest {
  const { hold } = work.mapping.options;
  const isHeld = hold !== undefined && !isCreatedTogether(work);
  if (work.current !== null) return updateRequest(work, work.current);
  return createRequest(work, { ...createValues(work), ...(isHeld ? { [hold.field]: hold.held } : {}) });
}

function createRequest(work: PlannedWork, values: Values): WriteRequest {
  return {
    verb: 'create',
    entitySet: work.mapping.entitySet,
    company: companyOf(work.unit),
    values,
    fields: fieldsToRead(work.mapping, work.entity),
  };
}

function updateRequest(work: PlannedWork, { key, etag }: EntityRecord): WriteRequest {
  const { entitySet } = work.mapping;
  return {
    verb: 'update',
    entitySet,
    key,
    values: work.plan.values,
    etag,
    unsent: unsentOf(work.verdicts, work.plan.values),
    fields: fieldsToRead(work.mapping, work.entity),
  };
}

/** What the record holds in the fields that Salesforce has a say in and that this update leaves alone. */
function unsentOf(verdicts: readonly FieldVerdict[], sent: Values): Values {
  const others = verdicts.filter(({ field, dynamicsField }) => isOutbound(field) && !(dynamicsField in sent));
  return Object.fromEntries(others.map(({ dynamicsField, current }) => [dynamicsField, current]));
}

/** The write of one line; a new one carries our line marker and what ties it to its header. Null where nothing is to be done. */
export function lineRequest(work: PlannedWork, line: LinePlan, header: Values): WriteRequest | null {
  const { entitySet } = line.child;
  const entity = work.lineEntities.get(line.child.name);
  if (entity === undefined || !isLineWrite(line)) return null;
  const fields = fieldsToRead(line.child, entity);
  if (line.action === 'create') {
    const values = { ...line.values, ...parentValuesOf(line, header), ...markerOf(line) };
    return { verb: 'create', entitySet, company: companyOf(work.unit), values, fields };
  }
  if (line.current === null) return null;
  const { key, etag } = line.current;
  if (line.action === 'remove') return { verb: 'delete', entitySet, key };
  const unsent = unsentOf(line.verdicts, line.values);
  return { verb: 'update', entitySet, key, values: line.values, etag, unsent, fields };
}

function parentValuesOf({ child }: LinePlan, header: Values): Values {
  const parent = Object.entries(child.options.parentKey ?? {});
  return Object.fromEntries(parent.map(([field, from]) => [field, header[from] ?? null]));
}

function markerOf({ child: { markerField }, marker }: LinePlan): Values {
  return markerField === null ? {} : { [markerField]: marker };
}

/** What lets a complete document go; null where it is not held back. */
export function releaseRequest(work: PlannedWork, key: EntityKey): WriteRequest | null {
  const { hold } = work.mapping.options;
  if (hold === undefined || isReleased(work)) return null;
  const values = { [hold.field]: hold.released };
  const fields = fieldsToRead(work.mapping, work.entity);
  return { verb: 'update', entitySet: work.mapping.entitySet, key, values, etag: null, fields };
}

/** True for a document that was complete before and let go: finance's own hold on it is never touched. */
export function isReleased(work: PlannedWork): boolean {
  return work.linked?.bases.some((base) => base.field === RELEASED) ?? false;
}

/** True where header and lines are created in one changeset. */
export function isCreatedTogether(work: PlannedWork): boolean {
  return work.current === null && documentStrategyOf(work) === 'Changeset';
}

/** A document's header as it stands now, or as it was before with the fault that kept it from being read: its totals are then old. */
export type Reread = { readonly record: EntityRecord; readonly fault: Fault | null };

/** The header as it stands after its lines moved its totals. */
export async function reread(run: Run, work: PlannedWork, record: EntityRecord): Promise<Reread> {
  const fields = fieldsToRead(work.mapping, work.entity);
  const [answer] = await work.connector.read([{ entitySet: work.mapping.entitySet, key: record.key, fields }], run.io);
  if (answer?.ok === true && answer.value !== null) return { record: answer.value, fault: null };
  return { record, fault: answer?.ok === false ? answer.fault : lostFault() };
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
