import { RecordError } from '../record-error.ts';

/** Field types by the names that describe gives them. */
export type FieldType =
  | 'id'
  | 'string'
  | 'textarea'
  | 'email'
  | 'phone'
  | 'url'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency'
  | 'percent'
  | 'date'
  | 'datetime'
  | 'time'
  | 'picklist'
  | 'multipicklist'
  | 'reference'
  | 'base64';

export type PicklistValue = { readonly value: string; readonly label: string; readonly isDefault: boolean };

/** A lookup: where it points, under which names both sides see it, and what deleting the parent does. */
export type Reference = {
  readonly to: readonly string[];
  readonly relationshipName: string | null;
  readonly childRelationshipName: string | null;
  readonly onDelete: 'SetNull' | 'Restrict' | 'Cascade';
  readonly isMasterDetail: boolean;
};

/** One field of an object, complete enough to store, check, describe and query it. */
export type Field = {
  readonly name: string;
  readonly label: string;
  readonly type: FieldType;
  readonly isCustom: boolean;
  readonly length: number;
  readonly precision: number;
  readonly scale: number;
  readonly isRequired: boolean;
  readonly isCreateable: boolean;
  readonly isUpdateable: boolean;
  readonly isUnique: boolean;
  readonly isCaseSensitive: boolean;
  readonly isExternalId: boolean;
  readonly isNameField: boolean;
  readonly isLongText: boolean;
  readonly isRestrictedPicklist: boolean;
  readonly picklist: readonly PicklistValue[];
  readonly reference: Reference | null;
  readonly formula: string | null;
  readonly treatsBlankAsZero: boolean;
  readonly defaultFormula: string | null;
  readonly autoNumber: string | null;
};

export type ObjectKind = 'standard' | 'custom' | 'setting' | 'metadata' | 'event';

/** One object with its fields, keyed by lower-cased API name. */
export type ObjectType = {
  readonly name: string;
  readonly label: string;
  readonly labelPlural: string;
  readonly kind: ObjectKind;
  readonly keyPrefix: string | null;
  readonly fields: Map<string, Field>;
};

/** A child relationship seen from the parent: `Account.Contacts` is Contact.AccountId. */
export type ChildRelationship = { readonly name: string | null; readonly child: ObjectType; readonly field: Field };

/** All objects of the org; every lookup by name ignores case, as Salesforce does. */
export type Schema = {
  readonly objects: Map<string, ObjectType>;
  readonly isMultiCurrency: boolean;
  readonly childRelationships: (objectName: string) => readonly ChildRelationship[];
};

/** Builds the schema's lookups once; children are found by scanning every reference field. */
export function createSchema(objects: Iterable<ObjectType>, isMultiCurrency: boolean): Schema {
  const byName = new Map([...objects].map((object) => [object.name.toLowerCase(), object]));
  const children = new Map<string, ChildRelationship[]>();
  for (const child of byName.values()) {
    for (const field of child.fields.values()) {
      for (const parent of field.reference?.to ?? []) {
        const list = children.get(parent.toLowerCase()) ?? [];
        list.push({ name: field.reference?.childRelationshipName ?? null, child, field });
        children.set(parent.toLowerCase(), list);
      }
    }
  }
  return {
    objects: byName,
    isMultiCurrency,
    childRelationships: (objectName) => children.get(objectName.toLowerCase()) ?? [],
  };
}

/** The object of that name, or INVALID_TYPE as a real org says it. */
export function objectNamed(schema: Schema, name: string): ObjectType {
  const object = schema.objects.get(name.toLowerCase());
  if (!object) {
    throw new RecordError(
      'INVALID_TYPE',
      `sObject type '${name}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`,
    );
  }
  return object;
}

/** The field of that name, or nothing. */
export function fieldNamed(object: ObjectType, name: string): Field | undefined {
  return object.fields.get(name.toLowerCase());
}

/** The field of that name where its absence would be a mistake of this program. */
export function mustHaveField(object: ObjectType, name: string): Field {
  const field = fieldNamed(object, name);
  if (!field) throw new Error(`${object.name} has no field ${name}`);
  return field;
}

const NUMERIC: ReadonlySet<FieldType> = new Set(['int', 'double', 'currency', 'percent']);
const TEXTUAL: ReadonlySet<FieldType> = new Set([
  'string',
  'textarea',
  'email',
  'phone',
  'url',
  'picklist',
  'multipicklist',
]);

export function isNumeric(field: Field): boolean {
  return NUMERIC.has(field.type);
}

export function isTextual(field: Field): boolean {
  return TEXTUAL.has(field.type);
}

/** Formula fields have no column: their value is computed when read. */
export function isStored(field: Field): boolean {
  return field.formula === null;
}
