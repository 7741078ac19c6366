import { fault, type Fault } from '../../errors.ts';
import { fingerprint } from '../fingerprint.ts';
import { mapToDynamics, type MapContext } from '../map.ts';
import type { EntityMapping } from '../mapping.ts';
import { unitMarker } from '../marker.ts';
import { referenceKey, referencesOf } from '../references.ts';
import { followHandOffs } from './hand-off.ts';
import { parentKey, parentsOf, type ParentValues, parentValues } from './parent-values.ts';
import { refuseOutdated } from './refuse-outdated.ts';
import { createStrategyOf, type LinkedWork, type MappedLine, type MappedWork, type Run, type Work } from './run.ts';
import { unitKey } from '../unit.ts';

/**
 * Resolves parents and maps every unit with its lines to Dynamics' terms. Units that wait for a parent or that hold bad values are
 * decided here, with all their faults at once. A document that only follows another is not mapped at all.
 */
export async function mapUnits(run: Run, works: readonly Work[]): Promise<MappedWork[]> {
  if (works.length === 0) return [];
  const known = await withLinks(run, works);
  const wanted = await followHandOffs(run, refuseOutdated(run, known));
  const [following, own] = [wanted.filter(isFollowing), wanted.filter((work) => !isFollowing(work))];
  const values = await parentValues(run, own);
  const mapped = own.flatMap((work) => {
    const references = ownReferences(run, work, values);
    const result = references === null ? null : mapUnit(run, work, references);
    return result === null ? [] : [{ ...work, ...result }];
  });
  return [...following.map((work) => ({ ...work, ...unmapped(work) })), ...mapped];
}

async function withLinks(run: Run, works: readonly Work[]): Promise<LinkedWork[]> {
  const links = await run.deps.store.linksOfUnits(works.map((work) => work.unit));
  const linkByUnit = new Map(links.map((linked) => [unitKey(linked.link.unit), linked]));
  const lineLinks = links.length === 0 ? [] : await run.deps.store.linksOfLines(links.map(({ link }) => link.id));
  const linesByParent = Map.groupBy(lineLinks, ({ link }) => link.parentId ?? '');
  return works.map((work) => {
    const linked = linkByUnit.get(unitKey(work.unit)) ?? null;
    return { ...work, linked, lineLinks: linked === null ? [] : (linesByParent.get(linked.link.id) ?? []) };
  });
}

const isFollowing = (work: LinkedWork): boolean => work.linked?.link.state === 'following';

/** A document that follows writes nothing, so its own values and lines are nobody's business here. */
function unmapped(work: Work): Mapped {
  return { mapped: [], lines: [], fingerprint: '', context: contextOf(work, new Map()) };
}

/** The values that one unit takes from parents, by reference key; null, with the unit decided, where one is missing. */
function ownReferences(run: Run, work: Work, values: ParentValues): Map<string, string> | null {
  const references = new Map<string, string>();
  const missing: { fault: Fault; request: string }[] = [];
  const broken: Fault[] = [];
  for (const need of referencesOf(work.mapping, work.item.record)) {
    const [own, shared] = parentsOf(work, need);
    const found = values.get(parentKey(own, need)) ?? values.get(parentKey(shared, need));
    const request = `${need.recordId}/${need.mapping}`;
    if (found === undefined) {
      const message = `${need.recordId} is not in ${work.unit.company || work.unit.connection} yet under ${need.mapping}.`;
      missing.push({ fault: fault('PARENT_NOT_LINKED', message, { field: need.field }), request });
    } else if ('fault' in found) broken.push(found.fault);
    else references.set(referenceKey(need.mapping, need.recordId, need.referenceField), found.value);
  }
  const [first] = missing;
  if (first === undefined && broken.length === 0) return references;
  const waiting = missing.map((parent) => parent.fault);
  run.ledger.decide(work, first === undefined ? { faults: broken } : { faults: waiting, waitingFor: first.request });
  return null;
}

type Mapped = Pick<MappedWork, 'mapped' | 'lines' | 'fingerprint' | 'context'>;

function mapUnit(run: Run, work: Work, references: ReadonlyMap<string, string>): Mapped | null {
  const context = contextOf(work, references);
  const document = mapToDynamics(work.mapping, work.item.record.fields, context);
  const lines = work.mapping.children.flatMap((child) => mapLines(work, child, context));
  const faults = [...document.faults, ...lines.flatMap((line) => line.faults)];
  if (faults.length > 0) {
    run.ledger.decide(work, { faults });
    return null;
  }
  const print = fingerprint(work.mapping, { document: document.mapped, lines }, run.key);
  return { mapped: document.mapped, lines, fingerprint: print, context };
}

function contextOf(work: Work, references: ReadonlyMap<string, string>): MapContext {
  return {
    company: work.unit.company,
    entity: work.entity,
    references,
    dimensions: work.dimensions,
    ownKey: createStrategyOf(work) === 'OwnKey',
  };
}

function mapLines(
  work: Work,
  child: EntityMapping,
  context: MapContext,
): (MappedLine & { faults: readonly Fault[] })[] {
  const entity = work.lineEntities.get(child.name);
  const records = work.item.record.children[child.childRelationship ?? ''] ?? [];
  if (entity === undefined) return [];
  return records.map((line, index) => {
    const { mapped, faults } = mapToDynamics(child, line.fields, { ...context, entity });
    const unit = { ...work.unit, recordId: line.id, mapping: child.name };
    const named = faults.map((one) => ({ ...one, message: `Line ${index + 1} (${line.id}): ${one.message}` }));
    return { child, unit, marker: unitMarker(unit), mapped, faults: named };
  });
}
