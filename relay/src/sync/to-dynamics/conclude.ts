import { numberOf } from '../entity-fields.ts';
import { conflictFault } from '../conflict-fault.ts';
import type { EntityDescription, EntityRecord, Values } from '../../dynamics/connector.ts';
import type { Fault, Outcome } from '../../errors.ts';
import type { LinkWrite } from '../../store/store.ts';
import { basesAfter, type FieldVerdict } from '../merge.ts';
import { isDocument } from './plan-units.ts';
import { carriedBase } from './refuse-outdated.ts';
import { roundedFault, roundedFields } from './rounded-fields.ts';
import { type PlannedWork, RELEASED, type Run } from './run.ts';
import type { Base } from '../unit.ts';
import { inboundValues, writeBacksFrom } from './write-backs.ts';
import type { WrittenLine } from './write-lines.ts';

/** What became of a unit on the Dynamics side. */
export type Done = {
  readonly record: EntityRecord;
  readonly outcome: Outcome;
  readonly faults?: readonly Fault[];
  readonly intentIds?: readonly string[];
  /** The lines that stand now, with what Dynamics made of them. */
  readonly lines?: readonly WrittenLine[];
  /** Documents: true once nothing holds the document back any more. */
  readonly isReleased?: boolean;
  /** True where the record was read before the last write: its totals are then not those of Dynamics, and go nowhere. */
  readonly isStale?: boolean;
};

/** Keeps what was agreed and tells the caller: link and bases, the closed intents, and the decision with its write-backs. */
export function conclude(run: Run, work: PlannedWork, done: Done): void {
  const dynamicsKey = work.connector.formatKey(work.entity, done.record.key);
  const number = numberOf(work.mapping, work.entity, done.record);
  run.ledger.addLinks([...recordLinks(run, work, done), ...followerLinks(work, done)]);
  run.ledger.closeIntents(done.intentIds ?? []);
  const conflicts = isDocument(work) ? [] : work.plan.conflicts.map(conflictFault);
  const inbound = inboundValues(work);
  const faults = [...(done.faults ?? []), ...conflicts, ...inbound.faults];
  // What holds a document back tells of its decimals itself.
  if (faults.length === 0) faults.push(...roundedFaults(work, done));
  run.ledger.decide(work, {
    ...(faults.length === 0 ? { outcome: done.outcome } : { faults }),
    dynamicsKey,
    number,
    url: work.connector.recordUrl(work.entity, done.record.key),
    writeBacks: { ...inbound.fields, ...(done.isStale === true ? {} : writeBacksFrom(work, done.record.values)) },
    fingerprint: work.fingerprint,
    rule: work.rule,
    verdicts: [
      ...work.verdicts,
      ...work.linePlans.flatMap((line) =>
        line.verdicts.map((verdict) => ({ ...verdict, line: `${line.child.name}/${line.unit.recordId}` })),
      ),
    ],
  });
}

/** The numbers of the record and its lines of which Dynamics kept fewer decimals than were sent. */
function roundedFaults(work: PlannedWork, done: Done): Fault[] {
  const header = roundedFields(work.verdicts, done.record.values, work.entity);
  const own = header.map((verdict) => roundedFault('', verdict, done.record.values));
  const lines = (done.lines ?? []).flatMap(({ plan, record }) => {
    const entity = work.lineEntities.get(plan.child.name);
    if (record === null || entity === undefined) return [];
    const name = `Line ${plan.unit.recordId}: `;
    return roundedFields(plan.verdicts, record.values, entity).map((one) => roundedFault(name, one, record.values));
  });
  return [...own, ...lines];
}

/** The links of a record and its lines; none where they say already what was agreed. */
function recordLinks(run: Run, work: PlannedWork, done: Done): LinkWrite[] {
  const bases = newBases(run, work, done);
  const lines = lineLinks(run, work, done);
  if (work.linked !== null && bases.length + lines.length === 0) return [];
  const own = {
    unit: work.unit,
    entitySet: work.mapping.entitySet,
    dynamicsKey: work.connector.formatKey(work.entity, done.record.key),
    number: numberOf(work.mapping, work.entity, done.record),
    state: 'active' as const,
    parent: null,
    bases: [...bases, carriedBase(work.item.record, run.key)],
  };
  return [own, ...lines];
}

