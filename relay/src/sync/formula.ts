import { type CompiledFormula, parseSync, type SyncParseOptions } from 'sformula';
import type { Value, Values } from '../dynamics/connector.ts';
import { RelayError } from '../errors.ts';
import { compileTree, type Evaluation } from './formula-closures.ts';
import { exactNumber, FormulaFailure, strictTree } from './formula-strict.ts';
import { instantText } from './moment.ts';
import type { Descriptions, Formula, ObjectDescription, SalesforceField } from './mapping.ts';

export type FormulaKind = 'boolean' | 'text' | 'number' | 'date' | 'datetime' | 'any';

type TypeDictionary = NonNullable<SyncParseOptions['inputTypes']>;
type Type = NonNullable<TypeDictionary[string]>;

const KINDS: Readonly<Record<string, FormulaKind>> = {
  boolean: 'boolean',
  string: 'text',
  html: 'text',
  number: 'number',
  currency: 'number',
  percent: 'number',
  date: 'date',
  datetime: 'datetime',
};

const WORDS: Readonly<Record<FormulaKind, string>> = {
  boolean: 'true or false',
  text: 'text',
  number: 'a number',
  date: 'a date',
  datetime: 'a date and time',
  any: 'a value',
};

/**
 * Compiles a formula in Salesforce syntax, typed against an object and its parents. Throws CONFIGURATION_INVALID with the parser's own
 * words where it does not fit. Numbers are exact from end to end; blank operands give blank; division by zero fails.
 */
export function compileFormula(
  source: string,
  returns: FormulaKind,
  object: ObjectDescription,
  describe: Descriptions,
): Formula {
  const compiled = parse(source, typesOf(object, describe));
  const kind = KINDS[compiled.returnType] ?? 'any';
  if (returns !== 'any' && kind !== 'any' && kind !== returns) {
    throw invalid(`the formula gives ${WORDS[kind]} where ${WORDS[returns]} is wanted`);
  }
  const reads = compiled.fields;
  const fieldTypes = new Map(reads.map((path) => [path, fieldAt(object, path, describe)?.type ?? null]));
  const stray = reads.find((path) => fieldTypes.get(path) === null);
  if (stray !== undefined) throw invalid(`${object.name} has no field ${stray}`);
  const run = strict(compiled, fieldTypes);
  return {
    source,
    reads,
    evaluate: (fields) => evaluated(source, () => run(requireAll(fields, reads)) as Value, kind),
  };
}

/** The field at the end of a path such as `Account.Owner.Name`; null where there is none. */
export function fieldAt(object: ObjectDescription, path: string, describe: Descriptions): SalesforceField | null {
  const [head = '', ...rest] = path.split('.');
  if (rest.length === 0) return object.fields.get(head) ?? null;
  const parent = parentOf(object, head, describe);
  return parent === null ? null : fieldAt(parent, rest.join('.'), describe);
}

function parentOf(object: ObjectDescription, relationship: string, describe: Descriptions): ObjectDescription | null {
  const lookup = [...object.fields.values()].find((field) => field.relationshipName === relationship);
  const [target] = lookup?.referenceTo ?? [];
  return target === undefined ? null : describe.object(target);
}

function parse(source: string, inputTypes: TypeDictionary): CompiledFormula {
  try {
    return parseSync(source, { inputTypes }).compiled;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw invalid(`${text}${hint(text, inputTypes)}`, error);
  }
}

/** Salesforce takes any case; the library does not, so the word that was meant is named. */
function hint(text: string, types: TypeDictionary): string {
  const word = /not found: (.+)$/.exec(text)?.[1];
  if (word === undefined) return '';
  const known = [...Object.keys(types), ...FUNCTIONS].find((name) => name.toLowerCase() === word.toLowerCase());
  return known === undefined ? '' : ` (write ${known})`;
}

const FUNCTIONS =
  'ABS ADDMONTHS AND BEGINS BLANKVALUE CASE CASESAFEID CEILING CONTAINS DATE DATETIMEVALUE DATEVALUE DAY FIND FLOOR IF INCLUDES ISBLANK ISNULL ISNUMBER ISPICKVAL LEFT LEN LOWER LPAD MAX MID MIN MOD MONTH NOT NULLVALUE OR RIGHT ROUND RPAD SUBSTITUTE TEXT TRIM UPPER VALUE WEEKDAY YEAR'.split(
    ' ',
  );

function strict(compiled: CompiledFormula, types: FieldTypes): Evaluation {
  try {
    return compileTree(strictTree(compiled.expression), (path) => readerOf(path, types));
  } catch (error) {
    throw error instanceof FormulaFailure ? invalid(error.message) : error;
  }
}

type FieldTypes = ReadonlyMap<string, SalesforceField['type'] | null>;

function readerOf(path: string, types: FieldTypes): Evaluation {
  if (types.get(path) !== 'number') return (fields) => fields[path];
  return (fields) => {
    const value = fields[path] ?? null;
    return value === null ? null : exactNumber(value);
  };
}

/** A field that did not come must not be taken for one that is blank. */
function requireAll(fields: Values, reads: readonly string[]): Values {
  for (const path of reads) {
    if (fields[path] === undefined) throw new FormulaFailure(`the record came without ${path}`);
  }
  return fields;
}

/** The types of an object's fields; those of a parent are looked up only when a formula reaches for them. */
function typesOf(object: ObjectDescription, describe: Descriptions): TypeDictionary {
  const types = Object.create(null) as TypeDictionary;
  for (const field of object.fields.values()) {
    types[field.name] = typeOf(field);
    const target = field.referenceTo[0];
    if (field.relationshipName === null || target === undefined) continue;
    types[field.relationshipName] = {
      type: 'object',
      sobject: target,
      get properties() {
        const parent = describe.object(target);
        return parent === null ? {} : typesOf(parent, describe);
      },
    };
  }
  return types;
}

function typeOf(field: SalesforceField): Type {
  if (field.type === 'reference' || field.type === 'id') return { type: 'id' };
  if (field.type === 'number') return { type: field.isPercent === true ? 'percent' : 'number' };
  return { type: field.type };
}

function evaluated(source: string, run: () => Value, kind: FormulaKind): Value {
  try {
    const value = run();
    if (kind === 'boolean') return value === true;
    return kind === 'datetime' && typeof value === 'string' ? instantText(value) : value;
  } catch (error) {
    const reason = error instanceof FormulaFailure ? error.message : 'a function refused a value that it reads';
    throw new RelayError('FORMULA_FAILED', `The formula ${source} could not be evaluated: ${reason}.`, {
      cause: error,
    });
  }
}

const invalid = (message: string, cause?: unknown): RelayError =>
  new RelayError('CONFIGURATION_INVALID', message, { cause });
