import { conflictFault } from '../conflict-fault.ts';
import type { EntityRecord } from '../../dynamics/connector.ts';
import { numberOf } from '../entity-fields.ts';
import { fault, type Fault } from '../../errors.ts';
import type { MappedField } from '../map.ts';
import { merge } from '../merge.ts';
import { type LinePlan, planLines, planRecord } from '../plan.ts';
import { type LocatedWork, type PlannedWork, type Run } from './run.ts';
import { inboundFrom, writeBacksFrom } from './write-backs.ts';

/** Merges and plans every unit; decides those that nothing may be written for: conflicts in documents, final documents. */
export function planUnits(run: Run, works: readonly LocatedWork[]): PlannedWork[] {
  return works.flatMap((work) => {
    const planned = plan(run, work);
    const faults = run.call.dryRun ? [] : refusals(planned);
    if (faults.length === 0) return [planned];
    run.ledger.decide(planned, { ...standing(planned), faults, verdicts: planned.verdicts, rule: planned.rule });
    return [];
  });
}

/** A document is written whole or not at all. */
export function isDocument(work: Pick<LocatedWork, 'mapping'>): boolean {
  return work.mapping.children.length > 0 || work.mapping.documentStrategy !== 'None';
}

function plan(run: Run, work: LocatedWork): PlannedWork {
  const verdicts = merge({
    mapping: work.mapping,
    entity: work.entity,
    mapped: work.routed.isPrimary ? work.mapped : work.mapped.map(oneWay),
    current: work.current?.values ?? null,
    bases: work.linked?.bases ?? [],
    key: run.key,
    newest: newestOf(work),
    ...(work.current === null || !work.routed.isPrimary
      ? {}
      : { salesforce: { fields: work.item.record.fields, inbound: inboundFrom(work, work.current.values) } }),
  });
  const linePlans = work.mapping.children.flatMap((child) => {
    const entity = work.lineEntities.get(child.name);
    if (entity === undefined) return [];
    return planLines({
      child,
      entity,
      lines: work.lines.filter((line) => line.child.name === child.name),
      links: work.lineLinks.filter(({ link }) => link.unit.mapping === child.name),
      current: work.currentLines.get(child.name) ?? [],
      keyText: (key) => work.connector.formatKey(entity, key),
      key: run.key,
    });
  });
  return { ...work, verdicts, plan: planRecord(verdicts, work.current === null), linePlans };
}

/** The record shows its primary company's values: what another company's copy holds is kept there and goes no further. */
function oneWay(mapped: MappedField): MappedField {
  return { ...mapped, field: { ...mapped.field, direction: 'ToDynamics' } };
}

function newestOf(work: LocatedWork): 'salesforce' | 'dynamics' | null {
  const field = work.entity.modifiedField;
  const changedAt = field === null ? null : work.current?.values[field];
  if (typeof changedAt !== 'string') return null;
  return Date.parse(changedAt) > Date.parse(work.item.record.systemModstamp) ? 'dynamics' : 'salesforce';
}

/** True where carrying the plan out would write something to Dynamics. */
export function writesAnything(work: PlannedWork): boolean {
  return work.plan.action !== 'none' || work.linePlans.some(isLineWrite);
}

/** True for a line that would be created, changed or removed. */
export function isLineWrite(line: LinePlan): boolean {
  return line.action === 'create' || line.action === 'update' || line.action === 'remove';
}

/** Why nothing of a document may be written; empty where it may. */
export function refusals(work: PlannedWork): Fault[] {
  if (!isDocument(work)) return [];
  const lineFaults = work.linePlans.flatMap((line) => line.faults);
  const faults = [...work.plan.conflicts.map(conflictFault), ...lineFaults];
  if (faults.length > 0) return faults;
  return writesAnything(work) ? finalFaults(work, work.current) : [];
}

/** Why a document that finance is done with is not written any more; empty for all others. */
export function finalFaults(work: Pick<LocatedWork, 'mapping'>, current: EntityRecord | null): Fault[] {
  const { final } = work.mapping.options;
  const state = final === undefined ? null : (current?.values[final.field] ?? null);
  if (final === undefined || typeof state !== 'string' || !final.values.includes(state)) return [];
  const message = `The document is ${state} in Dynamics and cannot be changed any more: correct it by a credit note.`;
  return [fault('DOCUMENT_POSTED', message, { field: final.field })];
}

/** What can be said of a unit's record as it stands, written or not. */
export function standing(work: LocatedWork): {
  dynamicsKey: string | null;
  number: string | null;
  url: string | null;
  writeBacks: ReturnType<typeof writeBacksFrom>;
} {
  if (work.current === null) return { dynamicsKey: null, number: null, url: null, writeBacks: {} };
  return {
    dynamicsKey: work.connector.formatKey(work.entity, work.current.key),
    number: numberOf(work.mapping, work.entity, work.current),
    url: work.connector.recordUrl(work.entity, work.current.key),
    writeBacks: writeBacksFrom(work, work.current.values),
  };
}
