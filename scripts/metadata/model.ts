import { type Element, type SourceFile, childOf, textOf } from './source.ts';

/** A custom field as its file declares it. */
export type FieldSource = {
  readonly file: string;
  readonly object: string;
  readonly name: string;
  readonly type: string;
  readonly element: Element;
  readonly length: number;
  readonly precision: number;
  readonly scale: number;
  readonly isRequired: boolean;
  readonly picklist: readonly string[];
  readonly referenceTo: string | null;
  readonly relationshipName: string | null;
  readonly formula: string | null;
};

/** A custom metadata record as its file declares it. */
export type RecordSource = {
  readonly file: string;
  /** With `__mdt`. */
  readonly type: string;
  readonly name: string;
  readonly isPackaged: boolean;
  readonly values: ReadonlyMap<string, { readonly type: string | null; readonly text: string }>;
};

/** Everything that the files declare. */
export type Model = {
  /** Objects that have a file of their own. */
  readonly objects: ReadonlyMap<string, SourceFile>;
  /** Fields by object, also of standard objects. */
  readonly fields: ReadonlyMap<string, ReadonlyMap<string, FieldSource>>;
  readonly records: readonly RecordSource[];
};

const FIELD_FILE = /\/objects\/([^/]+)\/fields\/([^/]+)\.field-meta\.xml$/;
const OBJECT_FILE = /\/objects\/([^/]+)\/\1\.object-meta\.xml$/;
const RECORD_FILE = /\/customMetadata\/([^/.]+)\.([^/]+)\.md-meta\.xml$/;

/** Puts the files together. Files that are not well-formed are left out: their own fault says enough. */
export function buildModel(files: readonly SourceFile[]): Model {
  const fields = new Map<string, Map<string, FieldSource>>();
  const objects = new Map<string, SourceFile>();
  const records: RecordSource[] = [];
  for (const file of files) {
    if (file.root === null) continue;
    const object = OBJECT_FILE.exec(file.path)?.[1];
    if (object !== undefined) objects.set(object, file);
    const field = readField(file, file.root);
    if (field !== null) {
      const ofObject = fields.get(field.object) ?? new Map<string, FieldSource>();
      fields.set(field.object, ofObject.set(field.name, field));
    }
    const record = readRecord(file, file.root);
    if (record !== null) records.push(record);
  }
  return { objects, fields, records };
}

function readField(file: SourceFile, root: Element): FieldSource | null {
  const [, object, name] = FIELD_FILE.exec(file.path) ?? [];
  if (object === undefined || name === undefined) return null;
  const values = childOf(childOf(root, 'valueSet'), 'valueSetDefinition')?.children ?? [];
  const number = (element: string): number => Number(textOf(root, element) ?? '0');
  return {
    file: file.path,
    object,
    name,
    type: textOf(root, 'type') ?? '',
    element: root,
    length: number('length'),
    precision: number('precision'),
    scale: number('scale'),
    isRequired: textOf(root, 'required') === 'true',
    picklist: values.filter((value) => value.name === 'value').map((value) => textOf(value, 'fullName') ?? ''),
    referenceTo: textOf(root, 'referenceTo'),
    relationshipName: textOf(root, 'relationshipName'),
    formula: textOf(root, 'formula'),
  };
}

function readRecord(file: SourceFile, root: Element): RecordSource | null {
  const [, type, name] = RECORD_FILE.exec(file.path) ?? [];
  if (type === undefined || name === undefined) return null;
  const values = root.children
    .filter((child) => child.name === 'values')
    .map((child) => {
      const value = childOf(child, 'value');
      const isNil = value?.attributes['xsi:nil'] === 'true';
      const typed = value?.attributes['xsi:type'] ?? null;
      return [
        textOf(child, 'field') ?? '',
        { type: isNil ? null : typed, text: isNil ? '' : (value?.text ?? '') },
      ] as const;
    });
  return {
    file: file.path,
    type: `${type}__mdt`,
    name,
    isPackaged: file.path.startsWith('force-app/'),
    values: new Map(values),
  };
}

/** The text of a record's value, or null where it is blank. */
export function valueOf(record: RecordSource, field: string): string | null {
  const text = record.values.get(field)?.text ?? '';
  return text === '' ? null : text;
}
