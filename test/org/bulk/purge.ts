import { objectNamed } from '../metadata/schema.ts';
import { type RecordStore } from '../store/record-store.ts';

/** Takes a record that was just deleted, and all that went with it, out of the recycle bin for good. */
export function purge(store: RecordStore, id: string): void {
  for (const [recycledId, objectName] of store.db.all('SELECT id, object FROM _recycled WHERE root = ?', [id])) {
    store.remove(objectNamed(store.schema, String(objectName)), String(recycledId));
  }
  store.db.run('DELETE FROM _recycled WHERE root = ?', [id]);
}
