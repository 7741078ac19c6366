import { type ObjectType } from '../metadata/schema.ts';
import { type RecordError } from '../record-error.ts';
import { type QuerySecurity } from '../soql/scope.ts';
import { type FieldValue, type Row } from '../store/values.ts';
import { type RecordInput } from './read-input.ts';
import { type SaveOperation } from './trigger-host.ts';

/** Who acts, and what they are held to; without `rights` all is theirs to see and save. */
export type Session = { readonly userId: string; readonly rights?: SessionRights };

/** What a session may see, and why it may not save. */
export type SessionRights = {
  readonly seen: QuerySecurity | null;
  readonly refuse: (save: WantedSave) => RecordError | null;
};

/** A save that somebody asks for. */
export type WantedSave = {
  readonly operation: SaveOperation;
  readonly object: ObjectType;
  readonly item: { readonly id: string | null; readonly input: RecordInput };
};

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
