import { type CreatedNameContext, type TypeRefContext } from '@apexdevtools/apex-parser';
import { type Schema } from '../../metadata/schema.ts';
import {
  type ApexType,
  assignable,
  classOf,
  type ClassType,
  listOf,
  mapOf,
  PRIMITIVES,
  setOf,
  sobjectOf,
  substitute,
  types,
  type TypeWorld,
} from '../types.ts';
import { fail } from './errors.ts';
import { IMPLICIT_NAMESPACES, type PlatformClass, type PlatformLibrary } from './library.ts';
import { type ClassModel } from './model.ts';
import { optional } from './parse.ts';

/** A type name as written: `Map<Id, Outer.Inner>`. */
export type WrittenType = {
  readonly parts: readonly string[];
  readonly arguments: readonly WrittenType[];
  readonly dimensions: number;
};

/** Everything that names can mean in one compilation. */
export type ApexWorld = TypeWorld & {
  readonly classes: ReadonlyMap<string, ClassModel>;
  readonly library: PlatformLibrary;
  readonly schema: Schema;
  /** The package namespace, which may prefix our own classes. */
  readonly namespace: string | null;
  readonly labels: ReadonlyMap<string, string>;
  readonly classOfType: (type: ApexType) => ClassModel | undefined;
  readonly platformOfType: (type: ApexType) => PlatformClass | undefined;
  readonly assignable: (from: ApexType, to: ApexType) => boolean;
  /** The type of that name as seen from a class, or nothing. */
  readonly findType: (written: WrittenType, from: ClassModel | null) => ApexType | undefined;
  /** The same for a node of the tree; an unknown name is a compile error. */
  readonly typeOf: (tree: TypeRefContext | CreatedNameContext, from: ClassModel | null) => ApexType;
};

type Sources = Pick<ApexWorld, 'classes' | 'library' | 'schema' | 'namespace' | 'labels'>;

/** Joins our classes, the platform and the schema into one space of names. */
export function createWorld(sources: Sources): ApexWorld {
  const { classes, library } = sources;
  const classOfType = (type: ApexType): ClassModel | undefined =>
    type.kind === 'class' ? classes.get(type.name.toLowerCase()) : undefined;
  const platformOfType = (type: ApexType): PlatformClass | undefined =>
    type.kind === 'class' ? library.byName(type.name) : undefined;
  const supertypes = (type: ClassType): readonly ApexType[] => {
    const own = classOfType(type);
    if (own) return [...(own.superclass ? [own.superclass] : []), ...own.interfaces];
    const platform = platformOfType(type);
    if (!platform) return [];
    const bindings = new Map(
      platform.typeParameters.map((name, index) => [name, type.arguments?.[index] ?? types.any]),
    );
    return platform.supertypes.map((each) => substitute(each, bindings));
  };
  const findType: ApexWorld['findType'] = (written, from) => lookUpType(sources, written, from);
  return {
    ...sources,
    supertypes,
    classOfType,
    platformOfType,
    assignable: (from, to) => assignable(from, to, { supertypes }),
    findType,
    typeOf: (tree, from) => {
      const written = 'typeName_list' in tree ? writtenType(tree) : writtenCreated(tree);
      return findType(written, from) ?? fail(tree, `Invalid type: ${textOf(written)}`);
    },
  };
}

export function writtenType(tree: TypeRefContext): WrittenType {
  const names = tree.typeName_list();
  const last = names.at(-1);
  return {
    parts: names.map((name) => name.getText().replace(/<.*$/s, '')),
    arguments: argumentsOf(last ? optional(last.typeArguments())?.typeList().typeRef_list() : null),
    dimensions: optional(tree.arraySubscripts())?.LBRACK_list().length ?? 0,
  };
}

export function writtenCreated(tree: CreatedNameContext): WrittenType {
  const pairs = tree.idCreatedNamePair_list();
  return {
    parts: pairs.map((pair) => pair.anyId().getText()),
    arguments: argumentsOf(optional(pairs.at(-1)?.typeList())?.typeRef_list()),
    dimensions: 0,
  };
}

export const writtenName = (...parts: string[]): WrittenType => ({ parts, arguments: [], dimensions: 0 });

function argumentsOf(trees: readonly TypeRefContext[] | null | undefined): WrittenType[] {
  return (trees ?? []).map(writtenType);
}

function textOf(written: WrittenType): string {
  const inner = written.arguments.length ? `<${written.arguments.map(textOf).join(',')}>` : '';
  return written.parts.join('.') + inner + '[]'.repeat(written.dimensions);
}

function lookUpType(sources: Sources, written: WrittenType, from: ClassModel | null): ApexType | undefined {
  const { dimensions } = written;
  if (dimensions > 0) {
    const element = lookUpType(sources, { ...written, dimensions: dimensions - 1 }, from);
    return element && listOf(element);
  }
  const inner = written.arguments.map((argument) => lookUpType(sources, argument, from));
  const known = inner.filter((type) => type !== undefined);
  if (known.length < inner.length) return undefined;
  return known.length > 0 ? genericType(sources, written, known) : plainType(sources, written.parts, from);
}

