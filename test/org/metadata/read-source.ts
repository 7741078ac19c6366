import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { notSupported, RecordError } from '../record-error.ts';
import { currencyField, defineField, eventFields, ID_FIELD, lookupTo, ownerField, systemFields } from './field.ts';
import { type Field, type ObjectKind, type ObjectType } from './schema.ts';
import { readCustomField, readValues, type ValueSets } from './source-fields.ts';
import { childText, readMetadataFile, type XmlElement } from './source-xml.ts';

/** One custom metadata record as its file states it: raw texts, null for nil. */
export type MetadataRecord = {
  readonly type: string;
  readonly developerName: string;
  readonly label: string;
  /** Of the package that brought it. */
  readonly namespace?: string | null;
  readonly values: ReadonlyMap<string, string | null>;
};

type SourceFiles = { readonly objectFolders: string[]; readonly records: string[]; readonly valueSets: string[] };

/** Every object folder, custom metadata record and global value set below the given source folders. */
export function findSourceFiles(sources: readonly string[]): SourceFiles {
  const found: SourceFiles = { objectFolders: [], records: [], valueSets: [] };
  for (const source of sources) {
    if (!existsSync(source)) throw new Error(`Source folder ${source} does not exist.`);
    walk(source, found);
  }
  return found;
}

function walk(folder: string, found: SourceFiles): void {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => a.name.localeCompare(b.name));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (basename(folder) === 'objects') found.objectFolders.push(path);
      else if (entry.name !== 'node_modules') walk(path, found);
    } else if (entry.name.endsWith('.md-meta.xml')) found.records.push(path);
    else if (entry.name.endsWith('.globalValueSet-meta.xml')) found.valueSets.push(path);
  }
}

/** Hears of metadata that the local org does not know; where it throws, reading ends there. */
export type OnUnknown = (error: RecordError) => void;

/** Adds what the sources define to the standard objects: new objects whole, fields onto standard ones. */
export function readSourceObjects(
  files: SourceFiles,
  standard: readonly ObjectType[],
  { currencies, onUnknown }: { readonly currencies: readonly string[] | null; readonly onUnknown: OnUnknown },
): ObjectType[] {
  const objects = new Map(standard.map((object) => [object.name.toLowerCase(), object]));
  const valueSets: ValueSets = new Map(
    files.valueSets.map((path) => [
      basename(path, '.globalValueSet-meta.xml'),
      readValues(readMetadataFile(path).all('customValue')),
    ]),
  );
  const parts = new Map<string, { definition: XmlElement | null; fields: Field[] }>();
  for (const folder of files.objectFolders) {
    const name = basename(folder);
    const part = parts.get(name) ?? { definition: null, fields: [] };
    const definitionFile = join(folder, `${name}.object-meta.xml`);
    if (existsSync(definitionFile)) part.definition = readMetadataFile(definitionFile);
    part.fields.push(...readFields(folder, name, { valueSets, onUnknown }));
    parts.set(name, part);
  }
  for (const [name, part] of parts) {
    const base = objects.get(name.toLowerCase()) ?? known(onUnknown, () => newObject(name, part, currencies));
    if (!base) continue;
    for (const field of part.fields) base.fields.set(field.name.toLowerCase(), field);
    objects.set(name.toLowerCase(), base);
  }
  return [...objects.values()];
}

/** What the work answers, or nothing where it meets something unknown. */
function known<T>(onUnknown: OnUnknown, work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RecordError) || error.statusCode !== 'NOT_SUPPORTED_BY_LOCAL_ORG') throw error;
    onUnknown(error);
    return null;
  }
}

type Reading = { readonly valueSets: ValueSets; readonly onUnknown: OnUnknown };

function readFields(folder: string, objectName: string, { valueSets, onUnknown }: Reading): Field[] {
  const fieldsFolder = join(folder, 'fields');
  if (!existsSync(fieldsFolder)) return [];
  return readdirSync(fieldsFolder)
    .filter((file) => file.endsWith('.field-meta.xml'))
    .sort()
    .flatMap((file) => {
      const xml = readMetadataFile(join(fieldsFolder, file));
      return known(onUnknown, () => readCustomField(xml, objectName, valueSets)) ?? [];
    });
}

