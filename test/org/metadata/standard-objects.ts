import { readdirSync, readFileSync } from 'node:fs';
import { currencyField, defineField, eventFields, lookupTo, ownerField, systemFields } from './field.ts';
import { type Field, type FieldType, type ObjectType, type PicklistValue, type Reference } from './schema.ts';

type Trait =
  | 'event'
  | 'owner'
  | 'groupOwner'
  | 'currency'
  | 'parentCurrency'
  | 'defaultCurrency'
  | 'recordType'
  | 'permanent'
  | 'readOnly'
  | 'multiCurrencyOnly';

type FieldEntry = {
  readonly type: FieldType;
  readonly label?: string;
  readonly length?: number;
  readonly precision?: number;
  readonly scale?: number;
  readonly required?: boolean;
  readonly readOnly?: boolean;
  readonly createOnly?: boolean;
  readonly unique?: boolean;
  readonly nameField?: boolean;
  readonly autoNumber?: string;
  readonly values?: readonly string[];
  readonly restricted?: boolean;
  readonly default?: string;
  readonly to?: readonly string[];
  readonly relationship?: string;
  readonly children?: string | null;
  readonly onDelete?: 'SetNull' | 'Restrict' | 'Cascade';
};

type ObjectEntry = {
  readonly name: string;
  readonly label: string;
  readonly labelPlural: string;
  readonly keyPrefix: string;
  readonly traits: readonly Trait[];
  readonly fields: Readonly<Record<string, FieldEntry>>;
};

const FOLDER = new URL('../standard-objects/', import.meta.url);

/** The catalogue of standard objects, with the system, owner, record type and currency fields their traits ask for. */
export function readStandardObjects(currencies: readonly string[] | null): ObjectType[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as ObjectEntry | ObjectEntry[])
    .filter((entry) => currencies !== null || !entry.traits.includes('multiCurrencyOnly'))
    .map((entry) => toObject(entry, currencies));
}

function toObject(entry: ObjectEntry, currencies: readonly string[] | null): ObjectType {
  const isReadOnly = entry.traits.includes('readOnly');
  const isEvent = entry.traits.includes('event');
  const fields: Field[] = [
    ...(isEvent ? eventFields() : systemFields(!entry.traits.includes('permanent'))),
    ...Object.entries(entry.fields).map(([name, field]) => toField(name, field, isReadOnly)),
    ...traitFields(entry.traits, currencies),
  ];
  return {
    name: entry.name,
    label: entry.label,
    labelPlural: entry.labelPlural,
    kind: isEvent ? 'event' : 'standard',
    keyPrefix: entry.keyPrefix,
    fields: new Map(fields.map((field) => [field.name.toLowerCase(), field])),
  };
}

const DEFAULT_LENGTHS: Readonly<Partial<Record<FieldType, number>>> = { reference: 18, picklist: 255 };

function toField(name: string, entry: FieldEntry, isReadOnly: boolean): Field {
  const isLocked = isReadOnly || entry.readOnly === true || entry.autoNumber !== undefined;
  const length = entry.length ?? DEFAULT_LENGTHS[entry.type] ?? 0;
  return defineField({
    name,
    type: entry.type,
    length,
    ...(entry.label === undefined ? {} : { label: entry.label }),
    precision: entry.precision ?? 0,
    scale: entry.scale ?? 0,
    isRequired: entry.required === true,
    isCreateable: !isLocked,
    isUpdateable: !isLocked && entry.createOnly !== true,
    isUnique: entry.unique === true,
    isNameField: entry.nameField === true,
    isLongText: entry.type === 'textarea' && length > 255,
    isRestrictedPicklist: entry.restricted === true,
    picklist: toPicklist(entry),
    autoNumber: entry.autoNumber ?? null,
    reference: toReference(name, entry),
  });
}

function toPicklist(entry: FieldEntry): PicklistValue[] {
  return (entry.values ?? []).map((value) => ({ value, label: value, isDefault: value === entry.default }));
}

function toReference(name: string, entry: FieldEntry): Reference | null {
  if (!entry.to) return null;
  return lookupTo(entry.to, entry.relationship ?? name, {
    childRelationshipName: entry.children ?? null,
    onDelete: entry.onDelete ?? 'SetNull',
  });
}

function traitFields(traits: readonly Trait[], currencies: readonly string[] | null): Field[] {
  const fields: Field[] = [];
  if (traits.includes('owner')) fields.push(ownerField(['User']));
  if (traits.includes('groupOwner')) fields.push(ownerField(['Group', 'User']));
  if (traits.includes('recordType')) {
    fields.push(
      defineField({
        name: 'RecordTypeId',
        type: 'reference',
        length: 18,
        reference: lookupTo(['RecordType'], 'RecordType'),
      }),
    );
  }
  if (currencies && traits.includes('currency')) fields.push(currencyField(currencies, true));
  if (currencies && traits.includes('parentCurrency')) fields.push(currencyField(currencies, false));
  if (currencies && traits.includes('defaultCurrency')) {
    fields.push(currencyField(currencies, true), {
      ...currencyField(currencies, true),
      name: 'DefaultCurrencyIsoCode',
    });
  }
  return fields;
}
