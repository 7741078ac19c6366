import {
  type Implementation,
  type MethodEntry,
  type PlatformDeclaration,
  type PropertyEntry,
} from '../library/declare.ts';
import { type TypeText } from '../library/signature.ts';
import { type ApexType, classOf, listOf, mapOf, PRIMITIVES, setOf, sobjectOf, types, typeName } from '../types.ts';

export type PlatformMethod = {
  readonly name: string;
  /** Canonical name of the class it belongs to. */
  readonly owner: string;
  readonly isStatic: boolean;
  readonly returns: ApexType;
  readonly parameters: readonly ApexType[];
  readonly entry: MethodEntry;
  /** Its place in the library, for compiled code: `System.String.left(Integer)`. */
  readonly reference: string;
};

export type PlatformConstructor = {
  readonly parameters: readonly ApexType[];
  readonly call: Implementation;
  readonly reference: string;
};

export type PlatformProperty = {
  readonly name: string;
  readonly type: ApexType;
  readonly entry: PropertyEntry;
  readonly reference: string;
};

export type PlatformClass = {
  readonly name: string;
  readonly namespace: string;
  readonly kind: PlatformDeclaration['kind'];
  readonly typeParameters: readonly string[];
  readonly isVirtual: boolean;
  readonly supertypes: readonly ApexType[];
  readonly constructors: readonly PlatformConstructor[];
  readonly methods: ReadonlyMap<string, readonly PlatformMethod[]>;
  readonly statics: ReadonlyMap<string, readonly PlatformMethod[]>;
  readonly properties: ReadonlyMap<string, PlatformProperty>;
  readonly staticProperties: ReadonlyMap<string, PlatformProperty>;
  readonly constants: readonly string[];
};

export type PlatformLibrary = {
  /** By namespace and name, in whatever case. */
  readonly find: (namespace: string, name: string) => PlatformClass | undefined;
  readonly byName: (canonicalName: string) => PlatformClass | undefined;
  readonly hasNamespace: (name: string) => boolean;
  readonly classes: () => Iterable<PlatformClass>;
};

/** Namespaces whose types need no prefix. */
export const IMPLICIT_NAMESPACES = ['System', 'Schema'] as const;

/** Links the declarations: type names in signatures are looked up, an unknown one is an error that names the signature. */
export function createPlatformLibrary(
  declarations: readonly PlatformDeclaration[],
  isObject: (name: string) => boolean,
): PlatformLibrary {
  const names = new Map<string, PlatformDeclaration>();
  for (const declaration of declarations) {
    const key = `${declaration.namespace}.${declaration.name}`.toLowerCase();
    if (names.has(key)) throw new Error(`The platform type ${key} is declared twice.`);
    names.set(key, declaration);
  }
  const resolve = createResolver(names, isObject);
  const classes = new Map<string, PlatformClass>();
  const link = (key: string): PlatformClass | undefined => {
    const known = classes.get(key);
    const declaration = names.get(key);
    if (known || !declaration) return known;
    const linked = linkClass(declaration, resolve);
    classes.set(key, linked);
    return linked;
  };
  const namespaces = new Set(declarations.map(({ namespace }) => namespace.toLowerCase()));
  return {
    find: (namespace, name) => link(`${namespace}.${name}`.toLowerCase()),
    byName: (name) => link(name.toLowerCase()),
    hasNamespace: (name) => namespaces.has(name.toLowerCase()) && name.toLowerCase() !== 'internal',
    classes: () => [...names.keys()].flatMap((key) => link(key) ?? []),
  };
}

type Resolve = (text: TypeText, declaration: PlatformDeclaration) => ApexType;

const UNARY: Readonly<Record<string, (of: ApexType) => ApexType>> = {
  list: listOf,
  set: setOf,
  iterable: (of) => ({ kind: 'iterable', of }),
  iterator: (of) => ({ kind: 'iterator', of }),
};

