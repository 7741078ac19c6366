import { fieldsToRead } from '../entity-fields.ts';
import type { EntityRecord } from '../../dynamics/connector.ts';
import { fault, type Fault } from '../../errors.ts';
import type { LinePlan } from '../plan.ts';
import { lostFault, reread } from './requests.ts';
import { companyOf, lineConditions, type PlannedWork, type Run } from './run.ts';

type Released = { readonly record: EntityRecord; readonly faults: readonly Fault[] };

/**
 * Reads a document's lines back, and lets the document go only if each of ours is there exactly once. Finance's own hold on a document
 * that was complete before is never touched.
 */
export async function releaseDocument(
  run: Run,
  work: PlannedWork,
  document: {
    readonly record: EntityRecord;
    readonly isComplete: boolean;
    readonly lines: readonly { readonly plan: LinePlan; readonly record: EntityRecord | null }[];
  },
): Promise<Released> {
  const { hold } = work.mapping.options;
  if (document.isComplete || hold === undefined) {
    return { record: await reread(run, work, document.record), faults: [] };
  }
  const difference = await compareLines(run, work, document);
  if (difference !== null) return { record: document.record, faults: [difference] };
  const [answer] = await work.connector.write(
    [
      {
        verb: 'update',
        entitySet: work.mapping.entitySet,
        key: document.record.key,
        values: { [hold.field]: hold.released },
        etag: null,
        fields: fieldsToRead(work.mapping, work.entity),
      },
    ],
    run.io,
  );
  if (answer?.ok === true && answer.value !== null) return { record: answer.value, faults: [] };
  return { record: document.record, faults: [answer?.ok === false ? answer.fault : lostFault()] };
}

async function compareLines(
  run: Run,
  work: PlannedWork,
  document: Parameters<typeof releaseDocument>[2],
): Promise<Fault | null> {
  for (const child of work.mapping.children) {
    const entity = work.lineEntities.get(child.name);
    const conditions = lineConditions(child, document.record.values);
    const { markerField } = child;
    if (entity === undefined || conditions === null || markerField === null) continue;
    const company = companyOf(work.unit);
    const request = { entitySet: child.entitySet, company, anyOf: [conditions], fields: [markerField], limit: 10_000 };
    const [answer] = await work.connector.find([request], run.io);
    if (answer?.ok !== true) return answer?.fault ?? lostFault();
    const standing = document.lines.filter(({ plan, record }) => plan.child.name === child.name && record !== null);
    const odd = standing.find(({ plan, record }) => count(answer.value, markerField, plan.marker, record) !== 1);
    if (odd !== undefined) {
      const message = `Line ${odd.plan.unit.recordId} is not in the document exactly once: the document stays held.`;
      return fault('DOCUMENT_NOT_RELEASED', message);
    }
  }
  return null;
}

function count(
  lines: readonly EntityRecord[],
  markerField: string,
  marker: string,
  record: EntityRecord | null,
): number {
  const sameKey = (line: EntityRecord): boolean => JSON.stringify(line.key) === JSON.stringify(record?.key);
  return lines.filter((line) => line.values[markerField] === marker || sameKey(line)).length;
}
