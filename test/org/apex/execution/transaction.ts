import { RecordError } from '../../record-error.ts';
import { type Records } from '../../records/records.ts';
import { type OpenTransaction } from '../../store/database.ts';
import { noteDmlFaults } from '../data/fault-notes.ts';
import { PlatformObject } from '../runtime/values/apex-object.ts';
import { createApexException, throwApex } from '../runtime/values/apex-exception.ts';

/** What Database.setSavepoint gives. */
export class ApexSavepoint extends PlatformObject {
  static override readonly apexName = 'System.Savepoint';
  readonly rollback: () => void;
  readonly wasDirty: boolean;
  isValid = true;

  constructor(rollback: () => void, wasDirty: boolean) {
    super();
    this.rollback = rollback;
    this.wasDirty = wasDirty;
  }
}

/** The records part of an Apex transaction: it begins with the first write, so that a callout before it holds no lock. */
export type Transaction = {
  /** Whether something was saved, enqueued or published that is not committed: callouts are refused then. */
  isDirty: boolean;
  /** The first setup object and the first other object that were saved, for the mixed DML rule. */
  mixed: { setup: string | null; data: string | null };
  /** Makes sure that what is done next can be undone with the rest. */
  readonly beginWrite: () => void;
  readonly setSavepoint: () => ApexSavepoint;
  readonly rollbackTo: (savepoint: ApexSavepoint) => void;
  readonly releaseSavepoint: (savepoint: ApexSavepoint) => void;
  readonly hasSavepoints: () => boolean;
  /** Work that stands whatever becomes of the transaction: events that are published at once. */
  readonly afterEnd: (work: () => void) => void;
  /** That work, for a test that does not wait for the end. */
  readonly takeLateWork: () => readonly (() => void)[];
  readonly commit: () => void;
  readonly rollback: () => void;
};

/** Another thread that writes for longer than an org waits is a row lock to the code that wants to write now. */
function beginOrThrow(records: Records): OpenTransaction {
  try {
    return records.begin();
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    const { statusCode, message } = error;
    const exception = createApexException(
      'System.DmlException',
      `DML failed. First exception on row 0; first error: ${statusCode}, ${message}: []`,
    );
    noteDmlFaults(exception, [{ index: 0, id: null, objectName: null, statusCode, message, fields: [] }]);
    throw exception as unknown as Error;
  }
}

/**
 * A transaction over the org's records; inside another one it is a part of it. A joined one never begins: its work is part of
 * a save that is under way and ends with that.
 */
export function createTransaction(records: Records, isJoined: boolean): Transaction {
  let open: ReturnType<Records['begin']> | null = null;
  let savepoints: ApexSavepoint[] = [];
  const late: (() => void)[] = [];
  const beginWrite = (): void => {
    if (!isJoined) open ??= beginOrThrow(records);
  };
  const end = (how: 'commit' | 'rollback'): void => {
    const ending = open;
    open = null;
    savepoints = [];
    ending?.[how]();
    for (const work of late.splice(0)) work();
  };
  const indexOf = (savepoint: ApexSavepoint): number => {
    const index = savepoints.indexOf(savepoint);
    if (index < 0 || !savepoint.isValid) throwApex('System.TypeException', 'The savepoint is not valid any more.');
    return index;
  };
  const transaction: Transaction = {
    isDirty: false,
    mixed: { setup: null, data: null },
    beginWrite,
    setSavepoint: () => {
      beginWrite();
      const savepoint = new ApexSavepoint(records.savepoint().rollback, transaction.isDirty);
      savepoints.push(savepoint);
      return savepoint;
    },
    rollbackTo: (savepoint) => {
      savepoints = savepoints.slice(0, indexOf(savepoint) + 1);
      savepoint.rollback();
      transaction.isDirty = savepoint.wasDirty;
    },
    releaseSavepoint: (savepoint) => {
      savepoints = savepoints.slice(0, indexOf(savepoint));
      savepoint.isValid = false;
    },
    hasSavepoints: () => savepoints.length > 0,
    afterEnd: (work) => void late.push(work),
    takeLateWork: () => late.splice(0),
    commit: () => end('commit'),
    rollback: () => end('rollback'),
  };
  return transaction;
}
