import { currentExecution } from '../../execution/execution.ts';
import { freeze, type FrozenGraph, thaw } from '../../async/freeze.ts';
import { ApexDouble } from '../../runtime/values/apex-double.ts';
import { throwNullReference } from '../../runtime/values/apex-exception.ts';
import { PlatformObject } from '../../runtime/values/apex-object.ts';
import { ApexSet } from '../../runtime/values/apex-set.ts';
import { type ApexTypeToken } from '../../runtime/values/apex-type-token.ts';
import { currentProgram } from '../../program.ts';
import { types } from '../../types.ts';
import {
  type Members,
  type MethodEntry,
  platformClass,
  type PlatformDeclaration,
  platformException,
  platformInterface,
} from '../declare.ts';

type Kind = 'org' | 'session';
type Entry = { readonly value: FrozenGraph; readonly until: number };

/** One thread's cache; like the platform's it may forget at any time, so no transaction rolls it back. */
const entries = new WeakMap<object, Map<string, Entry>>();

const DAY_SECONDS = 86_400;

function cacheOf(kind: Kind): { readonly cache: Map<string, Entry>; readonly prefix: string } {
  const { org, test, userId } = currentExecution();
  const owner = test ?? org;
  const cache = entries.get(owner) ?? new Map<string, Entry>();
  entries.set(owner, cache);
  return { cache, prefix: kind === 'org' ? 'org:' : `session:${userId}:` };
}

function get(kind: Kind, key: string | null): unknown {
  const { cache, prefix } = cacheOf(kind);
  const entry = cache.get(prefix + keyOf(key));
  if (!entry || entry.until < currentExecution().org.clock().getTime()) return null;
  return thaw(entry.value);
}

function put(kind: Kind, key: string | null, value: unknown, seconds: number | null): void {
  const { cache, prefix } = cacheOf(kind);
  const until = currentExecution().org.clock().getTime() + (seconds ?? DAY_SECONDS) * 1000;
  cache.set(prefix + keyOf(key), { value: freeze(value), until });
}

/** `local.Partition.key`, `Partition.key` and `key` name the same entry where there is one partition. */
function keyOf(key: string | null): string {
  return (key ?? throwNullReference()).split('.').at(-1) ?? '';
}

/** A CacheBuilder fills what is not there. */
function getOrBuild(kind: Kind, builder: ApexTypeToken | null, key: string | null): unknown {
  const known = get(kind, key);
  if (known !== null) return known;
  const program = currentProgram();
  const built = program.invoke(program.newInstance((builder ?? throwNullReference()).name, []), 'doLoad', [key]);
  if (built !== null) put(kind, key, built, null);
  return built;
}

function members(kind: Kind): Members<MethodEntry> {
  return {
    'Object get(String)': (key: string | null) => get(kind, key),
    'Object get(System.Type, String)': (builder: ApexTypeToken | null, key: string | null) =>
      getOrBuild(kind, builder, key),
    'void put(String, Object)': (key: string | null, value: unknown) => put(kind, key, value, null),
    'void put(String, Object, Integer)': (key: string | null, value: unknown, seconds: number | null) =>
      put(kind, key, value, seconds),
    'Boolean contains(String)': (key: string | null) => get(kind, key) !== null,
    'Boolean remove(String)': (key: string | null) => {
      const { cache, prefix } = cacheOf(kind);
      return cache.delete(prefix + keyOf(key));
    },
    'Set<String> getKeys()': () => {
      const { cache, prefix } = cacheOf(kind);
      const keys = [...cache.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
      return new ApexSet(types.String, keys);
    },
  };
}

/** A Cache.OrgPartition or Cache.SessionPartition. */
class Partition extends PlatformObject {
  readonly kind: Kind;
  readonly name: string;

  constructor(kind: Kind, name: string | null) {
    super();
    this.kind = kind;
    this.name = name ?? throwNullReference();
  }

  override get typeName(): string {
    return this.kind === 'org' ? 'Cache.OrgPartition' : 'Cache.SessionPartition';
  }
}

/** The same as methods of a partition, which come with the partition first. */
function partitionMethods(): Members<MethodEntry> {
  const byKind = { org: members('org'), session: members('session') };
  return Object.fromEntries(
    Object.keys(byKind.org).map((signature) => [
      signature,
      ({ kind }: Partition, ...args: never[]) => (byKind[kind][signature] as (...given: never[]) => unknown)(...args),
    ]),
  );
}

const NAMESPACE = { namespace: 'Cache' } as const;

const partitionOf =
  (kind: Kind) =>
  (name: string | null): Partition =>
    new Partition(kind, name);

/** Cache.Org and Cache.Session; all partitions share one store. */
export const cacheClasses: readonly PlatformDeclaration[] = [
  platformClass('Org', {
    ...NAMESPACE,
    statics: { ...members('org'), 'Cache.OrgPartition getPartition(String)': partitionOf('org') },
  }),
  platformClass('Session', {
    ...NAMESPACE,
    statics: {
      ...members('session'),
      'Cache.SessionPartition getPartition(String)': partitionOf('session'),
      'Boolean isAvailable()': () => true,
    },
  }),
  platformClass('Partition', {
    ...NAMESPACE,
    methods: {
      ...partitionMethods(),
      'String getName()': ({ name }: Partition) => name,
      'Double getCapacity()': () => new ApexDouble(0),
      'Boolean isAvailable()': () => true,
    },
  }),
  platformClass('OrgPartition', { ...NAMESPACE, extends: 'Cache.Partition' }),
  platformClass('SessionPartition', { ...NAMESPACE, extends: 'Cache.Partition' }),
  platformException('Cache.Org.OrgCacheException'),
  platformException('Cache.Session.SessionCacheException'),
  platformException('Cache.InvalidParamException'),
  platformException('Cache.ItemSizeLimitExceededException'),
  platformInterface('CacheBuilder', { ...NAMESPACE, methods: ['Object doLoad(String)'] }),
];
