import { type Field, objectNamed, type ObjectType } from '../../metadata/schema.ts';
import { RecordError } from '../../record-error.ts';
import { noSuchColumn, type QuerySecurity } from '../../soql/scope.ts';
import { type RecordStore } from '../../store/record-store.ts';
import { type Row } from '../../store/values.ts';
import { type FieldRights, type ObjectRights, type OrgMetadata, type PermissionSetSource } from './org-metadata.ts';
import { type AssignedSet, assignedSets } from './permission-rows.ts';
import { createSharing } from './sharing.ts';

/** What one user may do, by profile and assigned permission sets. */
export type UserRights = {
  readonly isAdmin: boolean;
  readonly object: (object: ObjectType) => ObjectRights;
  readonly field: (object: ObjectType, field: Field) => FieldRights;
  readonly hasClass: (name: string) => boolean;
  readonly hasCustomPermission: (name: string) => boolean;
  readonly hasPrincipal: (name: string) => boolean;
  readonly hasUserPermission: (name: string) => boolean;
};

/** The rules of the org about who may do and see what. */
export type OrgSecurity = {
  readonly rightsOf: (userId: string) => UserRights;
  /** What a query of that user is held to: fields and objects in user mode, rows where sharing applies. */
  readonly forQuery: (
    userId: string,
    holds: { readonly rights: boolean; readonly rows: boolean },
  ) => QuerySecurity | null;
  /** Whether sharing lets the user change that record. */
  readonly mayEditRow: (userId: string, object: ObjectType, row: Row) => boolean;
};

const ALL: ObjectRights = { create: true, read: true, edit: true, delete: true, viewAll: true, modifyAll: true };
const NONE: ObjectRights = { create: false, read: false, edit: false, delete: false, viewAll: false, modifyAll: false };
const ORDINARY: ObjectRights = { ...ALL, viewAll: false, modifyAll: false };
const READ_ONLY: ObjectRights = { ...NONE, read: true };

const ADMIN_PROFILE = 'system administrator';

/** What every user of an org may read, whatever their permissions: it is how they find themselves in it. */
const OPEN_TO_ALL: ReadonlySet<string> = new Set([
  'currencytype',
  'group',
  'opportunitystage',
  'organization',
  'profile',
  'recordtype',
  'user',
  'userrole',
]);

/** What profiles give on standard objects; custom ones are given by permission sets alone. */
function standardRights(profile: string): ObjectRights {
  if (profile === ADMIN_PROFILE) return ALL;
  if (profile.startsWith('minimum access') || profile === '') return NONE;
  return profile === 'read only' ? READ_ONLY : ORDINARY;
}

/** Builds the org's security; rights follow the assignments as they are at the moment of asking. */
export function createSecurity(store: RecordStore, metadata: OrgMetadata, namespace: string | null): OrgSecurity {
  const known = new Map<string, UserRights>();
  const rightsOf = (userId: string): UserRights => {
    const user = store.get(objectNamed(store.schema, 'User'), userId);
    const profileId = user?.['ProfileId'];
    const profile = typeof profileId === 'string' ? store.get(objectNamed(store.schema, 'Profile'), profileId) : null;
    const profileName = String(profile?.['Name'] ?? '').toLowerCase();
    const assigned = assignedSets(store, userId);
    const key = [profileName, ...assigned.map(keyOf)].join('|');
    const sets = known.has(key) ? [] : assigned.flatMap((set) => sourcesOf(metadata, set));
    const rights = known.get(key) ?? createRights(profileName, sets, namespace);
    known.set(key, rights);
    return rights;
  };
  const sharing = createSharing(store.schema, metadata.sharingModels);
  return {
    rightsOf,
    forQuery: (userId, holds) => {
      if (!holds.rights && !holds.rows) return null;
      const rights = rightsOf(userId);
      if (rights.isAdmin) return null;
      return {
        checkObject: (object) => {
          if (holds.rights && !rights.object(object).read) throw objectHidden(object);
        },
        checkField: (object, field) => {
          if (holds.rights && !rights.field(object, field).read) throw noSuchColumn(object, field.name);
        },
        rowFilter: (object, alias) => (holds.rows ? sharing.filter({ rights, userId }, object, alias) : null),
      };
    },
    mayEditRow: (userId, object, row) => sharing.mayEdit({ rights: rightsOf(userId), userId }, object, row, store.get),
  };
}

