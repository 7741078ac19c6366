import { fieldNamed, type ObjectType } from '../../metadata/schema.ts';
import { ApexSObject } from '../data/apex-sobject.ts';
import { runDml } from '../data/dml.ts';
import { toApexValue } from '../data/field-values.ts';
import { currentExecution } from '../execution/execution.ts';
import { coerce } from '../../store/values.ts';
import { throwApex } from '../runtime/values/apex-exception.ts';
import { ApexList } from '../runtime/values/apex-list.ts';
import { sobjectOf } from '../types.ts';

/** Test.loadData: inserts the records of a static resource in CSV. */
export function newSObjectsFromCsv(object: ObjectType, resourceName: string): ApexList {
  const resource = currentExecution().org.metadata.staticResources.get(resourceName.toLowerCase());
  if (!resource) throwApex('System.StringException', `Static Resource not found: ${resourceName}`);
  const [header = [], ...rows] = parseCsv(resource.body().toString('utf8'));
  const records = rows.map((row) => toRecord(object, header, row));
  runDml({ operation: 'insert', records, isAllOrNone: true, accessMode: null, externalIdField: null });
  return new ApexList(sobjectOf(object.name), records);
}

function toRecord(object: ObjectType, header: readonly string[], row: readonly string[]): ApexSObject {
  const record = new ApexSObject(object);
  header.forEach((name, index) => {
    const field = fieldNamed(object, name.trim());
    if (!field) throwApex('System.StringException', `Invalid field ${name} for ${object.name}`);
    record.setField(field.name, toApexValue(field, coerce(field, row[index] ?? null)));
  });
  return record;
}

/** Fields in quotes may hold commas, line ends and doubled quotes. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const pattern = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|$)/g;
  for (const [, value = '', end = ''] of text.replace(/\s+$/, '').matchAll(pattern)) {
    rows.at(-1)?.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (end === '') break;
    if (end !== ',') rows.push([]);
  }
  return rows;
}
