import { objectNamed } from '../../metadata/schema.ts';
import { ApexSObject } from '../data/apex-sobject.ts';
import { tokenOfField, tokenOfObject, SObjectFieldToken, SObjectTypeToken } from '../data/tokens.ts';
import { currentExecution } from '../execution/execution.ts';
import { currentProgram } from '../program.ts';
import { ApexBlob } from '../runtime/values/apex-blob.ts';
import { ApexDate } from '../runtime/values/apex-date.ts';
import { ApexDatetime, ApexTime } from '../runtime/values/apex-datetime.ts';
import { ApexDecimal } from '../runtime/values/apex-decimal.ts';
import { ApexDouble } from '../runtime/values/apex-double.ts';
import { ApexEnumValue } from '../runtime/values/apex-enum.ts';
import { ApexException, exceptionClass, throwApex } from '../runtime/values/apex-exception.ts';
import { ApexId } from '../runtime/values/apex-id.ts';
import { ApexList } from '../runtime/values/apex-list.ts';
import { ApexMap } from '../runtime/values/apex-map.ts';
import { ApexObject, PlatformObject } from '../runtime/values/apex-object.ts';
import { ApexSet } from '../runtime/values/apex-set.ts';
import { ApexTypeToken } from '../runtime/values/apex-type-token.ts';
import { type ApexType } from '../types.ts';
import { shownType } from '../data/field-values.ts';

/** A value in a frozen graph: itself, or a tagged one; `['#', n]` is the n-th shared thing. */
export type Frozen = null | boolean | string | number | readonly [tag: string, ...parts: unknown[]];

/** The state of an Apex object and all it reaches, as JSON: what is shared stays shared, also in circles. */
export type FrozenGraph = { readonly root: Frozen; readonly things: readonly unknown[] };

/** Takes a copy of the value that another transaction, thread or process can bring back to life. */
export function freeze(value: unknown): FrozenGraph {
  const things: unknown[] = [];
  const places = new Map<object, number>();
  const frozen = (one: unknown): Frozen => {
    if (one === null || typeof one === 'boolean' || typeof one === 'string' || typeof one === 'number') return one;
    if (typeof one === 'bigint') return ['l', one.toString()];
    const scalar = freezeScalar(one);
    if (scalar) return scalar;
    const known = places.get(one as object);
    if (known !== undefined) return ['#', known];
    const place = things.length;
    places.set(one as object, place);
    things.push(null);
    things[place] = freezeThing(one, frozen);
    return ['#', place];
  };
  return { root: frozen(value), things };
}

function freezeScalar(one: unknown): Frozen | null {
  if (one instanceof ApexId) return ['id', one.value];
  if (one instanceof ApexDecimal) return ['d', one.value.toFixed(), one.scale];
  if (one instanceof ApexDouble) return ['f', String(one.value)];
  if (one instanceof ApexDate) return ['day', one.epochDay];
  if (one instanceof ApexDatetime) return ['at', one.epochMs];
  if (one instanceof ApexTime) return ['time', one.milliseconds];
  if (one instanceof ApexBlob) return ['blob', one.bytes.toString('base64')];
  if (one instanceof ApexEnumValue) return ['enum', one.enumName, one.name];
  if (one instanceof ApexTypeToken) return ['type', one.type];
  if (one instanceof SObjectTypeToken) return ['object', one.object.name];
  if (one instanceof SObjectFieldToken) return ['field', one.object.name, one.field.name];
  return null;
}

type FreezeOne = (one: unknown) => Frozen;

function freezeThing(one: unknown, frozen: FreezeOne): unknown {
  if (one instanceof ApexList) return ['list', one.elementType, one.items.map(frozen)];
  if (one instanceof ApexSet) return ['set', one.elementType, [...one.iterate()].map(frozen)];
  if (one instanceof ApexMap) {
    return ['map', one.keyType, one.valueType, one.entries().map(([key, value]) => [frozen(key), frozen(value)])];
  }
  if (one instanceof ApexSObject) {
    return [
      'record',
      one.object?.name ?? null,
      one.origin === 'trigger' ? 'new' : one.origin,
      [...one.entries].map(([name, value]) => [name, frozen(value), one.changed.has(name)]),
      [...one.relations].map(([name, related]) => [name, frozen(related)]),
    ];
  }
  if (one instanceof ApexException) return ['exception', one.typeName, one.message, frozen(one.cause)];
  if (one instanceof ApexObject && !(one instanceof PlatformObject)) return freezeObject(one, frozen);
  return throwApex('System.SerializationException', `Not Serializable: ${shownType(one)}`);
}

