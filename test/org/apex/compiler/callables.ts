import { type ApexType, classOf, sameType, substitute, types } from '../types.ts';
import { type PlatformClass, type PlatformMethod } from './library.ts';
import { type ClassModel, type FieldModel, type MethodModel } from './model.ts';
import { type ApexWorld, lineage } from './world.ts';

/** A method that a call may mean, with the types it has for this receiver. */
export type Callable = {
  readonly name: string;
  readonly parameters: readonly ApexType[];
  readonly returns: ApexType;
  readonly isStatic: boolean;
  readonly own: MethodModel | null;
  readonly platform: PlatformMethod | null;
  /** Platform interfaces are implemented by Apex classes and by platform values alike. */
  readonly isInterface: boolean;
};

const ownCallable = (method: MethodModel): Callable => ({
  name: method.name,
  parameters: method.parameters.map(({ type }) => type),
  returns: method.returns,
  isStatic: method.isStatic,
  own: method,
  platform: null,
  isInterface: false,
});

/** The field or property of that name in the class or its superclasses. */
export function findField(world: ApexWorld, model: ClassModel, name: string): FieldModel | undefined {
  return lineage(world, model)
    .map((each) => each.fields.get(name.toLowerCase()))
    .find((field) => field !== undefined);
}

/** Our classes' methods of that name, those of superclasses and interfaces too; overridden ones appear once. */
export function ownMethods(world: ApexWorld, model: ClassModel, name: string): Callable[] {
  const found: Callable[] = [];
  const seen = new Set<string>();
  const visit = (type: ApexType): void => {
    const each = world.classOfType(type);
    if (!each || seen.has(each.name)) return;
    seen.add(each.name);
    addNew(found, (each.methods.get(name.toLowerCase()) ?? []).map(ownCallable));
    for (const parent of world.supertypes(classOf(each.name))) visit(parent);
  };
  visit(classOf(model.name));
  return found;
}

function addNew(found: Callable[], more: readonly Callable[]): void {
  for (const callable of more) if (!found.some((known) => sameParameterTypes(known, callable))) found.push(callable);
}

function sameParameterTypes(a: Callable, b: Callable): boolean {
  return (
    a.parameters.length === b.parameters.length &&
    a.parameters.every((type, index) => sameType(type, b.parameters[index] ?? types.void))
  );
}

/** Every instance method of that name that a value of the type has. */
export function methodsOn(world: ApexWorld, type: ApexType, name: string): Callable[] {
  const model = world.classOfType(type);
  const found: Callable[] = model ? ownMethods(world, model, name) : [];
  for (const { platform, bindings } of platformClasses(world, type))
    addNew(
      found,
      (platform.methods.get(name.toLowerCase()) ?? []).map((method) => platformCallable(platform, method, bindings)),
    );
  return found;
}

export function staticMethodsOf(platform: PlatformClass, name: string): Callable[] {
  return (platform.statics.get(name.toLowerCase()) ?? []).map((method) =>
    platformCallable(platform, method, new Map()),
  );
}

function platformCallable(
  platform: PlatformClass,
  method: PlatformMethod,
  bindings: ReadonlyMap<string, ApexType>,
): Callable {
  return {
    name: method.name,
    parameters: method.parameters.map((type) => substitute(type, bindings)),
    returns: substitute(method.returns, bindings),
    isStatic: method.isStatic,
    own: null,
    platform: method,
    isInterface: platform.kind === 'interface',
  };
}

type Bound = { readonly platform: PlatformClass; readonly bindings: ReadonlyMap<string, ApexType> };

/** The platform classes that declare the members of a type, nearest first, `Object` last. */
export function platformClasses(world: ApexWorld, type: ApexType): Bound[] {
  const bound: Bound[] = [];
  const add = (name: string, given: readonly ApexType[]): void => {
    const platform = world.library.byName(name);
    if (!platform || bound.some((each) => each.platform === platform)) return;
    const bindings = new Map(platform.typeParameters.map((each, index) => [each, given[index] ?? types.any]));
    bound.push({ platform, bindings });
    for (const parent of platform.supertypes) visit(substitute(parent, bindings));
  };
  const visit = (each: ApexType): void => {
    const model = world.classOfType(each);
    if (model?.kind === 'enum') add('System.Enum', []);
    else if (model) for (const parent of world.supertypes(classOf(model.name))) visit(parent);
    else if (each.kind === 'class') {
      add(each.name, each.arguments ?? []);
      if (world.platformOfType(each)?.kind === 'enum') add('System.Enum', []);
    } else for (const name of memberClasses(each)) add(name, argumentsOf(each));
  };
  visit(type);
  add('System.Object', []);
  return bound;
}

const COLLECTIONS = {
  list: 'System.List',
  set: 'System.Set',
  iterator: 'System.Iterator',
  iterable: 'System.Iterable',
} as const;

function memberClasses(type: ApexType): readonly string[] {
  switch (type.kind) {
    case 'primitive':
      return [`System.${type.name}`];
    case 'sobject':
      return [`System.${type.name}`, 'System.SObject', 'Schema.SObject'];
    case 'map':
      return ['System.Map'];
    case 'list':
    case 'set':
    case 'iterator':
    case 'iterable':
      return [COLLECTIONS[type.kind]];
    default:
      return [];
  }
}

function argumentsOf(type: ApexType): readonly ApexType[] {
  if (type.kind === 'map') return [type.key, type.value];
  return 'of' in type ? [type.of] : [];
}
