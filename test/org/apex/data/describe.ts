import { type Field, isNumeric, isTextual, type ObjectType } from '../../metadata/schema.ts';
import { currentExecution } from '../execution/execution.ts';
import { currentProgram } from '../program.ts';
import { type ApexEnumValue } from '../runtime/values/apex-enum.ts';
import { ApexList } from '../runtime/values/apex-list.ts';
import { PlatformObject } from '../runtime/values/apex-object.ts';
import { classOf } from '../types.ts';
import { type FieldRights, type ObjectRights } from './org-metadata.ts';
import { tokenOfObject } from './tokens.ts';

/** `Account.SObjectType.getDescribe()`. */
export class ObjectDescribe extends PlatformObject {
  static override readonly apexName = 'Schema.DescribeSObjectResult';
  readonly object: ObjectType;

  constructor(object: ObjectType) {
    super();
    this.object = object;
  }

  get rights(): ObjectRights {
    const { org, userId } = currentExecution();
    return org.security.rightsOf(userId).object(this.object);
  }
}

/** `Account.Name.getDescribe()`. */
export class FieldDescribe extends PlatformObject {
  static override readonly apexName = 'Schema.DescribeFieldResult';
  readonly object: ObjectType;
  readonly field: Field;

  constructor(object: ObjectType, field: Field) {
    super();
    this.object = object;
    this.field = field;
  }

  get rights(): FieldRights {
    const { org, userId } = currentExecution();
    return org.security.rightsOf(userId).field(this.object, this.field);
  }
}

/** One value of a picklist. */
export class PicklistEntry extends PlatformObject {
  static override readonly apexName = 'Schema.PicklistEntry';
  readonly value: string;
  readonly label: string;
  readonly isDefault: boolean;

  constructor({ value, label, isDefault }: { value: string; label: string; isDefault: boolean }) {
    super();
    this.value = value;
    this.label = label;
    this.isDefault = isDefault;
  }
}

/** A relationship as the parent sees it. */
export class ChildRelationshipDescribe extends PlatformObject {
  static override readonly apexName = 'Schema.ChildRelationship';
  readonly name: string | null;
  readonly child: ObjectType;
  readonly field: Field;

  constructor({ name, child, field }: { name: string | null; child: ObjectType; field: Field }) {
    super();
    this.name = name;
    this.child = child;
    this.field = field;
  }
}

const DISPLAY_TYPES: Readonly<Record<Field['type'], string>> = {
  id: 'ID',
  string: 'STRING',
  textarea: 'TEXTAREA',
  email: 'EMAIL',
  phone: 'PHONE',
  url: 'URL',
  boolean: 'BOOLEAN',
  int: 'INTEGER',
  double: 'DOUBLE',
  currency: 'CURRENCY',
  percent: 'PERCENT',
  date: 'DATE',
  datetime: 'DATETIME',
  time: 'TIME',
  picklist: 'PICKLIST',
  multipicklist: 'MULTIPICKLIST',
  reference: 'REFERENCE',
  base64: 'BASE64',
};

export const DISPLAY_TYPE_NAMES = [
  ...new Set(Object.values(DISPLAY_TYPES)),
  'ANYTYPE',
  'ADDRESS',
  'COMBOBOX',
  'ENCRYPTEDSTRING',
  'LOCATION',
  'LONG',
];

/** `Schema.DisplayType.STRING` and its kin. */
export function displayType(field: Field): ApexEnumValue | null {
  return enumValue('Schema.DisplayType', DISPLAY_TYPES[field.type]);
}

/** `Schema.SoapType.STRING` and its kin. */
export function soapType(field: Field): ApexEnumValue | null {
  if (field.type === 'id' || field.type === 'reference') return enumValue('Schema.SoapType', 'ID');
  if (field.type === 'int') return enumValue('Schema.SoapType', 'INTEGER');
  if (field.type === 'base64') return enumValue('Schema.SoapType', 'BASE64BINARY');
  if (isNumeric(field)) return enumValue('Schema.SoapType', 'DOUBLE');
  return enumValue('Schema.SoapType', isTextual(field) ? 'STRING' : field.type.toUpperCase());
}

function enumValue(enumName: string, name: string): ApexEnumValue | null {
  return (
    currentProgram()
      .enumValues(enumName)
      .find((value) => value.name === name) ?? null
  );
}

export function picklistEntries(field: Field): ApexList {
  return new ApexList(
    classOf('Schema.PicklistEntry'),
    field.picklist.map((value) => new PicklistEntry(value)),
  );
}

/** The record types a lookup may point to. */
export function referenceTargets(field: Field): ApexList {
  const { schema } = currentExecution().org.store;
  const targets = (field.reference?.to ?? []).flatMap((name) => schema.objects.get(name.toLowerCase()) ?? []);
  return new ApexList(classOf('Schema.SObjectType'), targets.map(tokenOfObject));
}

export function childRelationships(object: ObjectType): ApexList {
  const { schema } = currentExecution().org.store;
  return new ApexList(
    classOf('Schema.ChildRelationship'),
    schema.childRelationships(object.name).map((relationship) => new ChildRelationshipDescribe(relationship)),
  );
}
