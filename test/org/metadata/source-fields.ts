import { notSupported } from '../record-error.ts';
import { defineField, lookupTo } from './field.ts';
import { type Field, type FieldType, type PicklistValue, type Reference } from './schema.ts';
import { childFlag, childNumber, childText, type XmlElement } from './source-xml.ts';

const TYPES: Readonly<Record<string, FieldType>> = {
  Text: 'string',
  TextArea: 'textarea',
  LongTextArea: 'textarea',
  Html: 'textarea',
  EncryptedText: 'string',
  Email: 'email',
  Phone: 'phone',
  Url: 'url',
  Checkbox: 'boolean',
  Number: 'double',
  Currency: 'currency',
  Percent: 'percent',
  Date: 'date',
  DateTime: 'datetime',
  Time: 'time',
  Picklist: 'picklist',
  MultiselectPicklist: 'multipicklist',
  Lookup: 'reference',
  MasterDetail: 'reference',
  Hierarchy: 'reference',
  MetadataRelationship: 'reference',
  AutoNumber: 'string',
};

const LENGTHS: Readonly<Record<string, number>> = {
  TextArea: 255,
  Email: 80,
  Phone: 40,
  Url: 255,
  Picklist: 255,
  MultiselectPicklist: 4099,
  AutoNumber: 30,
  MetadataRelationship: 255,
};

const LONG_TEXT: ReadonlySet<string> = new Set(['LongTextArea', 'Html']);

/** Global value sets of the sources, by developer name. */
export type ValueSets = ReadonlyMap<string, readonly PicklistValue[]>;

/** The fields that a `*.field-meta.xml` makes: a place is kept as its two coordinates. */
export function readCustomField(xml: XmlElement, objectName: string, valueSets: ValueSets): Field[] {
  if (childText(xml, 'type') !== 'Location') return [readField(xml, objectName, valueSets)];
  const name = (childText(xml, 'fullName') ?? '').replace(/__c$/, '');
  const coordinate = (part: string): Field =>
    defineField({ name: `${name}__${part}__s`, type: 'double', isCustom: true, precision: 18, scale: 15 });
  return [coordinate('Latitude'), coordinate('Longitude')];
}

const DEFINITIONS: ReadonlySet<string> = new Set(['EntityDefinition', 'EntityParticle', 'FieldDefinition']);

/** Relationships of custom metadata to objects and fields hold their names; there are no records to point to. */
function namesDefinition(xml: XmlElement): boolean {
  return DEFINITIONS.has(childText(xml, 'referenceTo') ?? '');
}

/** A custom field from its `*.field-meta.xml`; a type the org does not know is refused by name. */
function readField(xml: XmlElement, objectName: string, valueSets: ValueSets): Field {
  const name = childText(xml, 'fullName') ?? '';
  const xmlType = childText(xml, 'type') ?? '';
  const type = namesDefinition(xml) ? 'string' : TYPES[xmlType];
  if (!type) throw notSupported(`field type ${xmlType} (${objectName}.${name})`);
  return defineField({
    name,
    type,
    isCustom: true,
    label: childText(xml, 'label') ?? name,
    precision: childNumber(xml, 'precision'),
    scale: childNumber(xml, 'scale'),
    isUnique: childFlag(xml, 'unique'),
    isCaseSensitive: childFlag(xml, 'caseSensitive'),
    isExternalId: childFlag(xml, 'externalId'),
    isLongText: LONG_TEXT.has(xmlType),
    defaultFormula: childText(xml, 'defaultValue') ?? null,
    reference: type === 'reference' ? readReference(xml, xmlType, name) : null,
    ...readLength(xml, xmlType, type),
    ...readWriting(xml, xmlType),
    ...readPicklist(xml, valueSets),
  });
}

const FORMULA_TEXT_LENGTH = 1300;

function readLength(xml: XmlElement, xmlType: string, type: FieldType): Pick<Field, 'length'> {
  if (type === 'reference') return { length: 18 };
  const stated = childNumber(xml, 'length') || LENGTHS[xmlType];
  return { length: stated ?? (childText(xml, 'formula') === undefined ? 0 : FORMULA_TEXT_LENGTH) };
}

/** Who may write the field: nobody what is computed, and a master only on creation. */
function readWriting(
  xml: XmlElement,
  xmlType: string,
): Pick<Field, 'isRequired' | 'isCreateable' | 'isUpdateable' | 'formula' | 'treatsBlankAsZero' | 'autoNumber'> {
  const formula = childText(xml, 'formula') ?? null;
  const isAutoNumber = xmlType === 'AutoNumber';
  const isMasterDetail = xmlType === 'MasterDetail';
  const isComputed = formula !== null || isAutoNumber;
  return {
    isRequired: childFlag(xml, 'required') || isMasterDetail,
    isCreateable: !isComputed,
    isUpdateable: !isComputed && (!isMasterDetail || childFlag(xml, 'reparentableMasterDetail')),
    formula,
    treatsBlankAsZero: childText(xml, 'formulaTreatBlanksAs') !== 'BlankAsBlank',
    autoNumber: isAutoNumber ? (childText(xml, 'displayFormat') ?? '{0}') : null,
  };
}

function readReference(xml: XmlElement, xmlType: string, name: string): Reference {
  const isMasterDetail = xmlType === 'MasterDetail';
  const children = childText(xml, 'relationshipName');
  const target = xmlType === 'Hierarchy' ? 'User' : (childText(xml, 'referenceTo') ?? '');
  const constraint = childText(xml, 'deleteConstraint');
  return lookupTo([target], name.replace(/__c$/, '__r'), {
    childRelationshipName: children ? `${children}__r` : null,
    isMasterDetail,
    onDelete:
      isMasterDetail || constraint === 'Cascade' ? 'Cascade' : constraint === 'Restrict' ? 'Restrict' : 'SetNull',
  });
}

function readPicklist(xml: XmlElement, valueSets: ValueSets): Pick<Field, 'picklist' | 'isRestrictedPicklist'> {
  const valueSet = xml.all('valueSet')[0];
  if (!valueSet) return { picklist: [], isRestrictedPicklist: false };
  const globalName = childText(valueSet, 'valueSetName');
  if (globalName !== undefined) {
    const values = valueSets.get(globalName);
    if (!values) throw notSupported(`global value set ${globalName}`);
    return { picklist: values, isRestrictedPicklist: true };
  }
  const definition = valueSet.all('valueSetDefinition')[0];
  return {
    picklist: definition ? readValues(definition.all('value')) : [],
    isRestrictedPicklist: childFlag(valueSet, 'restricted'),
  };
}

/** Picklist values that may be chosen; inactive ones are left out. */
export function readValues(values: readonly XmlElement[]): PicklistValue[] {
  return values
    .filter((value) => childText(value, 'isActive') !== 'false')
    .map((value) => ({
      value: childText(value, 'fullName') ?? '',
      label: childText(value, 'label') ?? childText(value, 'fullName') ?? '',
      isDefault: childFlag(value, 'default'),
    }));
}
