import { mustHaveField, objectNamed } from '../../metadata/schema.ts';
import { toTriggerRecord } from '../data/trigger-runner.ts';
import { type EventDelivery, type Execution, type OrgServices } from '../execution/execution.ts';
import { runTransaction } from '../execution/run-execution.ts';
import { type ApexTrigger } from '../program.ts';
import { ApexException } from '../runtime/values/apex-exception.ts';
import { type StoredEvent } from './job-store.ts';
import { type JobHost } from './run-job.ts';

const MAX_RETRIES = 9;
const MAX_BATCH = 2000;
export const AUTOMATED_PROCESS = 'autoproc';

/** Events that a trigger asked for once more; in a test they wait for the next delivery. */
export type Redelivery = { readonly topic: string; readonly trigger: string; readonly events: readonly StoredEvent[] };

/** Gives the next published events of one topic to their triggers; answers whether there were any. */
export function deliverNextEvents(host: JobHost): boolean {
  const taken = host.org.jobs.takeEvents();
  if (!taken) return false;
  for (const trigger of host.program.triggersOn(taken.topic)) {
    if (trigger.events.has('after insert')) deliverTo(host, trigger, taken.topic, taken.events);
  }
  return true;
}

/** In a test: gives triggers again what they asked for in the delivery before; answers whether there was any. */
export function redeliverEvents(host: JobHost): boolean {
  const waiting = host.test?.redeliveries.splice(0) ?? [];
  for (const { topic, trigger: name, events } of waiting) {
    const trigger = host.program.triggersOn(topic).find((candidate) => candidate.name === name);
    if (trigger) deliverTo(host, trigger, topic, events);
  }
  return waiting.length > 0;
}

/** Each trigger is a subscriber with a place of its own in the stream. */
function deliverTo(host: JobHost, trigger: ApexTrigger, topic: string, events: readonly StoredEvent[]): void {
  const size = host.org.metadata.subscribers.get(trigger.name.toLowerCase())?.batchSize ?? MAX_BATCH;
  let open = events;
  while (open.length > 0) {
    const batch = open.slice(0, size);
    const again = deliverBatch(host, trigger, topic, batch);
    open = open.slice(size);
    if (again.length === 0) continue;
    if (host.test) {
      host.test.redeliveries.push({ topic, trigger: trigger.name, events: [...again, ...open] });
      return;
    }
    open = [...again, ...open];
  }
}

/** Answers what must be delivered again: after a checkpoint, or all of it where the trigger asked for a retry. */
function deliverBatch(
  host: JobHost,
  trigger: ApexTrigger,
  topic: string,
  batch: readonly StoredEvent[],
): readonly StoredEvent[] {
  const { org, program, test, statics } = host;
  const delivery: EventDelivery = {
    retries: batch[0]?.retries ?? 0,
    checkpoint: null,
    lastError: batch[0]?.lastError ?? null,
  };
  const userId = subscriberOf(host, trigger.name);
  const request = { org, program, kind: 'event' as const, userId, test, event: delivery };
  try {
    runTransaction({ ...request, ...(statics ? { statics } : {}) }, (execution) => {
      const asked = retryAsked(execution, trigger, topic, batch);
      if (asked !== null) throw new Retry(asked);
    });
  } catch (error) {
    if (!(error instanceof Retry)) throw error;
    if (delivery.retries >= MAX_RETRIES) return [];
    return batch.map((event) => ({ ...event, retries: event.retries + 1, lastError: error.message }));
  }
  const done = batch.findIndex(({ row }) => row['ReplayId'] === delivery.checkpoint);
  return done < 0 ? [] : batch.slice(done + 1);
}

class Retry extends Error {}

/** An uncaught exception ends the batch, but what was saved before it stays; only a retryable one undoes and comes again. */
function retryAsked(
  execution: Execution,
  { name, run }: ApexTrigger,
  topic: string,
  batch: readonly StoredEvent[],
): string | null {
  const object = objectNamed(execution.org.store.schema, topic);
  const records = batch.map(({ row }) => {
    const record = toTriggerRecord(execution, object, row, false);
    record.isReadOnly = true;
    return record;
  });
  execution.trigger = {
    name,
    objectName: object.name,
    when: 'after',
    operation: 'insert',
    newRows: records,
    oldRows: null,
    outer: null,
  };
  execution.triggerDepth = 1;
  try {
    run();
    return null;
  } catch (error) {
    if (!(error instanceof ApexException)) throw error;
    execution.log.push({
      level: 'ERROR',
      text: `${error.typeName}: ${error.shownMessage()}\n${error.stackTrace()}`,
      line: 0,
    });
    return error.typeName === 'EventBus.RetryableException' ? error.shownMessage() : null;
  } finally {
    execution.trigger = null;
    execution.triggerDepth = 0;
  }
}

function subscriberOf({ org }: JobHost, triggerName: string): string {
  const configured = org.metadata.subscribers.get(triggerName.toLowerCase())?.user ?? null;
  if (configured === null) return processUserId(org);
  return (
    userBy(org, 'Username', configured) ??
    fail(`The trigger ${triggerName} runs as ${configured}, whom the org does not have.`)
  );
}

/** The Automated Process user, as whom events are delivered. */
export function processUserId(org: OrgServices): string {
  return userBy(org, 'Alias', AUTOMATED_PROCESS) ?? fail(`The org has no user ${AUTOMATED_PROCESS}.`);
}

function userBy({ store }: OrgServices, field: string, value: string): string | null {
  const user = objectNamed(store.schema, 'User');
  const id = store.find(user, mustHaveField(user, field), value)[0]?.['Id'];
  return typeof id === 'string' ? id : null;
}

function fail(message: string): never {
  throw new Error(message);
}
