import { type ApexType } from '../types.ts';
import { parseParameters, parseSignature, parseTypeText, type Signature, type TypeText } from './signature.ts';

/** A platform function; instance methods receive the object first. */
export type Implementation = (...args: never[]) => unknown;

/** The static types at one call. */
export type CallSite = {
  readonly receiver: ApexType | null;
  readonly arguments: readonly ApexType[];
  /** The method's result here, type parameters filled in. */
  readonly result: ApexType;
};

/** A method where Apex itself is special: its result depends on the argument types, or it must see them at run time. */
export type SpecialMethod = {
  readonly call: Implementation;
  /** When true, `call` receives the CallSite as its first argument, before the object. */
  readonly withTypes?: boolean;
  readonly returns?: (site: Omit<CallSite, 'result'>) => ApexType;
};

export type MethodEntry = Implementation | SpecialMethod;
export type Members<Entry> = Readonly<Record<string, Entry>>;

/** Getters receive the object (nothing for static ones), setters the object and the value. */
export type PropertyEntry = { readonly get: Implementation; readonly set?: Implementation };

export type ClassSketch = {
  /** `System` unless said otherwise. */
  readonly namespace?: string;
  readonly typeParameters?: readonly string[];
  /** Names as in signatures: `'Exception'`, `'Iterable<T>'`. */
  readonly extends?: string;
  readonly implements?: readonly string[];
  /** `'(String, Integer)'`; classes with type parameters receive the constructed ApexType first. */
  readonly constructors?: Members<Implementation>;
  readonly methods?: Members<MethodEntry>;
  readonly statics?: Members<MethodEntry>;
  /** `'String message'`. */
  readonly properties?: Members<PropertyEntry>;
  readonly staticProperties?: Members<PropertyEntry>;
  /** Whether Apex code may extend it. */
  readonly isVirtual?: boolean;
};

export type InterfaceSketch = {
  readonly namespace?: string;
  readonly typeParameters?: readonly string[];
  readonly extends?: readonly string[];
  /** Implementations serve values of the platform itself; for a list of signatures only Apex classes implement it. */
  readonly methods: readonly string[] | Members<MethodEntry>;
};

type MemberDeclaration = { readonly signature: Signature; readonly entry: MethodEntry };
type ConstructorDeclaration = { readonly parameters: readonly TypeText[]; readonly call: Implementation };
type PropertyDeclaration = { readonly name: string; readonly type: TypeText; readonly entry: PropertyEntry };

/** One platform type as declared, its signatures parsed, its type names not yet looked up. */
export type PlatformDeclaration = {
  readonly kind: 'class' | 'interface' | 'enum' | 'exception';
  readonly namespace: string;
  readonly name: string;
  readonly typeParameters: readonly string[];
  readonly isVirtual: boolean;
  readonly supertypes: readonly TypeText[];
  readonly constructors: readonly ConstructorDeclaration[];
  readonly methods: readonly MemberDeclaration[];
  readonly statics: readonly MemberDeclaration[];
  readonly properties: readonly PropertyDeclaration[];
  readonly staticProperties: readonly PropertyDeclaration[];
  readonly constants: readonly string[];
};

const NOTHING = {
  typeParameters: [],
  isVirtual: false,
  supertypes: [],
  constructors: [],
  methods: [],
  statics: [],
  properties: [],
  staticProperties: [],
  constants: [],
} as const;

/** Declares a class of the platform; a malformed signature fails when the module loads. */
export function platformClass(name: string, sketch: ClassSketch): PlatformDeclaration {
  return {
    ...NOTHING,
    kind: 'class',
    namespace: sketch.namespace ?? 'System',
    name,
    typeParameters: sketch.typeParameters ?? [],
    isVirtual: sketch.isVirtual ?? false,
    supertypes: [...(sketch.extends ? [sketch.extends] : []), ...(sketch.implements ?? [])].map(parseTypeText),
    constructors: constructorsOf(sketch.constructors ?? {}),
    methods: methodsOf(sketch.methods ?? {}),
    statics: methodsOf(sketch.statics ?? {}),
    properties: propertiesOf(sketch.properties ?? {}),
    staticProperties: propertiesOf(sketch.staticProperties ?? {}),
  };
}

/** Declares an interface that Apex classes may implement. */
export function platformInterface(name: string, sketch: InterfaceSketch): PlatformDeclaration {
  return {
    ...NOTHING,
    kind: 'interface',
    namespace: sketch.namespace ?? 'System',
    name,
    typeParameters: sketch.typeParameters ?? [],
    supertypes: (sketch.extends ?? []).map(parseTypeText),
    methods: isNameList(sketch.methods)
      ? sketch.methods.map((text) => ({ signature: parseSignature(text), entry: onlyInApex(text) }))
      : methodsOf(sketch.methods),
  };
}

/** Declares an enum; its constants are ApexEnumValue of `namespace.name` at run time. */
export function platformEnum(
  name: string,
  constants: readonly string[],
  options: { readonly namespace?: string } = {},
): PlatformDeclaration {
  return { ...NOTHING, kind: 'enum', namespace: options.namespace ?? 'System', name, constants };
}

/** Declares an exception by its full name; it has Exception's methods and, unless told otherwise, its four constructors. */
export function platformException(
  fullName: string,
  sketch: Pick<ClassSketch, 'methods' | 'constructors'> = {},
): PlatformDeclaration {
  const dot = fullName.indexOf('.');
  const [namespace, name] = [fullName.slice(0, Math.max(dot, 0)), fullName.slice(dot + 1)];
  if (namespace === '') throw new Error(`Exception ${fullName} must be declared with its namespace.`);
  return {
    ...NOTHING,
    kind: 'exception',
    namespace,
    name,
    supertypes: [parseTypeText('Exception')],
    constructors: constructorsOf(sketch.constructors ?? {}),
    methods: methodsOf(sketch.methods ?? {}),
  };
}

function isNameList(methods: InterfaceSketch['methods']): methods is readonly string[] {
  return Array.isArray(methods);
}

function onlyInApex(text: string): Implementation {
  return () => {
    throw new Error(`No platform value implements ${text}; only an Apex class does.`);
  };
}

function methodsOf(members: Members<MethodEntry>): MemberDeclaration[] {
  return Object.entries(members).map(([text, entry]) => ({ signature: parseSignature(text), entry }));
}

function constructorsOf(members: Members<Implementation>): ConstructorDeclaration[] {
  return Object.entries(members).map(([text, call]) => ({ parameters: parseParameters(text), call }));
}

function propertiesOf(members: Members<PropertyEntry>): PropertyDeclaration[] {
  return Object.entries(members).map(([text, entry]) => {
    const space = text.lastIndexOf(' ');
    if (space < 0) throw new Error(`Property '${text}' needs a type and a name.`);
    return { name: text.slice(space + 1), type: parseTypeText(text.slice(0, space)), entry };
  });
}
