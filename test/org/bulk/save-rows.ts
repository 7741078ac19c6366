import { RecordError } from '../record-error.ts';
import { type RecordInput } from '../records/read-input.ts';
import { type Records } from '../records/records.ts';
import {
  attempt,
  type Outcome,
  planInsert,
  type PlannedSave,
  savePlanned,
  upsertPlanner,
} from '../rest/planned-saves.ts';
import { normalizeId } from '../store/record-ids.ts';
import { type RecordStore } from '../store/record-store.ts';
import { type FieldInput } from '../store/values.ts';
import { type Column, readRow } from './bulk-row.ts';
import { type DoneRow, type IngestJob } from './job.ts';
import { purge } from './purge.ts';

export type SavingRows = { readonly store: RecordStore; readonly records: Records };

type Row = { readonly id: string; readonly input: RecordInput };

/** Saves a chunk of rows as one transaction in which each row stands or fails by itself, triggers and all. */
export function saveRows(
  { store, records }: SavingRows,
  job: IngestJob,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): DoneRow[] {
  const read = rows.map((cells) => attempt(() => readRow(columns, cells)));
  const plan = rowPlanner(
    store,
    job,
    read.flatMap((row) => (row instanceof RecordError ? [] : [row])),
  );
  const plans = read.map((row) => (row instanceof RecordError ? row : attempt(() => plan(row))));
  const outcomes = records.transaction(() => {
    const saved = savePlanned(records, job.session, plans, false);
    if (job.operation === 'hardDelete') for (const { id, error } of saved) if (id && !error) purge(store, id);
    return saved;
  });
  return outcomes.map((outcome, index) => toDoneRow(outcome, rows[index] ?? []));
}

/** How a row of that job is saved. */
function rowPlanner(store: RecordStore, job: IngestJob, rows: readonly Row[]): (row: Row) => PlannedSave {
  const { object, operation, key } = job;
  if (operation === 'insert') return (row) => planNew(job, row);
  if (operation === 'upsert') {
    if (!key) return (row) => (row.id === '' ? planNew(job, row) : { operation: 'update', object, item: byId(row) });
    const keyOf = ({ input }: Row): FieldInput => (input[key.name] ?? null) as FieldInput;
    const plan = upsertPlanner({ store, object, key }, rows.map(keyOf));
    return (row) => plan(keyOf(row), without(row.input, key.name));
  }
  const saved = operation === 'update' ? 'update' : 'delete';
  return (row) => {
    if (row.id === '') throw new RecordError('MISSING_ARGUMENT', `Id not specified in an ${saved} call`);
    return { operation: saved, object, item: byId(row) };
  };
}

function planNew({ object }: IngestJob, { id, input }: Row): PlannedSave {
  if (id === '') return planInsert(object, input);
  throw new RecordError('INVALID_FIELD_FOR_INSERT_UPDATE', 'cannot specify Id in an insert call', ['Id']);
}

function byId({ id: text, input }: Row): PlannedSave['item'] {
  const id = normalizeId(text);
  if (id === null) throw new RecordError('MALFORMED_ID', `Record ID: id value of incorrect type: ${text}`, ['Id']);
  return { id, input };
}

function without(input: RecordInput, name: string): RecordInput {
  return Object.fromEntries(Object.entries(input).filter(([each]) => each !== name));
}

function toDoneRow({ id, isCreated, error, others = [] }: Outcome, cells: readonly string[]): DoneRow {
  const errors = error ? [error, ...others] : [];
  return { id: id ?? '', isCreated, error: errors.length === 0 ? null : errors.map(errorText).join(';'), cells };
}

/** `REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --` */
function errorText({ statusCode, message, fields }: RecordError): string {
  return `${statusCode}:${message}:${fields.length > 0 ? `${fields.join(', ')} ` : ''}--`;
}
