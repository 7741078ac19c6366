import {
  type ChildRelationship,
  type Field,
  type ObjectType,
  objectNamed,
  type Schema,
  isNumeric,
} from '../metadata/schema.ts';
import { ok, type RestRequest, type RestResponse } from './http.ts';

function summary(object: ObjectType, version: string): Record<string, unknown> {
  const base = `/services/data/${version}/sobjects/${object.name}`;
  const isReadOnly = ![...object.fields.values()].some((field) => field.isCreateable && object.kind !== 'metadata');
  const isPermanent = object.kind === 'metadata' || object.kind === 'event' || !object.fields.has('isdeleted');
  return {
    name: object.name,
    label: object.label,
    labelPlural: object.labelPlural,
    keyPrefix: object.keyPrefix,
    custom: object.kind !== 'standard',
    customSetting: object.kind === 'setting',
    createable: !isReadOnly,
    updateable: !isReadOnly && object.kind !== 'event',
    deletable: !isPermanent,
    undeletable: !isPermanent && object.kind !== 'setting',
    queryable: object.kind !== 'event',
    retrieveable: object.kind !== 'event',
    searchable: false,
    triggerable: object.kind !== 'metadata' && object.kind !== 'setting',
    replicateable: object.kind === 'standard' || object.kind === 'custom',
    mergeable: object.name === 'Account' || object.name === 'Contact' || object.name === 'Case',
    layoutable: object.kind === 'standard' || object.kind === 'custom',
    feedEnabled: false,
    deprecatedAndHidden: false,
    urls: { sobject: base, describe: `${base}/describe`, rowTemplate: `${base}/{ID}` },
  };
}

/** GET /sobjects: every object in short. */
export function describeGlobal(schema: Schema, request: RestRequest): RestResponse {
  const objects = [...schema.objects.values()].sort((a, b) => a.name.localeCompare(b.name));
  return ok({
    encoding: 'UTF-8',
    maxBatchSize: 200,
    sobjects: objects.map((object) => summary(object, request.version)),
  });
}

/** GET /sobjects/Type: the object in short. */
export function describeBasic(schema: Schema, request: RestRequest, type: string): RestResponse {
  return ok({ objectDescribe: summary(objectNamed(schema, type), request.version), recentItems: [] });
}

/** GET /sobjects/Type/describe: the object with its fields and child relationships. */
export function describeObject(schema: Schema, request: RestRequest, type: string): RestResponse {
  const object = objectNamed(schema, type);
  return ok({
    ...summary(object, request.version),
    fields: [...object.fields.values()].map(describeField),
    childRelationships: schema.childRelationships(object.name).map(describeChild),
    recordTypeInfos: [
      {
        active: true,
        available: true,
        defaultRecordTypeMapping: true,
        developerName: 'Master',
        master: true,
        name: 'Master',
        recordTypeId: '012000000000000AAA',
      },
    ],
  });
}

function describeField(field: Field): Record<string, unknown> {
  return {
    name: field.name,
    label: field.label,
    type: field.type,
    soapType: SOAP_TYPES[field.type] ?? 'xsd:string',
    custom: field.isCustom,
    nillable: !field.isRequired && field.type !== 'boolean' && field.type !== 'id',
    createable: field.isCreateable,
    updateable: field.isUpdateable,
    unique: field.isUnique,
    caseSensitive: field.isCaseSensitive,
    externalId: field.isExternalId,
    idLookup: field.isExternalId || field.type === 'id',
    nameField: field.isNameField,
    autoNumber: field.autoNumber !== null,
    calculated: field.formula !== null,
    calculatedFormula: field.formula,
    permissionable: field.isCustom && !field.isRequired,
    htmlFormatted: false,
    deprecatedAndHidden: false,
    encrypted: false,
    ...describeSize(field),
    ...describeDefault(field),
    ...describeUse(field),
    ...describePicklist(field),
    ...describeReference(field),
  };
}

function describeSize(field: Field): Record<string, unknown> {
  const length = isNumeric(field) ? 0 : field.length;
  const isInteger = field.type === 'int';
  return {
    length,
    byteLength: length * 3,
    precision: isInteger ? 0 : field.precision,
    digits: isInteger ? field.precision : 0,
    scale: field.scale,
  };
}

function describeDefault(field: Field): Record<string, unknown> {
  const isBoolean = field.type === 'boolean';
  return {
    defaultedOnCreate: isBoolean || field.name === 'OwnerId' || field.picklist.some((entry) => entry.isDefault),
    defaultValue: isBoolean ? field.defaultFormula === 'true' : null,
    defaultValueFormula: field.defaultFormula,
  };
}

function describeUse(field: Field): Record<string, unknown> {
  const isIndexable = !field.isLongText;
  return {
    filterable: isIndexable,
    sortable: isIndexable,
    groupable: isIndexable && field.formula === null && !isNumeric(field),
    aggregatable: isIndexable,
  };
}

function describePicklist(field: Field): Record<string, unknown> {
  return {
    restrictedPicklist: field.isRestrictedPicklist,
    picklistValues: field.picklist.map((entry) => ({
      active: true,
      defaultValue: entry.isDefault,
      label: entry.label,
      value: entry.value,
      validFor: null,
    })),
  };
}

function describeReference({ reference }: Field): Record<string, unknown> {
  return {
    referenceTo: reference?.to ?? [],
    relationshipName: reference?.relationshipName ?? null,
    relationshipOrder: reference?.isMasterDetail === true ? 0 : null,
    cascadeDelete: reference?.onDelete === 'Cascade',
    restrictedDelete: reference?.onDelete === 'Restrict',
    polymorphicForeignKey: (reference?.to.length ?? 0) > 1,
  };
}

const SOAP_TYPES: Readonly<Partial<Record<Field['type'], string>>> = {
  id: 'tns:ID',
  reference: 'tns:ID',
  boolean: 'xsd:boolean',
  int: 'xsd:int',
  double: 'xsd:double',
  currency: 'xsd:double',
  percent: 'xsd:double',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
  time: 'xsd:time',
};

function describeChild({ name, child, field }: ChildRelationship): Record<string, unknown> {
  return {
    childSObject: child.name,
    field: field.name,
    relationshipName: name,
    cascadeDelete: field.reference?.onDelete === 'Cascade',
    restrictedDelete: field.reference?.onDelete === 'Restrict',
    deprecatedAndHidden: false,
    junctionIdListNames: [],
    junctionReferenceTo: [],
  };
}
