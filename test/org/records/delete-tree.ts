import { type Field, isStored, mustHaveField, objectNamed, type ObjectType } from '../metadata/schema.ts';
import { RecordError } from '../record-error.ts';
import { type RecordStore } from '../store/record-store.ts';
import { type Row } from '../store/values.ts';
import { type Change } from './change-log.ts';
import { type ObjectRule, type RuleContext } from './pending-row.ts';

type Restore = {
  readonly store: RecordStore;
  readonly context: RuleContext;
  readonly add: (change: Change) => void;
};

type Delete = Restore & {
  readonly rulesOf: (object: ObjectType) => readonly ObjectRule[];
  readonly beforeWrite: (id: string) => void;
};

/** Deletes a record and what belongs to it: details go along, restricted children refuse, other lookups become blank. */
export function deleteTree(work: Delete, object: ObjectType, row: Row): void {
  refuseUndeletable(object);
  deleteOne(work, object, row, String(row['Id']));
}

function refuseUndeletable(object: ObjectType): void {
  const isPermanent = object.kind === 'metadata' || (object.kind === 'standard' && !object.fields.has('isdeleted'));
  if (!isPermanent) return;
  throw new RecordError('CANNOT_DELETE_OBJECT', `entity type ${object.name} does not support delete`);
}

function deleteOne(work: Delete, object: ObjectType, row: Row, root: string): void {
  const { store, context } = work;
  const id = String(row['Id']);
  for (const rule of work.rulesOf(object)) rule.beforeDelete?.(row, context);
  for (const { child, field } of store.schema.childRelationships(object.name)) {
    if (!isStored(field) || child.kind === 'event' || child.kind === 'metadata') continue;
    const children = store.find(child, field, id).filter((childRow) => childRow['IsDeleted'] !== true);
    for (const childRow of children) releaseChild(work, { object, id, root }, { child, field, childRow });
  }
  work.beforeWrite(id);
  recycle(work, object, id, root);
  work.add({ object: object.name, operation: 'delete', id, old: row, new: null, userId: context.session.userId });
  for (const rule of work.rulesOf(object)) rule.afterDelete?.(row, context);
}

type Parent = { readonly object: ObjectType; readonly id: string; readonly root: string };
type Child = { readonly child: ObjectType; readonly field: Field; readonly childRow: Row };

function releaseChild(work: Delete, { object, id, root }: Parent, { child, field, childRow }: Child): void {
  switch (field.reference?.onDelete) {
    case 'Restrict':
      throw restricted(object, id, child, childRow);
    case 'Cascade':
      deleteOne(work, child, childRow, root);
      return;
    case 'SetNull':
    case undefined:
      work.store.update(child, String(childRow['Id']), { [field.name]: null });
  }
}

/** Settings have no recycle bin; all else can come back with what was deleted with it. */
function recycle({ store, context }: Delete, object: ObjectType, id: string, root: string): void {
  if (object.kind === 'setting') {
    store.remove(object, id);
    return;
  }
  store.update(object, id, { IsDeleted: true, LastModifiedDate: context.now, SystemModstamp: context.now });
  store.db.run('INSERT OR REPLACE INTO _recycled VALUES (?, ?, ?)', [id, object.name, root]);
}

function restricted(object: ObjectType, id: string, child: ObjectType, childRow: Row): RecordError {
  return new RecordError(
    'DELETE_FAILED',
    `Your attempt to delete ${object.name} ${id} could not be completed because it is associated with the following ${child.labelPlural.toLowerCase()}: ${String(childRow['Id'])}`,
  );
}

/** Takes a record out of the recycle bin together with all that was deleted with it. */
export function restoreTree({ store, context, add }: Restore, object: ObjectType, id: string): void {
  const recycled = store.db.all('SELECT id, object FROM _recycled WHERE root = ?', [id]);
  if (recycled.length === 0) {
    throw new RecordError('UNDELETE_FAILED', `Entity is not in the recycle bin: ${object.name} ${id}`);
  }
  for (const [recycledId, objectName] of recycled) {
    const type = objectNamed(store.schema, String(objectName));
    store.update(type, String(recycledId), {
      IsDeleted: false,
      LastModifiedDate: context.now,
      SystemModstamp: context.now,
    });
    const row = store.get(type, String(recycledId));
    refuseTakenKeys(store, type, row);
    add({
      object: type.name,
      operation: 'undelete',
      id: String(recycledId),
      old: null,
      new: row,
      userId: context.session.userId,
    });
  }
  store.db.run('DELETE FROM _recycled WHERE root = ?', [id]);
}

function refuseTakenKeys(store: RecordStore, object: ObjectType, row: Row | null): void {
  if (!row) return;
  for (const field of object.fields.values()) {
    const value = row[field.name] ?? null;
    if (!field.isUnique || value === null) continue;
    const live = store
      .find(object, mustHaveField(object, field.name), value)
      .filter((other) => other['IsDeleted'] !== true);
    if (live.length <= 1) continue;
    throw new RecordError(
      'DUPLICATE_VALUE',
      `duplicate value found: ${field.name} duplicates value on another record`,
      [field.name],
    );
  }
}
