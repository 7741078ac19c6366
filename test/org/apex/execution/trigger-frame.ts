import { type ApexSObject } from '../data/apex-sobject.ts';

export type TriggerWhen = 'before' | 'after';
export type TriggerOperation = 'insert' | 'update' | 'delete' | 'undelete';

/** What Trigger.* shows while a trigger runs; rows not there in this event are null, as in Apex. */
export type TriggerFrame = {
  /** Of the trigger that runs. */
  readonly name: string;
  readonly objectName: string;
  readonly when: TriggerWhen;
  readonly operation: TriggerOperation;
  readonly newRows: readonly ApexSObject[] | null;
  readonly oldRows: readonly ApexSObject[] | null;
  /** That of the trigger whose DML made this one run. */
  readonly outer: TriggerFrame | null;
};
