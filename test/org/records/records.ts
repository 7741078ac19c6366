import { objectNamed, type ObjectType, mustHaveField } from '../metadata/schema.ts';
import { RecordError, toRecordError } from '../record-error.ts';
import { type RecordStore } from '../store/record-store.ts';
import { type FieldValue } from '../store/values.ts';
import { createChangeLog, type ChangeListener } from './change-log.ts';
import { deleteTree, restoreTree } from './delete-tree.ts';
import { fillDefaults } from './fill-defaults.ts';
import { type ObjectRule, type PendingRow, type RuleContext, type SaveResult, type Session } from './pending-row.ts';
import { readInput, type Purpose, type RecordInput } from './read-input.ts';
import { upsertRow } from './upsert.ts';
import { validateRow } from './validate.ts';

export type Records = {
  readonly insert: (session: Session, objectName: string, input: RecordInput) => SaveResult;
  readonly update: (session: Session, objectName: string, id: string, input: RecordInput) => SaveResult;
  readonly upsert: (session: Session, objectName: string, keyField: string, input: RecordInput) => SaveResult;
  readonly delete: (session: Session, objectName: string, id: string) => SaveResult;
  readonly undelete: (session: Session, objectName: string, id: string) => SaveResult;
  /** Runs several saves as one; throwing undoes them all, listeners hear of them only after the commit. */
  readonly transaction: <T>(work: () => T) => T;
  readonly onChange: (listener: ChangeListener) => () => void;
};

type Options = {
  readonly store: RecordStore;
  readonly rules: readonly ObjectRule[];
  readonly clock: () => Date;
  readonly beforeWrite: (id: string) => void;
  readonly currencyOf: (session: Session) => string;
};

/** Saves, deletes and restores records as Salesforce would: input, defaults, rules, checks, write, rules, change. */
export function createRecords({ store, rules, clock, beforeWrite, currencyOf }: Options): Records {
  const changes = createChangeLog();
  const rulesOf = (object: ObjectType): readonly ObjectRule[] =>
    rules.filter((rule) => rule.objectName === object.name || rule.objectName === '*');
  const now = (): string => new Date(Math.floor(clock().getTime() / 1000) * 1000).toISOString();

  function contextOf(session: Session): RuleContext {
    return {
      session,
      now: now(),
      isMultiCurrency: store.schema.isMultiCurrency,
      read: (objectName, id) => (typeof id === 'string' ? store.get(objectNamed(store.schema, objectName), id) : null),
      find: (objectName, fieldName, value) => {
        const object = objectNamed(store.schema, objectName);
        return store.find(object, mustHaveField(object, fieldName), value).filter((row) => row['IsDeleted'] !== true);
      },
      updateInternally: (objectName, id, values) => {
        updateOne(session, objectNamed(store.schema, objectName), id, { input: values, purpose: 'internal' });
      },
    };
  }

  function insertOne(session: Session, object: ObjectType, input: RecordInput): string {
    refuseUnwritable(object);
    const given = readInput(store, object, input, 'insert');
    const context = contextOf(session);
    const row: PendingRow = {
      object,
      id: object.kind === 'event' ? '' : store.newId(object),
      old: null,
      values: { ...given },
      given: new Set(Object.keys(given)),
      isInternal: false,
    };
    fillDefaults(row, { context, nextNumber: store.nextNumber, currency: currencyOf(session) });
    save(row, context);
    return row.id;
  }

  function updateOne(
    session: Session,
    object: ObjectType,
    id: string,
    { input, purpose }: { input: RecordInput; purpose: Purpose },
  ): void {
    refuseUnwritable(object);
    const old = store.get(object, id);
    if (!old) throw missing(object, id);
    if (old['IsDeleted'] === true) throw new RecordError('ENTITY_IS_DELETED', 'entity is deleted');
    const given = readInput(store, object, input, purpose);
    const context = contextOf(session);
    const row: PendingRow = {
      object,
      id,
      old,
      values: { ...old, ...given },
      given: new Set(Object.keys(given)),
      isInternal: purpose === 'internal',
    };
    Object.assign(row.values, {
      LastModifiedDate: context.now,
      LastModifiedById: session.userId,
      SystemModstamp: context.now,
    });
    save(row, context);
  }

  function save(row: PendingRow, context: RuleContext): void {
    for (const rule of rulesOf(row.object)) rule.before?.(row, context);
    validateRow(store, row);
    if (row.object.kind !== 'event') {
      beforeWrite(row.id);
      if (row.old) store.update(row.object, row.id, row.values);
      else store.insert(row.object, row.values);
    }
    changes.add({
      object: row.object.name,
      operation: row.object.kind === 'event' ? 'publish' : row.old ? 'update' : 'insert',
      id: row.id,
      old: row.old,
      new: { ...row.values },
      userId: context.session.userId,
    });
    for (const rule of rulesOf(row.object)) rule.after?.(row, context);
  }

  function deleteOne(session: Session, object: ObjectType, id: string): void {
    const row = store.get(object, id);
    if (!row) throw missing(object, id);
    if (row['IsDeleted'] === true) throw new RecordError('ENTITY_IS_DELETED', 'entity is deleted');
    const context = contextOf(session);
    deleteTree({ store, context, rulesOf, beforeWrite, add: changes.add }, object, row);
  }

  function undeleteOne(session: Session, object: ObjectType, id: string): void {
    restoreTree({ store, context: contextOf(session), add: changes.add }, object, id);
  }

  function transaction<T>(work: () => T): T {
    const isOutermost = !store.db.isInTransaction();
    const mark = changes.mark();
    try {
      const result = store.db.transaction(work);
      if (isOutermost) changes.deliver();
      return result;
    } catch (error) {
      changes.rollbackTo(mark);
      throw error;
    }
  }

  /** One record in its own savepoint: it is saved whole with all it drags along, or it is refused. */
  function attempt(id: string | null, isCreated: boolean, work: () => string): SaveResult {
    try {
      return { id: transaction(work), isCreated, error: null };
    } catch (error) {
      return { id, isCreated: false, error: toRecordError(error) };
    }
  }

  const find = (name: string): ObjectType => objectNamed(store.schema, name);
  const insert: Records['insert'] = (session, objectName, input) =>
    attempt(null, true, () => insertOne(session, find(objectName), input));
  const update: Records['update'] = (session, objectName, id, input) =>
    attempt(id, false, () => {
      updateOne(session, find(objectName), id, { input, purpose: 'update' });
      return id;
    });

  return {
    insert,
    update,
    upsert: (session, objectName, keyField, input) =>
      upsertRow({ store, insert, update }, session, { objectName, keyField, input }),
    delete: (session, objectName, id) =>
      attempt(id, false, () => {
        deleteOne(session, find(objectName), id);
        return id;
      }),
    undelete: (session, objectName, id) =>
      attempt(id, false, () => {
        undeleteOne(session, find(objectName), id);
        return id;
      }),
    transaction,
    onChange: changes.onChange,
  };
}

function refuseUnwritable(object: ObjectType): void {
  if (object.kind !== 'metadata') return;
  throw new RecordError(
    'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    `entity type cannot be inserted: ${object.label}. Custom metadata records are deployed, not saved.`,
  );
}

function missing(object: ObjectType, id: FieldValue): RecordError {
  return new RecordError('INVALID_CROSS_REFERENCE_KEY', `invalid cross reference id: ${object.name} ${String(id)}`);
}
