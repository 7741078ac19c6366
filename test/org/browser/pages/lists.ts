import { objectNamed, type ObjectType } from '../../metadata/schema.ts';
import { RecordError } from '../../record-error.ts';
import { normalizeId } from '../../store/record-ids.ts';
import { type PageOrg } from '../records/page-session.ts';
import { nameFieldOf, objectOfId, selectUiRecords } from '../records/ui-record.ts';
import { fieldModels, pathsOf } from './field-model.ts';
import { type ListModel } from './page-model.ts';
import { standardLayout } from './standard-layouts.ts';

const LIST_ROWS = 50;

type Rows = {
  readonly object: ObjectType;
  readonly label: string;
  readonly columns: readonly string[];
  readonly where: string;
  readonly limit: number;
};

/** The recently changed records of an object. */
export function listView(org: PageOrg, userId: string, objectName: string): ListModel {
  const object = objectNamed(org.store.schema, objectName);
  return rowsOf(org, userId, {
    object,
    label: object.labelPlural,
    columns: standardLayout(object.name, nameFieldOf(object)).columns,
    where: '',
    limit: LIST_ROWS,
  });
}

export type RelatedList = { readonly recordId: string; readonly relationship: string; readonly limit: number };

/** The children of a record by one relationship. */
export function relatedList(org: PageOrg, userId: string, { recordId, relationship, limit }: RelatedList): ListModel {
  const parent = objectOfId(org, recordId);
  const bare = (name: string | null): string => (name ?? '').replace(/__r$/, '').toLowerCase();
  const children = org.store.schema.childRelationships(parent.name);
  const found = children.find(({ name }) => name !== null && bare(name) === bare(relationship));
  if (!found) throw new RecordError('NOT_FOUND', `${parent.label} has no related list ${relationship}.`);
  const { child, field } = found;
  return rowsOf(org, userId, {
    object: child,
    label: child.labelPlural,
    columns: standardLayout(child.name, nameFieldOf(child)).relatedColumns,
    where: `WHERE ${field.name} = '${normalizeId(recordId) ?? ''}'`,
    limit,
  });
}

function rowsOf(org: PageOrg, userId: string, { object, label, columns, where, limit }: Rows): ListModel {
  if (!org.security.rightsOf(userId).object(object).read) {
    throw new RecordError('INSUFFICIENT_ACCESS_OR_READONLY', `You don't have access to ${object.labelPlural}.`);
  }
  const fields = fieldModels(org, userId, object, columns);
  const tail = `${where} ORDER BY CreatedDate DESC, Id DESC LIMIT ${limit + 1}`;
  const records = selectUiRecords(org, userId, { object, paths: pathsOf(fields), tail });
  return {
    objectName: object.name,
    label,
    icon: standardLayout(object.name, nameFieldOf(object)).icon,
    columns: fields,
    records: records.slice(0, limit),
    hasMore: records.length > limit,
  };
}
