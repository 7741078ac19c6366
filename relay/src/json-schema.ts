import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** One way in which a document breaks its schema: where, what is wrong, and what the schema says should be there. */
export type SchemaFault = { readonly path: string; readonly problem: string; readonly expected: string | null };

/** Checks a document; answers its faults, none where it follows the schema. Faults never hold values of the document. */
export type SchemaCheck = (document: unknown) => SchemaFault[];

/**
 * Compiles a schema of contracts/schemas. With `all` every fault is told, which is for documents that people write;
 * without it the first one, which is for callers: telling each of a million faults would be work that they make us do.
 */
export function compileSchema(schema: object, options: { readonly all: boolean }): SchemaCheck {
  const ajv = new Ajv2020({ allErrors: options.all, verbose: true, allowUnionTypes: true });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  return (document) => {
    if (validate(document)) return [];
    const errors = validate.errors ?? [];
    const chosen = errors.filter((error) => isOwnFault(error));
    return (chosen.length > 0 ? chosen : errors).map((error) => ({
      path: formatPath(error.instancePath),
      problem: describeProblem(error),
      expected: describeExpected(schema, error),
    }));
  };
}

/** The branches of a `oneOf` fail one by one beside the failure of the whole: only the whole says something. */
function isOwnFault(error: ErrorObject): boolean {
  return !/\/(oneOf|anyOf)\/\d/.test(error.schemaPath);
}

function partsOf(pointer: string): string[] {
  const parts = pointer.split('/').slice(1);
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function formatPath(pointer: string): string {
  return partsOf(pointer).reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : joinName(path, part)), '');
}

function joinName(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

type Parameters = Readonly<Record<string, unknown>>;

/** What people are told, by the keyword of the schema that is broken. */
const PROBLEMS: Readonly<Record<string, (parameters: Parameters, error: ErrorObject) => string>> = {
  additionalProperties: ({ additionalProperty }) => `must not have the member ${JSON.stringify(additionalProperty)}`,
  required: ({ missingProperty }) => `must have the member ${JSON.stringify(missingProperty)}`,
  propertyNames: ({ propertyName }) => `must not have a member named ${JSON.stringify(propertyName)}`,
  enum: ({ allowedValues }) => `must be one of ${(allowedValues as readonly unknown[]).map(String).join(', ')}`,
  const: ({ allowedValue }) => `must be ${JSON.stringify(allowedValue)}`,
  oneOf: (_parameters, error) => `must have exactly one of ${alternativesOf(error)}`,
  type: ({ type }) => `must be ${namesOf(type).map(nameType).join(' or ')}`,
  minItems: ({ limit }) => `must have at least ${counted(limit, 'entry', 'entries')}`,
  maxItems: ({ limit }) => `must have at most ${counted(limit, 'entry', 'entries')}`,
  uniqueItems: () => 'must not have the same entry twice',
  minProperties: ({ limit }) => `must have at least ${counted(limit, 'member', 'members')}`,
  maxProperties: ({ limit }) => `must have at most ${counted(limit, 'member', 'members')}`,
  minLength: ({ limit }) => `must have at least ${counted(limit, 'character', 'characters')}`,
  maxLength: ({ limit }) => `must have at most ${counted(limit, 'character', 'characters')}`,
  minimum: ({ limit }) => `must be ${String(limit)} or more`,
  maximum: ({ limit }) => `must be ${String(limit)} or less`,
  exclusiveMinimum: ({ limit }) => `must be more than ${String(limit)}`,
  exclusiveMaximum: ({ limit }) => `must be less than ${String(limit)}`,
  pattern: ({ pattern }) => `must be written as ${String(pattern)} says`,
  format: ({ format }) => `must be ${FORMATS[String(format)] ?? `a valid ${String(format)}`}`,
};

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': 'an instant like 2026-11-23T10:00:00Z',
  date: 'a date like 2026-11-23',
  uri: 'an address with its scheme',
  uuid: 'a UUID',
};

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

function describeProblem(error: ErrorObject): string {
  const describe = PROBLEMS[error.keyword];
  return describe === undefined
    ? (error.message ?? `must follow "${error.keyword}"`)
    : describe(error.params as Parameters, error);
}

function namesOf(type: unknown): readonly string[] {
  return (Array.isArray(type) ? type : String(type).split(',')).map(String);
}

function nameType(type: string): string {
  return TYPES[type] ?? type;
}

function counted(limit: unknown, one: string, many: string): string {
  return `${String(limit)} ${limit === 1 ? one : many}`;
}

function alternativesOf(error: ErrorObject): string {
  const branches = error.schema as readonly { readonly required?: readonly string[] }[];
  return branches.flatMap((branch) => branch.required ?? []).join(', ');
}

/** What the schema says of the member that is wrong or missing; the place of a `$ref` knows better than what it refers to. */
function describeExpected(root: SchemaNode, error: ErrorObject): string | null {
  if (error.keyword === 'additionalProperties' || error.keyword === 'oneOf') return null;
  const { missingProperty } = error.params as { readonly missingProperty?: string };
  const pointer = missingProperty === undefined ? error.instancePath : `${error.instancePath}/${missingProperty}`;
  let node: SchemaNode | undefined = root;
  for (const part of partsOf(pointer)) node = stepInto(root, node, part);
  return node?.description ?? null;
}

type SchemaNode = {
  readonly description?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode | boolean;
};

function stepInto(root: SchemaNode, node: SchemaNode | undefined, part: string): SchemaNode | undefined {
  const target = node?.$ref === undefined ? node : root.$defs?.[node.$ref.replace('#/$defs/', '')];
  if (target === undefined) return undefined;
  if (target.items !== undefined && /^\d+$/.test(part)) return target.items;
  const others = typeof target.additionalProperties === 'object' ? target.additionalProperties : undefined;
  return target.properties?.[part] ?? others;
}