function newBases(run: Run, work: PlannedWork, done: Done): Base[] {
  const bases = agreed(run, work, { verdicts: work.verdicts, readBack: done.record.values });
  const wasReleased = work.linked?.bases.some((base) => base.field === RELEASED) ?? false;
  if (done.isReleased === true && !wasReleased) bases.push(releasedBase(run, work));
  return bases.filter((base) => !isKnown(base, work.linked?.bases ?? []));
}

/** The other documents of the deal share this one's record from now on. */
function followerLinks(work: PlannedWork, done: Done): LinkWrite[] {
  return (work.followers ?? []).map((unit) => ({
    unit,
    entitySet: work.mapping.entitySet,
    dynamicsKey: work.connector.formatKey(work.entity, done.record.key),
    number: numberOf(work.mapping, work.entity, done.record),
    state: 'following',
    parent: null,
    bases: [],
  }));
}

function lineLinks(run: Run, work: PlannedWork, done: Done): LinkWrite[] {
  return (done.lines ?? []).flatMap(({ plan, record, unlike }) => {
    const entity = work.lineEntities.get(plan.child.name);
    const known = work.lineLinks.find(({ link }) => link.unit.recordId === plan.unit.recordId);
    const standing = record ?? plan.current;
    if (entity === undefined || standing === null) return [];
    const bases =
      record === null
        ? []
        : basesAfter({
            // What Dynamics does not hold as it was sent is agreed by nobody: the next run sends it again.
            verdicts: exact(plan.verdicts, record.values, entity).filter((one) => unlike?.has(one.name) !== true),
            readBack: record.values,
            entity,
            mapping: plan.child,
            key: run.key,
            confirmedInSalesforce: isConfirmed(plan.verdicts),
          });
    const changed = bases.filter((base) => !isKnown(base, known?.bases ?? []));
    if (known !== undefined && changed.length === 0 && record !== null) return [];
    return [
      {
        unit: plan.unit,
        entitySet: plan.child.entitySet,
        dynamicsKey: work.connector.formatKey(entity, standing.key),
        number: numberOf(plan.child, entity, standing),
        state: record === null ? ('gone' as const) : ('active' as const),
        parent: work.unit,
        bases: changed,
      },
    ];
  });
}

function agreed(run: Run, work: PlannedWork, result: { verdicts: readonly FieldVerdict[]; readBack: Values }): Base[] {
  return basesAfter({
    ...result,
    verdicts: exact(result.verdicts, result.readBack, work.entity),
    entity: work.entity,
    mapping: work.mapping,
    key: run.key,
    confirmedInSalesforce: isConfirmed(result.verdicts),
  });
}

/** What Dynamics rounded unasked is agreed by nobody: the next run tells of it again. */
function exact(verdicts: readonly FieldVerdict[], held: Values, entity: EntityDescription): FieldVerdict[] {
  const rounded = new Set(roundedFields(verdicts, held, entity));
  return verdicts.filter((verdict) => !rounded.has(verdict));
}

/** A value on its way to Salesforce is confirmed only when a later call shows it there. */
function isConfirmed(verdicts: readonly FieldVerdict[]): (field: FieldVerdict['field']) => boolean {
  const underway = new Set(
    verdicts
      .filter(({ verdict }) => verdict === 'toSalesforce' || verdict === 'conflict')
      .map(({ field }) => field.name),
  );
  return (field) => !underway.has(field.name);
}

function isKnown(base: Base, known: readonly Base[]): boolean {
  return known.some(
    (other) =>
      other.field === base.field &&
      other.salesforceHash === base.salesforceHash &&
      other.dynamicsHash === base.dynamicsHash &&
      other.mappingVersion === base.mappingVersion &&
      other.keyId === base.keyId,
  );
}

function releasedBase(run: Run, work: PlannedWork): Base {
  const hash = run.key.hash(RELEASED);
  return {
    field: RELEASED,
    salesforceHash: hash,
    dynamicsHash: hash,
    mappingVersion: work.mapping.version,
    keyId: run.key.keyId,
  };
}
