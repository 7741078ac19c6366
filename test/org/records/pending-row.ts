import { type ObjectType } from '../metadata/schema.ts';
import { type RecordError } from '../record-error.ts';
import { type FieldValue, type Row } from '../store/values.ts';

/** Who acts. Permissions, when the org has them, hang here: every save and query is given the session. */
export type Session = { readonly userId: string };

/** One record on its way into the store: rules may change `values`, or fail it with `error`. */
export type PendingRow = {
  readonly object: ObjectType;
  readonly id: string;
  readonly old: Row | null;
  readonly values: Row;
  /** Names of the fields the caller gave. */
  readonly given: Set<string>;
  /** True for what the org itself writes (roll-ups): rules that guard users do not apply. */
  readonly isInternal: boolean;
};

/** What rules may ask and do while rows are being saved; everything happens in the same transaction. */
export type RuleContext = {
  readonly session: Session;
  readonly now: string;
  readonly isMultiCurrency: boolean;
  readonly read: (objectName: string, id: FieldValue | undefined) => Row | null;
  readonly find: (objectName: string, fieldName: string, value: FieldValue) => Row[];
  /** Answers the id of the new record. */
  readonly insertInternally: (objectName: string, values: Row) => string;
  readonly updateInternally: (objectName: string, id: string, values: Row) => void;
};

/** What Salesforce does by itself with records of one standard object. */
export type ObjectRule = {
  readonly objectName: string;
  readonly before?: (row: PendingRow, context: RuleContext) => void;
  readonly after?: (row: PendingRow, context: RuleContext) => void;
  readonly beforeDelete?: (row: Row, context: RuleContext) => void;
  readonly afterDelete?: (row: Row, context: RuleContext) => void;
};

export type SaveResult = {
  readonly id: string | null;
  readonly isCreated: boolean;
  readonly error: RecordError | null;
  /** What else is wrong with the record, where code of the org found more than one fault. */
  readonly others?: readonly RecordError[];
};

/** Whether the caller or a rule moved this field in an update; every field counts as moved on insert. */
export function hasMoved(row: PendingRow, fieldName: string): boolean {
  return row.old === null || row.old[fieldName] !== row.values[fieldName];
}
