import { type Schema, type TableShape } from './schema.ts';

/** Field values as text; a field that is absent has its type's fallback. Names with `$` are never shown. */
export type Values = Record<string, string>;

/** A stored record; `version` changes with every visible write and makes the ETag. */
export type Row = { readonly table: string; readonly recId: number; version: number; readonly values: Values };

type Index = Map<string, Set<Row>>;
type Table = { shape: TableShape; rows: Map<string, Row>; indexes: Map<string, Index> };

/** Everything a snapshot needs to bring the state back. */
export type StateImage = {
  nextRecId: number;
  rows: { table: string; recId: number; version: number; values: Values }[];
};

/** The tables of one environment; all writes happen inside `transaction`, which undoes them when its work throws. */
export type State = {
  transaction<Result>(work: () => Result): Result;
  insert(table: string, values: Values, version?: number): Row;
  update(row: Row, changes: Values, options?: { keepVersion: boolean }): void;
  remove(row: Row): void;
  get(table: string, ...keys: string[]): Row | undefined;
  rows(table: string): IterableIterator<Row>;
  count(table: string): number;
  rowsWith(table: string, field: string, value: string): ReadonlySet<Row>;
  afterCommit(action: () => void): void;
  nextRecId(): number;
  onChange(listener: () => void): void;
  image(): StateImage;
  restore(image: StateImage): void;
};

const FIRST_REC_ID = 5637144576;
const SEPARATOR = '\u0000';
const NO_ROWS: ReadonlySet<Row> = new Set();

function keyOf(parts: readonly string[]): string {
  return parts.join(SEPARATOR).toLowerCase();
}

function fieldText(table: Table, row: Row, field: string): string {
  return (row.values[field] ?? table.shape.fallbacks.get(field) ?? '').toLowerCase();
}

function addToIndex(index: Index, key: string, row: Row): void {
  const rows = index.get(key);
  if (rows === undefined) index.set(key, new Set([row]));
  else rows.add(row);
}

function buildIndex(table: Table, field: string): Index {
  const index: Index = new Map();
  for (const row of table.rows.values()) addToIndex(index, fieldText(table, row, field), row);
  table.indexes.set(field, index);
  return index;
}

function reindex(table: Table, row: Row, change: 'add' | 'remove', fields?: Values): void {
  for (const [field, index] of table.indexes) {
    if (fields !== undefined && !(field in fields)) continue;
    const key = fieldText(table, row, field);
    if (change === 'add') addToIndex(index, key, row);
    else index.get(key)?.delete(row);
  }
}

// Captures show version 1 right after a POST and large, random-looking numbers after updates.
function nextVersion(version: number): number {
  return (Math.imul(version, 1_103_515_245) + 12_345) & 0x7f_ff_ff_ff;
}

type Work = { undo: (() => void)[]; afterCommit: (() => void)[] };

/** Creates the empty tables of a schema. */
export function createState(schema: Schema): State {
  const tables = new Map<string, Table>();
  for (const shape of schema.tables.values()) tables.set(shape.name, { shape, rows: new Map(), indexes: new Map() });
  let nextRecId = FIRST_REC_ID;
  let current: Work | null = null;
  const listeners: (() => void)[] = [];

  const tableNamed = (name: string): Table => {
    const table = tables.get(name);
    if (table === undefined) throw new Error(`The simulator has no table '${name}'.`);
    return table;
  };
  const primaryKey = (table: Table, values: Values): string =>
    keyOf(table.shape.keys.map((field) => values[field] ?? table.shape.fallbacks.get(field) ?? ''));
  const remember = (undo: () => void): void => {
    if (current === null) throw new Error('The simulator writes only inside a transaction.');
    current.undo.push(undo);
  };
  const place = (table: Table, key: string, row: Row): void => {
    table.rows.set(key, row);
    reindex(table, row, 'add');
  };
  const displace = (table: Table, key: string, row: Row): void => {
    table.rows.delete(key);
    reindex(table, row, 'remove');
  };

  return {
    transaction(work) {
      if (current !== null) return work();
      const own: Work = { undo: [], afterCommit: [] };
      current = own;
      try {
        const result = work();
        current = null;
        if (own.undo.length > 0) for (const listener of listeners) listener();
        for (const action of own.afterCommit) action();
        return result;
      } catch (error) {
        for (const undo of own.undo.reverse()) undo();
        throw error;
      } finally {
        current = null;
      }
    },
    insert(name, values, version = 1) {
      const table = tableNamed(name);
      const key = primaryKey(table, values);
      if (table.rows.has(key)) throw new Error(`The simulator already holds this row of '${name}'.`);
      const row: Row = { table: name, recId: nextRecId, version, values };
      nextRecId += 1;
      place(table, key, row);
      remember(() => displace(table, key, row));
      return row;
    },
    update(row, changes, options) {
      const table = tableNamed(row.table);
      const before = { ...row.values };
      const version = row.version;
      const apply = (values: Values, newVersion: number): void => {
        reindex(table, row, 'remove', changes);
        for (const field of Object.keys(changes)) {
          const value = values[field];
          if (value === undefined) Reflect.deleteProperty(row.values, field);
          else row.values[field] = value;
        }
        row.version = newVersion;
        reindex(table, row, 'add', changes);
      };
      apply(changes, options?.keepVersion === true ? version : nextVersion(version));
      remember(() => apply(before, version));
    },
    remove(row) {
      const table = tableNamed(row.table);
      const key = primaryKey(table, row.values);
      displace(table, key, row);
      remember(() => place(table, key, row));
    },
    get: (name, ...keys) => tableNamed(name).rows.get(keyOf(keys)),
    rows: (name) => tableNamed(name).rows.values(),
    count: (name) => tableNamed(name).rows.size,
    rowsWith(name, field, value) {
      const table = tableNamed(name);
      const index = table.indexes.get(field) ?? buildIndex(table, field);
      return index.get(value.toLowerCase()) ?? NO_ROWS;
    },
    afterCommit(action) {
      if (current === null) action();
      else current.afterCommit.push(action);
    },
    nextRecId: () => nextRecId++,
    onChange: (listener) => void listeners.push(listener),
    image: () => ({
      nextRecId,
      rows: [...tables.values()].flatMap((table) =>
        [...table.rows.values()].map(({ table: name, recId, version, values }) => ({
          table: name,
          recId,
          version,
          values,
        })),
      ),
    }),
    restore(image) {
      for (const table of tables.values()) {
        table.rows.clear();
        table.indexes.clear();
      }
      for (const { table: name, recId, version, values } of image.rows) {
        const table = tableNamed(name);
        place(table, primaryKey(table, values), { table: name, recId, version, values });
      }
      nextRecId = image.nextRecId;
    },
  };
}
