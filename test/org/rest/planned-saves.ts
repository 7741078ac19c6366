import { randomUUID } from 'node:crypto';
import { type Field, type ObjectType } from '../metadata/schema.ts';
import { RecordError, toRecordError } from '../record-error.ts';
import { type SaveResult, type Session } from '../records/pending-row.ts';
import { findByExternalId, type RecordInput } from '../records/read-input.ts';
import { type Records } from '../records/records.ts';
import { type SaveItem } from '../records/save-chunk.ts';
import { type RecordStore } from '../store/record-store.ts';
import { type FieldInput } from '../store/values.ts';

/** A record that an API call wants saved. */
export type PlannedSave = {
  readonly operation: 'insert' | 'update' | 'delete';
  readonly object: ObjectType;
  readonly item: SaveItem;
};

/** What became of it; an event has the uuid under which it was published. */
export type Outcome = SaveResult & { readonly eventUuid?: string };

/** A plan, or the reason why there can be none. */
export function attempt<T>(plan: () => T): T | RecordError {
  try {
    return plan();
  } catch (error) {
    return toRecordError(error);
  }
}

/** A new record; an event is named here, so that its publisher can be told the name. */
export function planInsert(object: ObjectType, input: RecordInput): PlannedSave {
  const named = object.kind === 'event' ? { ...input, EventUuid: randomUUID() } : input;
  return { operation: 'insert', object, item: { id: null, input: named } };
}

/**
 * Saves what was planned, in its order, in a transaction that the caller has begun. Neighbors of one object go through their
 * triggers together, as the platform's chunks do. An all-or-none caller undoes everything beside a failure.
 */
export function savePlanned(
  records: Records,
  session: Session,
  plans: readonly (PlannedSave | RecordError)[],
  isAllOrNone: boolean,
): Outcome[] {
  const outcomes = plans.map((plan): Outcome => {
    return { id: null, isCreated: false, error: plan instanceof RecordError ? plan : null };
  });
  for (const together of neighbors(plans)) {
    const [first] = together;
    if (!first) continue;
    const { operation, object } = first.save;
    const items = together.map(({ save }) => save.item);
    records.saveAll(session, { operation, object, items, isAllOrNone }).forEach((result, position) => {
      const done = together[position];
      if (done) outcomes[done.index] = outcomeOf(result, done.save);
    });
  }
  return outcomes;
}

type Indexed = { readonly index: number; readonly save: PlannedSave };

/** Neighbors of one object, by operation: inserts before updates, as an upsert runs its triggers. */
function neighbors(plans: readonly (PlannedSave | RecordError)[]): Indexed[][] {
  const saves = plans.flatMap((save, index) => (save instanceof RecordError ? [] : [{ index, save }]));
  const runs: Indexed[][] = [];
  for (const each of saves) {
    const run = runs.at(-1);
    if (run?.[0]?.save.object === each.save.object) run.push(each);
    else runs.push([each]);
  }
  return runs.flatMap((run) =>
    ['insert', 'update', 'delete'].map((operation) => run.filter(({ save }) => save.operation === operation)),
  );
}

/** What the platform answers as the id of every event: it names none. */
function outcomeOf(result: SaveResult, save: PlannedSave): Outcome {
  if (save.object.kind !== 'event' || result.error) return result;
  return {
    ...result,
    id: `${save.object.keyPrefix ?? 'e00'}xx0000000001AAA`,
    eventUuid: String(save.item.input['EventUuid']),
  };
}

type Upsert = { readonly store: RecordStore; readonly object: ObjectType; readonly key: Field };

/** How records are upserted by that key: told the keys of all of them first, because one may be there only once. */
export function upsertPlanner(
  { store, object, key }: Upsert,
  keys: readonly FieldInput[],
): (value: FieldInput, rest: RecordInput) => PlannedSave {
  const same = (value: FieldInput): string =>
    key.isCaseSensitive ? String(value ?? '') : String(value ?? '').toLowerCase();
  const counts = new Map<string, number>();
  for (const value of keys) counts.set(same(value), (counts.get(same(value)) ?? 0) + 1);
  return (value, rest) => {
    if (value === null || value === '') throw new RecordError('MISSING_ARGUMENT', `${key.name} not specified`);
    if ((counts.get(same(value)) ?? 0) > 1) {
      throw new RecordError('DUPLICATE_VALUE', `Duplicate external id specified: ${String(value)}`, [key.name]);
    }
    const [id, ...others] = findByExternalId(store, object, key, value);
    if (others.length > 0) {
      throw new RecordError(
        'DUPLICATE_EXTERNAL_ID',
        `${key.name}: more than one record found for external id field: [${[id, ...others].join(', ')}]`,
      );
    }
    if (id !== undefined) return { operation: 'update', object, item: { id, input: rest } };
    if (key.type === 'id') throw new RecordError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
    return planInsert(object, { ...rest, [key.name]: value });
  };
}
