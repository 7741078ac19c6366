import { buildModel, type Model, type RecordSource, valueOf } from '../../scripts/metadata/model.ts';
import { readSource } from '../../scripts/metadata/source.ts';

const TYPES = [
  'CompanyRoute__mdt',
  'Connection__mdt',
  'EntityMapping__mdt',
  'FieldMapping__mdt',
  'ValueMapEntry__mdt',
  'ValueMap__mdt',
];

type Scalar = string | number | boolean;

/**
 * The configuration document of the demo, built from the files and not by SOQL: what the relay's reader, and later Apex, must make
 * of the same records.
 */
export function demoConfiguration(project: string): { readonly contract: 1; readonly records: object } {
  const model = buildModel(readSource(project, ['force-app', 'unpackaged']));
  const active = model.records.filter((record) => !record.isPackaged);
  const records = TYPES.map((type) => [
    type,
    active
      .filter((record) => record.type === type)
      .toSorted((a, b) => byCodePoint(a.name, b.name))
      .map((record) => plain(record, model)),
  ]);
  return { contract: 1, records: Object.fromEntries(records) as object };
}

function plain(record: RecordSource, model: Model): Record<string, Scalar> {
  const values: [string, Scalar][] = [['DeveloperName', record.name]];
  for (const field of model.fields.get(record.type)?.values() ?? []) {
    const text = valueOf(record, field.name);
    if (field.type === 'Checkbox') values.push([field.name, text === 'true']);
    else if (text !== null) values.push([field.name, field.type === 'Number' ? Number(text) : text]);
  }
  return Object.fromEntries(values.toSorted(([a], [b]) => byCodePoint(a, b)));
}

function byCodePoint(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
