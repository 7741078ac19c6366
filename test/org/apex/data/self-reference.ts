import { RecordError } from '../../record-error.ts';
import { type Execution } from '../execution/execution.ts';
import { type TriggerFrame } from '../execution/trigger-frame.ts';
import { throwApex } from '../runtime/values/apex-exception.ts';
import { type ApexSObject } from './apex-sobject.ts';
import { type Planned, plainId } from './dml-plan.ts';

function* framesOf({ trigger }: Execution): Generator<TriggerFrame> {
  for (let frame = trigger; frame; frame = frame.outer) yield frame;
}

/** The records of a running trigger are the platform's: code does not save them itself. */
export function refuseTriggerRecords(execution: Execution, records: readonly ApexSObject[]): void {
  for (const { newRows, oldRows } of framesOf(execution)) {
    if (records.some((record) => newRows?.includes(record) === true || oldRows?.includes(record) === true))
      throwApex('System.SObjectException', 'DML statement cannot operate on trigger.new or trigger.old');
  }
}

/** A record on its way through a before trigger cannot be saved again inside it. */
export function refuseSelfReference(execution: Execution, { operation, item }: Planned): void {
  if (item.id === null || operation === 'undelete') return;
  for (const { when, name, newRows, oldRows } of framesOf(execution)) {
    const isBeing = (rows: readonly ApexSObject[] | null): boolean =>
      rows?.some((row) => plainId(row) === item.id) === true;
    if (when !== 'before' || !(isBeing(newRows) || isBeing(oldRows))) continue;
    throw new RecordError(
      'SELF_REFERENCE_FROM_TRIGGER',
      `Object (id = ${item.id}) is currently in trigger ${name}, therefore it cannot recursively ${operation} itself`,
    );
  }
}