function newObject(
  name: string,
  part: { definition: XmlElement | null; fields: readonly Field[] },
  currencies: readonly string[] | null,
): ObjectType {
  if (!part.definition) throw notSupported(`object ${name}, which no source folder defines`);
  const kind = kindOf(name, part.definition);
  const label = childText(part.definition, 'label') ?? name;
  return {
    name,
    label,
    labelPlural: childText(part.definition, 'pluralLabel') ?? label,
    kind,
    keyPrefix: null,
    fields: new Map(
      ownFields(kind, part.definition, part.fields, currencies).map((field) => [field.name.toLowerCase(), field]),
    ),
  };
}

function kindOf(name: string, definition: XmlElement): ObjectKind {
  if (name.endsWith('__mdt')) return 'metadata';
  if (name.endsWith('__e')) return 'event';
  const settingType = childText(definition, 'customSettingsType');
  if (settingType === undefined) return 'custom';
  if (settingType !== 'Hierarchy') throw notSupported(`${settingType} custom settings (${name})`);
  return 'setting';
}

function ownFields(
  kind: ObjectKind,
  definition: XmlElement,
  fields: readonly Field[],
  currencies: readonly string[] | null,
): Field[] {
  if (kind === 'metadata') return metadataTypeFields();
  if (kind === 'event') return eventFields();
  const name = nameField(definition, kind);
  const currency = currencies ? [currencyField(currencies, true)] : [];
  if (kind === 'setting') return [...systemFields(true), name, setupOwnerField(), ...currency];
  const hasMaster = fields.some((field) => field.reference?.isMasterDetail);
  return [...systemFields(true), name, ...(hasMaster ? [] : [ownerField(['Group', 'User'])]), ...currency];
}

function nameField(definition: XmlElement, kind: ObjectKind): Field {
  const xml = definition.all('nameField')[0];
  const isAutoNumber = xml ? childText(xml, 'type') === 'AutoNumber' : false;
  return defineField({
    name: 'Name',
    label: (xml && childText(xml, 'label')) ?? 'Name',
    type: 'string',
    length: kind === 'setting' ? 38 : 80,
    isNameField: true,
    isCreateable: !isAutoNumber,
    isUpdateable: !isAutoNumber,
    autoNumber: isAutoNumber && xml ? (childText(xml, 'displayFormat') ?? '{0}') : null,
  });
}

function setupOwnerField(): Field {
  return defineField({
    name: 'SetupOwnerId',
    label: 'Location',
    type: 'reference',
    length: 18,
    isUnique: true,
    isUpdateable: false,
    reference: lookupTo(['Organization', 'Profile', 'User'], 'SetupOwner', { onDelete: 'Cascade' }),
  });
}

function metadataTypeFields(): Field[] {
  const text = (name: string, length: number, rest: Partial<Field> = {}): Field =>
    defineField({ name, type: 'string', length, ...rest });
  return [
    ID_FIELD,
    text('DeveloperName', 40, { isRequired: true, isUnique: true }),
    text('MasterLabel', 40, { isNameField: true, isRequired: true }),
    text('Label', 40),
    text('Language', 40),
    text('NamespacePrefix', 15),
    text('QualifiedApiName', 80),
    defineField({ name: 'SystemModstamp', type: 'datetime' }),
  ];
}

/** A custom metadata record from its `Type.Developer_Name.md-meta.xml`. */
export function readMetadataRecord(path: string): MetadataRecord {
  const [typeName = '', developerName = ''] = basename(path, '.md-meta.xml').split('.');
  const xml = readMetadataFile(path);
  return {
    type: `${typeName}__mdt`,
    developerName,
    label: childText(xml, 'label') ?? developerName,
    values: new Map(
      xml.all('values').map((entry) => {
        const value = entry.all('value')[0];
        const isNil = !value || value.attributes['xsi:nil'] === 'true';
        return [childText(entry, 'field') ?? '', isNil ? null : value.text];
      }),
    ),
  };
}
