import { currentExecution, nowOf } from '../execution/execution.ts';
import { currentProgram } from '../program.ts';
import { ApexList } from '../runtime/values/apex-list.ts';
import { type ApexObject, PlatformObject } from '../runtime/values/apex-object.ts';
import { classOf, types } from '../types.ts';
import { processUserId } from './deliver-events.ts';
import { freeze, type FrozenGraph, thaw } from './freeze.ts';
import { type StoredJob } from './job-store.ts';
import { caught, type JobHost, type JobOutcome, runAsJob } from './run-job.ts';

type CallbackPayload = { readonly callback: FrozenGraph; readonly uuids: readonly string[] };

/** What a publish callback receives: EventBus.SuccessResult or EventBus.FailureResult. */
export class PublishedEvents extends PlatformObject {
  readonly uuids: readonly string[];
  readonly isSuccess: boolean;

  constructor(uuids: readonly string[], isSuccess: boolean) {
    super();
    this.uuids = uuids;
    this.isSuccess = isSuccess;
  }

  override get typeName(): string {
    return this.isSuccess ? 'EventBus.SuccessResult' : 'EventBus.FailureResult';
  }

  list(): ApexList {
    return new ApexList(types.String, [...this.uuids]);
  }
}

/** Remembers whom to tell of these events; a rollback forgets it together with them. */
export function noteCallback(callback: ApexObject, uuids: readonly string[]): void {
  const execution = currentExecution();
  execution.transaction.beginWrite();
  const payload: CallbackPayload = { callback: freeze(callback), uuids };
  const { org, userId } = execution;
  org.jobs.add({ id: '', kind: 'publishCallback', userId, due: nowOf(execution), signature: null, payload });
}

/** Tells a callback, as the process user, that its events were published, or in a test that they were not. */
export function runPublishCallback(host: JobHost, stored: StoredJob, isSuccess = true): JobOutcome {
  const { callback, uuids } = stored.payload as CallbackPayload;
  const [type, method] = isSuccess
    ? ['EventBus.EventPublishSuccessCallback', 'onSuccess']
    : ['EventBus.EventPublishFailureCallback', 'onFailure'];
  const exception = caught(() =>
    runAsJob(host, { kind: 'event', userId: processUserId(host.org) }, () => {
      const told = thaw(callback);
      if (!currentProgram().isInstance(told, classOf(type))) return;
      currentProgram().invoke(told, method, [new PublishedEvents(uuids, isSuccess)]);
    }),
  );
  host.org.records.transaction(() => host.org.jobs.remove(stored.sequence));
  return { id: stored.id, exception };
}
