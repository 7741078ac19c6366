import { type FieldValue } from './store/values.ts';
import { type ResultRecord } from './soql/execute.ts';

/** A record as tests read it: decimal strings, ISO instants, parents as objects, children as arrays. */
export type PlainRecord = { [name: string]: FieldValue | PlainRecord | PlainRecord[] };

/** A query's record without any API dressing. */
export function toPlainRecord(record: ResultRecord): PlainRecord {
  const plain: PlainRecord = {};
  for (const value of record.values) {
    if (value.kind === 'value') plain[value.name] = value.value;
    else if (value.kind === 'parent') plain[value.name] = value.record && toPlainRecord(value.record);
    else plain[value.name] = value.records.map(toPlainRecord);
  }
  return plain;
}
