import { fieldNamed, objectNamed, type ObjectType } from '../../metadata/schema.ts';
import { enqueueFuture } from '../async/enqueue.ts';
import { currentExecution } from '../execution/execution.ts';
import { throwNullReference } from '../runtime/values/apex-exception.ts';
import { ApexList } from '../runtime/values/apex-list.ts';
import { type DataSide, type DmlCall } from '../runtime.ts';
import { ApexSObject } from './apex-sobject.ts';
import { FieldDescribe, ObjectDescribe } from './describe.ts';
import { runDml } from './dml.ts';
import { mergeRecords } from './merge.ts';
import { type AccessMode, queryStatically } from './query.ts';
import { beginRunAs, endRunAs } from './run-as.ts';
import { type SObjectFieldToken, tokenOfField, tokenOfObject } from './tokens.ts';

function objectOf(name: string): ObjectType {
  return objectNamed(currentExecution().org.store.schema, name);
}

function fieldTokenOf(objectName: string, fieldName: string): SObjectFieldToken {
  const object = objectOf(objectName);
  const field = fieldNamed(object, fieldName);
  if (!field) throw new Error(`Compiled code names the unknown field ${objectName}.${fieldName}.`);
  return tokenOfField(object, field);
}

function dml({ operation, value, accessMode, externalIdField }: DmlCall): void {
  if (!(value instanceof ApexList || value instanceof ApexSObject)) throwNullReference();
  const records = value instanceof ApexList ? (value.items as (ApexSObject | null)[]) : [value];
  runDml({ operation, records, isAllOrNone: true, accessMode, externalIdField });
}

/** What compiled Apex asks of the org's data; everything acts in the current execution. */
export const dataSide: DataSide = {
  execution: currentExecution,
  newRecord: (objectName) => new ApexSObject(objectOf(objectName)),
  query: ({ query, binds, elementType }) => queryStatically(query, binds, elementType),
  dml,
  merge: ({ master, duplicates, accessMode }) =>
    void mergeRecords({ master, duplicates, accessMode: accessMode as AccessMode | null }),
  future: enqueueFuture,
  beginRunAs,
  endRunAs,
  fieldToken: fieldTokenOf,
  objectToken: (name) => tokenOfObject(objectOf(name)),
  describeObject: (name) => new ObjectDescribe(objectOf(name)),
  describeField: (objectName, fieldName) => {
    const { object, field } = fieldTokenOf(objectName, fieldName);
    return new FieldDescribe(object, field);
  },
};
