import { fieldNamed, type Field, type ObjectType } from '../metadata/schema.ts';
import { notSupported, RecordError } from '../record-error.ts';
import { type RecordInput } from '../records/read-input.ts';
import { coerce, type FieldInput } from '../store/values.ts';

/** What a column of an upload is: the record's id, a field, or a parent by one of its own keys. */
export type Column =
  | { readonly kind: 'id' }
  | { readonly kind: 'field'; readonly field: Field }
  | { readonly kind: 'parent'; readonly field: Field; readonly relationship: string; readonly parentKey: string };

const BLANK = '#N/A';
const BOOLEANS: ReadonlyMap<string, boolean> = new Map(
  Object.entries({
    yes: true,
    y: true,
    true: true,
    on: true,
    1: true,
    no: false,
    n: false,
    false: false,
    off: false,
    0: false,
  }),
);

/** The columns of a header; a name that the object does not have fails the whole job. */
export function readHeader(object: ObjectType, header: readonly string[]): Column[] {
  const names = header.map((name) => name.toLowerCase());
  const twice = header.find((_name, index) => names.indexOf(names[index] ?? '') < index);
  if (twice !== undefined) throw new RecordError('InvalidBatch', `Field name is there twice : ${twice}`);
  return header.map((name) => readColumn(object, name));
}

function readColumn(object: ObjectType, name: string): Column {
  if (name.toLowerCase() === 'id') return { kind: 'id' };
  const [, relationship, parentType, parentKey] = /^(\w+)(?::(\w+))?\.(\w+)$/.exec(name) ?? [];
  const field = relationship === undefined ? fieldNamed(object, name) : fieldOfRelationship(object, relationship);
  if (!field) throw new RecordError('InvalidBatch', `Field name not found : ${name}`);
  if (relationship === undefined || parentKey === undefined) return { kind: 'field', field };
  const [parent = ''] = field.reference?.to ?? [];
  if (parentType !== undefined && parentType.toLowerCase() !== parent.toLowerCase()) {
    throw notSupported(`the column ${name}: of several kinds of parents it finds only the first, ${parent}`);
  }
  return { kind: 'parent', field, relationship, parentKey };
}

function fieldOfRelationship(object: ObjectType, relationship: string): Field | undefined {
  return [...object.fields.values()].find(
    ({ reference }) => reference?.relationshipName?.toLowerCase() === relationship.toLowerCase(),
  );
}

/** A row as a save takes it: nothing leaves a field as it is, `#N/A` blanks it. */
export function readRow(columns: readonly Column[], cells: readonly string[]): { id: string; input: RecordInput } {
  const input: Record<string, RecordInput[string]> = {};
  let id = '';
  columns.forEach((column, index) => {
    const text = cells[index] ?? '';
    if (text === '') return;
    if (column.kind === 'id') id = text;
    else if (text === BLANK) input[column.field.name] = null;
    else if (column.kind === 'parent') input[column.relationship] = { [column.parentKey]: text };
    else input[column.field.name] = readCell(column.field, text);
  });
  return { id, input };
}

function readCell(field: Field, text: string): FieldInput {
  const value = field.type === 'boolean' ? (BOOLEANS.get(text.toLowerCase()) ?? text) : text;
  try {
    return coerce(field, value);
  } catch (error) {
    if (!(error instanceof RecordError) || error.statusCode !== 'JSON_PARSER_ERROR') throw error;
    throw new RecordError('INVALID_TYPE_ON_FIELD_IN_RECORD', `${field.label}: value not of required type: ${text}`, [
      field.name,
    ]);
  }
}
