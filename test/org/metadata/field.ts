import { type Field, type FieldType, type Reference } from './schema.ts';

const DEFAULTS = {
  isCustom: false,
  length: 0,
  precision: 0,
  scale: 0,
  isRequired: false,
  isCreateable: true,
  isUpdateable: true,
  isUnique: false,
  isCaseSensitive: false,
  isExternalId: false,
  isNameField: false,
  isLongText: false,
  isRestrictedPicklist: false,
  picklist: [],
  reference: null,
  formula: null,
  treatsBlankAsZero: false,
  defaultFormula: null,
  autoNumber: null,
} satisfies Partial<Field>;

type FieldSketch = Partial<Field> & { readonly name: string; readonly type: FieldType };

/** A whole field from what differs from an ordinary optional, writable one. */
export function defineField(sketch: FieldSketch): Field {
  return { ...DEFAULTS, label: labelOf(sketch.name), ...sketch };
}

/** `BillingPostalCode` → `Billing Postal Code`, `ParentId` → `Parent ID`: how labels are made where the catalogue gives none. */
function labelOf(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ').replace(/ Id$/, ' ID');
}

/** A plain optional lookup; the rest says what is special. */
export function lookupTo(to: readonly string[], relationshipName: string, rest: Partial<Reference> = {}): Reference {
  return { to, relationshipName, childRelationshipName: null, onDelete: 'SetNull', isMasterDetail: false, ...rest };
}

const readOnly = { isCreateable: false, isUpdateable: false } as const;

const audit = (name: string, type: FieldType): Field => defineField({ name, type, ...readOnly });

const userReference = (name: string, relationshipName: string): Field =>
  defineField({ name, type: 'reference', ...readOnly, length: 18, reference: lookupTo(['User'], relationshipName) });

export const ID_FIELD: Field = defineField({ name: 'Id', label: 'Record ID', type: 'id', length: 18, ...readOnly });

/** The fields that the platform itself keeps on every record. */
export function systemFields(hasRecycleBin: boolean): Field[] {
  return [
    ID_FIELD,
    ...(hasRecycleBin ? [defineField({ name: 'IsDeleted', label: 'Deleted', type: 'boolean', ...readOnly })] : []),
    audit('CreatedDate', 'datetime'),
    userReference('CreatedById', 'CreatedBy'),
    audit('LastModifiedDate', 'datetime'),
    userReference('LastModifiedById', 'LastModifiedBy'),
    audit('SystemModstamp', 'datetime'),
  ];
}

/** OwnerId; queues (Group) may own custom objects and cases. */
export function ownerField(ownerTypes: readonly string[]): Field {
  return defineField({
    name: 'OwnerId',
    type: 'reference',
    length: 18,
    reference: lookupTo(ownerTypes, 'Owner', { onDelete: 'Restrict' }),
  });
}

/** CurrencyIsoCode, which exists only where multi-currency is on. */
export function currencyField(isoCodes: readonly string[], isWritable: boolean): Field {
  return defineField({
    name: 'CurrencyIsoCode',
    label: 'Currency ISO Code',
    type: 'picklist',
    length: 255,
    isRestrictedPicklist: true,
    isCreateable: isWritable,
    isUpdateable: isWritable,
    picklist: isoCodes.map((value) => ({ value, label: value, isDefault: value === isoCodes[0] })),
  });
}

/** What the bus gives every event. */
export function eventFields(): Field[] {
  return [
    defineField({ name: 'ReplayId', type: 'string', length: 1000, isCreateable: false, isUpdateable: false }),
    defineField({ name: 'EventUuid', type: 'string', length: 36, isUpdateable: false }),
    defineField({ name: 'CreatedDate', type: 'datetime', isCreateable: false, isUpdateable: false }),
    defineField({
      name: 'CreatedById',
      type: 'reference',
      length: 18,
      isCreateable: false,
      isUpdateable: false,
      reference: lookupTo(['User'], 'CreatedBy'),
    }),
  ];
}
