import { randomUUID } from 'node:crypto';
import { type RecordError } from '../../record-error.ts';
import { type Records } from '../../records/records.ts';
import { type ApexSObject } from '../data/apex-sobject.ts';
import { toRecordInput } from '../data/dml-input.ts';
import { type DmlResult, runDml } from '../data/dml.ts';
import { currentExecution, type Execution } from '../execution/execution.ts';
import { throwApex } from '../runtime/values/apex-exception.ts';

/** One event's fate, and the EventUuid it was published under. */
export type PublishResult = DmlResult & { readonly operationId: string };

class Undo extends Error {
  readonly fault: RecordError | null;

  constructor(fault: RecordError | null) {
    super();
    this.fault = fault;
  }
}

/** What the work would answer; nothing of it stays. */
function tried(records: Records, work: () => RecordError | null): RecordError | null {
  try {
    return records.transaction((): never => {
      throw new Undo(work());
    });
  } catch (thrown) {
    if (thrown instanceof Undo) return thrown.fault;
    throw thrown;
  }
}

/** EventBus.publish: an event goes out with the commit, or at once where its object says so. */
export function publish(events: readonly ApexSObject[]): PublishResult[] {
  const execution = currentExecution();
  const { immediateEvents } = execution.org.metadata;
  const [first] = events;
  if (first?.object?.kind !== 'event' && first) {
    throwApex('System.TypeException', `Only platform events can be published, not ${first.objectName}`);
  }
  const named = events.map(withUuid);
  const isImmediate = first !== undefined && immediateEvents.has(first.objectName.toLowerCase());
  if (isImmediate) execution.limits.use('PublishImmediateDML');
  const results = isImmediate
    ? named.map(({ event }) => publishAtOnce(execution, event))
    : runDml({
        operation: 'insert',
        records: named.map(({ event }) => event),
        isAllOrNone: false,
        accessMode: null,
        externalIdField: null,
      });
  return results.map((result, index) => ({ ...result, operationId: named[index]?.uuid ?? '' }));
}

/** The caller's record stays as it is; what goes out has the EventUuid it was given, or a new one. */
function withUuid(event: ApexSObject): { event: ApexSObject; uuid: string } {
  const given = event.peek('EventUuid');
  const uuid = typeof given === 'string' ? given : randomUUID();
  const copy = event.copy(false);
  copy.setField('EventUuid', uuid);
  return { event: copy, uuid };
}

/** The event is tried now, so that its faults are known, and stands once the transaction has ended, however it ends. */
function publishAtOnce(execution: Execution, event: ApexSObject): DmlResult {
  const { object } = event;
  if (!object) return { id: null, isCreated: false, errors: [] };
  const session = { userId: execution.userId };
  const items = [{ id: null, input: toRecordInput(event, 'insert') }];
  const { records } = execution.org;
  const insert = (): RecordError | null =>
    records.saveAll(session, { operation: 'insert', object, items, isAllOrNone: true })[0]?.error ?? null;
  const error = tried(records, insert);
  if (error) return { id: null, isCreated: false, errors: [error] };
  execution.transaction.afterEnd(() => void insert());
  return { id: null, isCreated: true, errors: [] };
}
