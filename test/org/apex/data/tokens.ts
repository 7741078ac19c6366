import { type Field, type ObjectType } from '../../metadata/schema.ts';
import { PlatformObject } from '../runtime/values/apex-object.ts';

/** `Account.SObjectType`; one object per record type, so that `==` and map keys work. */
export class SObjectTypeToken extends PlatformObject {
  static override readonly apexName = 'Schema.SObjectType';
  readonly object: ObjectType;

  constructor(object: ObjectType) {
    super();
    this.object = object;
  }

  override toApexString(): string {
    return this.object.name;
  }
}

/** `Account.Name`; one object per field. */
export class SObjectFieldToken extends PlatformObject {
  static override readonly apexName = 'Schema.SObjectField';
  readonly object: ObjectType;
  readonly field: Field;

  constructor(object: ObjectType, field: Field) {
    super();
    this.object = object;
    this.field = field;
  }

  override toApexString(): string {
    return this.field.name;
  }
}

const objectTokens = new WeakMap<ObjectType, SObjectTypeToken>();
const fieldTokens = new WeakMap<Field, Map<string, SObjectFieldToken>>();

export function tokenOfObject(object: ObjectType): SObjectTypeToken {
  const known = objectTokens.get(object) ?? new SObjectTypeToken(object);
  objectTokens.set(object, known);
  return known;
}

/** System fields are shared between objects, so the object belongs to the key. */
export function tokenOfField(object: ObjectType, field: Field): SObjectFieldToken {
  const byObject = fieldTokens.get(field) ?? new Map<string, SObjectFieldToken>();
  fieldTokens.set(field, byObject);
  const known = byObject.get(object.name) ?? new SObjectFieldToken(object, field);
  byObject.set(object.name, known);
  return known;
}
