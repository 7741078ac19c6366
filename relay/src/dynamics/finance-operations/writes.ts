import { fault, type Fault, toFault } from '../../errors.ts';
import type { ConnectionSettings } from '../../settings.ts';
import type { Answer, Call, EntityRecord, ReadRequest, RenderedRequest, Values, WriteRequest } from '../connector.ts';
import { MAX_OPERATIONS, type Part } from '../odata/batch.ts';
import { type Classify, type Failure, partFailure } from '../odata/faults.ts';
import type { ChangesetOutcome, Operations } from '../odata/operations.ts';
import type { Described, Reads } from './reads.ts';
import { operationOf, recordFromBody, type WriteOperation } from './records.ts';

/** Writing with read-back; nothing is ever sent twice. */
export type Writes = {
  write(requests: readonly Described<WriteRequest>[], call: Call): Promise<Answer<EntityRecord | null>[]>;
  writeTogether(requests: readonly Described<WriteRequest>[], call: Call): Promise<Answer<(EntityRecord | null)[]>>;
  /** The operations that the two above would send. */
  render(requests: readonly Described<WriteRequest>[]): Answer<RenderedRequest>[];
};

/** What a write came to before its read-back. */
type Written =
  | { readonly kind: 'settled'; readonly answer: Answer<EntityRecord | null> }
  | { readonly kind: 'toRead'; readonly read: Described<ReadRequest>; readonly unmoved?: Values };

type WriteContext = {
  readonly operations: Operations;
  readonly reads: Reads;
  readonly concurrency: NonNullable<ConnectionSettings['concurrency']>;
  readonly classify: Classify;
  readonly clock: () => Date;
};

/** Binds writing to an environment. */
export function createWrites(context: WriteContext): Writes {
  return {
    async write(requests, call) {
      const prepared = requests.map((described) => prepare(described, context));
      const operations = prepared.filter((item) => 'method' in item);
      // One changeset per operation is the form that is known to work, and lets no operation touch another.
      const outcomes = await context.operations.change(
        operations.map((operation) => [operation]),
        call,
      );
      let next = 0;
      const written = requests.map((described, index): Written => {
        const item = prepared[index];
        if (item === undefined || !('method' in item)) return settled(refused(item ?? NO_ANSWER.fault));
        return judge(described, outcomes[next++] ?? NO_ANSWER, context);
      });
      return readBack(written, context, call);
    },
    async writeTogether(requests, call) {
      if (requests.length === 0) return { ok: true, value: [] };
      if (requests.length > MAX_OPERATIONS) return refused(tooMany(requests.length));
      const prepared = requests.map((described) => prepare(described, context));
      const wrong = prepared.find((item) => 'code' in item);
      if (wrong !== undefined) return refused(wrong);
      const operations = prepared.filter((item) => 'method' in item);
      const [outcome = NO_ANSWER] = await context.operations.change([operations], call);
      if (outcome.kind !== 'done') return { ok: false, ...changesetFailure(requests, outcome, context) };
      const written = requests.map((described, index) => judge(described, partAt(outcome.parts, index), context));
      return together(await readBack(written, context, call));
    },
    render: (requests) =>
      requests.map((described) => {
        const item = prepare(described, context);
        return 'code' in item ? refused(item) : { ok: true, value: rendered(item) };
      }),
  };
}

function rendered({ method, path, body, etag }: WriteOperation): RenderedRequest {
  return { method, path, ifMatch: etag ?? null, body: body ?? null };
}

const NO_ANSWER = {
  kind: 'nothing',
  fault: fault('DYNAMICS_UNAVAILABLE', 'Dynamics gave no answer.'),
  isUnknown: true,
} as const;

function prepare({ entity, request }: Described<WriteRequest>, { concurrency }: WriteContext): WriteOperation | Fault {
  try {
    const { etag, ...operation } = operationOf(entity, request);
    return etag === undefined || concurrency === 'Compare' ? operation : { ...operation, etag };
  } catch (error) {
    return toFault(error);
  }
}

function partAt(parts: readonly Part[], index: number): ChangesetOutcome {
  const part = parts[index];
  return part === undefined ? NO_ANSWER : { kind: 'done', parts: [part] };
}

function judge(described: Described<WriteRequest>, outcome: ChangesetOutcome, context: WriteContext): Written {
  const { entity, request } = described;
  if (outcome.kind === 'nothing') return settled({ ok: false, fault: outcome.fault, isUnknown: outcome.isUnknown });
  if (outcome.kind === 'refused') {
    // What is already gone needs no deleting: the second run of a delete succeeds like the first.
    if (request.verb === 'delete' && outcome.part.status === 404) return settled({ ok: true, value: null });
    return settled({ ok: false, ...failureOf(described, outcome.part, context) });
  }
  if (request.verb === 'delete') return settled({ ok: true, value: null });
  if (request.verb === 'update') {
    const isCompared = context.concurrency === 'Compare' && request.unsent !== undefined;
    return { kind: 'toRead', read: { entity, request }, ...(isCompared ? { unmoved: request.unsent } : {}) };
  }
  return created(described, outcome.parts[0]?.body ?? '', request.fields);
}

