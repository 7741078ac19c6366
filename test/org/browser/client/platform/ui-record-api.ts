import type { UiRecord } from '../../pages/page-model.ts';
import { recordChanged, watchRecord } from './record-changes.ts';
import { call } from './server.ts';
import { wireAdapter } from './wire.ts';

type FieldReference = string | { readonly fieldApiName: string; readonly objectApiName: string };
type RecordConfig = {
  readonly recordId: string | undefined;
  readonly fields?: readonly FieldReference[];
  readonly optionalFields?: readonly FieldReference[];
};

/** Reads a record with the user's rights; hears of every change that is told. */
export const getRecord = wireAdapter<RecordConfig, UiRecord>({
  isReady: ({ recordId, fields, optionalFields }) =>
    recordId !== undefined && (fields !== undefined || optionalFields !== undefined),
  read: ({ recordId = '', fields = [], optionalFields = [] }) =>
    call('GET', `records/${recordId}?fields=${names(fields)}&optionalFields=${names(optionalFields)}`),
  watch: ({ recordId = '' }, again) => watchRecord(recordId, again),
});

function names(fields: readonly FieldReference[]): string {
  return fields.map(nameOf).join(',');
}

function nameOf(field: FieldReference): string {
  return typeof field === 'string' ? field : `${field.objectApiName}.${field.fieldApiName}`;
}

function cellOf(record: UiRecord | undefined, field: FieldReference): UiRecord['fields'][string] | undefined {
  const [, ...path] = nameOf(field).split('.');
  let at: UiRecord | undefined = record;
  for (const step of path.slice(0, -1)) at = at?.fields[step]?.value as UiRecord | undefined;
  return at?.fields[path.at(-1) ?? ''];
}

export function getFieldValue(record: UiRecord | undefined, field: FieldReference): unknown {
  return cellOf(record, field)?.value;
}

export function getFieldDisplayValue(record: UiRecord | undefined, field: FieldReference): string | null | undefined {
  return cellOf(record, field)?.displayValue;
}

/** Saves fields; everything on the page that shows the record is told. */
export async function updateRecord(input: { readonly fields: Readonly<Record<string, unknown>> }): Promise<UiRecord> {
  const { Id: recordId, ...fields } = input.fields;
  const saved = await call<UiRecord>('PATCH', `records/${String(recordId)}`, { fields });
  recordChanged(String(recordId));
  return saved;
}

/** Has everything on the page that shows these records read them again. */
export async function notifyRecordUpdateAvailable(records: readonly { readonly recordId: string }[]): Promise<void> {
  for (const { recordId } of records) recordChanged(recordId);
}
