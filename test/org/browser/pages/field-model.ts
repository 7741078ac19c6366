import { fieldNamed, type Field, objectNamed, type ObjectType } from '../../metadata/schema.ts';
import { type PageOrg } from '../records/page-session.ts';
import { nameFieldOf } from '../records/ui-record.ts';
import { type FieldModel } from './page-model.ts';

/** Lookups are shown, not chosen: a picker of records is not part of the local org. */
const NOT_EDITED_INLINE = new Set(['id', 'reference', 'multipicklist', 'time']);

/** A field as the user meets it; null where it does not exist or is hidden from them. */
export function fieldModel(org: PageOrg, userId: string, object: ObjectType, name: string): FieldModel | null {
  const field = fieldNamed(object, name);
  const rights = org.security.rightsOf(userId);
  if (!field || !rights.field(object, field).read) return null;
  const isWritable = field.isUpdateable && field.formula === null && field.autoNumber === null;
  const isEditable = isWritable && rights.field(object, field).edit && !NOT_EDITED_INLINE.has(field.type);
  return {
    name: field.name,
    label: labelOf(object, field),
    type: field.type,
    isEditable,
    isRequired: field.isRequired,
    isNameField: field.isNameField,
    length: field.length,
    scale: field.scale,
    picklist: isEditable ? field.picklist.map(({ value, label }) => ({ value, label })) : [],
    parent: parentOf(org, field),
  };
}

/** Fields of those names that the user may see, in order. */
export function fieldModels(org: PageOrg, userId: string, object: ObjectType, names: readonly string[]): FieldModel[] {
  return names.map((name) => fieldModel(org, userId, object, name)).filter((field) => field !== null);
}

/** What must be read to show a field: itself, and its parent's name. */
export function pathsOf(fields: readonly FieldModel[]): string[] {
  return fields.flatMap(({ name, parent }) =>
    parent === null ? [name] : [name, `${parent.relationship}.Id`, `${parent.relationship}.${parent.nameField}`],
  );
}

/** As record pages label it: a lookup by what it leads to, `Account`, and a name by whose it is, `Opportunity Name`. */
function labelOf(object: ObjectType, field: Field): string {
  if (field.isNameField && field.label === 'Name') return `${object.label} Name`;
  return field.type === 'reference' ? field.label.replace(/ ID$/, '') : field.label;
}

function parentOf(org: PageOrg, { reference }: Field): FieldModel['parent'] {
  const [target] = reference?.to ?? [];
  if (reference?.relationshipName == null || target === undefined) return null;
  const nameField = nameFieldOf(objectNamed(org.store.schema, target));
  return { relationship: reference.relationshipName, nameField };
}
