import { throwApex } from '../../runtime/values/apex-exception.ts';
import { ApexIterator } from '../../runtime/values/apex-iterator.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { ApexObject, PlatformObject } from '../../runtime/values/apex-object.ts';
import { ApexSet } from '../../runtime/values/apex-set.ts';
import { type DataSide, type RuntimeParts } from '../../runtime.ts';
import { type ApexType } from '../../types.ts';
import { STACK_LIMIT, throwStackLimit } from './exceptions.ts';

/** Depth, sharing, statics, loops and calls through interfaces. */
export function createControl({ data, hasMethod, invoke }: Pick<RuntimeParts, 'data' | 'hasMethod' | 'invoke'>) {
  let depth = 0;
  const enter = (): void => {
    if (depth >= STACK_LIMIT) throwStackLimit();
    depth += 1;
  };
  const leave = (): void => {
    depth -= 1;
  };
  return {
    enter,
    leave,
    enterSharing: (sharing: 'with' | 'without'): 'with' | 'without' => {
      enter();
      const execution = data.execution();
      const outer = execution.sharing;
      execution.sharing = sharing;
      return outer;
    },
    leaveSharing: (outer: 'with' | 'without'): void => {
      leave();
      data.execution().sharing = outer;
    },
    statics: staticsOf(data),
    newArray: (type: ApexType, length: number): ApexList => new ApexList(type, new Array<unknown>(length).fill(null)),
    setElement: (list: ApexList, index: number, value: unknown): unknown => {
      list.set(index, value);
      return value;
    },
    iterate: (source: unknown) => iterate(source, invoke),
    chunks: (list: ApexList, size: number) => chunks(list, size),
    callInterface: (
      method: (...args: unknown[]) => unknown,
      name: string,
      self: unknown,
      args: readonly unknown[],
    ): unknown => {
      const isOwn =
        self instanceof ApexObject && !(self instanceof PlatformObject) && hasMethod(self, name, args.length);
      return isOwn ? invoke(self, name, args) : method(self, ...args);
    },
    withBinds: <T>(binds: (name: string) => unknown, work: () => T): T => {
      const execution = data.execution();
      const outer = execution.dynamicBinds;
      execution.dynamicBinds = binds;
      try {
        return work();
      } finally {
        execution.dynamicBinds = outer;
      }
    },
    future: data.future,
  };
}

type Store = object;

/** The static side of a class: made and initialized when a transaction first needs it. */
function staticsOf(data: DataSide) {
  let count = 0;
  return (_name: string, Store: new () => Store, initialize: () => void): (() => Store) => {
    const index = count++;
    return () => {
      const { statics } = data.execution();
      const known = statics[index] as Store | undefined;
      if (known !== undefined) return known;
      const store = new Store();
      statics[index] = store;
      initialize();
      return store;
    };
  };
}

function* chunks(list: ApexList, size: number): Generator<ApexList> {
  for (let start = 0; start < list.items.length; start += size)
    yield new ApexList(list.elementType, list.items.slice(start, start + size));
}

type Invoke = (target: ApexObject, name: string, args: readonly unknown[]) => unknown;

/** What `for (T item : source)` goes over. */
function iterate(source: unknown, invoke: Invoke): Iterable<unknown> {
  if (source instanceof ApexList || source instanceof ApexSet) return source.iterate();
  if (source instanceof ApexIterator) return platformItems(source);
  if (source instanceof ApexObject) return ownItems(source, invoke);
  return throwApex('System.TypeException', 'The value cannot be iterated.');
}

function* platformItems(iterator: ApexIterator): Generator {
  while (iterator.hasNext()) yield iterator.next();
}

function* ownItems(source: ApexObject, invoke: Invoke): Generator {
  const iterator = invoke(source, 'iterator', []);
  if (iterator instanceof ApexIterator) yield* platformItems(iterator);
  else if (iterator instanceof ApexObject)
    while (invoke(iterator, 'hasNext', []) === true) yield invoke(iterator, 'next', []);
}
