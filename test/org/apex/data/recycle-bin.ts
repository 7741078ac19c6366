import { objectNamed } from '../../metadata/schema.ts';
import { RecordError } from '../../record-error.ts';
import { currentExecution } from '../execution/execution.ts';
import { type DmlResult } from './dml.ts';

/** Database.emptyRecycleBin: what was deleted with each record cannot come back any more. */
export function emptyRecycleBin(ids: readonly string[]): DmlResult[] {
  const { limits, org, transaction } = currentExecution();
  limits.use('DmlStatements');
  limits.use('DmlRows', ids.length);
  transaction.beginWrite();
  transaction.isDirty = true;
  const { store, records } = org;
  return records.transaction(() =>
    ids.map((id) => {
      const recycled = store.db.all('SELECT id, object FROM _recycled WHERE root = ?', [id]);
      for (const [gone, name] of recycled) store.remove(objectNamed(store.schema, String(name)), String(gone));
      store.db.run('DELETE FROM _recycled WHERE root = ?', [id]);
      const errors =
        recycled.length > 0
          ? []
          : [new RecordError('INVALID_ID_FIELD', 'Invalid record id; no recycle bin entry found', ['Id'])];
      return { id, isCreated: false, errors };
    }),
  );
}
