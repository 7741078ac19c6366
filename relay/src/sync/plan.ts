import type { EntityDescription, EntityKey, EntityRecord, Value, Values } from '../dynamics/connector.ts';
import { fault, type Fault } from '../errors.ts';
import type { MappedField } from './map.ts';
import type { EntityMapping } from './mapping.ts';
import { type FieldVerdict, type HashKey, merge } from './merge.ts';
import { unitMarker } from './marker.ts';
import type { LinkWithBases, Unit } from './unit.ts';

/** What is to be done with one record. `values` go to Dynamics, `toSalesforce` come back, `conflicts` wait for a person. */
export type Plan = {
  readonly action: 'create' | 'update' | 'none';
  readonly values: Values;
  readonly toSalesforce: readonly FieldVerdict[];
  readonly conflicts: readonly FieldVerdict[];
};

/** What is to be done with one line. `left`: removed in Salesforce, stays in Dynamics. `refused`: nothing, for the faults it has. */
export type LinePlan = {
  readonly child: EntityMapping;
  readonly unit: Unit;
  readonly marker: string;
  readonly action: 'create' | 'update' | 'none' | 'remove' | 'left' | 'refused';
  readonly verdicts: readonly FieldVerdict[];
  readonly values: Values;
  readonly current: EntityRecord | null;
  readonly faults: readonly Fault[];
};

/** Salesforce's line in Dynamics' terms. */
export type PlannableLine = {
  readonly unit: Unit;
  readonly marker: string;
  readonly mapped: readonly MappedField[];
};

export type LineInput = {
  readonly child: EntityMapping;
  readonly entity: EntityDescription;
  /** Salesforce's lines now. */
  readonly lines: readonly PlannableLine[];
  readonly links: readonly LinkWithBases[];
  /** Dynamics' lines now. */
  readonly current: readonly EntityRecord[];
  readonly keyText: (key: EntityKey) => string;
  readonly key: HashKey;
};

/** Turns verdicts into one write. A create leaves blank fields to Dynamics' defaults; an update empties what was emptied. */
export function planRecord(verdicts: readonly FieldVerdict[], isNew: boolean): Plan {
  const values: Record<string, Value> = {};
  for (const { verdict, dynamicsField, outbound } of verdicts) {
    if (verdict === 'toDynamics' && !(isNew && outbound === null)) values[dynamicsField] = outbound;
  }
  const isEmpty = Object.keys(values).length === 0;
  return {
    action: isNew ? 'create' : isEmpty ? 'none' : 'update',
    values,
    toSalesforce: verdicts.filter(({ verdict }) => verdict === 'toSalesforce'),
    conflicts: verdicts.filter(({ verdict }) => verdict === 'conflict'),
  };
}

/**
 * Pairs Salesforce's lines with Dynamics' lines, by link and else by marker, and plans each; then those that Salesforce no longer has.
 * Lines in Dynamics that we did not write are finance's own and left out.
 */
export function planLines(input: LineInput): LinePlan[] {
  const links = input.links.filter(({ link }) => link.state !== 'gone');
  const linkOf = new Map(links.map((linked) => [linked.link.unit.recordId, linked]));
  const recordOf = new Map(input.current.map((record) => [input.keyText(record.key), record]));
  const linkedKeys = new Set(links.map(({ link }) => link.dynamicsKey));
  const unlinked = input.current.filter((record) => !linkedKeys.has(input.keyText(record.key)));
  const ids = new Set(input.lines.map(({ unit }) => unit.recordId));

  const present = input.lines.map((line) => {
    const linked = linkOf.get(line.unit.recordId);
    // A line that was created although its link was not stored is taken up again by its marker.
    if (linked === undefined) return planned(line, markedRecord(input.child, unlinked, line.marker), [], input);
    const record = recordOf.get(linked.link.dynamicsKey) ?? null;
    return record === null ? goneInDynamics(line, linked, input) : planned(line, record, linked.bases, input);
  });
  const removed = links.filter(({ link }) => !ids.has(link.unit.recordId));
  return [...present, ...removed.map((linked) => planRemoved(linked, recordOf, input))];
}

function markedRecord(child: EntityMapping, records: readonly EntityRecord[], marker: string): EntityRecord | null {
  const { markerField } = child;
  if (markerField === null) return null;
  return records.find((record) => record.values[markerField] === marker) ?? null;
}

function planned(
  line: PlannableLine,
  record: EntityRecord | null,
  bases: LinkWithBases['bases'],
  input: LineInput,
): LinePlan {
  const { child, entity, key } = input;
  const verdicts = merge({ mapping: child, entity, mapped: line.mapped, current: record?.values ?? null, bases, key });
  const plan = planRecord(verdicts, record === null);
  const faults = plan.conflicts.map((verdict) => conflict(line, verdict));
  const { unit, marker } = line;
  const action = faults.length > 0 ? 'refused' : plan.action;
  return { child, unit, marker, action, verdicts, values: plan.values, current: record, faults };
}

function conflict(line: PlannableLine, verdict: FieldVerdict): Fault {
  const name = verdict.field.salesforceField ?? verdict.dynamicsField;
  const message = `Line ${line.unit.recordId}: ${name} in Salesforce and ${verdict.dynamicsField} in Dynamics differ (${verdict.rule}).`;
  return fault('FIELDS_IN_CONFLICT', message, { field: verdict.dynamicsField });
}

function goneInDynamics(line: PlannableLine, linked: LinkWithBases, input: LineInput): LinePlan {
  const message = `Line ${line.unit.recordId} is no longer in ${input.child.entitySet} (${linked.link.dynamicsKey}).`;
  return { ...without(line, input), action: 'refused', faults: [fault('DYNAMICS_RECORD_GONE', message)] };
}

function planRemoved({ link }: LinkWithBases, recordOf: ReadonlyMap<string, EntityRecord>, input: LineInput): LinePlan {
  const current = recordOf.get(link.dynamicsKey) ?? null;
  const plan = { ...without({ unit: link.unit, marker: unitMarker(link.unit) }, input), current };
  if (current === null) return plan;
  switch (input.child.deletePolicy) {
    case 'Ignore':
      return { ...plan, action: 'left' };
    case 'Deactivate':
      return { ...plan, action: 'remove' };
    case 'Block': {
      const message = `Line ${link.unit.recordId} was removed in Salesforce; ${input.child.name} does not let its lines be removed in Dynamics.`;
      return { ...plan, action: 'refused', faults: [fault('DELETE_BLOCKED', message)] };
    }
  }
}

/** A plan in which nothing is done. */
function without({ unit, marker }: Pick<PlannableLine, 'unit' | 'marker'>, { child }: LineInput): LinePlan {
  return { child, unit, marker, action: 'none', verdicts: [], values: {}, current: null, faults: [] };
}