function freezeObject(one: ApexObject, frozen: FreezeOne): unknown {
  const values = one as unknown as Record<string, unknown>;
  const fields = currentProgram()
    .fieldsOf(one.typeName)
    .filter(({ isTransient }) => !isTransient);
  return ['instance', one.typeName, fields.map(({ key }) => [key, frozen(values[key])])];
}

/** Brings a frozen graph back to life in the current execution. */
export function thaw(graph: FrozenGraph): unknown {
  const alive: unknown[] = [];
  const value = (frozen: Frozen): unknown => {
    if (!Array.isArray(frozen)) return frozen;
    const [tag, ...parts] = frozen as [string, ...unknown[]];
    return tag === '#' ? thing(Number(parts[0])) : thawScalar(tag, parts);
  };
  const thing = (place: number): unknown => {
    if (place in alive) return alive[place];
    const [tag, ...parts] = graph.things[place] as [string, ...unknown[]];
    const maker = THINGS[tag];
    if (!maker) throw new Error(`A frozen value has the unknown kind ${tag}.`);
    return maker(parts, value, (born) => (alive[place] = born));
  };
  return value(graph.root);
}

function thawScalar(tag: string, [first, second]: readonly unknown[]): unknown {
  switch (tag) {
    case 'l':
      return BigInt(String(first));
    case 'id':
      return ApexId.of(String(first));
    case 'd':
      return new ApexDecimal(String(first), Number(second));
    case 'f':
      return new ApexDouble(Number(first));
    case 'day':
      return new ApexDate(Number(first));
    case 'at':
      return new ApexDatetime(Number(first));
    case 'time':
      return new ApexTime(Number(first));
    case 'blob':
      return new ApexBlob(Buffer.from(String(first), 'base64'));
    default:
      return thawName(tag, first, second);
  }
}

function thawName(tag: string, first: unknown, second: unknown): unknown {
  if (tag === 'enum')
    return (
      currentProgram()
        .enumValues(String(first))
        .find(({ name }) => name === second) ?? null
    );
  if (tag === 'type') return new ApexTypeToken(first as ApexType);
  const object = objectNamed(currentExecution().org.store.schema, String(first));
  if (tag === 'object') return tokenOfObject(object);
  const field = object.fields.get(String(second).toLowerCase());
  if (tag === 'field' && field) return tokenOfField(object, field);
  throw new Error(`A frozen value has the unknown kind ${tag}.`);
}

type ThawOne = (frozen: Frozen) => unknown;
/** Registers the thing before its parts are thawed, so that circles close. */
type Born = (thing: unknown) => unknown;

const THINGS: Readonly<Record<string, (parts: readonly unknown[], value: ThawOne, born: Born) => unknown>> = {
  list: ([type, items], value, born) => {
    const list = new ApexList(type as ApexType, []);
    born(list);
    list.addAll((items as Frozen[]).map(value));
    return list;
  },
  set: ([type, items], value, born) => {
    const set = new ApexSet(type as ApexType);
    born(set);
    for (const item of items as Frozen[]) set.add(value(item));
    return set;
  },
  map: ([keyType, valueType, entries], value, born) => {
    const map = new ApexMap(keyType as ApexType, valueType as ApexType);
    born(map);
    for (const [key, held] of entries as [Frozen, Frozen][]) map.put(value(key), value(held));
    return map;
  },
  record: ([name, origin, fields, relations], value, born) => {
    const object = name === null ? null : objectNamed(currentExecution().org.store.schema, String(name));
    const record = new ApexSObject(object, origin as 'new' | 'query');
    born(record);
    for (const [field, held, isChanged] of fields as [string, Frozen, boolean][]) {
      if (isChanged) record.setField(field, value(held));
      else record.load(field, value(held));
    }
    for (const [relation, held] of relations as [string, Frozen][]) {
      const related = value(held);
      if (related instanceof ApexList) record.setChildren(relation, related);
      else record.loadParent(relation, related instanceof ApexSObject ? related : null);
    }
    return record;
  },
  exception: ([typeName, message, cause], value, born) => {
    const name = String(typeName);
    const isOurs = currentProgram().classNamed(name) !== undefined;
    const exception = isOurs ? currentProgram().allocate(name) : new (exceptionClass(name))();
    if (!(exception instanceof ApexException)) throw new Error(`${name} is no exception.`);
    born(exception);
    exception.message = message as string | null;
    exception.cause = value(cause as Frozen) as ApexException | null;
    return exception;
  },
  instance: ([typeName, fields], value, born) => {
    const instance = currentProgram().allocate(String(typeName));
    born(instance);
    const target = instance as unknown as Record<string, unknown>;
    for (const [key, held] of fields as [string, Frozen][]) target[key] = value(held);
    return instance;
  },
};
