import {
  createSchema,
  isNumeric,
  isStored,
  isTextual,
  type Field,
  type ObjectType,
  type Schema,
} from '../metadata/schema.ts';
import { type Database, quoted, type SqlRow } from './database.ts';
import { makeId } from './record-ids.ts';
import { fromColumn, type FieldValue, type Row, toColumn } from './values.ts';

/** Rows of every object, one table each; it checks nothing and knows no rules. */
export type RecordStore = {
  readonly db: Database;
  readonly schema: Schema;
  readonly newId: (object: ObjectType) => string;
  readonly nextNumber: (sequence: string) => number;
  readonly get: (object: ObjectType, id: string) => Row | null;
  readonly find: (object: ObjectType, field: Field, value: FieldValue) => Row[];
  readonly insert: (object: ObjectType, row: Row) => void;
  readonly update: (object: ObjectType, id: string, changes: Row) => void;
  readonly remove: (object: ObjectType, id: string) => void;
};

/** Creates missing tables and columns, gives custom objects their key prefixes, and opens the rows. */
export function createRecordStore(db: Database, objects: readonly ObjectType[], isMultiCurrency: boolean): RecordStore {
  db.run('CREATE TABLE IF NOT EXISTS _sequences (name TEXT PRIMARY KEY, value INTEGER NOT NULL)');
  db.run('CREATE TABLE IF NOT EXISTS _prefixes (object TEXT PRIMARY KEY, prefix TEXT NOT NULL UNIQUE)');
  db.run('CREATE TABLE IF NOT EXISTS _recycled (id TEXT PRIMARY KEY, object TEXT NOT NULL, root TEXT NOT NULL)');
  const schema = createSchema(
    objects.map((object) => ({ ...object, keyPrefix: object.keyPrefix ?? prefixOf(db, object) })),
    isMultiCurrency,
  );
  for (const object of schema.objects.values()) createTable(db, object);

  const lastGiven = new Map<string, number>();
  /** A number is given once, also when what it was given for is rolled back: variables may still hold the id made of it. */
  const nextNumber = (sequence: string): number => {
    const floor = lastGiven.get(sequence) ?? 0;
    const sql =
      'INSERT INTO _sequences VALUES (?1, ?2 + 1) ON CONFLICT (name) DO UPDATE SET value = max(value, ?2) + 1 RETURNING value';
    const number = Number(db.all(sql, [sequence, floor])[0]?.[0]);
    lastGiven.set(sequence, number);
    return number;
  };

  return {
    db,
    schema,
    nextNumber,
    newId: (object) => makeId(object.keyPrefix ?? '', nextNumber(`id:${object.name}`)),
    get: (object, id) => selectRows(db, object, '"Id" = ?', id)[0] ?? null,
    find: (object, field, value) =>
      comparesWithoutCase(field)
        ? selectRows(db, object, `fold(${quoted(field.name)}) IS fold(?)`, toColumn(field, value))
        : selectRows(db, object, `${quoted(field.name)} IS ?`, toColumn(field, value)),
    insert: (object, row) => insertRow(db, object, row),
    update: (object, id, changes) => updateRow(db, object, id, changes),
    remove: (object, id) => db.run(`DELETE FROM ${quoted(object.name)} WHERE "Id" = ?`, [id]),
  };
}

/** Text is compared without case, except where the field was made case-sensitive; ids and dates never are text. */
export function comparesWithoutCase(field: Field): boolean {
  return isTextual(field) && !field.isCaseSensitive;
}

const PREFIX_LETTERS = { standard: '0', custom: 'a', setting: 'a', metadata: 'm', event: 'e' } as const;

function prefixOf(db: Database, object: ObjectType): string {
  const known = db.all('SELECT prefix FROM _prefixes WHERE object = ?', [object.name])[0]?.[0];
  if (typeof known === 'string') return known;
  const letter = PREFIX_LETTERS[object.kind];
  const count = Number(db.all('SELECT count(*) FROM _prefixes WHERE prefix LIKE ?', [`${letter}%`])[0]?.[0]);
  const prefix = letter + makeId('', count).slice(10, 12);
  db.run('INSERT INTO _prefixes VALUES (?, ?)', [object.name, prefix]);
  return prefix;
}

function createTable(db: Database, object: ObjectType): void {
  if (object.kind === 'event') return;
  const table = quoted(object.name);
  db.run(`CREATE TABLE IF NOT EXISTS ${table} ("Id" TEXT PRIMARY KEY) WITHOUT ROWID`);
  const existing = new Map(db.all(`PRAGMA table_info(${table})`).map((row) => [String(row[1]), String(row[2])]));
  for (const field of storedFields(object)) {
    const type = columnType(field);
    const found = existing.get(field.name);
    if (field.name === 'Id') continue;
    if (found === undefined) db.run(`ALTER TABLE ${table} ADD COLUMN ${quoted(field.name)} ${type}`);
    else if (found !== type) {
      throw new Error(
        `The org's file keeps ${object.name}.${field.name} as ${found}, but the sources now say ${type}. Start with a new file.`,
      );
    }
    if (field.isUnique || field.isExternalId || field.reference) createIndex(db, object, field);
  }
}

function columnType(field: Field): string {
  return field.type === 'boolean' ? 'INTEGER' : isNumeric(field) ? 'TEXT_NUMBER' : 'TEXT';
}

function createIndex(db: Database, object: ObjectType, field: Field): void {
  const column = quoted(field.name);
  const expression = comparesWithoutCase(field) ? `fold(${column})` : column;
  db.run(
    `CREATE INDEX IF NOT EXISTS ${quoted(`${object.name}.${field.name}`)} ON ${quoted(object.name)} (${expression})`,
  );
}

const storedByObject = new WeakMap<ObjectType, readonly Field[]>();

/** The fields with a column, in declaration order. */
export function storedFields(object: ObjectType): readonly Field[] {
  const known = storedByObject.get(object);
  if (known) return known;
  const fields = [...object.fields.values()].filter(isStored);
  storedByObject.set(object, fields);
  return fields;
}

function selectRows(
  db: Database,
  object: ObjectType,
  condition: string,
  parameter: string | bigint | number | null,
): Row[] {
  const fields = storedFields(object);
  const columns = fields.map((field) => quoted(field.name)).join(', ');
  return db
    .all(`SELECT ${columns} FROM ${quoted(object.name)} WHERE ${condition}`, [parameter])
    .map((row) => toRow(fields, row));
}

function toRow(fields: readonly Field[], values: SqlRow): Row {
  return Object.fromEntries(fields.map((field, index) => [field.name, fromColumn(field, values[index] ?? null)]));
}

function insertRow(db: Database, object: ObjectType, row: Row): void {
  const fields = storedFields(object);
  db.run(
    `INSERT INTO ${quoted(object.name)} (${fields.map((field) => quoted(field.name)).join(', ')}) VALUES (${fields.map(() => '?').join(', ')})`,
    fields.map((field) => toColumn(field, row[field.name] ?? (field.type === 'boolean' ? false : null))),
  );
}

function updateRow(db: Database, object: ObjectType, id: string, changes: Row): void {
  const fields = storedFields(object).filter((field) => field.name in changes && field.name !== 'Id');
  if (fields.length === 0) return;
  db.run(
    `UPDATE ${quoted(object.name)} SET ${fields.map((field) => `${quoted(field.name)} = ?`).join(', ')} WHERE "Id" = ?`,
    [...fields.map((field) => toColumn(field, changes[field.name] ?? null)), id],
  );
}
