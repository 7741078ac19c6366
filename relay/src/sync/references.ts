import type { Values } from '../dynamics/connector.ts';
import { isOutbound } from './fields.ts';
import type { EntityMapping } from './mapping.ts';
import type { SalesforceRecord } from './unit.ts';

/** A record that must be linked before this one can name it. `line` is the id of the line that names it. */
export type ReferenceNeed = {
  readonly field: string;
  readonly mapping: string;
  readonly recordId: string;
  readonly line: string | null;
  /** The field of the record in Dynamics that is taken; null where that is its number. */
  readonly referenceField: string | null;
};

/** The name under which a reference's value is handed to the mapping. */
export function referenceKey(mapping: string, recordId: string, referenceField: string | null | undefined): string {
  return referenceField == null ? `${mapping}/${recordId}` : `${mapping}/${recordId}/${referenceField}`;
}

/** Every record that a document and its lines refer to, each field once. */
export function referencesOf(mapping: EntityMapping, record: SalesforceRecord): ReferenceNeed[] {
  const lines = mapping.children.flatMap((child) =>
    (record.children[child.childRelationship ?? ''] ?? []).flatMap((line) => needsOf(child, line.fields, line.id)),
  );
  return [...needsOf(mapping, record.fields, null), ...lines];
}

function needsOf(mapping: EntityMapping, fields: Values, line: string | null): ReferenceNeed[] {
  return mapping.fields.flatMap((field) => {
    const recordId = field.salesforceField === null ? null : fields[field.salesforceField];
    if (field.kind !== 'Reference' || field.referenceMapping === null || !isOutbound(field)) return [];
    if (typeof recordId !== 'string' || recordId === '') return [];
    const referenceField = field.options.referenceField ?? null;
    return [{ field: field.dynamicsField, mapping: field.referenceMapping, recordId, line, referenceField }];
  });
}

/** The records whose documents may have handed the same deal over already. */
export function relatedRecordIds(mapping: EntityMapping, record: SalesforceRecord): string[] {
  const ids = (mapping.options.related ?? []).map((path) => record.fields[path]);
  return [...new Set(ids.filter((id): id is string => typeof id === 'string' && id !== ''))];
}
