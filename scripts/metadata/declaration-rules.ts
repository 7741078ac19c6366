import type { FieldSource, Model } from './model.ts';
import { childOf, type SourceFile, textOf } from './source.ts';

/** Standard objects that our metadata may point at. */
const STANDARD_OBJECTS: ReadonlySet<string> = new Set([
  'Account',
  'Case',
  'Contact',
  'Opportunity',
  'OpportunityLineItem',
  'Order',
  'OrderItem',
  'Product2',
  'Quote',
  'QuoteLineItem',
  'User',
]);

const FIELD_NAME = /^[A-Z][A-Za-z0-9]*__c$/;
const OBJECT_NAME = /^[A-Z][A-Za-z0-9]*__(c|mdt|e)$/;
const NAME_LENGTH = 40;

/** What the elements of a field must be for its type, beyond what the WSDL says. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  Checkbox: [],
  Lookup: ['referenceTo', 'relationshipName', 'relationshipLabel', 'deleteConstraint'],
  LongTextArea: ['length', 'visibleLines'],
  MasterDetail: ['referenceTo', 'relationshipName', 'relationshipLabel', 'relationshipOrder'],
  MetadataRelationship: ['referenceTo', 'relationshipName', 'relationshipLabel'],
  Number: ['precision', 'scale'],
  Percent: ['precision', 'scale'],
  Picklist: ['valueSet'],
  Text: ['length'],
};

/** Rules of the house for one object: names, descriptions, and what its kind needs. */
export function checkObject(name: string, file: SourceFile): string[] {
  const faults: string[] = [];
  const has = (element: string): boolean => (textOf(file.root, element) ?? '') !== '';
  if (!OBJECT_NAME.test(name)) faults.push(`the name ${name} is not PascalCase`);
  if (!has('description')) faults.push('has no <description>');
  const label = textOf(file.root, 'label') ?? '';
  if (label === '' || label.length > NAME_LENGTH) faults.push(`<label> must have 1 to ${NAME_LENGTH} characters`);
  const isSetting = childOf(file.root, 'customSettingsType') !== null;
  const needed = isSetting ? ['visibility'] : ['pluralLabel', ...neededByKind(name)];
  for (const element of needed) {
    if (childOf(file.root, element) === null) faults.push(`has no <${element}>`);
  }
  return faults;
}

function neededByKind(name: string): readonly string[] {
  if (name.endsWith('__mdt')) return ['visibility'];
  if (name.endsWith('__e')) return ['eventType', 'publishBehavior', 'deploymentStatus'];
  return ['nameField', 'sharingModel', 'deploymentStatus'];
}

/** Rules of the house for one field: names, descriptions, help where people edit, and what its type needs. */
export function checkField(field: FieldSource, model: Model): string[] {
  return [...checkNames(field), ...checkTexts(field, model), ...checkType(field), ...checkTarget(field, model)];
}

function checkNames(field: FieldSource): string[] {
  const faults: string[] = [];
  if (textOf(field.element, 'fullName') !== field.name) faults.push('<fullName> differs from the name of the file');
  if (!FIELD_NAME.test(field.name)) faults.push(`the name ${field.name} is not PascalCase without inner underscores`);
  if (field.name.length > NAME_LENGTH + 3) faults.push(`the name is longer than ${NAME_LENGTH} characters`);
  const isClaim = /^(Is|Has|Can)[A-Z]/.test(field.name);
  if ((field.type === 'Checkbox') !== isClaim) faults.push('checkboxes, and only they, are named Is…, Has… or Can…');
  if (field.type === 'DateTime' && !/(At|AsOf)__c$/.test(field.name)) faults.push('instants are named …At__c');
  if (field.type === 'Date' && !/(On|Date)__c$/.test(field.name)) faults.push('dates are named …On__c or …Date__c');
  return faults;
}

function checkTexts(field: FieldSource, model: Model): string[] {
  const faults: string[] = [];
  const text = (element: string): string => textOf(field.element, element) ?? '';
  const label = text('label');
  if (label === '' || label.length > NAME_LENGTH) faults.push(`<label> must have 1 to ${NAME_LENGTH} characters`);
  if (text('description').trim() === '') faults.push('has no <description>');
  const help = text('inlineHelpText');
  if (help.trim() === '' && isEdited(field, model)) faults.push('people edit it, but it has no <inlineHelpText>');
  if (help.length > 510) faults.push('<inlineHelpText> has more than 510 characters');
  return faults;
}

/** Configuration, settings and the customer's own fields are edited by people; the rest is written by the product. */
function isEdited(field: FieldSource, model: Model): boolean {
  const isSetting = textOf(model.objects.get(field.object)?.root ?? null, 'customSettingsType') !== null;
  return field.object.endsWith('__mdt') || isSetting || field.file.startsWith('unpackaged/');
}

function checkType(field: FieldSource): string[] {
  const has = (element: string): boolean => childOf(field.element, element) !== null;
  const faults = (NEEDED[field.type] ?? []).filter((element) => !has(element)).map((element) => `has no <${element}>`);
  if (field.type === '') faults.push('has no <type>');
  if (field.type === 'Checkbox' && !has('defaultValue') && field.formula === null) faults.push('has no <defaultValue>');
  if (field.type === 'Text' && (field.length < 1 || field.length > 255)) faults.push('a Text has 1 to 255 characters');
  if (field.type === 'LongTextArea' && field.length < 256) faults.push('a LongTextArea has at least 256 characters');
  if (field.scale > field.precision) faults.push('<scale> is greater than <precision>');
  return [...faults, ...checkManageability(field)];
}

function checkManageability(field: FieldSource): string[] {
  const manageability = textOf(field.element, 'fieldManageability');
  if (field.object.endsWith('__mdt') === (manageability !== null)) return [];
  return ['fields of custom metadata types, and only they, have <fieldManageability>'];
}

function checkTarget(field: FieldSource, model: Model): string[] {
  const faults: string[] = [];
  const target = field.referenceTo;
  if (target !== null && !model.objects.has(target) && !STANDARD_OBJECTS.has(target)) {
    faults.push(`<referenceTo> names ${target}, which does not exist`);
  }
  if (field.object.includes('__') && !model.objects.has(field.object))
    faults.push(`its object ${field.object} has no file`);
  return faults;
}

/** Child relationships must have names of their own below one parent. */
export function checkRelationshipNames(model: Model): string[] {
  const seen = new Map<string, string>();
  const faults: string[] = [];
  for (const field of [...model.fields.values()].flatMap((ofObject) => [...ofObject.values()])) {
    if (field.relationshipName === null) continue;
    const key = `${field.referenceTo ?? ''}.${field.relationshipName}`;
    const other = seen.get(key);
    if (other !== undefined) faults.push(`${field.file}: the child relationship ${key} is taken by ${other}`);
    seen.set(key, field.file);
  }
  return faults;
}
