import { ApexSObject } from '../data/apex-sobject.ts';
import { currentProgram } from '../program.ts';
import { type ApexException } from '../runtime/values/apex-exception.ts';
import { ApexIterator } from '../runtime/values/apex-iterator.ts';
import { ApexList } from '../runtime/values/apex-list.ts';
import { ApexSet } from '../runtime/values/apex-set.ts';
import { classOf, sobjectOf, types } from '../types.ts';
import { raiseBatchError } from './batch-errors.ts';
import { type BatchPayload, wholeSeconds } from './enqueue.ts';
import { freeze, type FrozenGraph, thaw } from './freeze.ts';
import { BatchableContext, QueryLocator } from './job-contexts.ts';
import { type StoredJob, updatePlatformRow } from './job-store.ts';
import { caught, type JobHost, type JobOutcome, jobException, runAsJob } from './run-job.ts';

type Progress = { state: FrozenGraph; processed: number; errors: number; first: ApexException | null };

/** start, then execute for each chunk, then finish, each in a transaction of its own; a failed chunk stops no other. */
export function runBatch(host: JobHost, stored: StoredJob): JobOutcome {
  const payload = stored.payload as BatchPayload;
  const progress: Progress = { state: payload.instance, processed: 0, errors: 0, first: null };
  let chunks: FrozenGraph[] = [];
  note(host, stored, { Status: 'Processing' });
  const failed = caught(() => {
    chunks = startBatch(host, stored, payload, progress);
  });
  if (failed) {
    raiseBatchError(host, stored, { phase: 'START', exception: failed, chunk: null, batch: progress.state });
    return conclude(host, stored, { ...progress, errors: 1, first: failed }, 'Failed');
  }
  if (host.test && chunks.length > 1) {
    const tooMany = jobException(
      'No more than one executeBatch can be called from within a test method. Please make sure the iterable returned from your start method matches the batch size, resulting in one executeBatch invocation.',
    );
    return conclude(host, stored, { ...progress, errors: 1, first: tooMany }, 'Failed');
  }
  note(host, stored, { TotalJobItems: String(chunks.length) });
  for (const chunk of chunks) runChunk(host, stored, chunk, progress);
  const atEnd = caught(() =>
    step(host, stored, progress, (batch, context) => currentProgram().invoke(batch, 'finish', [context])),
  );
  if (atEnd) {
    raiseBatchError(host, stored, { phase: 'FINISH', exception: atEnd, chunk: null, batch: progress.state });
    Object.assign(progress, { errors: progress.errors + 1, first: progress.first ?? atEnd });
  }
  return conclude(host, stored, progress, atEnd ? 'Failed' : 'Completed');
}

function runChunk(host: JobHost, stored: StoredJob, chunk: FrozenGraph, progress: Progress): void {
  const failed = caught(() =>
    step(host, stored, progress, (batch, context) => currentProgram().invoke(batch, 'execute', [context, thaw(chunk)])),
  );
  progress.processed += 1;
  if (!failed) return;
  raiseBatchError(host, stored, { phase: 'EXECUTE', exception: failed, chunk, batch: progress.state });
  progress.errors += 1;
  progress.first ??= failed;
}

/** One transaction of the batch; only a stateful one remembers what its fields became. */
function step(
  host: JobHost,
  stored: StoredJob,
  progress: Progress,
  work: (batch: unknown, context: BatchableContext) => unknown,
): unknown {
  return runAsJob(host, { kind: 'batch', userId: stored.userId }, (execution) => {
    const batch = thaw(progress.state);
    execution.mayCallOut = currentProgram().isInstance(batch, classOf('Database.AllowsCallouts'));
    const result = work(batch, new BatchableContext(stored.id));
    if (currentProgram().isInstance(batch, classOf('Database.Stateful'))) progress.state = freeze(batch);
    return result;
  });
}

function startBatch(host: JobHost, stored: StoredJob, { scope }: BatchPayload, progress: Progress): FrozenGraph[] {
  const chunks: FrozenGraph[] = [];
  step(host, stored, progress, (batch, context) => {
    const items = itemsOf(currentProgram().invoke(batch, 'start', [context]));
    const [first] = items;
    const type = first instanceof ApexSObject ? sobjectOf(first.objectName) : types.any;
    for (let start = 0; start < items.length; start += scope) {
      chunks.push(freeze(new ApexList(type, items.slice(start, start + scope))));
    }
  });
  return chunks;
}

function itemsOf(started: unknown): unknown[] {
  if (started instanceof QueryLocator) return [...started.records];
  if (started instanceof ApexList) return [...started.items];
  if (started instanceof ApexSet) return [...started.iterate()];
  const program = currentProgram();
  const iterator = started instanceof ApexIterator ? started : program.invoke(started, 'iterator', []);
  const items: unknown[] = [];
  if (iterator instanceof ApexIterator) {
    while (iterator.hasNext()) items.push(iterator.next());
    return items;
  }
  while (program.invoke(iterator, 'hasNext', []) === true) items.push(program.invoke(iterator, 'next', []));
  return items;
}

function note({ org }: JobHost, stored: StoredJob, values: Readonly<Record<string, string>>): void {
  org.records.transaction(() => updatePlatformRow(org.store, 'AsyncApexJob', stored.id, values));
}

function conclude(host: JobHost, stored: StoredJob, progress: Progress, status: string): JobOutcome {
  const { org } = host;
  org.records.transaction(() => {
    org.jobs.remove(stored.sequence);
    updatePlatformRow(org.store, 'AsyncApexJob', stored.id, {
      Status: status,
      JobItemsProcessed: String(progress.processed),
      NumberOfErrors: String(progress.errors),
      ExtendedStatus: progress.first ? `First error: ${progress.first.shownMessage()}`.slice(0, 255) : null,
      CompletedDate: wholeSeconds(org.clock()),
    });
  });
  return { id: stored.id, exception: progress.first };
}
