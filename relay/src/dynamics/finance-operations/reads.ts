import { fault, type Fault, toFault } from '../../errors.ts';
import type { Answer, Call, EntityDescription, EntityRecord, FindRequest, ReadRequest } from '../connector.ts';
import type { Part } from '../odata/batch.ts';
import { type Classify, partFailure } from '../odata/faults.ts';
import type { Operations, Outcome } from '../odata/operations.ts';
import { comparedFields, findPaths, hasWildcard, meetsExactly, nextPath, readPath } from '../odata/query.ts';
import { keyText } from '../odata/literals.ts';
import { pageFromBody, recordFromBody } from './records.ts';

/** A value with `*` matches as a pattern; beyond this many candidates it narrows nothing and the search is given up. */
const MAX_CANDIDATES = 20_000;

/** A request with the description of its entity set. */
export type Described<R> = { readonly entity: EntityDescription; readonly request: R };

/** Reading by key and by conditions; a failed read is an answer. */
export type Reads = {
  read(requests: readonly Described<ReadRequest>[], call: Call): Promise<Answer<EntityRecord | null>[]>;
  find(requests: readonly Described<FindRequest>[], call: Call): Promise<Answer<EntityRecord[]>[]>;
};

type ReadContext = {
  readonly operations: Operations;
  readonly root: URL;
  readonly classify: Classify;
  readonly clock: () => Date;
};

/** Binds reading to an environment. */
export function createReads(context: ReadContext): Reads {
  const { operations } = context;
  return {
    async read(requests, call) {
      const paths = requests.map(({ entity, request }) => readPath(entity, request));
      const outcomes = await operations.get(paths, call);
      return Promise.all(
        requests.map((described, index) => answered(() => recordOf(described, outcomes[index] ?? NO_ANSWER, context))),
      );
    },
    async find(requests, call) {
      const paths = requests.map(({ entity, request }) => findPaths(entity, asked(request)));
      const outcomes = await operations.get(paths.flat(), call);
      let next = 0;
      const own = paths.map((each) => outcomes.slice(next, (next += each.length)));
      return Promise.all(
        requests.map((described, index) =>
          answered(() => findOne({ described, firsts: own[index] ?? [], call }, context)),
        ),
      );
    },
  };
}

function recordOf(
  { entity, request }: Described<ReadRequest>,
  outcome: Outcome,
  context: ReadContext,
): EntityRecord | null | Fault {
  if (!outcome.ok) return outcome.fault;
  const { part } = outcome;
  if (part.status === 404) return null;
  if (part.status !== 200) return refusal(part, context);
  return recordFromBody(entity, part.body, request.fields) ?? incomplete(entity);
}

type Search = { readonly described: Described<FindRequest>; readonly firsts: readonly Outcome[]; readonly call: Call };

async function findOne(search: Search, context: ReadContext): Promise<EntityRecord[] | Fault> {
  const parts: EntityRecord[][] = [];
  for (const first of search.firsts) {
    const records = await collect(search, first, context);
    if (!Array.isArray(records)) return records;
    parts.push(records);
  }
  return limited(search.described, parts);
}

/** Follows the pages from a first one until the limit is reached. */
async function collect(
  { described, call }: Search,
  first: Outcome,
  context: ReadContext,
): Promise<EntityRecord[] | Fault> {
  const { entity } = described;
  const request = asked(described.request);
  const isPattern = hasWildcard(request);
  const found: EntityRecord[] = [];
  let seen = 0;
  for (let outcome = first; ;) {
    if (!outcome.ok) return outcome.fault;
    if (outcome.part.status !== 200) return refusal(outcome.part, context);
    const { records, nextLink } = pageFromBody(entity, outcome.part.body, request.fields);
    seen += records.length;
    found.push(...(isPattern ? records.filter(({ values }) => meetsExactly(request, values)) : records));
    if (nextLink === null || found.length >= request.limit) return found;
    if (isPattern && seen >= MAX_CANDIDATES) return tooWide(entity);
    const [next] = await context.operations.get([nextPath(nextLink, context.root)], call);
    outcome = next ?? NO_ANSWER;
  }
}

function refusal(part: Part, { classify, clock }: ReadContext): Fault {
  return partFailure(part, [], { classify, now: clock() }).fault;
}

/** What is asked of Dynamics: one record more than the limit shows that there is more. */
function asked(request: FindRequest): FindRequest {
  const whole = request.isWhole === true ? { ...request, limit: request.limit + 1 } : request;
  return hasWildcard(whole) ? { ...whole, fields: [...new Set([...whole.fields, ...comparedFields(whole)])] } : whole;
}

/** Several questions may find the same record: each once, in the order of the key. */
function limited(
  { entity, request }: Described<FindRequest>,
  parts: readonly EntityRecord[][],
): EntityRecord[] | Fault {
  const [only] = parts;
  const records = parts.length === 1 && only !== undefined ? only : merged(entity, parts.flat());
  if (request.isWhole === true && records.length > request.limit) return tooMany(entity, request);
  return records.slice(0, request.limit).map((record) => trimmed(record, request.fields));
}

function merged(entity: EntityDescription, records: readonly EntityRecord[]): EntityRecord[] {
  const byKey = new Map(records.map((record) => [keyText(entity, record.key), record]));
  return [...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
}

function trimmed(record: EntityRecord, fields: readonly string[]): EntityRecord {
  if (Object.keys(record.values).length === fields.length) return record;
  return { ...record, values: Object.fromEntries(fields.map((name) => [name, record.values[name] ?? null])) };
}

const NO_ANSWER: Outcome = {
  ok: false,
  fault: fault('DYNAMICS_UNAVAILABLE', 'Dynamics gave no answer.'),
  isUnknown: false,
};

/** A read changes nothing, so its failure is never of unknown outcome. */
async function answered<T extends EntityRecord | EntityRecord[] | null>(
  work: () => T | Fault | Promise<T | Fault>,
): Promise<Answer<T>> {
  try {
    const result = await work();
    return isFault(result) ? { ok: false, fault: result, isUnknown: false } : { ok: true, value: result };
  } catch (error) {
    return { ok: false, fault: toFault(error), isUnknown: false };
  }
}

function isFault(result: EntityRecord | EntityRecord[] | Fault | null): result is Fault {
  return result !== null && !Array.isArray(result) && 'code' in result;
}

function incomplete(entity: EntityDescription): Fault {
  return fault('UNEXPECTED', `Dynamics answered a read of ${entity.entitySet} without the fields that were asked for.`);
}

function tooMany({ entitySet }: EntityDescription, { limit, company }: FindRequest): Fault {
  const where = company === null ? entitySet : `${entitySet} of ${company}`;
  const message = `More than ${limit} records of ${where} belong together here; one run takes at most ${limit}, and leaves none out.`;
  return fault('TOO_MANY_RECORDS', message);
}

function tooWide(entity: EntityDescription): Fault {
  return fault(
    'DYNAMICS_REFUSED',
    `A value that holds * matches too many records of ${entity.entitySet}: remove the * from it, or match by another field.`,
  );
}
