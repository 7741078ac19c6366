import { randomUUID } from 'node:crypto';
import { type Field, isTextual, type ObjectType } from '../../../metadata/schema.ts';
import { defaultValue } from '../../../records/field-defaults.ts';
import { ApexSObject } from '../../data/apex-sobject.ts';
import { toApexValue } from '../../data/field-values.ts';
import {
  type ChildRelationshipDescribe,
  childRelationships,
  DISPLAY_TYPE_NAMES,
  displayType,
  FieldDescribe,
  ObjectDescribe,
  type PicklistEntry,
  picklistEntries,
  referenceTargets,
  soapType,
} from '../../data/describe.ts';
import { type SObjectFieldToken, type SObjectTypeToken, tokenOfField, tokenOfObject } from '../../data/tokens.ts';
import { currentExecution } from '../../execution/execution.ts';
import { throwApex, throwNullReference } from '../../runtime/values/apex-exception.ts';
import { type ApexId } from '../../runtime/values/apex-id.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { PlatformObject } from '../../runtime/values/apex-object.ts';
import { ApexMap } from '../../runtime/values/apex-map.ts';
import { classOf, types } from '../../types.ts';
import { platformClass, platformEnum, type PlatformDeclaration } from '../declare.ts';
import { fieldSetClasses, fieldSetProperties } from './field-sets.ts';
import { recordTypeClasses, recordTypeMethods } from './record-types.ts';

const NAMESPACE = { namespace: 'Schema' } as const;

/** Keys are compared without case, as the maps of describe are. */
class NameMap extends ApexMap {
  readonly #names: ReadonlyMap<string, string>;

  constructor(valueType: ReturnType<typeof classOf>, entries: readonly (readonly [string, unknown])[]) {
    super(types.String, valueType, entries);
    this.#names = new Map(entries.map(([name]) => [name.toLowerCase(), name]));
  }