function objectHidden(object: ObjectType): RecordError {
  return new RecordError('INVALID_TYPE', `sObject type '${object.name}' is not supported.`);
}

function sourcesOf({ permissionSets }: OrgMetadata, { name, rows }: AssignedSet): PermissionSetSource[] {
  const file = permissionSets.filter((set) => set.name.toLowerCase() === name);
  return rows ? [...file, rows] : file;
}

/** Equal keys mean equal rights: a set without rows is known by its name. */
function keyOf({ name, rows }: AssignedSet): string {
  if (!rows) return name;
  const { objects, fields, classes, customPermissions } = rows;
  return JSON.stringify([name, [...objects], [...fields], [...classes], [...customPermissions]]);
}

function createRights(profile: string, sets: readonly PermissionSetSource[], namespace: string | null): UserRights {
  const isAdmin = profile === ADMIN_PROFILE;
  const bare = (name: string): string => withoutPrefix(name.toLowerCase(), namespace);
  const anySet = (has: (set: PermissionSetSource) => boolean): boolean => sets.some(has);
  const object = (type: ObjectType): ObjectRights => {
    if (isAdmin) return ALL;
    const name = bare(type.name);
    const own = type.kind === 'standard' ? standardRights(profile) : NONE;
    const isReadable = OPEN_TO_ALL.has(name) || anySet(({ configurations }) => configurations.has(name));
    const readable = isReadable ? READ_ONLY : NONE;
    return sets.map((set) => set.objects.get(name) ?? NONE).reduce(union, union(own, readable));
  };
  const field = (type: ObjectType, one: Field): FieldRights => {
    const { read, edit, create } = object(type);
    if (isOpen(type, one)) return { read, edit: edit || create };
    const name = `${bare(type.name)}.${bare(one.name)}`;
    return {
      read: read && anySet(({ fields }) => fields.get(name)?.read ?? false),
      edit: (edit || create) && anySet(({ fields }) => fields.get(name)?.edit ?? false),
    };
  };
  return {
    isAdmin,
    object,
    field: (type, one) => (isAdmin ? { read: true, edit: true } : field(type, one)),
    hasClass: (name) => isAdmin || anySet(({ classes }) => classes.has(bare(name))),
    hasCustomPermission: (name) => anySet(({ customPermissions }) => customPermissions.has(bare(name))),
    hasPrincipal: (name) => anySet(({ principals }) => principals.has(name.toLowerCase())),
    hasUserPermission: (name) => isAdmin || anySet(({ userPermissions }) => userPermissions.has(name.toLowerCase())),
  };
}

/** Fields no permission can hide: standard ones, required ones, the master of a detail, those of events and configuration. */
function isOpen(object: ObjectType, field: Field): boolean {
  const isConfiguration = object.kind === 'metadata' || object.kind === 'setting' || object.kind === 'event';
  return !field.isCustom || field.isRequired || field.reference?.isMasterDetail === true || isConfiguration;
}

function union(a: ObjectRights, b: ObjectRights): ObjectRights {
  return {
    create: a.create || b.create,
    read: a.read || b.read,
    edit: a.edit || b.edit,
    delete: a.delete || b.delete,
    viewAll: a.viewAll || b.viewAll,
    modifyAll: a.modifyAll || b.modifyAll,
  };
}

/** `causeway__Thing__c` → `thing__c` for names that are lower-cased already. */
export function withoutPrefix(name: string, namespace: string | null): string {
  const prefix = namespace === null ? '' : `${namespace.toLowerCase()}__`;
  return prefix !== '' && name.startsWith(prefix) ? name.slice(prefix.length) : name;
}
