import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type FieldSetSource, readFieldSet } from './field-sets.ts';
import { childFlag, childText, readMetadataFile, type XmlElement } from '../../metadata/source-xml.ts';

export type ObjectRights = {
  readonly create: boolean;
  readonly read: boolean;
  readonly edit: boolean;
  readonly delete: boolean;
  readonly viewAll: boolean;
  readonly modifyAll: boolean;
};

export type FieldRights = { readonly read: boolean; readonly edit: boolean };

/** A permission set as its file states it; names are lower-cased, fields as `object.field`. */
export type PermissionSetSource = {
  readonly name: string;
  readonly label: string;
  readonly objects: ReadonlyMap<string, ObjectRights>;
  readonly fields: ReadonlyMap<string, FieldRights>;
  readonly classes: ReadonlySet<string>;
  readonly customPermissions: ReadonlySet<string>;
  readonly principals: ReadonlySet<string>;
  readonly userPermissions: ReadonlySet<string>;
  /** Custom settings and custom metadata types that may be read. */
  readonly configurations: ReadonlySet<string>;
};

export type CredentialParameter = {
  readonly type: string;
  readonly name: string;
  readonly group: string;
  readonly value: string | null;
  readonly externalCredential: string | null;
};

export type NamedCredential = { readonly name: string; readonly parameters: readonly CredentialParameter[] };
export type ExternalCredential = NamedCredential & { readonly protocol: string };

export type StaticResource = { readonly name: string; readonly contentType: string; readonly body: () => Buffer };

/** What the org knows beside objects and records: rights, credentials, resources. Keys are lower-cased names. */
export type OrgMetadata = {
  readonly permissionSets: readonly PermissionSetSource[];
  readonly customPermissions: ReadonlyMap<string, string>;
  /** Object name → Private, Read, ReadWrite, ControlledByParent. */
  readonly sharingModels: ReadonlyMap<string, string>;
  /** Events that are published at once, whatever becomes of the transaction. */
  readonly immediateEvents: ReadonlySet<string>;
  readonly namedCredentials: ReadonlyMap<string, NamedCredential>;
  readonly externalCredentials: ReadonlyMap<string, ExternalCredential>;
  readonly staticResources: ReadonlyMap<string, StaticResource>;
  readonly notificationTypes: readonly string[];
  readonly recordTypes: readonly RecordTypeSource[];
  readonly fieldSets: readonly FieldSetSource[];
  /** The user an event's trigger runs as, by event name, where a subscriber configuration names one. */
  readonly subscribers: ReadonlyMap<string, SubscriberConfig>;
};

/** A record type of an object, from its file. */
export type RecordTypeSource = {
  readonly name: string;
  readonly object: string;
  readonly label: string;
  readonly description: string | null;
  readonly isActive: boolean;
};

export type SubscriberConfig = { readonly user: string | null; readonly batchSize: number };

/** Reads everything from the given source folders; absent kinds are empty. */
export function readOrgMetadata(sources: readonly string[]): OrgMetadata {
  const files = sources.flatMap((source) => [...filesBelow(source)]);
  const named = <T>(suffix: string, read: (name: string, xml: XmlElement, path: string) => T): T[] =>
    files
      .filter((path) => path.endsWith(suffix))
      .map((path) => read(basename(path, suffix), readMetadataFile(path), path));
  const byName = <T extends { readonly name: string }>(items: readonly T[]): Map<string, T> =>
    new Map(items.map((item) => [item.name.toLowerCase(), item]));
  const objects = named('.object-meta.xml', (name, xml) => ({ name: name.toLowerCase(), xml }));
  return {
    permissionSets: named('.permissionset-meta.xml', readPermissionSet),
    customPermissions: new Map(
      named(
        '.customPermission-meta.xml',
        (name, xml) => [name.toLowerCase(), childText(xml, 'label') ?? name] as const,
      ),
    ),
    sharingModels: new Map(
      objects.flatMap(({ name, xml }) => {
        const model = childText(xml, 'sharingModel');
        return model === undefined ? [] : [[name, model] as const];
      }),
    ),
    immediateEvents: new Set(
      objects
        .filter(({ name, xml }) => name.endsWith('__e') && childText(xml, 'publishBehavior') !== 'PublishAfterCommit')
        .map(({ name }) => name),
    ),
    namedCredentials: byName(named('.namedCredential-meta.xml', readNamedCredential)),
    externalCredentials: byName(named('.externalCredential-meta.xml', readExternalCredential)),
    staticResources: byName(named('.resource-meta.xml', readStaticResource)),
    notificationTypes: named('.notiftype-meta.xml', (name) => name),
    fieldSets: named('.fieldSet-meta.xml', readFieldSet),
    recordTypes: named('.recordType-meta.xml', readRecordType),
    subscribers: new Map(named('.platformEventSubscriberConfig-meta.xml', readSubscriber)),
  };
}

