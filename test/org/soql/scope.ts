import { defineField, ID_FIELD } from '../metadata/field.ts';
import { fieldNamed, type Field, objectNamed, type ObjectType, type Schema } from '../metadata/schema.ts';
import { RecordError } from '../record-error.ts';
import { quoted, type SqlValue } from '../store/database.ts';
import { type RecordStore } from '../store/record-store.ts';
import { type Path } from './ast.ts';
import { formulaSql } from './formula-sql.ts';

/** Parameters of one statement, numbered as they are met. */
export type Parameters = {
  readonly values: SqlValue[];
  readonly add: (value: SqlValue) => string;
  /** The same number for the same value, so that equal expressions are equal SQL. */
  readonly share: (value: SqlValue) => string;
};

export function createParameters(): Parameters {
  const values: SqlValue[] = [];
  const shared = new Map<SqlValue, string>();
  const add = (value: SqlValue): string => `?${values.push(value)}`;
  return {
    values,
    add,
    share: (value) => {
      const parameter = shared.get(value) ?? add(value);
      shared.set(value, parameter);
      return parameter;
    },
  };
}

/** One joined table: where a relationship of the path leads. */
export type Joined = {
  readonly alias: string;
  readonly object: ObjectType;
  /** Relationship names from the query's object, in their true spelling. */
  readonly path: readonly string[];
  readonly isPolymorphic: boolean;
};

/** The tables of one SELECT: its object and every parent that some path needs, each joined once. */
export type Scope = {
  readonly store: RecordStore;
  readonly security: QuerySecurity | null;
  readonly root: Joined;
  readonly names: ReadonlySet<string>;
  readonly parameters: Parameters;
  readonly now: string;
  readonly joined: Map<string, Joined>;
  readonly joins: string[];
  readonly nextAlias: () => string;
};

/** What the user of a query may see; what throws says how a real org refuses. */
export type QuerySecurity = {
  readonly checkObject: (object: ObjectType) => void;
  readonly checkField: (object: ObjectType, field: Field) => void;
  /** The SQL condition that leaves only the rows the user may see, or null for all. */
  readonly rowFilter: (object: ObjectType, alias: string) => string | null;
};

/** A field of the query as SQL, and what is known of it. */
export type Resolved = { readonly sql: string; readonly field: Field; readonly owner: Joined };

const MAX_PARENT_LEVELS = 5;

export function createScope(
  base: Pick<Scope, 'store' | 'security' | 'parameters' | 'now' | 'nextAlias'>,
  object: ObjectType,
  alias: string | null,
): Scope {
  const root: Joined = { alias: base.nextAlias(), object, path: [], isPolymorphic: false };
  return {
    ...base,
    root,
    names: new Set([object.name.toLowerCase(), ...(alias === null ? [] : [alias.toLowerCase()])]),
    joined: new Map(),
    joins: [],
  };
}

/** Finds the field a path names, joining the parents on the way; the user must be allowed to see every step. */
export function resolvePath(scope: Scope, path: Path): Resolved {
  const resolved = resolveInternally(scope, path);
  if (!scope.security) return resolved;
  let outer = scope.root;
  for (const name of resolved.owner.path) {
    const field = relationship(outer.object, name);
    if (field) scope.security.checkField(outer.object, field);
    outer = joinParent(scope, outer, name);
    if (!outer.isPolymorphic) scope.security.checkObject(outer.object);
  }
  if (!outer.isPolymorphic) scope.security.checkField(outer.object, resolved.field);
  return resolved;
}

/** The same for what formulas read, whoever asks. */
export function resolveInternally(scope: Scope, path: Path): Resolved {
  const [first = ''] = path;
  const isPrefixed = path.length > 1 && scope.names.has(first.toLowerCase()) && !relationship(scope.root.object, first);
  const names = isPrefixed ? path.slice(1) : path;
  const owner = names.slice(0, -1).reduce((from, name) => joinParent(scope, from, name), scope.root);
  if (owner.path.length > MAX_PARENT_LEVELS) {
    throw new RecordError(
      'MALFORMED_QUERY',
      `SOQL relationship paths cannot exceed ${MAX_PARENT_LEVELS} levels: ${path.join('.')}`,
    );
  }
  const fieldName = names.at(-1) ?? '';
  const field = fieldNamed(owner.object, fieldName);
  if (!field) throw noSuchColumn(owner.object, fieldName);
  return { sql: fieldSql(scope, owner, field), field, owner };
}

/** The field's SQL: a column, or the call of its formula over columns. */
export function fieldSql(scope: Scope, owner: Joined, field: Field): string {
  if (field.formula === null) return `${owner.alias}.${quoted(field.name)}`;
  return formulaSql(scope, owner, field);
}

export function noSuchColumn(object: ObjectType, name: string): RecordError {
  return new RecordError(
    'INVALID_FIELD',
    `No such column '${name}' on entity '${object.name}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
    [name],
  );
}

function relationship(object: ObjectType, name: string): Field | undefined {
  return [...object.fields.values()].find(
    (field) => field.reference?.relationshipName?.toLowerCase() === name.toLowerCase(),
  );
}

/** Joins the parent behind a relationship name, once per path. */
export function joinParent(scope: Scope, from: Joined, name: string): Joined {
  const field = relationship(from.object, name);
  const relationshipName = field?.reference?.relationshipName;
  if (!field?.reference || !relationshipName) {
    throw new RecordError(
      'INVALID_FIELD',
      `Didn't understand relationship '${name}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`,
      [name],
    );
  }
  const path = [...from.path, relationshipName];
  const key = path.join('.').toLowerCase();
  const known = scope.joined.get(key);
  if (known) return known;
  const [only] = field.reference.to;
  const isPolymorphic = field.reference.to.length > 1;
  const joined: Joined = {
    alias: scope.nextAlias(),
    object: isPolymorphic || only === undefined ? NAME_OBJECT : objectNamed(scope.store.schema, only),
    path,
    isPolymorphic,
  };
  const table = isPolymorphic ? nameTable(scope.store.schema, field.reference.to) : quoted(joined.object.name);
  scope.joins.push(`LEFT JOIN ${table} AS ${joined.alias} ON ${joined.alias}."Id" = ${fieldSql(scope, from, field)}`);
  scope.joined.set(key, joined);
  return joined;
}

const NAME_FIELDS = ['FirstName', 'LastName', 'Email', 'Username', 'Alias'] as const;

/** What a polymorphic parent shows, whatever it is: the `Name` object of SOQL. */
const NAME_OBJECT: ObjectType = {
  name: 'Name',
  label: 'Name',
  labelPlural: 'Names',
  kind: 'standard',
  keyPrefix: null,
  fields: new Map(
    [
      ID_FIELD,
      ...['Name', 'Type', ...NAME_FIELDS].map((name) => defineField({ name, type: 'string', length: 255 })),
    ].map((field) => [field.name.toLowerCase(), field]),
  ),
};

function nameTable(schema: Schema, targets: readonly string[]): string {
  const selects = targets.map((target) => {
    const object = objectNamed(schema, target);
    const nameField = [...object.fields.values()].find((field) => field.isNameField);
    const columns = NAME_FIELDS.map((name) =>
      object.fields.has(name.toLowerCase()) ? quoted(name) : `NULL AS ${name}`,
    );
    return `SELECT "Id", ${nameField ? quoted(nameField.name) : 'NULL'} AS "Name", '${object.name}' AS "Type", ${columns.join(', ')} FROM ${quoted(object.name)}`;
  });
  return `(${selects.join(' UNION ALL ')})`;
}
