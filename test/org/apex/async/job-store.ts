import { objectNamed, mustHaveField } from '../../metadata/schema.ts';
import { type SqlRow, type SqlValue } from '../../store/database.ts';
import { type RecordStore } from '../../store/record-store.ts';
import { type Row } from '../../store/values.ts';

export type JobKind = 'queueable' | 'future' | 'batch' | 'schedule' | 'deployment' | 'publishCallback';

/** Work to be done after the commit of what asked for it; it lies in the org's file, so a rollback takes it along. */
export type StoredJob = {
  readonly sequence: number;
  /** Of its AsyncApexJob or CronTrigger. */
  readonly id: string;
  readonly kind: JobKind;
  readonly userId: string;
  /** Milliseconds. */
  readonly due: number;
  readonly signature: string | null;
  readonly payload: unknown;
};

export type NewJob = Omit<StoredJob, 'sequence'>;

/** The queue of one org, shared by all threads that have opened its file. */
export type JobStore = {
  readonly add: (job: NewJob) => void;
  /** Takes the next job that is due and marks it as running, so that no other thread takes it. */
  readonly take: (now: number) => StoredJob | null;
  /** Takes the next job of that kind, whenever it is due. */
  readonly takeKind: (kind: JobKind) => StoredJob | null;
  /** Forgets all events that wait. */
  readonly dropEvents: () => void;
  readonly remove: (sequence: number) => void;
  readonly removeById: (id: string) => boolean;
  readonly hasSignature: (signature: string) => boolean;
  readonly nextDue: () => number | null;
  readonly addEvent: (topic: string, userId: string, event: Row) => void;
  /** Takes up to 2,000 events of one topic, in order. */
  readonly takeEvents: () => { readonly topic: string; readonly events: readonly StoredEvent[] } | null;
};

export type StoredEvent = {
  readonly sequence: number;
  readonly topic: string;
  readonly userId: string;
  readonly retries: number;
  /** What the trigger said when it asked for a retry. */
  readonly lastError: string | null;
  readonly row: Row;
};

const MAX_EVENTS = 2000;

export function createJobStore(store: RecordStore): JobStore {
  const { db } = store;
  db.run(
    'CREATE TABLE IF NOT EXISTS _apex_jobs (sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, kind TEXT NOT NULL, user_id TEXT NOT NULL, due INTEGER NOT NULL, signature TEXT, payload TEXT NOT NULL, is_running INTEGER NOT NULL DEFAULT 0)',
  );
  db.run(
    'CREATE TABLE IF NOT EXISTS _apex_events (sequence INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, user_id TEXT NOT NULL, retries INTEGER NOT NULL DEFAULT 0, event TEXT NOT NULL)',
  );
  const takeWhere = (condition: string, value: SqlValue): StoredJob | null =>
    db.transaction(() => {
      const [row] = db.all(
        `UPDATE _apex_jobs SET is_running = 1 WHERE sequence = (SELECT sequence FROM _apex_jobs WHERE is_running = 0 AND ${condition} ORDER BY due, sequence LIMIT 1) RETURNING sequence, id, kind, user_id, due, signature, payload`,
        [value],
      );
      return row ? toJob(row) : null;
    });
  return {
    add: ({ id, kind, userId, due, signature, payload }) =>
      db.run('INSERT INTO _apex_jobs (id, kind, user_id, due, signature, payload) VALUES (?, ?, ?, ?, ?, ?)', [
        id,
        kind,
        userId,
        BigInt(Math.floor(due)),
        signature,
        JSON.stringify(payload),
      ]),
    take: (now) => takeWhere('due <= ?', BigInt(Math.floor(now))),
    takeKind: (kind) => takeWhere('kind = ?', kind),
    dropEvents: () => db.run('DELETE FROM _apex_events'),
    remove: (sequence) => db.run('DELETE FROM _apex_jobs WHERE sequence = ?', [BigInt(sequence)]),
    removeById: (id) => db.all('DELETE FROM _apex_jobs WHERE id = ? AND is_running = 0 RETURNING id', [id]).length > 0,
    hasSignature: (signature) => db.all('SELECT 1 FROM _apex_jobs WHERE signature = ?', [signature]).length > 0,
    nextDue: () => {
      const due = db.all('SELECT min(due) FROM _apex_jobs WHERE is_running = 0')[0]?.[0] ?? null;
      return due === null ? null : Number(due);
    },
    addEvent: (topic, userId, event) =>
      db.run('INSERT INTO _apex_events (topic, user_id, event) VALUES (?, ?, ?)', [
        topic,
        userId,
        JSON.stringify(event),
      ]),
    takeEvents: () =>
      db.transaction(() => {
        const topic = db.all('SELECT topic FROM _apex_events ORDER BY sequence LIMIT 1')[0]?.[0] ?? null;
        if (topic === null) return null;
        const rows = db.all(
          `DELETE FROM _apex_events WHERE sequence IN (SELECT sequence FROM _apex_events WHERE topic = ? ORDER BY sequence LIMIT ${MAX_EVENTS}) RETURNING sequence, user_id, retries, event`,
          [topic],
        );
        const events = rows.map(([sequence, userId, retries, event]) => ({
          sequence: Number(sequence),
          topic: String(topic),
          userId: String(userId),
          retries: Number(retries),
          lastError: null,
          row: JSON.parse(String(event)) as Row,
        }));
        return { topic: String(topic), events: events.sort((a, b) => a.sequence - b.sequence) };
      }),
  };
}

function toJob([sequence, id, kind, userId, due, signature, payload]: SqlRow): StoredJob {
  return {
    sequence: Number(sequence),
    id: String(id),
    kind: String(kind) as JobKind,
    userId: String(userId),
    due: Number(due),
    signature: signature == null ? null : String(signature),
    payload: JSON.parse(String(payload)) as unknown,
  };
}

/** Keeps AsyncApexJob, CronTrigger and their kin as rows that queries can read. */
export function insertPlatformRow(
  store: RecordStore,
  objectName: string,
  values: Row,
  { userId, now }: { readonly userId: string; readonly now: string },
): string {
  const object = objectNamed(store.schema, objectName);
  const id = store.newId(object);
  store.insert(object, {
    Id: id,
    CreatedDate: now,
    CreatedById: userId,
    LastModifiedDate: now,
    LastModifiedById: userId,
    SystemModstamp: now,
    ...values,
  });
  return id;
}

export function updatePlatformRow(store: RecordStore, objectName: string, id: string, values: Row): void {
  store.update(objectNamed(store.schema, objectName), id, values);
}

/** The ApexClass row of a class, made when it is first asked for. */
export function apexClassId(store: RecordStore, className: string, now: string): string {
  const object = objectNamed(store.schema, 'ApexClass');
  const name = className.split('.')[0] ?? className;
  const known = store.find(object, mustHaveField(object, 'Name'), name)[0]?.['Id'];
  const values = { Name: name, Status: 'Active', IsValid: true, ApiVersion: '66' };
  return typeof known === 'string' ? known : insertPlatformRow(store, 'ApexClass', values, { userId: '', now });
}
