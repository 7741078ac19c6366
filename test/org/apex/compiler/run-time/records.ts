import { type Query } from '../../../soql/ast.ts';
import { ApexException, throwApex } from '../../runtime/values/apex-exception.ts';
import { type ApexList } from '../../runtime/values/apex-list.ts';
import { toApexString } from '../../runtime/values/text.ts';
import { type DataSide, type DmlCall, type RecordValue } from '../../runtime.ts';
import { type ApexType } from '../../types.ts';

/** Records, queries, DML and describe tokens, as compiled code calls them. */
export function createRecords(data: DataSide) {
  return {
    newRecord: data.newRecord,
    fill,
    setField: (record: RecordValue, name: string, value: unknown): unknown => {
      record.setField(name, value);
      return value;
    },
    setParent: (record: RecordValue, name: string, parent: unknown): unknown => {
      record.setParent(name, parent as never);
      return parent;
    },
    addFieldError: (record: RecordValue, field: string, problem: unknown): void => {
      const text = problem instanceof ApexException ? problem.shownMessage() : toApexString(problem);
      record.addFault(text, [field]);
    },
    query: (query: Query, binds: readonly unknown[], elementType: ApexType) =>
      data.query({ query, binds, elementType }),
    onlyRow,
    rowOrNull: (rows: ApexList): unknown => (rows.items.length === 0 ? null : onlyRow(rows)),
    dml: (
      operation: DmlCall['operation'],
      value: unknown,
      accessMode: DmlCall['accessMode'],
      externalIdField: string | null,
    ): void => data.dml({ operation, value, accessMode, externalIdField }),
    merge: (master: unknown, duplicates: unknown, accessMode: string | null): void =>
      data.merge({ master, duplicates, accessMode }),
    beginRunAs: data.beginRunAs,
    endRunAs: data.endRunAs,
    fieldToken: data.fieldToken,
    objectToken: data.objectToken,
    describeObject: data.describeObject,
    describeField: data.describeField,
  };
}

/** `new Account(Name = 'x', Parent__r = p)`: names and values in turn; a name with a dot at its end is a parent's. */
function fill(record: RecordValue, settings: readonly unknown[]): RecordValue {
  for (let index = 0; index < settings.length; index += 2) {
    const name = settings[index] as string;
    if (name.endsWith('.')) record.setParent(name.slice(0, -1), settings[index + 1] as never);
    else record.setField(name, settings[index + 1]);
  }
  return record;
}

/** A query where one record is wanted. */
function onlyRow(rows: ApexList): unknown {
  if (rows.items.length === 1) return rows.items[0];
  if (rows.items.length === 0) return throwApex('System.QueryException', 'List has no rows for assignment to SObject');
  return throwApex('System.QueryException', 'List has more than 1 row for assignment to SObject');
}
