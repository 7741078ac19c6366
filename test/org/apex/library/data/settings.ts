import { mustHaveField, objectNamed, type ObjectType } from '../../../metadata/schema.ts';
import { type Row } from '../../../store/values.ts';
import { ApexSObject } from '../../data/apex-sobject.ts';
import { toApexValue } from '../../data/field-values.ts';
import { currentExecution } from '../../execution/execution.ts';
import { throwNullReference } from '../../runtime/values/apex-exception.ts';
import { ApexId } from '../../runtime/values/apex-id.ts';
import { ApexMap } from '../../runtime/values/apex-map.ts';
import { type ApexType, mapOf, sobjectOf, types } from '../../types.ts';
import {
  type CallSite,
  type Implementation,
  platformClass,
  type PlatformDeclaration,
  type SpecialMethod,
} from '../declare.ts';

function objectAt(site: CallSite): ObjectType {
  const type = site.receiver;
  if (type?.kind !== 'sobject') throw new Error('Settings are read through their record type.');
  return objectNamed(currentExecution().org.store.schema, type.name);
}

const typed = (call: Implementation, returns?: (receiver: ApexType) => ApexType): SpecialMethod => ({
  withTypes: true,
  call,
  returns: ({ receiver }) => (receiver ? (returns?.(receiver) ?? receiver) : types.SObject),
});

/** A row as these methods give it: every field there, nothing to be queried. */
function toRecord(object: ObjectType, row: Row, longest = Infinity): ApexSObject {
  const record = new ApexSObject(object);
  for (const field of object.fields.values()) {
    const value = row[field.name] ?? null;
    if (field.formula !== null || value === null) continue;
    record.load(field.name, toApexValue(field, typeof value === 'string' ? value.slice(0, longest) : value));
  }
  return record;
}

/** The longest text that getAll and getInstance give of a custom metadata record; a query gives all of it. */
const METADATA_TEXT = 255;

function allMetadata(site: CallSite): ApexMap {
  const object = objectAt(site);
  const { store } = currentExecution().org;
  const ids = store.db.all(`SELECT "Id" FROM "${object.name}" ORDER BY "DeveloperName"`);
  const rows = ids.map(([id]) => store.get(object, String(id))).filter((row) => row !== null);
  return new ApexMap(
    types.String,
    sobjectOf(object.name),
    rows.map(
      (row) => [row['QualifiedApiName'] ?? row['DeveloperName'] ?? '', toRecord(object, row, METADATA_TEXT)] as const,
    ),
  );
}

function metadataInstance(site: CallSite, name: string | ApexId | null): ApexSObject | null {
  const object = objectAt(site);
  const { store } = currentExecution().org;
  const wanted = name ?? throwNullReference();
  const text = wanted instanceof ApexId ? wanted.value : wanted;
  const row =
    store.get(object, text) ??
    store.find(object, mustHaveField(object, 'QualifiedApiName'), text)[0] ??
    store.find(object, mustHaveField(object, 'DeveloperName'), text)[0];
  return row ? toRecord(object, row, METADATA_TEXT) : null;
}

function settingOf(object: ObjectType, ownerId: string): Row | null {
  const { store } = currentExecution().org;
  return store.find(object, mustHaveField(object, 'SetupOwnerId'), ownerId)[0] ?? null;
}

/** The levels of a hierarchy setting that hold for a user, the nearest first. */
function levels(object: ObjectType, userId: string): readonly Row[] {
  const { org } = currentExecution();
  const user = org.store.get(objectNamed(org.store.schema, 'User'), userId);
  const owners = [userId, String(user?.['ProfileId'] ?? ''), org.organizationId];
  return owners.map((owner) => settingOf(object, owner)).filter((row) => row !== null);
}

/** The merged setting: the nearest level that says something about a field decides it. */
function settingInstance(site: CallSite, ownerId: ApexId | null = null): ApexSObject {
  const object = objectAt(site);
  const found = levels(object, ownerId?.value ?? currentExecution().userId);
  const [nearest] = found;
  if (!nearest) return new ApexSObject(object);
  const merged: Row = { ...nearest };
  for (const field of object.fields.values()) {
    if (!field.isCustom) continue;
    merged[field.name] = found.map((row) => row[field.name] ?? null).find((value) => value !== null) ?? null;
  }
  return toRecord(object, merged);
}

/** The setting of exactly that level, or null. */
function settingValues(site: CallSite, ownerId: ApexId | null): ApexSObject | null {
  const object = objectAt(site);
  const row = settingOf(object, (ownerId ?? throwNullReference()).value);
  return row && toRecord(object, row);
}

function organizationSetting(site: CallSite): ApexSObject {
  return settingValues(site, ApexId.of(currentExecution().org.organizationId)) ?? new ApexSObject(objectAt(site));
}

/** What custom settings and custom metadata types offer as static methods of their record type. */
export const settingClasses: readonly PlatformDeclaration[] = [
  platformClass('CustomSetting', {
    namespace: 'internal',
    statics: {
      'SObject getInstance()': typed((site: CallSite) => settingInstance(site)),
      'SObject getInstance(Id)': typed(settingInstance),
      'SObject getOrgDefaults()': typed(organizationSetting),
      'SObject getValues(Id)': typed(settingValues),
    },
  }),
  platformClass('CustomMetadata', {
    namespace: 'internal',
    statics: {
      'SObject getInstance(String)': typed(metadataInstance),
      'SObject getInstance(Id)': typed(metadataInstance),
      'Map<String, SObject> getAll()': typed(allMetadata, (receiver) => mapOf(types.String, receiver)),
    },
  }),
];