  override get(key: unknown): unknown {
    return super.get(this.#trueName(key));
  }

  override has(key: unknown): boolean {
    return super.has(this.#trueName(key));
  }

  #trueName(key: unknown): unknown {
    return typeof key === 'string' ? (this.#names.get(key.toLowerCase()) ?? key) : key;
  }
}

function globalDescribe(): ApexMap {
  const { objects } = currentExecution().org.store.schema;
  const entries = [...objects.values()].map((object) => [object.name.toLowerCase(), tokenOfObject(object)] as const);
  return new NameMap(classOf('Schema.SObjectType'), entries);
}

function fieldMap(object: ObjectType): ApexMap {
  const entries = [...object.fields.values()].map(
    (field) => [field.name.toLowerCase(), tokenOfField(object, field)] as const,
  );
  return new NameMap(classOf('Schema.SObjectField'), entries);
}

function describeAll(names: ApexList | null): ApexList {
  const { objects } = currentExecution().org.store.schema;
  const found = (names?.items ?? throwNullReference()).map((name) => {
    const object = objects.get(String(name).toLowerCase());
    return object
      ? new ObjectDescribe(object)
      : throwApex('System.InvalidParameterValueException', `sObject type '${String(name)}' is not supported.`);
  });
  return new ApexList(classOf('Schema.DescribeSObjectResult'), found);
}

/** What `Account.SObjectType.getDescribe().fields` gives. */
class FieldsMap extends PlatformObject {
  static override readonly apexName = 'Schema.SObjectTypeFields';
  readonly object: ObjectType;

  constructor(object: ObjectType) {
    super();
    this.object = object;
  }
}

/** With defaults, an event gets the EventUuid it will be published under. */
function newOfType(self: SObjectTypeToken, id: ApexId | null = null, hasDefaults: boolean | null = false): ApexSObject {
  const record = new ApexSObject(self.object);
  if (id !== null) record.setField('Id', id);
  if (hasDefaults === true) loadDefaults(record, self.object);
  return record;
}

function loadDefaults(record: ApexSObject, object: ObjectType): void {
  const clock = { now: currentExecution().org.clock().toISOString() };
  for (const field of object.fields.values()) {
    if (!field.isCreateable || field.formula !== null || field.reference) continue;
    const value = defaultValue(field, clock);
    if (value !== null) record.setField(field.name, toApexValue(field, value));
  }
  if (object.kind === 'event') record.setField('EventUuid', randomUUID());
}

const typeToken = platformClass('SObjectType', {
  ...NAMESPACE,
  methods: {
    'Schema.DescribeSObjectResult getDescribe()': (self: SObjectTypeToken) => new ObjectDescribe(self.object),
    'Schema.DescribeSObjectResult getDescribe(SObjectDescribeOptions)': (self: SObjectTypeToken) =>
      new ObjectDescribe(self.object),
    'SObject newSObject()': (self: SObjectTypeToken) => newOfType(self),
    'SObject newSObject(Id)': (self: SObjectTypeToken, id: ApexId | null) => newOfType(self, id),
    'SObject newSObject(Id, Boolean)': (self: SObjectTypeToken, id: ApexId | null, hasDefaults: boolean | null) =>
      newOfType(self, id, hasDefaults),
    'String getName()': (self: SObjectTypeToken) => self.object.name,
  },
});

const fieldToken = platformClass('SObjectField', {
  ...NAMESPACE,
  methods: {
    'Schema.DescribeFieldResult getDescribe()': (self: SObjectFieldToken) => new FieldDescribe(self.object, self.field),
    'Schema.DescribeFieldResult getDescribe(Schema.FieldDescribeOptions)': (self: SObjectFieldToken) =>
      new FieldDescribe(self.object, self.field),
  },
});

const fieldsMap = platformClass('SObjectTypeFields', {
  ...NAMESPACE,
  methods: { 'Map<String, Schema.SObjectField> getMap()': (self: FieldsMap) => fieldMap(self.object) },
});

const objectDescribe = platformClass('DescribeSObjectResult', {
  ...NAMESPACE,
  properties: {
    'Schema.SObjectTypeFields fields': { get: (self: ObjectDescribe) => new FieldsMap(self.object) },
    ...fieldSetProperties,
  },
  methods: {
    'String getName()': (self: ObjectDescribe) => self.object.name,
    'String getLocalName()': (self: ObjectDescribe) => self.object.name.replace(/^\w+?__(?=\w+__)/, ''),
    'String getLabel()': (self: ObjectDescribe) => self.object.label,
    'String getLabelPlural()': (self: ObjectDescribe) => self.object.labelPlural,
    'String getKeyPrefix()': (self: ObjectDescribe) => self.object.keyPrefix,
    'Schema.SObjectType getSObjectType()': (self: ObjectDescribe) => tokenOfObject(self.object),
    'Boolean isAccessible()': (self: ObjectDescribe) => self.rights.read,
    'Boolean isCreateable()': (self: ObjectDescribe) => self.rights.create && self.object.kind !== 'metadata',
    'Boolean isUpdateable()': (self: ObjectDescribe) => self.rights.edit && self.object.kind !== 'metadata',
    'Boolean isDeletable()': (self: ObjectDescribe) => self.rights.delete && self.object.kind !== 'metadata',
    'Boolean isUndeletable()': (self: ObjectDescribe) => self.rights.create && self.object.fields.has('isdeleted'),
    'Boolean isQueryable()': (self: ObjectDescribe) => self.rights.read && self.object.kind !== 'event',
    'Boolean isCustom()': (self: ObjectDescribe) => self.object.kind !== 'standard',
    'Boolean isCustomSetting()': (self: ObjectDescribe) => self.object.kind === 'setting',
    'Boolean isMergeable()': (self: ObjectDescribe) =>
      ['Account', 'Contact', 'Lead', 'Case'].includes(self.object.name),
    'Boolean isSearchable()': (self: ObjectDescribe) => SEARCHABLE.has(self.object.kind) && self.rights.read,
    'Boolean isFeedEnabled()': () => false,
    'Boolean isMruEnabled()': (self: ObjectDescribe) => SEARCHABLE.has(self.object.kind),
    'Boolean isDeprecatedAndHidden()': () => false,
    'Boolean getHasSubtypes()': () => false,
    'List<Schema.ChildRelationship> getChildRelationships()': (self: ObjectDescribe) => childRelationships(self.object),
    ...recordTypeMethods,
  },
});

const SEARCHABLE: ReadonlySet<ObjectType['kind']> = new Set(['standard', 'custom']);

const fieldDescribe = platformClass('DescribeFieldResult', {
  ...NAMESPACE,
  methods: {
    'String getName()': (self: FieldDescribe) => self.field.name,
    'String getLocalName()': (self: FieldDescribe) => self.field.name.replace(/^\w+?__(?=\w+__)/, ''),
    'String getLabel()': (self: FieldDescribe) => self.field.label,
    'Integer getLength()': (self: FieldDescribe) => self.field.length,
    'Integer getByteLength()': (self: FieldDescribe) => self.field.length * 3,
    'Integer getPrecision()': (self: FieldDescribe) => self.field.precision,
    'Integer getScale()': (self: FieldDescribe) => self.field.scale,
    'Integer getDigits()': (self: FieldDescribe) => (self.field.type === 'int' ? self.field.precision : 0),
    'Schema.DisplayType getType()': (self: FieldDescribe) => displayType(self.field),
    'Schema.SoapType getSOAPType()': (self: FieldDescribe) => soapType(self.field),
    'Schema.SObjectField getSObjectField()': (self: FieldDescribe) => tokenOfField(self.object, self.field),
    'Schema.SObjectType getSObjectType()': (self: FieldDescribe) => tokenOfObject(self.object),
    'List<Schema.PicklistEntry> getPicklistValues()': (self: FieldDescribe) => picklistEntries(self.field),
    'List<Schema.SObjectType> getReferenceTo()': (self: FieldDescribe) => referenceTargets(self.field),
    'String getRelationshipName()': (self: FieldDescribe) => self.field.reference?.relationshipName ?? null,
    'String getCalculatedFormula()': (self: FieldDescribe) => self.field.formula,
    'Boolean isAccessible()': (self: FieldDescribe) => self.rights.read,
    'Boolean isCreateable()': (self: FieldDescribe) =>
      self.rights.edit && self.field.isCreateable && self.field.formula === null,
    'Boolean isUpdateable()': (self: FieldDescribe) =>
      self.rights.edit && self.field.isUpdateable && self.field.formula === null,
    'Boolean isPermissionable()': (self: FieldDescribe) => self.field.isCustom && !self.field.isRequired,
    'Boolean isCustom()': (self: FieldDescribe) => self.field.isCustom,
    'Boolean isCalculated()': (self: FieldDescribe) => self.field.formula !== null,
    'Boolean isAutoNumber()': (self: FieldDescribe) => self.field.autoNumber !== null,
    'Boolean isNillable()': (self: FieldDescribe) =>
      !self.field.isRequired && self.field.type !== 'boolean' && self.field.type !== 'id',
    'Boolean isUnique()': (self: FieldDescribe) => self.field.isUnique,
    'Boolean isExternalID()': (self: FieldDescribe) => self.field.isExternalId,
    'Boolean isIdLookup()': (self: FieldDescribe) => self.field.isExternalId || self.field.type === 'id',
    'Boolean isCaseSensitive()': (self: FieldDescribe) => self.field.isCaseSensitive,
    'Boolean isNameField()': (self: FieldDescribe) => self.field.isNameField,
    'Boolean isNamePointing()': (self: FieldDescribe) => (self.field.reference?.to.length ?? 0) > 1,
    'Boolean isRestrictedPicklist()': (self: FieldDescribe) => self.field.isRestrictedPicklist,
    'Boolean isHtmlFormatted()': () => false,
    'Boolean isDependentPicklist()': () => false,
    'Boolean isEncrypted()': () => false,
    'Boolean isDeprecatedAndHidden()': () => false,
    'Boolean isWriteRequiresMasterRead()': () => false,
    'Boolean isAiPredictionField()': () => false,
    'Schema.SObjectField getController()': () => null,
    'String getInlineHelpText()': () => null,
    'String getDefaultValueFormula()': (self: FieldDescribe) => self.field.defaultFormula,
    'Object getDefaultValue()': (self: FieldDescribe) => ownDefault(self.field),
    'Integer getRelationshipOrder()': (self: FieldDescribe) =>
      self.field.reference?.isMasterDetail === true ? 0 : null,
    'Boolean isFilterable()': (self: FieldDescribe) => !self.field.isLongText,
    'Boolean isSortable()': (self: FieldDescribe) => !self.field.isLongText && self.field.type !== 'multipicklist',
    'Boolean isGroupable()': (self: FieldDescribe) =>
      !self.field.isLongText && (isTextual(self.field) || self.field.type === 'reference'),
    'Boolean isCascadeDelete()': (self: FieldDescribe) => self.field.reference?.onDelete === 'Cascade',
    'Boolean isDefaultedOnCreate()': (self: FieldDescribe) =>
      self.field.type === 'boolean' || self.field.defaultFormula !== null,
  },
});

/** Only a value that needs no calculation is known without a record. */
function ownDefault(field: Field): unknown {
  if (field.type === 'boolean') return field.defaultFormula?.toLowerCase() === 'true';
  return field.picklist.find(({ isDefault }) => isDefault)?.value ?? null;
}

const picklistEntry = platformClass('PicklistEntry', {
  ...NAMESPACE,
  methods: {
    'String getLabel()': (self: PicklistEntry) => self.label,
    'String getValue()': (self: PicklistEntry) => self.value,
    'Boolean isActive()': () => true,
    'Boolean isDefaultValue()': (self: PicklistEntry) => self.isDefault,
  },
});

const childRelationship = platformClass('ChildRelationship', {
  ...NAMESPACE,
  methods: {
    'Schema.SObjectType getChildSObject()': (self: ChildRelationshipDescribe) => tokenOfObject(self.child),
    'Schema.SObjectField getField()': (self: ChildRelationshipDescribe) => tokenOfField(self.child, self.field),
    'String getRelationshipName()': (self: ChildRelationshipDescribe) => self.name,
    'Boolean isCascadeDelete()': (self: ChildRelationshipDescribe) => self.field.reference?.onDelete === 'Cascade',
    'Boolean isRestrictedDelete()': (self: ChildRelationshipDescribe) => self.field.reference?.onDelete === 'Restrict',
    'Boolean isDeprecatedAndHidden()': () => false,
  },
});

const schemaClass = platformClass('Schema', {
  statics: {
    'Map<String, Schema.SObjectType> getGlobalDescribe()': globalDescribe,
    'List<Schema.DescribeSObjectResult> describeSObjects(List<String>)': describeAll,
    'List<Schema.DescribeSObjectResult> describeSObjects(List<String>, SObjectDescribeOptions)': describeAll,
  },
});

/** Schema.*: tokens, describe results and the global describe. */
export const schemaClasses: readonly PlatformDeclaration[] = [
  typeToken,
  fieldToken,
  fieldsMap,
  objectDescribe,
  fieldDescribe,
  picklistEntry,
  ...recordTypeClasses,
  ...fieldSetClasses,
  childRelationship,
  schemaClass,
  platformEnum('DisplayType', DISPLAY_TYPE_NAMES, NAMESPACE),
  platformEnum(
    'SoapType',
    ['ADDRESS', 'ANYTYPE', 'BASE64BINARY', 'BOOLEAN', 'DATE', 'DATETIME', 'DOUBLE', 'ID', 'INTEGER', 'STRING', 'TIME'],
    NAMESPACE,
  ),
  platformEnum('FieldDescribeOptions', ['DEFAULT', 'FULL_DESCRIBE'], NAMESPACE),
  platformEnum('SObjectDescribeOptions', ['DEFAULT', 'DEFERRED', 'FULL']),
];

/** `id.getSObjectType()`: the record type an id belongs to. */
export function typeOfId(id: ApexId): SObjectTypeToken {
  const { schema } = currentExecution().org.store;
  const object = [...schema.objects.values()].find(({ keyPrefix }) => keyPrefix === id.value.slice(0, 3));
  return object
    ? tokenOfObject(object)
    : throwApex('System.SObjectException', `Cannot locate Apex Type for ID: ${id.value}`);
}