function genericType(sources: Sources, { parts }: WrittenType, inner: readonly ApexType[]): ApexType | undefined {
  const name = withoutSystem(parts).toLowerCase();
  const [first, second] = inner;
  if (!first) return undefined;
  if (name === 'map') return second && mapOf(first, second);
  if (inner.length > 1) return undefined;
  if (name === 'list') return listOf(first);
  if (name === 'set') return setOf(first);
  if (name === 'iterable' || name === 'iterator') return { kind: name, of: first };
  const platform = platformNamed(sources.library, parts);
  return platform && platform.typeParameters.length === inner.length
    ? { kind: 'class', name: platform.name, arguments: inner }
    : undefined;
}

function withoutSystem(parts: readonly string[]): string {
  return (parts.length > 1 && parts[0]?.toLowerCase() === 'system' ? parts.slice(1) : parts).join('.');
}

function plainType(sources: Sources, parts: readonly string[], from: ClassModel | null): ApexType | undefined {
  const own = classNamed(sources, parts, from);
  if (own) return classOf(own.name);
  const simple = withoutSystem(parts).toLowerCase();
  if (simple === 'object') return types.any;
  if (simple === 'void') return types.void;
  if (simple === 'sobject') return types.SObject;
  return PRIMITIVES.get(simple) ?? platformOrRecord(sources, parts);
}

function platformOrRecord(sources: Sources, parts: readonly string[]): ApexType | undefined {
  const platform = platformNamed(sources.library, parts);
  if (platform && UNTYPED_COLLECTIONS.has(platform.name)) return undefined;
  if (platform?.typeParameters.length)
    return { kind: 'class', name: platform.name, arguments: platform.typeParameters.map(() => types.any) };
  if (platform) return classOf(platform.name);
  return recordNamed(sources, parts);
}

/** `Account`, `Schema.Account`, with the package's own prefix or without. */
function recordNamed({ schema, namespace }: Sources, parts: readonly string[]): ApexType | undefined {
  const own = namespace?.toLowerCase() ?? '';
  const [first = '', ...rest] = parts.map((part) => part.toLowerCase());
  const isPrefixed = rest.length > 0 && ['schema', own].includes(first);
  const [name, more] = isPrefixed ? rest : [first, ...rest];
  if (name === undefined || more !== undefined) return undefined;
  if (name === 'aggregateresult') return sobjectOf('AggregateResult');
  const prefix = `${own}__`;
  const object =
    schema.objects.get(name) ?? (name.startsWith(prefix) ? schema.objects.get(name.slice(prefix.length)) : undefined);
  return object && sobjectOf(object.name);
}

const UNTYPED_COLLECTIONS: ReadonlySet<string> = new Set(['System.List', 'System.Set', 'System.Map']);

function platformNamed(library: PlatformLibrary, parts: readonly string[]): PlatformClass | undefined {
  const [first, ...rest] = parts;
  if (first === undefined || first.toLowerCase() === 'internal') return undefined;
  const inNamespace = rest.length > 0 ? library.find(first, rest.join('.')) : undefined;
  return inNamespace ?? IMPLICIT_NAMESPACES.map((namespace) => library.find(namespace, parts.join('.'))).find(Boolean);
}

/** Our class of that name: inner ones first, from the inside out and through superclasses, then those of the top level. */
function classNamed(sources: Sources, parts: readonly string[], from: ClassModel | null): ClassModel | undefined {
  const [first, ...rest] = parts;
  if (first === undefined) return undefined;
  if (rest.length > 0 && first.toLowerCase() === sources.namespace?.toLowerCase())
    return classNamed(sources, rest, null);
  const head = innerNamed(sources, first.toLowerCase(), from) ?? sources.classes.get(first.toLowerCase());
  return rest.reduce<ClassModel | undefined>((found, part) => found?.inner.get(part.toLowerCase()), head);
}

function innerNamed(sources: Sources, name: string, from: ClassModel | null): ClassModel | undefined {
  for (let scope = from; scope; scope = scope.outer) {
    if (scope.simpleName.toLowerCase() === name) return scope;
    for (let each: ClassModel | undefined = scope; each; each = superclassOf(sources, each)) {
      const found = each.inner.get(name);
      if (found) return found;
    }
  }
  return undefined;
}

function superclassOf(sources: Sources, model: ClassModel): ClassModel | undefined {
  return model.superclass?.kind === 'class' ? sources.classes.get(model.superclass.name.toLowerCase()) : undefined;
}

/** The class and its superclasses, nearest first; ours only. */
export function lineage(world: ApexWorld, model: ClassModel): ClassModel[] {
  const chain: ClassModel[] = [];
  for (let each: ClassModel | undefined = model; each && !chain.includes(each); each = superclassOf(world, each))
    chain.push(each);
  return chain;
}

/** Whether the class is an exception of ours. */
export function isException(world: ApexWorld, model: ClassModel): boolean {
  return world.assignable(classOf(model.name), classOf('System.Exception'));
}
