import { toFault } from '../../errors.ts';
import type { Call } from '../connector.ts';
import { type BatchAnswer, type BatchMember, type Operation, type Part, readBatch, writeBatch } from './batch.ts';
import type { ODataClient, Reply } from './client.ts';
import { type Classify, type Failure, refusedFailure, retryAfterMs } from './faults.ts';

/** What one operation came to: an answer of its own (also an error), or nothing. */
export type Outcome = { readonly ok: true; readonly part: Part } | ({ readonly ok: false } & Failure);

/** What a changeset came to: carried out whole, refused whole by one part, or nothing. */
export type ChangesetOutcome =
  | { readonly kind: 'done'; readonly parts: readonly Part[] }
  /** `index`: which operation was at fault, if told. */
  | { readonly kind: 'refused'; readonly part: Part; readonly index: number | null }
  | ({ readonly kind: 'nothing' } & Failure);

/** Operations on an environment, bundled into batches; outcomes come in the order asked, one each. */
export type Operations = {
  get(paths: readonly string[], call: Call): Promise<Outcome[]>;
  /** Each changeset is atomic; they are independent of each other. */
  change(changesets: readonly (readonly Operation[])[], call: Call): Promise<ChangesetOutcome[]>;
};

// Longer query strings are refused by web servers on the way; the inside of a batch is not their business.
const MAX_PLAIN_PATH = 1800;
// IIS refuses these in a path even when encoded, so a key that holds them travels inside a batch.
const REFUSED_IN_PATH = /%(?:2F|5C|3A|26|25|3C|3E|3F|2B|23)|\*/i;

/** Binds the client to batches of at most `batchSize` operations. */
export function createOperations(options: {
  readonly client: ODataClient;
  readonly root: URL;
  readonly batchSize: number;
  readonly continueOnError: boolean;
  readonly newId: () => string;
  readonly clock: () => Date;
  readonly classify: Classify;
}): Operations {
  const { client, root } = options;

  async function getOne(path: string, call: Call): Promise<Outcome> {
    const reply = await client.send({ kind: 'get', method: 'GET', path, operations: 1, isRepeatable: true }, call);
    return reply.ok ? { ok: true, part: partOf(reply) } : reply;
  }

  async function sendBatch(members: readonly BatchMember[], call: Call): Promise<ChangesetOutcome[]> {
    const { contentType, body } = writeBatch(members, options.newId(), root.href);
    const isRepeatable = members.every((member) => !member.isChangeset);
    // The specification lets a server stop at the first error; this asks it to go on.
    const preference = options.continueOnError ? { prefer: 'odata.continue-on-error' } : {};
    const headers = { 'content-type': contentType, accept: 'multipart/mixed', ...preference };
    const operations = members.reduce((count, member) => count + member.operations.length, 0);
    const path = '$batch?cross-company=true';
    const reply = await client.send(
      { kind: 'batch', method: 'POST', path, headers, body, operations, isRepeatable },
      call,
    );
    if (!reply.ok) return members.map(() => ({ kind: 'nothing', ...reply }));
    const answer = answerOf(reply, options.classify);
    if ('fault' in answer) return members.map(() => ({ kind: 'nothing', ...answer }));
    slowDown(answer);
    return match(members, answer);
  }

  function slowDown(answer: BatchAnswer): void {
    const throttled = answer.items
      .flatMap((item) => item.parts)
      .filter(({ status }) => status === 429 || status === 503);
    if (throttled.length === 0) return;
    client.backOff(Math.max(...throttled.map((part) => retryAfterMs(part.headers, options.clock()))));
  }

  async function inBatches(members: readonly BatchMember[], call: Call): Promise<ChangesetOutcome[]> {
    const batches = chunk(members, options.batchSize);
    return (await Promise.all(batches.map((batch) => sendBatch(batch, call)))).flat();
  }

  return {
    async get(paths, call) {
      const [path] = paths;
      if (path === undefined) return [];
      if (paths.length === 1 && isPlain(path)) return [await getOne(path, call)];
      const members = paths.map((each) => ({
        isChangeset: false,
        operations: [{ method: 'GET', path: each } as const],
      }));
      return (await inBatches(members, call)).map(asSingle);
    },
    change: (changesets, call) =>
      inBatches(
        changesets.map((operations) => ({ isChangeset: true, operations })),
        call,
      ),
  };
}

function isPlain(path: string): boolean {
  const [resource = ''] = path.split('?', 1);
  return path.length <= MAX_PLAIN_PATH && !REFUSED_IN_PATH.test(resource);
}

function partOf(reply: Extract<Reply, { ok: true }>): Part {
  return { status: reply.status, headers: {}, body: reply.body.toString('utf8'), contentId: null };
}

function asSingle(outcome: ChangesetOutcome): Outcome {
  if (outcome.kind === 'nothing') return { ok: false, fault: outcome.fault, isUnknown: outcome.isUnknown };
  const part = outcome.kind === 'done' ? outcome.parts[0] : outcome.part;
  return part === undefined ? { ok: false, ...unanswered(true) } : { ok: true, part };
}

function answerOf(reply: Extract<Reply, { ok: true }>, classify: Classify): BatchAnswer | Failure {
  const text = reply.body.toString('utf8');
  if (reply.status >= 300) return refusedFailure(reply.status, text, classify);
  const { 'content-type': contentType } = reply.headers;
  try {
    return readBatch(typeof contentType === 'string' ? contentType : '', text);
  } catch (error) {
    return { fault: toFault(error), isUnknown: true };
  }
}

/** Puts each answer to its question: by order, which the protocol promises. */
function match(members: readonly BatchMember[], answer: BatchAnswer): ChangesetOutcome[] {
  let contentId = 1;
  return members.map((member, index) => {
    const first = contentId;
    contentId += member.operations.length;
    const item = answer.items[index];
    const [part] = item?.parts ?? [];
    if (item === undefined || part === undefined) return { kind: 'nothing', ...unanswered(answer.isComplete) };
    const failed = item.parts.find(({ status }) => status < 200 || status >= 300);
    if (failed === undefined && item.parts.length === member.operations.length) {
      return { kind: 'done', parts: inOrder(item.parts, first) };
    }
    const at = Number(failed?.contentId ?? Number.NaN) - first;
    const isTold = at >= 0 && at < member.operations.length;
    return { kind: 'refused', part: failed ?? part, index: isTold ? at : null };
  });
}

function inOrder(parts: readonly Part[], first: number): readonly Part[] {
  const byId = new Map(parts.map((part) => [Number(part.contentId ?? Number.NaN), part]));
  const ordered = parts.map((_part, index) => byId.get(first + index));
  return ordered.every((part) => part !== undefined) ? ordered : parts;
}

/** A whole batch that skips its end stopped before it; a truncated one may have gone on. */
function unanswered(isComplete: boolean): Failure {
  const text = isComplete
    ? 'Dynamics stopped the batch before this record.'
    : "Dynamics' answer broke off before this record.";
  return {
    fault: { code: 'DYNAMICS_UNAVAILABLE', field: null, message: text, retryAfterMs: 0 },
    isUnknown: !isComplete,
  };
}

function chunk<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}
