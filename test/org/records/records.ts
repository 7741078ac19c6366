import { randomUUID } from 'node:crypto';
import { objectNamed, type ObjectType, mustHaveField } from '../metadata/schema.ts';
import { RecordError, toRecordError } from '../record-error.ts';
import { type RecordStore } from '../store/record-store.ts';
import { type OpenTransaction } from '../store/database.ts';
import { type FieldValue, type Row } from '../store/values.ts';
import { createChangeLog, type ChangeListener } from './change-log.ts';
import { deleteTree, restoreTree } from './delete-tree.ts';
import { fillDefaults } from './fill-defaults.ts';
import {
  type ObjectRule,
  type PendingRow,
  type RuleContext,
  type SaveResult,
  type Session,
  type WantedSave,
} from './pending-row.ts';
import { readInput, type Purpose, type RecordInput } from './read-input.ts';
import { CHUNK_SIZE, saveChunk, type SaveItem, type SaveRequest, type SaveSteps } from './save-chunk.ts';
import { type SaveOperation, type TriggerHost } from './trigger-host.ts';
import { upsertRow } from './upsert.ts';
import { validateRow } from './validate.ts';

export type Records = {
  readonly insert: (session: Session, objectName: string, input: RecordInput) => SaveResult;
  readonly update: (session: Session, objectName: string, id: string, input: RecordInput) => SaveResult;
  readonly upsert: (session: Session, objectName: string, keyField: string, input: RecordInput) => SaveResult;
  readonly delete: (session: Session, objectName: string, id: string) => SaveResult;
  readonly undelete: (session: Session, objectName: string, id: string) => SaveResult;
  /** Many records of one object, in chunks, each with its result; an all-or-none caller undoes what stands beside a failure. */
  readonly saveAll: (session: Session, request: SaveRequest) => SaveResult[];
  /** Runs several saves as one; throwing undoes them all, listeners hear of them only after the commit. */
  readonly transaction: <T>(work: () => T) => T;
  /** A transaction that stays open across calls, for code that decides later how it ends. */
  readonly begin: () => OpenTransaction;
  /** A point to which the transaction under way can return. */
  readonly savepoint: () => { readonly rollback: () => void };
  /** Lets code of the org take part in every save from now on. */
  readonly attach: (host: TriggerHost | null) => void;
  readonly onChange: (listener: ChangeListener) => () => void;
  /** Tells the listeners of changes that another thread has committed to the same file. */
  readonly announce: ChangeListener;
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
  let host: TriggerHost | null = null;
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
      insertInternally: (objectName, values) => {
        const request = {
          operation: 'insert' as const,
          object: objectNamed(store.schema, objectName),
          items: [{ id: null, input: values }],
          isAllOrNone: true,
        };
        const [result] = saveAll(session, request, 'internal');
        if (result?.error) throw result.error;
        return result?.id ?? '';
      },
      updateInternally: (objectName, id, values) => {
        const request = {
          operation: 'update' as const,
          object: objectNamed(store.schema, objectName),
          items: [{ id, input: values }],
          isAllOrNone: true,
        };
        const [result] = saveAll(session, request, 'internal');
        if (result?.error) throw result.error;
      },
    };
  }

  function insertRow(session: Session, object: ObjectType, input: RecordInput): PendingRow {
    refuseUnwritable(object);
    const given = readInput(store, object, input, 'insert');
    const row: PendingRow = {
      object,
      id: object.kind === 'event' ? '' : store.newId(object),
      old: null,
      values: { ...given },
      given: new Set(Object.keys(given)),
      isInternal: false,
    };
    fillDefaults(row, {
      context: contextOf(session),
      nextNumber: store.nextNumber,
      currency: currencyOf(session),
    });
    if (object.kind === 'event') {
      row.values['ReplayId'] = String(store.nextNumber(`replay:${object.name}`));
      row.values['EventUuid'] ??= randomUUID();
    }
    return row;
  }

  function updateRow(session: Session, object: ObjectType, id: string, { input, purpose }: Update): PendingRow {
    refuseUnwritable(object);
    const old = liveRow(store, object, id);
    const given = readInput(store, object, input, purpose);
    const now = contextOf(session).now;
    return {
      object,
      id,
      old,
      values: { ...old, ...given, LastModifiedDate: now, LastModifiedById: session.userId, SystemModstamp: now },
      given: new Set(Object.keys(given)),
      isInternal: purpose === 'internal',
    };
  }

  function write(session: Session, row: PendingRow): void {
    const context = contextOf(session);
    for (const rule of rulesOf(row.object)) rule.before?.(row, context);
    validateRow(store, row);
    if (row.object.kind === 'event') {
      host?.published(session, row.object, row.values);
    } else {
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
      userId: session.userId,
    });
  }

  function saveSteps(session: Session, object: ObjectType, purpose: Purpose): SaveSteps {
    return {
      prepare: (item, index) => {
        const { id, input } = item;
        if (purpose !== 'internal')
          refuseUnallowed(session, { operation: id === null ? 'insert' : 'update', object, item });
        const pending =
          id === null ? insertRow(session, object, input) : updateRow(session, object, id, { input, purpose });
        return {
          index,
          pending,
          id: pending.id,
          old: pending.old,
          values: pending.values,
          given: pending.given,
          errors: [],
        };
      },
      write: ({ pending }) => pending && write(session, pending),
      written: (entry) => entry,
      finish: ({ pending }) => {
        if (pending) for (const rule of rulesOf(object)) rule.after?.(pending, contextOf(session));
      },
    };
  }

  function removalSteps(session: Session, object: ObjectType, operation: 'delete' | 'undelete'): SaveSteps {
    const isDelete = operation === 'delete';
    return {
      prepare: (item, index) => {
        refuseUnallowed(session, { operation, object, item });
        const id = item.id ?? '';
        const old = isDelete ? liveRow(store, object, id) : null;
        return { index, pending: null, id, old, values: null, given: new Set(), errors: [] };
      },
      write: ({ id, old }) => {
        const work = { store, context: contextOf(session), add: changes.add };
        if (!isDelete) restoreTree(work, object, id);
        else if (old) deleteTree({ ...work, rulesOf, beforeWrite }, object, old);
      },
      written: (entry) => (isDelete ? entry : { ...entry, values: store.get(object, entry.id) }),
      finish: () => undefined,
    };
  }

  function saveAll(session: Session, request: SaveRequest, purpose: Purpose = 'update'): SaveResult[] {
    const { operation, object, items } = request;
    const steps =
      operation === 'delete' || operation === 'undelete'
        ? removalSteps(session, object, operation)
        : saveSteps(session, object, operation === 'insert' ? 'insert' : purpose);
    const results: SaveResult[] = [];
    for (let start = 0; start < items.length; start += CHUNK_SIZE) {
      const chunk = { session, request, steps, host: object.kind === 'event' ? null : host, transaction };
      results.push(...saveChunk(chunk, items.slice(start, start + CHUNK_SIZE)));
      if (request.isAllOrNone && results.some(({ error }) => error)) return results;
    }
    return results;
  }

  function begin(): OpenTransaction {
    const isOutermost = !store.db.isInTransaction();
    const mark = changes.mark();
    const open = store.db.begin();
    return {
      commit: () => {
        open.commit();
        if (!isOutermost) return;
        host?.ended(true);
        changes.deliver();
      },
      rollback: () => {
        open.rollback();
        changes.rollbackTo(mark);
        if (isOutermost) host?.ended(false);
      },
    };
  }

  function transaction<T>(work: () => T): T {
    const open = begin();
    let result: T;
    try {
      result = work();
    } catch (error) {
      open.rollback();
      throw error;
    }
    open.commit();
    return result;
  }

  function savepoint(): { rollback: () => void } {
    const mark = changes.mark();
    const point = store.db.savepoint();
    return {
      rollback: () => {
        point.rollback();
        changes.rollbackTo(mark);
      },
    };
  }

  function one(session: Session, operation: SaveOperation, objectName: string, item: SaveItem): SaveResult {
    try {
      const object = objectNamed(store.schema, objectName);
      const [result] = saveAll(session, { operation, object, items: [item], isAllOrNone: true });
      return result ?? { id: item.id, isCreated: false, error: null };
    } catch (error) {
      return { id: item.id, isCreated: false, error: toRecordError(error) };
    }
  }

  const insert: Records['insert'] = (session, objectName, input) =>
    one(session, 'insert', objectName, { id: null, input });
  const update: Records['update'] = (session, objectName, id, input) =>
    one(session, 'update', objectName, { id, input });

  return {
    insert,
    update,
    upsert: (session, objectName, keyField, input) =>
      upsertRow({ store, insert, update }, session, { objectName, keyField, input }),
    delete: (session, objectName, id) => one(session, 'delete', objectName, { id, input: {} }),
    undelete: (session, objectName, id) => one(session, 'undelete', objectName, { id, input: {} }),
    saveAll: (session, request) => saveAll(session, request),
    transaction,
    begin,
    savepoint,
    attach: (triggers) => {
      host = triggers;
    },
    announce: changes.announce,
    onChange: changes.onChange,
  };
}

type Update = { readonly input: RecordInput; readonly purpose: Purpose };

/** The record as stored; one that is missing or deleted is refused. */
function liveRow(store: RecordStore, object: ObjectType, id: string): Row {
  const row = store.get(object, id);
  if (!row) throw missing(object, id);
  if (row['IsDeleted'] === true) throw new RecordError('ENTITY_IS_DELETED', 'entity is deleted');
  return row;
}

function refuseUnallowed({ rights }: Session, save: WantedSave): void {
  const error = rights?.refuse(save) ?? null;
  if (error !== null) throw error;
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