/** Record types that signatures may name even where the schema of the moment has no such object. */
const RECORDS: ReadonlySet<string> = new Set(['aggregateresult', 'user', 'group', 'organization', 'profile']);

const WORDS: Readonly<Record<string, ApexType>> = { object: types.any, void: types.void, sobject: types.SObject };

function collectionOf(name: string, [first, second]: readonly ApexType[]): ApexType | undefined {
  if (name === 'map' && first && second) return mapOf(first, second);
  return first && UNARY[name]?.(first);
}

function createResolver(names: ReadonlyMap<string, PlatformDeclaration>, isObject: (name: string) => boolean): Resolve {
  const classNamed = (name: string, namespace: string): PlatformDeclaration | undefined => {
    const spaces = name.includes('.') ? ['', namespace] : [namespace, 'System', 'Schema', 'Database'];
    const found = spaces
      .map((space) => names.get((space === '' ? name : `${space}.${name}`).toLowerCase()))
      .find(Boolean);
    if (found) return found;
    const anywhere = [...names.values()].filter((each) => each.name.toLowerCase() === name.toLowerCase());
    return anywhere.length === 1 ? anywhere[0] : undefined;
  };
  const resolve: Resolve = (text, declaration) => {
    const lower = text.name.toLowerCase();
    if (declaration.typeParameters.includes(text.name)) return { kind: 'parameter', name: text.name };
    const inner = text.arguments.map((argument) => resolve(argument, declaration));
    const simple = WORDS[lower] ?? PRIMITIVES.get(lower) ?? collectionOf(lower, inner);
    if (simple) return simple;
    const found = classNamed(text.name, declaration.namespace);
    if (found) {
      const name = `${found.namespace}.${found.name}`;
      return inner.length ? { kind: 'class', name, arguments: inner } : classOf(name);
    }
    if (RECORDS.has(lower) || isObject(text.name)) return sobjectOf(text.name);
    throw new Error(`${declaration.namespace}.${declaration.name} uses the unknown type ${text.name}.`);
  };
  return resolve;
}

function linkClass(declaration: PlatformDeclaration, resolveIn: Resolve): PlatformClass {
  const name = `${declaration.namespace}.${declaration.name}`;
  const resolve = (text: TypeText): ApexType => resolveIn(text, declaration);
  const methods = (members: PlatformDeclaration['methods'], isStatic: boolean): Map<string, PlatformMethod[]> => {
    const byName = new Map<string, PlatformMethod[]>();
    for (const { signature, entry } of members) {
      const parameters = signature.parameters.map(resolve);
      const reference = `${name}${isStatic ? '::' : '.'}${signature.name}(${parameters.map(typeName).join(', ')})`;
      const method = {
        name: signature.name,
        owner: name,
        isStatic,
        returns: resolve(signature.returns),
        parameters,
        entry,
        reference,
      };
      const key = signature.name.toLowerCase();
      byName.set(key, [...(byName.get(key) ?? []), method]);
    }
    return byName;
  };
  const properties = (members: PlatformDeclaration['properties'], dot: string): Map<string, PlatformProperty> =>
    new Map(
      members.map((property) => [
        property.name.toLowerCase(),
        {
          name: property.name,
          type: resolve(property.type),
          entry: property.entry,
          reference: `${name}${dot}${property.name}`,
        },
      ]),
    );
  return {
    name,
    namespace: declaration.namespace,
    kind: declaration.kind,
    typeParameters: declaration.typeParameters,
    isVirtual: declaration.isVirtual,
    supertypes: declaration.supertypes.map(resolve),
    constructors: declaration.constructors.map(({ parameters, call }) => {
      const resolved = parameters.map(resolve);
      return { parameters: resolved, call, reference: `new ${name}(${resolved.map(typeName).join(', ')})` };
    }),
    methods: methods(declaration.methods, false),
    statics: methods(declaration.statics, true),
    properties: properties(declaration.properties, '.'),
    staticProperties: properties(declaration.staticProperties, '::'),
    constants: declaration.constants,
  };
}
