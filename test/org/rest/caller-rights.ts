import { type OrgSecurity, type UserRights } from '../apex/data/security.ts';
import { fieldNamed, type ObjectType } from '../metadata/schema.ts';
import { RecordError } from '../record-error.ts';
import { type SessionRights, type WantedSave } from '../records/pending-row.ts';
import { noSuchColumn } from '../soql/scope.ts';
import { notWritable } from '../records/read-input.ts';
import { type RecordStore } from '../store/record-store.ts';

type Held = { readonly store: RecordStore; readonly security: OrgSecurity };

/** What the org's APIs let that user see and save: objects, fields and rows as permissions and sharing have it. */
export function rightsOfCaller(held: Held, userId: string): SessionRights {
  return {
    seen: held.security.forQuery(userId, { rights: true, rows: true }),
    refuse: (save) => refusedSave(held, userId, save),
  };
}

function refusedSave(
  { store, security }: Held,
  userId: string,
  { operation, object, item }: WantedSave,
): RecordError | null {
  const rights = security.rightsOf(userId);
  if (rights.isAdmin) return null;
  const allowed = rights.object(object);
  if (operation === 'insert' && !allowed.create) {
    return new RecordError('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', `entity type cannot be inserted: ${object.label}`);
  }
  if (!isRowAllowed({ store, security }, userId, { operation, object, item })) {
    return new RecordError('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');
  }
  return refusedFields(rights, object, Object.keys(item.input));
}

function isRowAllowed({ store, security }: Held, userId: string, { operation, object, item }: WantedSave): boolean {
  const { create, edit, delete: mayDelete } = security.rightsOf(userId).object(object);
  const row = item.id === null ? null : store.get(object, item.id);
  const isOfObject = { insert: create, update: edit, delete: mayDelete, undelete: create }[operation];
  return isOfObject && (row === null || security.mayEditRow(userId, object, row));
}

function refusedFields(rights: UserRights, object: ObjectType, names: readonly string[]): RecordError | null {
  const fields = names.flatMap((name) => fieldNamed(object, name) ?? []);
  const hidden = fields.find((field) => !rights.field(object, field).read);
  if (hidden !== undefined) return noSuchColumn(object, hidden.name);
  const readOnly = fields.filter((field) => !rights.field(object, field).edit).map(({ name }) => name);
  return readOnly.length === 0 ? null : notWritable(readOnly);
}
