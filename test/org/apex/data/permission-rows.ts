import { type RecordStore } from '../../store/record-store.ts';
import { type FieldRights, type ObjectRights, type PermissionSetSource } from './org-metadata.ts';

/** A permission set that a user has; `rows` are the rights it got as records rather than from its file. */
export type AssignedSet = { readonly name: string; readonly rows: PermissionSetSource | null };

const ASSIGNED = `SELECT s."Id", s."Name",
  EXISTS (SELECT 1 FROM "ObjectPermissions" p WHERE p."ParentId" = s."Id")
  OR EXISTS (SELECT 1 FROM "FieldPermissions" p WHERE p."ParentId" = s."Id")
  OR EXISTS (SELECT 1 FROM "SetupEntityAccess" p WHERE p."ParentId" = s."Id")
  FROM "PermissionSetAssignment" a JOIN "PermissionSet" s ON s."Id" = a."PermissionSetId" WHERE a."AssigneeId" = ? ORDER BY s."Id"`;

/** The permission sets of a user as the assignments stand now. */
export function assignedSets(store: RecordStore, userId: string): AssignedSet[] {
  return store.db.all(ASSIGNED, [userId]).map(([id, name, hasRows]) => ({
    name: String(name).toLowerCase(),
    rows: Number(hasRows) === 1 ? readRows(store, String(id), String(name)) : null,
  }));
}

const lower = (value: unknown): string => String(value).toLowerCase();
const isSet = (value: unknown): boolean => Number(value) === 1;

function readRows({ db }: RecordStore, setId: string, name: string): PermissionSetSource {
  const objects = db.all(
    'SELECT "SobjectType", "PermissionsCreate", "PermissionsRead", "PermissionsEdit", "PermissionsDelete", "PermissionsViewAllRecords", "PermissionsModifyAllRecords" FROM "ObjectPermissions" WHERE "ParentId" = ?',
    [setId],
  );
  const fields = db.all(
    'SELECT "Field", "PermissionsRead", "PermissionsEdit" FROM "FieldPermissions" WHERE "ParentId" = ?',
    [setId],
  );
  const granted = (table: string, column: string): ReadonlySet<string> =>
    new Set(
      db
        .all(
          `SELECT g."${column}" FROM "SetupEntityAccess" e JOIN "${table}" g ON g."Id" = e."SetupEntityId" WHERE e."ParentId" = ?`,
          [setId],
        )
        .map(([value]) => lower(value)),
    );
  return {
    name,
    label: name,
    objects: new Map(objects.map(([object, ...flags]) => [lower(object), objectRights(flags.map(isSet))])),
    fields: new Map(
      fields.map(([field, read, edit]): [string, FieldRights] => [
        lower(field),
        { read: isSet(read) || isSet(edit), edit: isSet(edit) },
      ]),
    ),
    classes: granted('ApexClass', 'Name'),
    customPermissions: granted('CustomPermission', 'DeveloperName'),
    principals: new Set(),
    userPermissions: new Set(),
    configurations: new Set(),
  };
}

function objectRights(flags: readonly boolean[]): ObjectRights {
  const [create, read, edit, remove, viewAll, modifyAll] = flags.map(Boolean);
  return {
    create: create === true,
    read: read === true,
    edit: edit === true,
    delete: remove === true,
    viewAll: viewAll === true,
    modifyAll: modifyAll === true,
  };
}
