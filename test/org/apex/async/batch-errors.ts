import { randomUUID } from 'node:crypto';
import { objectNamed } from '../../metadata/schema.ts';
import { ApexSObject } from '../data/apex-sobject.ts';
import { plainId } from '../data/dml-plan.ts';
import { currentProgram } from '../program.ts';
import { type ApexException } from '../runtime/values/apex-exception.ts';
import { type ApexList } from '../runtime/values/apex-list.ts';
import { classOf } from '../types.ts';
import { type FrozenGraph, thaw } from './freeze.ts';
import { type StoredJob } from './job-store.ts';
import { type JobHost, runAsJob } from './run-job.ts';

const LONGEST_SCOPE = 40_000;
const LONGEST_TEXT = 5_000;

export type BatchFailure = {
  readonly phase: 'START' | 'EXECUTE' | 'FINISH';
  readonly exception: ApexException;
  /** The chunk that failed. */
  readonly chunk: FrozenGraph | null;
  readonly batch: FrozenGraph;
};

/** Publishes a BatchApexErrorEvent for a batch that asks for it with Database.RaisesPlatformEvents. */
export function raiseBatchError(host: JobHost, stored: StoredJob, failure: BatchFailure): void {
  const { org } = host;
  runAsJob(host, { kind: 'batch', userId: stored.userId }, (execution) => {
    if (!currentProgram().isInstance(thaw(failure.batch), classOf('Database.RaisesPlatformEvents'))) return;
    execution.transaction.beginWrite();
    const object = objectNamed(org.store.schema, 'BatchApexErrorEvent');
    const scope = failure.chunk === null ? '' : scopeText(thaw(failure.chunk) as ApexList);
    const input = {
      AsyncApexJobId: stored.id,
      ExceptionType: failure.exception.typeName,
      Message: failure.exception.shownMessage().slice(0, LONGEST_TEXT),
      StackTrace: failure.exception.stackTrace().slice(0, LONGEST_TEXT),
      Phase: failure.phase,
      JobScope: scope.slice(0, LONGEST_SCOPE),
      DoesExceedJobScopeMaxLength: scope.length > LONGEST_SCOPE,
      RequestId: randomUUID(),
    };
    const items = [{ id: null, input }];
    const [result] = org.records.saveAll(
      { userId: stored.userId },
      { operation: 'insert', object, items, isAllOrNone: true },
    );
    if (result?.error) throw result.error;
  });
}

/** The ids of the records in the chunk. */
function scopeText({ items }: ApexList): string {
  return items.map((item) => (item instanceof ApexSObject ? (plainId(item) ?? '') : String(item))).join(',');
}
