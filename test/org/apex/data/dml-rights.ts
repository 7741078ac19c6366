import { fieldNamed, type ObjectType } from '../../metadata/schema.ts';
import { RecordError } from '../../record-error.ts';
import { type SaveItem } from '../../records/save-chunk.ts';
import { type SaveOperation } from '../../records/trigger-host.ts';
import { type Execution } from '../execution/execution.ts';
import { type AccessMode } from './query.ts';

type Planned = { readonly operation: SaveOperation; readonly item: SaveItem };

/** In user mode the object, its fields and the row must be the user's to change; with sharing, the row. */
export function checkRights(
  execution: Execution,
  accessMode: AccessMode | null,
  object: ObjectType,
  { operation, item }: Planned,
): void {
  const rights = execution.org.security.rightsOf(execution.userId);
  if (rights.isAdmin) return;
  if (accessMode === 'user') {
    const allowed = rights.object(object);
    const isAllowed = {
      insert: allowed.create,
      update: allowed.edit,
      delete: allowed.delete,
      undelete: allowed.create,
    }[operation];
    if (!isAllowed)
      throw new RecordError('INSUFFICIENT_ACCESS_OR_READONLY', `Access to entity '${object.name}' denied`);
    refuseFields(execution, object, Object.keys(item.input));
  }
  if (accessMode === 'user' || execution.sharing === 'with') checkRow(execution, object, item.id);
}

function refuseFields(execution: Execution, object: ObjectType, names: readonly string[]): void {
  const rights = execution.org.security.rightsOf(execution.userId);
  const hidden = names.filter((name) => {
    const field = fieldNamed(object, name);
    return field !== undefined && !rights.field(object, field).edit;
  });
  if (hidden.length === 0) return;
  throw new RecordError(
    'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    `Operation failed due to fields being inaccessible on Sobject ${object.name}, check errors on Exception or Result!`,
    hidden,
  );
}

function checkRow(execution: Execution, object: ObjectType, id: string | null): void {
  const row = id === null ? null : execution.org.store.get(object, id);
  if (!row || execution.org.security.mayEditRow(execution.userId, object, row)) return;
  throw new RecordError('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');
}
