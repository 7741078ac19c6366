import { type ObjectType } from '../metadata/schema.ts';
import { RecordError } from '../record-error.ts';
import { type PendingRow, type SaveResult, type Session } from './pending-row.ts';
import { type RecordInput } from './read-input.ts';
import { type SaveOperation, type TriggeredRow, type TriggerHost } from './trigger-host.ts';

/** One record of a save: its id unless it is new, and what the caller gave unless it is deleted or restored. */
export type SaveItem = { readonly id: string | null; readonly input: RecordInput };

export type SaveRequest = {
  readonly operation: SaveOperation;
  readonly object: ObjectType;
  readonly items: readonly SaveItem[];
  /** Whether the caller undoes everything when one record fails, so that nothing is tried a second time. */
  readonly isAllOrNone: boolean;
};

/** A record on its way through the steps of a save. */
export type Entry = TriggeredRow & { readonly index: number; readonly pending: PendingRow | null };

/** The steps that differ between inserting, updating, deleting and restoring. */
export type SaveSteps = {
  readonly prepare: (item: SaveItem, index: number) => Entry;
  readonly write: (entry: Entry) => void;
  /** What the org itself does once the record and its triggers are through. */
  readonly finish: (entry: Entry) => void;
  /** The record as it stands after the write, for after triggers. */
  readonly written: (entry: Entry) => Entry;
};

/** How many records one run of a trigger sees at most. */
export const CHUNK_SIZE = 200;
const MAX_ATTEMPTS = 3;

class Undo extends Error {}

type Chunk = {
  readonly session: Session;
  readonly request: SaveRequest;
  readonly steps: SaveSteps;
  readonly host: TriggerHost | null;
  readonly transaction: <T>(work: () => T) => T;
};

/**
 * Saves up to 200 records as the platform does: triggers before, checks, write, triggers after, and what follows. Where some
 * fail and the others may stand, all is undone and done again without them, three times at most.
 */
export function saveChunk(chunk: Chunk, items: readonly SaveItem[]): SaveResult[] {
  const results: (SaveResult | undefined)[] = items.map(() => undefined);
  const isOpen = (index: number): boolean => results[index] === undefined;
  for (let attempt = 1; results.includes(undefined); attempt += 1) {
    const active = [...items.keys()].filter(isOpen);
    const failed = tryChunk(chunk, items, { active, attempt, results });
    for (const [index, errors] of failed) results[index] = refusal(items[index]?.id ?? null, errors);
    if (chunk.request.isAllOrNone) break;
  }
  return results.map((result) => result ?? refusal(null, []));
}

type Attempt = {
  readonly active: readonly number[];
  readonly attempt: number;
  readonly results: (SaveResult | undefined)[];
};

function tryChunk(
  chunk: Chunk,
  items: readonly SaveItem[],
  { active, attempt, results }: Attempt,
): Map<number, readonly RecordError[]> {
  const entries: Entry[] = [];
  const failed = new Map<number, readonly RecordError[]>();
  try {
    chunk.transaction(() => {
      const isLate = runSteps(chunk, items, active, { entries, failed });
      if (failed.size === 0) return;
      const isTriedAgain = isLate || (chunk.host?.fires(chunk.request.object) ?? false);
      if (isTriedAgain || failed.size === active.length) throw new Undo();
    });
  } catch (error) {
    if (error instanceof Undo) return attempt < MAX_ATTEMPTS ? failed : withRest(failed, active);
    if (!(error instanceof RecordError)) throw error;
    return new Map(active.map((index) => [index, failed.get(index) ?? [error]]));
  }
  for (const { index, id } of entries) {
    if (!failed.has(index)) results[index] = { id, isCreated: chunk.request.operation === 'insert', error: null };
  }
  return failed;
}

function withRest(
  failed: Map<number, readonly RecordError[]>,
  active: readonly number[],
): Map<number, readonly RecordError[]> {
  const tooMany = new RecordError(
    'TOO_MANY_APEX_REQUESTS',
    'Too many batch retries in the presence of Apex triggers and partial failures.',
  );
  return new Map(active.map((index) => [index, failed.get(index) ?? [tooMany]]));
}

type Progress = { readonly entries: Entry[]; readonly failed: Map<number, readonly RecordError[]> };

/** Answers whether a record failed after something of it was written. */
function runSteps(
  chunk: Chunk,
  items: readonly SaveItem[],
  active: readonly number[],
  { entries, failed }: Progress,
): boolean {
  const { steps, request } = chunk;
  const each = (work: (entry: Entry) => void): void => {
    for (const entry of entries.filter(({ index }) => !failed.has(index)))
      guarded(failed, entry.index, () => work(entry));
  };
  for (const index of active) {
    guarded(failed, index, () => {
      const item = items[index];
      if (item) entries.push(steps.prepare(item, index));
    });
  }
  runTriggers(chunk, 'before', { entries, failed });
  each(steps.write);
  if (failed.size > 0 && request.isAllOrNone) return true;
  const failedBefore = failed.size;
  entries.splice(
    0,
    entries.length,
    ...entries.map((entry) => (failed.has(entry.index) ? entry : steps.written(entry))),
  );
  runTriggers(chunk, 'after', { entries, failed });
  each(steps.finish);
  return failed.size > failedBefore;
}

function runTriggers(chunk: Chunk, when: 'before' | 'after', { entries, failed }: Progress): void {
  const { host, request, session } = chunk;
  const rows = entries.filter(({ index }) => !failed.has(index));
  if (!host || rows.length === 0 || !host.fires(request.object)) return;
  host.run(session, { object: request.object, operation: request.operation, when }, rows);
  for (const { index, errors } of rows) if (errors.length > 0) failed.set(index, errors);
}

function guarded(failed: Map<number, readonly RecordError[]>, index: number, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    failed.set(index, [error]);
  }
}

function refusal(id: string | null, errors: readonly RecordError[]): SaveResult {
  const [first, ...others] = errors;
  return { id, isCreated: false, error: first ?? null, ...(others.length > 0 ? { others } : {}) };
}
