import { fieldsToRead } from '../entity-fields.ts';
import type { Condition, Connector, EntityDescription, EntityRecord, Values } from '../../dynamics/connector.ts';
import { fault, type Fault } from '../../errors.ts';
import type { EntityMapping } from '../mapping.ts';
import type { FieldVerdict } from '../merge.ts';
import { lostFault, releaseRequest, reread } from './requests.ts';
import { companyOf, LINES, lineConditions, type PlannedWork, type Run } from './run.ts';
import { keptText, roundedFields } from './rounded-fields.ts';
import { unlikeFields } from './unlike-fields.ts';
import type { WrittenLine } from './write-lines.ts';

type Compared = {
  /** The lines as they are in the document, each with the fields that are not what was sent. */
  readonly lines: readonly WrittenLine[];
  readonly faults: Fault[];
};
type Released = Compared & { readonly record: EntityRecord; readonly isStale: boolean };

/**
 * Reads a document's lines back, and lets the document go only if each of ours is there exactly once and holds what was sent. Finance's
 * own hold on a document that was complete before is never touched.
 */
export async function releaseDocument(
  run: Run,
  work: PlannedWork,
  document: { readonly record: EntityRecord; readonly lines: readonly WrittenLine[] },
): Promise<Released> {
  const { record, lines } = document;
  const request = releaseRequest(work, record.key);
  if (request === null) return asItStands(run, work, { record, lines, faults: [] });
  const compared = await compareLines(run, work, document);
  const rounded = roundedFields(work.verdicts, record.values, work.entity);
  compared.faults.push(...rounded.map((verdict) => unlikeFault('The header', verdict, record.values)));
  if (compared.faults.length > 0) return asItStands(run, work, { record, ...compared });
  const [answer] = await work.connector.write([request], run.io);
  if (answer?.ok === true && answer.value !== null) return { record: answer.value, lines, faults: [], isStale: false };
  return asItStands(run, work, { record, lines, faults: [answer?.ok === false ? answer.fault : lostFault()] });
}

async function asItStands(
  run: Run,
  work: PlannedWork,
  end: Compared & { readonly record: EntityRecord },
): Promise<Released> {
  const { record, fault } = await reread(run, work, end.record);
  if (fault === null) return { ...end, record, isStale: false };
  return { ...end, faults: end.faults.length > 0 ? end.faults : [fault], isStale: true };
}

async function compareLines(
  run: Run,
  work: PlannedWork,
  document: { readonly record: EntityRecord; readonly lines: readonly WrittenLine[] },
): Promise<Compared> {
  const lines: WrittenLine[] = [];
  const faults: Fault[] = [];
  for (const child of work.mapping.children) {
    const entity = work.lineEntities.get(child.name);
    if (entity === undefined) continue;
    const conditions = lineConditions(child, document.record.values);
    if (conditions === null) {
      const message = `The document does not tell by which values the lines of ${child.name} are found: it stays held.`;
      return { lines: document.lines, faults: [fault('DOCUMENT_NOT_RELEASED', message)] };
    }
    const answer = await readLines(run, work, { child, entity, conditions });
    if (answer?.ok !== true) return { lines: document.lines, faults: [answer?.fault ?? lostFault()] };
    for (const line of document.lines.filter(({ plan }) => plan.child.name === child.name)) {
      const compared = line.record === null ? { line, faults: [] } : compare(line, entity, answer.value);
      lines.push(compared.line);
      faults.push(...compared.faults);
    }
  }
  return { lines, faults };
}

async function readLines(
  run: Run,
  work: PlannedWork,
  of: { readonly child: EntityMapping; readonly entity: EntityDescription; readonly conditions: readonly Condition[] },
): Promise<Awaited<ReturnType<Connector['find']>>[number] | undefined> {
  const { entitySet } = of.child;
  const fields = fieldsToRead(of.child, of.entity);
  const request = {
    entitySet,
    company: companyOf(work.unit),
    anyOf: [of.conditions],
    fields,
    limit: LINES,
    isWhole: true,
  };
  const [answer] = await work.connector.find([request], run.io);
  return answer;
}

function compare(
  line: WrittenLine,
  entity: EntityDescription,
  found: readonly EntityRecord[],
): { readonly line: WrittenLine; readonly faults: readonly Fault[] } {
  const { plan, record } = line;
  const { markerField } = plan.child;
  const isOurs = (candidate: EntityRecord): boolean =>
    (markerField !== null && candidate.values[markerField] === plan.marker) || hasKeyOf(candidate, record);
  const [own, ...others] = found.filter(isOurs);
  const name = `Line ${plan.unit.recordId}`;
  if (own === undefined || others.length > 0) {
    const message = `${name} is not in the document exactly once: the document stays held.`;
    return { line, faults: [fault('DOCUMENT_NOT_RELEASED', message)] };
  }
  const unlike = unlikeFields(plan, own.values, entity);
  const faults = unlike.map((verdict) => unlikeFault(name, verdict, own.values));
  return { line: { plan, record: own, unlike: new Set(unlike.map((verdict) => verdict.name)) }, faults };
}

function unlikeFault(name: string, verdict: FieldVerdict, held: Values): Fault {
  const { dynamicsField, outbound } = verdict;
  const kept = keptText(outbound, held[dynamicsField] ?? null);
  const why = kept === null ? 'is not in Dynamics as it was sent' : kept;
  const message = `${name}: ${dynamicsField} (${verdict.name}) ${why}: the document stays held.`;
  return fault('DOCUMENT_NOT_RELEASED', message, { field: dynamicsField });
}

function hasKeyOf(candidate: EntityRecord, record: EntityRecord | null): boolean {
  return JSON.stringify(candidate.key) === JSON.stringify(record?.key);
}
