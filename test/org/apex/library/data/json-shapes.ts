import { type ApexType, classOf, listOf, types } from '../../types.ts';
import { DataObject } from './data-class.ts';

/** The names a platform object has in JSON, each with the value it stands for and that value's type. */
export type JsonShape = ReadonlyMap<string, { readonly key: string; readonly type: ApexType }>;

const ERROR_CLASS = 'Database.Error';

const ERROR: JsonShape = new Map([
  ['statusCode', { key: 'statusCode', type: classOf('System.StatusCode') }],
  ['message', { key: 'message', type: types.String }],
  ['fields', { key: 'fields', type: listOf(types.String) }],
]);

const RESULT: JsonShape = new Map<string, { key: string; type: ApexType }>([
  ['success', { key: 'isSuccess', type: types.Boolean }],
  ['id', { key: 'id', type: types.Id }],
  ['errors', { key: 'errors', type: listOf(classOf(ERROR_CLASS)) }],
]);

const SHAPES: ReadonlyMap<string, JsonShape> = new Map([
  [ERROR_CLASS, ERROR],
  ['Database.SaveResult', RESULT],
  ['Database.DeleteResult', RESULT],
  ['Database.UndeleteResult', RESULT],
  ['Database.UpsertResult', new Map([...RESULT, ['created', { key: 'isCreated', type: types.Boolean }]])],
]);

/** How results of DML look in JSON, from which tests also make them; null for classes without JSON. */
export function jsonShapeOf(className: string): JsonShape | null {
  return SHAPES.get(className) ?? null;
}

/** An object of that class with nothing in it yet. */
export function emptyOfShape(className: string): DataObject {
  return new DataObject(className);
}
