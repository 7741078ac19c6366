import { type Formula, parseSync, type SyncParseOptions } from 'sformula';
import { fieldNamed, type Field, isNumeric, type ObjectType } from '../metadata/schema.ts';
import { notSupported } from '../record-error.ts';
import { withClock } from '../records/formula-clock.ts';
import { type SqlValue } from '../store/database.ts';
import { coerce, decimal, fromColumn, type FieldValue, toColumn } from '../store/values.ts';
import { type Joined, resolveInternally, type Scope } from './scope.ts';

type InputTypes = NonNullable<SyncParseOptions['inputTypes']>;
type Input = { readonly path: readonly string[]; readonly field: Field; readonly sql: string };

const TEXT_OR_PATH = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[A-Za-z_$]\w*(?:\.\w+)*(?!\w|\s*\()/g;

const defined = new WeakMap<Scope['store'], Map<string, string>>();

/** A formula field in SQL: a function of exactly the columns it reads, so that it filters, sorts and groups like any other. */
export function formulaSql(scope: Scope, owner: Joined, field: Field): string {
  const text = field.formula ?? '';
  const inputs = findInputs(scope, owner, text);
  const functions = defined.get(scope.store) ?? new Map<string, string>();
  defined.set(scope.store, functions);
  const key = `${owner.object.name}.${field.name}`;
  const name = functions.get(key) ?? `formula_${functions.size}`;
  if (!functions.has(key)) {
    scope.store.db.defineFunction(name, compileFormula(owner.object, field, inputs));
    functions.set(key, name);
  }
  return `${name}(${[scope.parameters.share(scope.now), ...inputs.map((input) => input.sql)].join(', ')})`;
}

/** The fields a formula names, found by asking the schema of every name that is neither text nor a function. */
function findInputs(scope: Scope, owner: Joined, text: string): Input[] {
  const names = new Set(
    [...text.matchAll(TEXT_OR_PATH)].map(([token]) => token).filter((token) => !/^["']/.test(token)),
  );
  return [...names].flatMap((name) => {
    const path = name.split('.');
    if (path.length === 1 && !fieldNamed(owner.object, name)) return [];
    if (name.startsWith('$')) throw notSupported(`the global variable ${name} in a formula`);
    const { sql, field } = resolveInternally(scope, [...owner.path, ...path]);
    return [{ path, field, sql }];
  });
}

function compileFormula(object: ObjectType, field: Field, inputs: readonly Input[]): (...args: SqlValue[]) => SqlValue {
  const text = field.formula ?? '';
  const formula = parseOrRefuse(object, field, inputs);
  return (now, ...columns) => {
    const context: Record<string, unknown> = { ...withClock(text, { now: String(now) }).inputs };
    inputs.forEach((input, index) => {
      assign(context, input.path, toFormulaValue(input.field, fromColumn(input.field, columns[index] ?? null)));
    });
    const result = formula.evaluate(context) as string | number | boolean | null;
    if (typeof result === 'number') return Number.isFinite(result) ? numberResult(field, result) : null;
    return toColumn(field, coerce({ ...field, length: 0 }, result));
  };
}

/** A formula's number is rounded to the field's decimals but has no limit of digits. */
function numberResult(field: Field, result: number): SqlValue {
  return toColumn(field, decimal(result).toDecimalPlaces(field.scale).toFixed());
}

function parseOrRefuse(object: ObjectType, field: Field, inputs: readonly Input[]): Formula {
  const clocked = withClock(field.formula ?? '', { now: '' });
  const inputTypes: InputTypes = { ...clocked.inputTypes };
  for (const input of inputs) assignType(inputTypes, input.path, input.field);
  try {
    return parseSync(clocked.formula, {
      inputTypes,
      returnType: returnType(field),
      blankAsZero: field.treatsBlankAsZero,
      ...(isNumeric(field) ? { scale: field.scale } : {}),
    });
  } catch (error) {
    throw notSupported(
      `the formula of ${object.name}.${field.name} (${error instanceof Error ? error.message : 'unknown'})`,
    );
  }
}

const FORMULA_TYPES: Readonly<Partial<Record<Field['type'], Formula['returnType']>>> = {
  double: 'number',
  int: 'number',
  currency: 'currency',
  percent: 'percent',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
  time: 'time',
};

function returnType(field: Field): Formula['returnType'] {
  return FORMULA_TYPES[field.type] ?? 'string';
}

function assignType(types: InputTypes, path: readonly string[], field: Field): void {
  const [head = '', ...rest] = path;
  if (rest.length === 0) {
    types[head] = inputType(field);
    return;
  }
  const known = types[head];
  const parent = known?.type === 'object' ? known : { type: 'object' as const, properties: {} as InputTypes };
  types[head] = parent;
  assignType(parent.properties, rest, field);
}

function inputType(field: Field): InputTypes[string] {
  if (field.type === 'picklist' || field.type === 'multipicklist') {
    return { type: field.type, picklistValues: field.picklist.map(({ label, value }) => ({ label, value })) };
  }
  if (field.type === 'id' || field.type === 'reference') return { type: 'id' };
  return { type: returnType(field) };
}

function toFormulaValue(field: Field, value: FieldValue): unknown {
  return isNumeric(field) && typeof value === 'string' ? Number(value) : value;
}

function assign(context: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [head = '', ...rest] = path;
  if (rest.length === 0) {
    context[head] = value;
    return;
  }
  const parent = (context[head] ?? {}) as Record<string, unknown>;
  context[head] = parent;
  assign(parent, rest, value);
}
