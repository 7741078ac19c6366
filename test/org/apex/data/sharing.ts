import { type Field, objectNamed, type ObjectType, type Schema } from '../../metadata/schema.ts';
import { quoted } from '../../store/database.ts';
import { type Row } from '../../store/values.ts';
import { type UserRights } from './security.ts';

type ReadRow = (object: ObjectType, id: string) => Row | null;

/** Who asks, with what rights. */
type Viewer = { readonly rights: UserRights; readonly userId: string };

/** Who sees and changes which rows, by organization-wide defaults and ownership; the org has no roles, rules or manual shares. */
export type Sharing = {
  readonly filter: (viewer: Viewer, object: ObjectType, alias: string) => string | null;
  readonly mayEdit: (viewer: Viewer, object: ObjectType, row: Row, read: ReadRow) => boolean;
};

/** Standard objects are open unless the sources say otherwise; so are custom ones without a sharing model. */
export function createSharing(schema: Schema, models: ReadonlyMap<string, string>): Sharing {
  const modelOf = (object: ObjectType): string => models.get(object.name.toLowerCase()) ?? 'ReadWrite';
  const filter: Sharing['filter'] = (viewer, object, alias) => {
    const { viewAll, modifyAll } = viewer.rights.object(object);
    if (viewAll || modifyAll) return null;
    const master = masterOf(object);
    if (master?.reference && isControlledByParent(modelOf(object), object)) {
      const parent = objectNamed(schema, master.reference.to[0] ?? '');
      const inner = filter(viewer, parent, 'p');
      return inner === null
        ? null
        : `${alias}.${quoted(master.name)} IN (SELECT p."Id" FROM ${quoted(parent.name)} AS p WHERE ${inner})`;
    }
    return modelOf(object) === 'Private' && object.fields.has('ownerid')
      ? `${alias}."OwnerId" = '${viewer.userId.replaceAll("'", "''")}'`
      : null;
  };
  const mayEdit: Sharing['mayEdit'] = (viewer, object, row, read) => {
    if (viewer.rights.object(object).modifyAll) return true;
    const master = masterOf(object);
    if (master?.reference && isControlledByParent(modelOf(object), object)) {
      const parent = objectNamed(schema, master.reference.to[0] ?? '');
      const parentRow = read(parent, String(row[master.name]));
      return parentRow === null || mayEdit(viewer, parent, parentRow, read);
    }
    const isClosed = modelOf(object) === 'Private' || modelOf(object) === 'Read';
    return !isClosed || !object.fields.has('ownerid') || row['OwnerId'] === viewer.userId;
  };
  return { filter, mayEdit };
}

function masterOf(object: ObjectType): Field | undefined {
  return [...object.fields.values()].find((field) => field.reference?.isMasterDetail === true);
}

function isControlledByParent(model: string, object: ObjectType): boolean {
  return model === 'ControlledByParent' || !object.fields.has('ownerid');
}