/** Every file below a source folder, in a stable order. */
export function* filesBelow(folder: string): Generator<string> {
  if (!existsSync(folder)) throw new Error(`Source folder ${folder} does not exist.`);
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => a.name.localeCompare(b.name));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) yield path;
    else if (entry.name !== 'node_modules') yield* filesBelow(path);
  }
}

function lower(xml: XmlElement, name: string): string {
  return (childText(xml, name) ?? '').toLowerCase();
}

function readPermissionSet(name: string, xml: XmlElement): PermissionSetSource {
  const enabled = (list: string, field: string): Set<string> =>
    new Set(
      xml
        .all(list)
        .filter((entry) => childFlag(entry, 'enabled'))
        .map((entry) => lower(entry, field)),
    );
  return {
    name,
    label: childText(xml, 'label') ?? name,
    objects: new Map(xml.all('objectPermissions').map((entry) => [lower(entry, 'object'), readObjectRights(entry)])),
    fields: new Map(
      xml
        .all('fieldPermissions')
        .map((entry) => [
          lower(entry, 'field'),
          { read: childFlag(entry, 'readable'), edit: childFlag(entry, 'editable') },
        ]),
    ),
    classes: enabled('classAccesses', 'apexClass'),
    customPermissions: enabled('customPermissions', 'name'),
    principals: enabled('externalCredentialPrincipalAccesses', 'externalCredentialPrincipal'),
    userPermissions: enabled('userPermissions', 'name'),
    configurations: new Set([
      ...enabled('customSettingAccesses', 'name'),
      ...enabled('customMetadataTypeAccesses', 'name'),
    ]),
  };
}

function readObjectRights(entry: XmlElement): ObjectRights {
  return {
    create: childFlag(entry, 'allowCreate'),
    read: childFlag(entry, 'allowRead'),
    edit: childFlag(entry, 'allowEdit'),
    delete: childFlag(entry, 'allowDelete'),
    viewAll: childFlag(entry, 'viewAllRecords'),
    modifyAll: childFlag(entry, 'modifyAllRecords'),
  };
}

function readParameter(entry: XmlElement): CredentialParameter {
  return {
    type: childText(entry, 'parameterType') ?? '',
    name: childText(entry, 'parameterName') ?? '',
    group: childText(entry, 'parameterGroup') ?? '',
    value: childText(entry, 'parameterValue') ?? null,
    externalCredential: childText(entry, 'externalCredential') ?? null,
  };
}

function readNamedCredential(name: string, xml: XmlElement): NamedCredential {
  return { name, parameters: xml.all('namedCredentialParameters').map(readParameter) };
}

function readExternalCredential(name: string, xml: XmlElement): ExternalCredential {
  return {
    name,
    protocol: childText(xml, 'authenticationProtocol') ?? '',
    parameters: xml.all('externalCredentialParameters').map(readParameter),
  };
}

function readStaticResource(name: string, xml: XmlElement, path: string): StaticResource {
  const folder = path.slice(0, -`${name}.resource-meta.xml`.length);
  return {
    name,
    contentType: childText(xml, 'contentType') ?? 'application/octet-stream',
    body: () => {
      const file = readdirSync(folder).find((entry) => entry.startsWith(`${name}.`) && !entry.endsWith('-meta.xml'));
      if (file === undefined) throw new Error(`Static resource ${name} has no file beside ${path}.`);
      return readFileSync(join(folder, file));
    },
  };
}

/** `objects/Account/recordTypes/Partner.recordType-meta.xml`. */
function readRecordType(name: string, xml: XmlElement, path: string): RecordTypeSource {
  return {
    name,
    object: basename(dirname(dirname(path))),
    label: childText(xml, 'label') ?? name,
    description: childText(xml, 'description') ?? null,
    isActive: childFlag(xml, 'active'),
  };
}

function readSubscriber(_name: string, xml: XmlElement): [string, SubscriberConfig] {
  const trigger = lower(xml, 'platformEventConsumer');
  return [trigger, { user: childText(xml, 'user') ?? null, batchSize: Number(childText(xml, 'batchSize') ?? '2000') }];
}

/** Custom labels by lower-case name. */
export function readLabels(sources: readonly string[]): ReadonlyMap<string, string> {
  const files = sources
    .flatMap((source) => [...filesBelow(source)])
    .filter((path) => path.endsWith('.labels-meta.xml'));
  const labels = files.flatMap((path) => readMetadataFile(path).all('labels'));
  return new Map(labels.map((label) => [lower(label, 'fullName'), label.all('value')[0]?.text ?? '']));
}
