import { fieldsToRead } from '../entity-fields.ts';
import type { Condition, EntityRecord, FindRequest } from '../../dynamics/connector.ts';
import { describeCode, fault, type Fault } from '../../errors.ts';
import { unitMarker } from '../marker.ts';
import { matchRequests } from '../match.ts';
import { refuseForeignLinks } from './foreign-links.ts';
import { quarantine } from './journal.ts';
import { companyOf, createStrategyOf, type LocatedWork, type MappedWork, type Origin, type Run } from './run.ts';
import { type Intent, unitKey } from '../unit.ts';

/** One way to find a unit's record, in the order in which they are tried. */
type Search = {
  readonly origin: Origin;
  readonly rule: string;
  readonly request: FindRequest;
  accepts(candidate: EntityRecord): boolean;
};

/** So many candidates prove that a rule is ambiguous: nobody looks at those beyond. */
const CANDIDATES = 20;
const OWN_KEY = 'Own key';

/**
 * Finds the Dynamics record of units that have no link: by our marker or own key first (an answer may have been lost), then by the
 * match rules. Decides the ambiguous ones, those that belong to another record, and those of unknown outcome in quarantine.
 */
export async function findUnlinked(run: Run, works: readonly MappedWork[]): Promise<LocatedWork[]> {
  if (works.length === 0) return [];
  const intents = await run.deps.store.intentsOfUnits(works.map((work) => work.unit));
  const intentByUnit = new Map(intents.map((intent) => [unitKey(intent.unit), intent]));
  const located: LocatedWork[] = [];
  for (const group of Map.groupBy(works, (work) => work.connector).values()) {
    located.push(...(await findInConnection(run, group, intentByUnit)));
  }
  return refuseForeignLinks(run, located);
}

async function findInConnection(
  run: Run,
  works: readonly MappedWork[],
  intents: ReadonlyMap<string, Intent>,
): Promise<LocatedWork[]> {
  const [first] = works;
  if (first === undefined) return [];
  const searches = works.map((work) => searchesOf(work, intents.get(unitKey(work.unit)) ?? null));
  const answers = await first.connector.find(
    searches.flat().map((search) => search.request),
    run.lookup,
  );
  let next = 0;
  return works.flatMap((work, index) => {
    const own = searches[index] ?? [];
    const found = answers.slice(next, (next += own.length));
    const intent = intents.get(unitKey(work.unit)) ?? null;
    const failed = found.find((answer) => !answer.ok);
    if (failed !== undefined) {
      run.ledger.decide(work, { faults: [failed.fault] });
      return [];
    }
    const records = found.map((answer) => (answer.ok ? answer.value : []));
    return decideFound(run, work, { searches: own, records, intent });
  });
}

function searchesOf(work: MappedWork, intent: Intent | null): Search[] {
  const fields = fieldsToRead(work.mapping, work.entity);
  const request = (conditions: readonly (readonly Condition[])[], extra: readonly string[] = []): FindRequest => ({
    entitySet: work.mapping.entitySet,
    company: companyOf(work.unit),
    anyOf: conditions,
    fields: [...new Set([...fields, ...extra])],
    limit: CANDIDATES,
  });
  const searches: Search[] = [];
  const { markerField } = work.mapping;
  if (markerField !== null && createStrategyOf(work) === 'Marker') {
    const marker = { field: markerField, value: unitMarker(work.unit) };
    searches.push({ origin: 'adopted', rule: 'Marker', request: request([[marker]]), accepts: () => true });
  }
  const ownKey = ownKeyConditions(work);
  if (ownKey !== null) {
    const accepts = (candidate: EntityRecord): boolean => isOwnCreate(work, candidate, intent);
    searches.push({ origin: 'adopted', rule: OWN_KEY, request: request([ownKey]), accepts });
  }
  for (const rule of matchRequests(work.mapping, work.item.record, work.context)) {
    searches.push({
      origin: 'matched',
      rule: rule.rule,
      request: request(rule.conditions, rule.fields),
      accepts: (candidate) => rule.accepts(candidate),
    });
  }
  return searches;
}

function ownKeyConditions(work: MappedWork): Condition[] | null {
  if (createStrategyOf(work) !== 'OwnKey') return null;
  const parts = work.entity.key.filter((name) => name !== work.entity.companyField);
  const conditions = parts.map((field) => ({
    field,
    value: work.mapped.find((mapped) => mapped.dynamicsField === field)?.value ?? null,
  }));
  return conditions.every((condition) => condition.value !== null) ? conditions : null;
}

/**
 * A record under our number is ours only if it carries our marker, or, where no field is there to mark, if a create of ours may still
 * have been under way: anybody else's record may have the number too.
 */
function isOwnCreate(work: MappedWork, found: EntityRecord, intent: Intent | null): boolean {
  const { markerField } = work.mapping;
  return markerField === null ? intent !== null : found.values[markerField] === unitMarker(work.unit);
}

function decideFound(
  run: Run,
  work: MappedWork,
  found: { searches: readonly Search[]; records: readonly (readonly EntityRecord[])[]; intent: Intent | null },
): LocatedWork[] {
  const base = { ...work, currentLines: new Map<string, readonly EntityRecord[]>(), intent: found.intent };
  for (const [index, search] of found.searches.entries()) {
    const candidates = found.records[index] ?? [];
    const accepted = candidates.filter((record) => search.accepts(record));
    const [only] = accepted;
    const isCut = candidates.length >= CANDIDATES;
    if (accepted.length > 1 || isCut) {
      const fault = ambiguous(work, search.rule, isCut ? candidates : accepted);
      run.ledger.decide(work, { faults: [fault], rule: search.rule });
      return [];
    }
    if (only !== undefined) return [{ ...base, origin: search.origin, rule: search.rule, current: only }];
  }
  const wait = unfinished(run, work, found.intent);
  if (wait !== null) {
    run.ledger.decide(work, { faults: [wait], rule: 'Quarantine' });
    return [];
  }
  const [foreign] = found.records[found.searches.findIndex(({ rule }) => rule === OWN_KEY)] ?? [];
  if (foreign !== undefined) {
    run.ledger.decide(work, { faults: [keyTaken(work, foreign)], rule: OWN_KEY });
    return [];
  }
  return [{ ...base, origin: 'new', rule: 'No record found', current: null }];
}

function keyTaken(work: MappedWork, found: EntityRecord): Fault {
  const key = work.connector.formatKey(work.entity, found.key);
  const message = `${key} is in ${work.mapping.entitySet} already and was not created by this record: nothing is linked to it unasked.`;
  return fault('DYNAMICS_DUPLICATE', message);
}

function ambiguous(work: MappedWork, rule: string, records: readonly EntityRecord[]): Fault {
  const keys = records.map((record) => work.connector.formatKey(work.entity, record.key)).toSorted();
  const message = `The match rule "${rule}" finds ${keys.length}${keys.length < CANDIDATES ? '' : ' or more'} records in ${work.mapping.entitySet}: ${keys.join('; ')}.`;
  return fault('MATCH_AMBIGUOUS', message);
}

/** What an earlier create of unknown outcome asks for. An own key needs no waiting: a second create would fail by key. */
function unfinished(run: Run, work: MappedWork, intent: Intent | null): Fault | null {
  const strategy = createStrategyOf(work);
  if (intent === null || strategy === 'OwnKey') return null;
  const review =
    strategy === 'Review' ? fault('OUTCOME_NEEDS_REVIEW', describeCode('OUTCOME_NEEDS_REVIEW').text) : null;
  return quarantine(run, intent) ?? review;
}