/** The answer to a create is Dynamics' own account of the new record; only what it leaves out is read. */
function created({ entity, request }: Described<WriteRequest>, body: string, fields: readonly string[]): Written {
  try {
    const record = recordFromBody(entity, body, fields);
    if (record !== null) return settled({ ok: true, value: record });
    const key = recordFromBody(entity, body, [])?.key;
    if (key !== undefined)
      return { kind: 'toRead', read: { entity, request: { entitySet: request.entitySet, key, fields } } };
  } catch {
    // Falls to the answer below: the record is there, but we do not know which it is.
  }
  return settled({
    ok: false,
    fault: fault('OUTCOME_UNKNOWN', `Dynamics created a record in ${entity.entitySet} but did not tell its key.`),
    isUnknown: true,
  });
}

async function readBack(
  written: readonly Written[],
  context: WriteContext,
  call: Call,
): Promise<Answer<EntityRecord | null>[]> {
  const reads = written.flatMap((item) => (item.kind === 'toRead' ? [item.read] : []));
  // What was carried out is always read back: only new work has to start in time.
  const { lane, signal, correlationId } = call;
  const answers = await context.reads.read(reads, { lane, signal, correlationId });
  let next = 0;
  return written.map((item) => (item.kind === 'settled' ? item.answer : confirmed(answers[next++], item.unmoved)));
}

/** The write was carried out; a failed read-back leaves only its result unknown, which the caller looks up. */
function confirmed(answer: Answer<EntityRecord | null> | undefined, unmoved: Values = {}): Answer<EntityRecord | null> {
  if (answer?.ok !== true) return { ok: false, fault: answer?.fault ?? NO_ANSWER.fault, isUnknown: true };
  const { value } = answer;
  const moved = Object.keys(unmoved).find((name) => value !== null && value.values[name] !== unmoved[name]);
  if (moved !== undefined) {
    const message = `${moved} was changed in Dynamics while the record was written: it is read and merged again.`;
    return refused(fault('DYNAMICS_UPDATE_CONFLICT', message, { field: moved, retryAfterMs: 0 }));
  }
  if (value !== null) return answer;
  return refused(fault('DYNAMICS_RECORD_GONE', 'The record was written and is no longer in Dynamics.'));
}

function changesetFailure(
  requests: readonly Described<WriteRequest>[],
  outcome: Exclude<ChangesetOutcome, { kind: 'done' }>,
  context: WriteContext,
): Failure & { readonly at?: number } {
  if (outcome.kind === 'nothing') return { fault: outcome.fault, isUnknown: outcome.isUnknown };
  const at = outcome.index ?? (requests.length === 1 ? 0 : null);
  const described = at === null ? undefined : requests[at];
  const failure = failureOf(described ?? requests[0], outcome.part, context);
  if (described === undefined || at === null) return failure;
  if (requests.length === 1) return { ...failure, at };
  const message = `${described.entity.entitySet}, operation ${at + 1} of ${requests.length}: ${failure.fault.message}`;
  return { ...failure, at, fault: { ...failure.fault, message } };
}

function failureOf(described: Described<WriteRequest> | undefined, part: Part, context: WriteContext): Failure {
  const options = { classify: context.classify, now: context.clock() };
  if (described === undefined) return partFailure(part, [], options);
  const { entity, request } = described;
  const sent = 'values' in request ? Object.keys(request.values) : [];
  const failure = partFailure(part, [...sent, ...entity.fields.keys()], options);
  const { code, field } = failure.fault;
  const lacksNumber =
    code === 'DYNAMICS_VALUE_MISSING' && field !== null && entity.key.includes(field) && !sent.includes(field);
  if (request.verb !== 'create' || !lacksNumber) return failure;
  // Dynamics would have numbered the record itself if the company's sequence were automatic.
  return { ...failure, fault: { ...failure.fault, code: 'DYNAMICS_NUMBER_REFUSED' } };
}

function together(answers: readonly Answer<EntityRecord | null>[]): Answer<(EntityRecord | null)[]> {
  const values: (EntityRecord | null)[] = [];
  for (const answer of answers) {
    // The changeset was carried out: what is missing is only the account of it.
    if (!answer.ok) return { ok: false, fault: answer.fault, isUnknown: true };
    values.push(answer.value);
  }
  return { ok: true, value: values };
}

function settled(answer: Answer<EntityRecord | null>): Written {
  return { kind: 'settled', answer };
}

function refused(own: Fault): { ok: false; fault: Fault; isUnknown: false } {
  return { ok: false, fault: own, isUnknown: false };
}

function tooMany(count: number): Fault {
  return fault(
    'DYNAMICS_REFUSED',
    `The document needs ${count} writes; Dynamics takes ${MAX_OPERATIONS} together. Split it.`,
  );
}
