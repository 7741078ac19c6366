import {
  type ApexClassRecord,
  type ApexMethodInfo,
  type ApexParameter,
  type ApexProgram,
  type StubHandler,
} from '../../program.ts';
import { exceptionClass } from '../../runtime/values/apex-exception.ts';
import { type ApexFieldInfo, ApexObject } from '../../runtime/values/apex-object.ts';
import { type ApexType } from '../../types.ts';
import { isInstanceOf } from './casts.ts';
import { type CompiledClass } from './link-classes.ts';

type Records = ReadonlyMap<string, ApexClassRecord>;
type Callable = (...args: readonly unknown[]) => unknown;

/** Finding and calling methods by name, making objects by the name of their class. */
export function createReflection(records: Records, isAssignable: (from: ApexType, to: ApexType) => boolean) {
  let classes: ReadonlyMap<string, CompiledClass> = new Map();
  const tables = new Map<string, ReadonlyMap<string, readonly ApexMethodInfo[]>>();

  const chainOf = (name: string): ApexClassRecord[] => {
    const record = records.get(name.toLowerCase());
    if (!record) return [];
    return [record, ...(record.superclass?.kind === 'class' ? chainOf(record.superclass.name) : [])];
  };
  /** Every method of a class by name and number of parameters, its own before inherited ones. */
  const tableOf = (name: string): ReadonlyMap<string, readonly ApexMethodInfo[]> => {
    const known = tables.get(name);
    if (known) return known;
    const table = Map.groupBy(
      chainOf(name).flatMap(({ methods }) => methods),
      (method) => `${method.name.toLowerCase()}/${method.parameters.length}`,
    );
    tables.set(name, table);
    return table;
  };
  const fits = (parameters: readonly ApexParameter[], args: readonly unknown[]): boolean =>
    parameters.length === args.length &&
    parameters.every(({ type }, index) => args[index] === null || isInstanceOf(args[index], type, isAssignable));
  const find = (className: string, name: string, args: readonly unknown[]): ApexMethodInfo | undefined => {
    const candidates = tableOf(className).get(`${name.toLowerCase()}/${args.length}`) ?? [];
    return candidates.length > 1
      ? (candidates.find(({ parameters }) => fits(parameters, args)) ?? candidates[0])
      : candidates[0];
  };
  const hasMethod = (target: ApexObject, name: string, arity: number): boolean =>
    tableOf(target.typeName).has(`${name.toLowerCase()}/${arity}`);
  const invoke = (target: ApexObject, name: string, args: readonly unknown[]): unknown => {
    const method = find(target.typeName, name, args);
    if (!method) throw new Error(`${target.typeName} has no method ${name} with ${args.length} arguments.`);
    return (target as unknown as Record<string, Callable>)[method.key]?.(...args) ?? null;
  };
  const compiledClass = (name: string): CompiledClass => {
    const found = classes.get(name.toLowerCase());
    if (!found) throw new Error(`There is no Apex class ${name}.`);
    return found;
  };
  const construct = (name: string, args: readonly unknown[]): ApexObject => {
    const record = records.get(name.toLowerCase());
    if (!record && name.startsWith('System.') && name.endsWith('Exception'))
      return new (exceptionClass(name))().initialize(...args);
    const instance = new (compiledClass(name))();
    const chosen = record?.constructors.find(({ parameters }) => fits(parameters, args));
    const key = chosen?.key ?? `new$${name.toLowerCase().replaceAll('.', '_')}$`;
    const run = (instance as unknown as Record<string, Callable | undefined>)[key];
    if (!run) throw new Error(`${name} has no constructor for ${args.length} arguments.`);
    run.apply(instance, [...args]);
    return instance;
  };
  const fieldsOf = (name: string): ApexFieldInfo[] =>
    chainOf(name)
      .toReversed()
      .flatMap(({ fields }) => fields);
  const members: Pick<ApexProgram, 'classNamed' | 'allocate' | 'invokeStatic' | 'invoke' | 'hasMethod' | 'fieldsOf'> = {
    classNamed: (name) => records.get(name.toLowerCase()),
    allocate: (name) => new (compiledClass(name))(),
    invokeStatic: (className, name, args) => {
      const method = find(className, name, args);
      if (!method?.isStatic)
        throw new Error(`${className} has no static method ${name} with ${args.length} arguments.`);
      return compiledClass(method.className)[method.key]?.(...args) ?? null;
    },
    invoke: (instance, name, args) => invoke(instance as ApexObject, name, args),
    hasMethod: (instance, name, arity) => instance instanceof ApexObject && hasMethod(instance, name, arity),
    fieldsOf,
  };
  return {
    hasMethod,
    invoke,
    construct,
    members,
    createStub: (name: string, handler: StubHandler): ApexObject =>
      stubOf(name, handler, { records, classes, chainOf }),
    use: (linked: ReadonlyMap<string, CompiledClass>): void => {
      classes = linked;
    },
  };
}

type StubParts = {
  readonly records: Records;
  readonly classes: ReadonlyMap<string, CompiledClass>;
  readonly chainOf: (name: string) => readonly ApexClassRecord[];
};

/** A subclass whose instance methods all ask the handler. */
function stubOf(name: string, handler: StubHandler, { records, classes, chainOf }: StubParts): ApexObject {
  const record = records.get(name.toLowerCase());
  if (!record) throw new Error(`There is no Apex class ${name} to stub.`);
  const Base = classes.get(name.toLowerCase()) as unknown as (new () => ApexObject) | undefined;
  const Parent = (Base ?? ApexObject) as new () => ApexObject;
  class Stub extends Parent {
    static readonly apexName = record?.name;
  }
  const inherited = (each: ApexClassRecord): ApexClassRecord[] => [
    each,
    ...each.interfaces
      .flatMap((type) => (type.kind === 'class' ? (records.get(type.name.toLowerCase()) ?? []) : []))
      .flatMap(inherited),
  ];
  for (const method of [...chainOf(name)]
    .reverse()
    .flatMap(inherited)
    .flatMap(({ methods }) => methods)) {
    if (method.isStatic) continue;
    Object.defineProperty(Stub.prototype, method.key, {
      value: (...args: readonly unknown[]) => handler(method, args) ?? null,
    });
  }
  return new Stub();
}
