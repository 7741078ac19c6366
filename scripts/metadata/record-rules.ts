import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { type FieldSource, type Model, type RecordSource, valueOf } from './model.ts';

const RECORD_NAME = /^[A-Za-z](?!.*__)[A-Za-z0-9_]*[A-Za-z0-9]$/;
const NAME_LENGTH = 40;

/** The type that a record's value carries, by the type of its field. */
const VALUE_TYPES: Readonly<Record<string, string>> = {
  Checkbox: 'xsd:boolean',
  Date: 'xsd:date',
  DateTime: 'xsd:dateTime',
  Number: 'xsd:double',
  Percent: 'xsd:double',
};

/** Fields that hold JSON, and the schema of contracts/schemas that it follows. */
const SCHEMAS: Readonly<Record<string, string>> = {
  'CompanyRoute__mdt.Options__c': 'company-route-options.v1',
  'EntityMapping__mdt.MatchRules__c': 'match-rules.v1',
  'EntityMapping__mdt.Options__c': 'entity-mapping-options.v1',
  'FieldMapping__mdt.Options__c': 'field-mapping-options.v1',
};

/** Text fields that name a record of this type. */
const NAMING: Readonly<Record<string, string>> = {
  'EntityMapping__mdt.ParentMapping__c': 'EntityMapping__mdt',
  'FieldMapping__mdt.ReferenceMapping__c': 'EntityMapping__mdt',
};

/** Checks one record: its fields exist, its values fit them, what it names exists, its JSON follows the contract. */
export type RecordCheck = (record: RecordSource) => string[];

/** Builds the check against everything that the files declare. */
export function createRecordCheck(model: Model): RecordCheck {
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
  const validators = new Map(Object.entries(SCHEMAS).map(([field, name]) => [field, ajv.compile(readSchema(name))]));
  const recordNames = {
    packaged: namesOf(model.records.filter((record) => record.isPackaged)),
    all: namesOf(model.records),
  };
  return (record) => {
    const fields = model.fields.get(record.type);
    if (!model.objects.has(record.type) || fields === undefined) return [`the type ${record.type} does not exist`];
    // A packaged record cannot lean on one that only the customer has.
    const names = record.isPackaged ? recordNames.packaged : recordNames.all;
    const faults = checkRecordName(record);
    for (const name of record.values.keys()) {
      const field = fields.get(name);
      if (field === undefined) faults.push(`${record.type} has no field ${name}`);
      else faults.push(...checkValue(record, field, { names, validators }).map((fault) => `${name}: ${fault}`));
    }
    for (const field of fields.values()) {
      if (field.isRequired && valueOf(record, field.name) === null) faults.push(`${field.name}: is required but blank`);
    }
    return faults;
  };
}

function readSchema(name: string): object {
  const file = new URL(`../../contracts/schemas/${name}.schema.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as object;
}

function namesOf(records: readonly RecordSource[]): ReadonlySet<string> {
  return new Set(records.map((record) => `${record.type}.${record.name}`));
}

function checkRecordName(record: RecordSource): string[] {
  if (RECORD_NAME.test(record.name) && record.name.length <= NAME_LENGTH) return [];
  return [`the name must have 1 to ${NAME_LENGTH} letters, digits and single underscores`];
}

type Known = {
  readonly names: ReadonlySet<string>;
  readonly validators: ReadonlyMap<string, ValidateFunction>;
};

function checkValue(record: RecordSource, field: FieldSource, known: Known): string[] {
  const text = valueOf(record, field.name);
  if (text === null) return [];
  const type = record.values.get(field.name)?.type ?? null;
  const expected = VALUE_TYPES[field.type] ?? 'xsd:string';
  if (type !== expected) return [`xsi:type is ${type ?? 'missing'}, the field takes ${expected}`];
  const place = `${record.type}.${field.name}`;
  const validate = known.validators.get(place);
  const target = field.type === 'MetadataRelationship' ? field.referenceTo : NAMING[place];
  return [
    ...checkFit(text, field),
    ...(validate === undefined ? [] : checkJson(text, validate)),
    ...(target === null || target === undefined || known.names.has(`${target}.${text}`)
      ? []
      : [`there is no ${target} record named ${text}`]),
  ];
}

function checkFit(text: string, field: FieldSource): string[] {
  switch (field.type) {
    case 'Checkbox':
      return text === 'true' || text === 'false' ? [] : [`'${text}' is not true or false`];
    case 'Number':
      return fitsNumber(text, field)
        ? []
        : [`'${text}' is not a number with at most ${field.precision} digits, ${field.scale} of them decimals`];
    case 'Picklist':
      return field.picklist.includes(text) ? [] : [`'${text}' is not one of ${field.picklist.join(', ')}`];
    case 'Text':
    case 'LongTextArea':
      return text.length <= field.length ? [] : [`has ${text.length} characters, the field takes ${field.length}`];
    default:
      return [];
  }
}

function fitsNumber(text: string, field: FieldSource): boolean {
  const [, whole = '', decimals = ''] = /^-?(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  return whole !== '' && decimals.length <= field.scale && whole.length <= field.precision - field.scale;
}

function checkJson(text: string, validate: ValidateFunction): string[] {
  try {
    if (validate(JSON.parse(text))) return [];
  } catch {
    return ['is not JSON'];
  }
  return (validate.errors ?? []).map((error) => `${error.instancePath || 'the JSON'} ${error.message ?? 'is wrong'}`);
}
