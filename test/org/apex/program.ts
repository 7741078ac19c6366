import { type ApexEnumValue } from './runtime/values/apex-enum.ts';
import { type ApexFieldInfo, type ApexObject } from './runtime/values/apex-object.ts';
import { type ApexType } from './types.ts';

/** `@InvocableMethod(label='Sync')`: names in lower case, values as text; a lone value is called `value`. */
export type ApexAnnotation = { readonly name: string; readonly values: Readonly<Record<string, string>> };

export type ApexParameter = { readonly name: string; readonly type: ApexType };

/** A method as other parts see it: to serve it, to test it, to stub it. */
export type ApexMethodInfo = {
  readonly className: string;
  readonly name: string;
  readonly parameters: readonly ApexParameter[];
  readonly returns: ApexType;
  readonly isStatic: boolean;
  readonly visibility: 'private' | 'protected' | 'public' | 'global';
  readonly annotations: readonly ApexAnnotation[];
  /** Its name in the compiled JavaScript. */
  readonly key: string;
  readonly line: number;
};

/** A declared class, interface or enum. */
export type ApexClassRecord = {
  /** `Outer.Inner`. */
  readonly name: string;
  readonly kind: 'class' | 'interface' | 'enum';
  readonly path: string;
  readonly line: number;
  readonly superclass: ApexType | null;
  readonly interfaces: readonly ApexType[];
  readonly isAbstract: boolean;
  readonly visibility: 'private' | 'protected' | 'public' | 'global';
  readonly sharing: 'with' | 'without' | 'inherited' | null;
  readonly annotations: readonly ApexAnnotation[];
  /** Own instance fields and properties. */
  readonly fields: readonly ApexFieldInfo[];
  /** Annotations of fields and properties, static ones too, by lower-case name: `@AuraEnabled`, `@InvocableVariable`. */
  readonly fieldAnnotations: Readonly<Record<string, readonly ApexAnnotation[]>>;
  readonly methods: readonly ApexMethodInfo[];
  readonly constructors: readonly { readonly parameters: readonly ApexParameter[]; readonly key: string }[];
  readonly constants: readonly string[];
};

export type ApexTrigger = {
  readonly name: string;
  readonly objectName: string;
  /** `before insert`, `after undelete`… in lower case. */
  readonly events: ReadonlySet<string>;
  readonly run: () => void;
};

/** Lines of one top-level class or trigger that a statement begins on, and those that ran. */
export type ApexCoverage = {
  readonly name: string;
  readonly path: string;
  readonly lines: readonly number[];
  readonly hits: ReadonlySet<number>;
};

export type StubHandler = (method: ApexMethodInfo, args: readonly unknown[]) => unknown;

/** Compiled Apex, ready to run; every name is taken in whatever case. */
export type ApexProgram = {
  readonly classNamed: (name: string) => ApexClassRecord | undefined;
  readonly classes: () => readonly ApexClassRecord[];
  readonly newInstance: (typeName: string, args?: readonly unknown[]) => ApexObject;
  /** An instance without constructors or initializers, every field null: state is thawed into it. */
  readonly allocate: (typeName: string) => ApexObject;
  readonly invokeStatic: (className: string, method: string, args: readonly unknown[]) => unknown;
  /** Calls an instance method by name and number of arguments; where overloads share both, by the values' types. */
  readonly invoke: (instance: unknown, method: string, args: readonly unknown[]) => unknown;
  readonly hasMethod: (instance: unknown, method: string, arity: number) => boolean;
  /** Whether `instanceof` holds. */
  readonly isInstance: (value: unknown, type: ApexType) => boolean;
  /** Whether a value of the first type may stand where the second is declared. */
  readonly isAssignable: (from: ApexType, to: ApexType) => boolean;
  /** Instance fields and properties, those of superclasses first. */
  readonly fieldsOf: (className: string) => readonly ApexFieldInfo[];
  /** Constants of an enum, ours or the platform's, in order. */
  readonly enumValues: (enumName: string) => readonly ApexEnumValue[];
  /** What `Type.forName` finds: classes, platform types, records, collections. */
  readonly typeNamed: (name: string) => ApexType | null;
  /** An object of that class whose methods all go to the handler. */
  readonly createStub: (className: string, handler: StubHandler) => ApexObject;
  readonly triggersOn: (objectName: string) => readonly ApexTrigger[];
  /** Methods with that annotation: `istest`, `auraenabled`, `invocablemethod`, `httppost`, `future`, `testsetup`. */
  readonly annotatedMethods: (annotation: string) => readonly ApexMethodInfo[];
  /** Classes with that annotation: `istest`, `restresource`. */
  readonly annotatedClasses: (annotation: string) => readonly ApexClassRecord[];
  readonly label: (name: string) => string | undefined;
  readonly coverage: () => readonly ApexCoverage[];
  readonly resetCoverage: () => void;
};

let active: ApexProgram | null = null;

/** The program that runs on this thread. */
export function currentProgram(): ApexProgram {
  if (!active) throw new Error('No Apex program is active on this thread: call activateProgram first.');
  return active;
}

/** Makes a program the one that runs on this thread; executions do it when they start. */
export function activateProgram(program: ApexProgram): void {
  active = program;
}
