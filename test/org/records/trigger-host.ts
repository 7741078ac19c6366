import { type ObjectType } from '../metadata/schema.ts';
import { type RecordError } from '../record-error.ts';
import { type Row } from '../store/values.ts';
import { type Session } from './pending-row.ts';

export type SaveOperation = 'insert' | 'update' | 'delete' | 'undelete';

export type TriggerMoment = {
  readonly object: ObjectType;
  readonly when: 'before' | 'after';
  readonly operation: SaveOperation;
};

/** One record as code of the org meets it while it is saved; before insert and update, `values` may still be changed. */
export type TriggeredRow = {
  readonly id: string;
  readonly old: Row | null;
  readonly values: Row | null;
  readonly given: Set<string>;
  readonly errors: RecordError[];
};

/** Code of the org that runs as part of every save: Apex triggers. Without one, saves are as plain as before. */
export type TriggerHost = {
  readonly fires: (object: ObjectType) => boolean;
  /** Errors of single records go into their `errors`; what is thrown fails all of them. */
  readonly run: (session: Session, moment: TriggerMoment, rows: readonly TriggeredRow[]) => void;
  /** An event was published in the transaction under way. */
  readonly published: (session: Session, object: ObjectType, event: Row) => void;
  /** The outermost transaction has ended. */
  readonly ended: (isCommitted: boolean) => void;
};
