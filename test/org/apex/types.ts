export type PrimitiveName =
  'Boolean' | 'Integer' | 'Long' | 'Double' | 'Decimal' | 'String' | 'Id' | 'Date' | 'Datetime' | 'Time' | 'Blob';

export type PrimitiveType = { readonly kind: 'primitive'; readonly name: PrimitiveName };
export type ClassType = {
  readonly kind: 'class';
  /** Canonical spelling: `Outer.Inner` for ours, `System.Http` for the platform's. */
  readonly name: string;
  /** Only platform interfaces have them: `Database.Batchable<SObject>`. */
  readonly arguments?: readonly ApexType[];
};
export type CollectionType = { readonly kind: 'list' | 'set' | 'iterator' | 'iterable'; readonly of: ApexType };
export type MapType = { readonly kind: 'map'; readonly key: ApexType; readonly value: ApexType };
export type SObjectType = { readonly kind: 'sobject'; readonly name: string };

/** The static type of an Apex expression; plain data, so that compiled code can be kept on disk. */
export type ApexType =
  | { readonly kind: 'void' | 'null' | 'any' }
  | PrimitiveType
  | CollectionType
  | MapType
  | SObjectType
  | ClassType
  | { readonly kind: 'parameter'; readonly name: string };

const primitive = (name: PrimitiveName): PrimitiveType => ({ kind: 'primitive', name });

/** The types that need no argument, so that nobody spells them twice. */
export const types = {
  void: { kind: 'void' },
  null: { kind: 'null' },
  any: { kind: 'any' },
  Boolean: primitive('Boolean'),
  Integer: primitive('Integer'),
  Long: primitive('Long'),
  Double: primitive('Double'),
  Decimal: primitive('Decimal'),
  String: primitive('String'),
  Id: primitive('Id'),
  Date: primitive('Date'),
  Datetime: primitive('Datetime'),
  Time: primitive('Time'),
  Blob: primitive('Blob'),
  SObject: { kind: 'sobject', name: 'SObject' },
} as const satisfies Record<string, ApexType>;

export const PRIMITIVES: ReadonlyMap<string, PrimitiveType> = new Map(
  [
    types.Boolean,
    types.Integer,
    types.Long,
    types.Double,
    types.Decimal,
    types.String,
    types.Id,
    types.Date,
    types.Datetime,
    types.Time,
    types.Blob,
  ].map((type) => [type.name.toLowerCase(), type]),
);

export const listOf = (of: ApexType): CollectionType => ({ kind: 'list', of });
export const setOf = (of: ApexType): CollectionType => ({ kind: 'set', of });
export const mapOf = (key: ApexType, value: ApexType): MapType => ({ kind: 'map', key, value });
export const sobjectOf = (name: string): SObjectType => ({ kind: 'sobject', name });
export const classOf = (name: string): ClassType => ({ kind: 'class', name });

const KIND_NAMES = { list: 'List', set: 'Set', iterator: 'Iterator', iterable: 'Iterable' } as const;

/** The type as Apex writes it in messages and as `String.valueOf(Type)` gives it. */
export function typeName(type: ApexType): string {
  if (isCollection(type)) return `${KIND_NAMES[type.kind]}<${typeName(type.of)}>`;
  if (type.kind === 'map') return `Map<${typeName(type.key)},${typeName(type.value)}>`;
  if (type.kind === 'class' && type.arguments) return `${type.name}<${type.arguments.map(typeName).join(',')}>`;
  if ('name' in type) return type.name;
  return type.kind === 'any' ? 'Object' : type.kind;
}

/** Whether both are the same type, type arguments included. */
export function sameType(a: ApexType, b: ApexType): boolean {
  return a === b || (a.kind === b.kind && typeName(a).toLowerCase() === typeName(b).toLowerCase());
}

/** What assignability must know of classes: their direct superclass and interfaces, type arguments filled in. */
export type TypeWorld = { readonly supertypes: (type: ClassType) => readonly ApexType[] };

const WIDENINGS: Partial<Record<PrimitiveName, readonly PrimitiveName[]>> = {
  Integer: ['Long', 'Double', 'Decimal'],
  Long: ['Double', 'Decimal'],
  Double: ['Decimal'],
  Decimal: ['Double'],
  Id: ['String'],
  String: ['Id'],
  Date: ['Datetime'],
};

function widens(from: PrimitiveType, to: ApexType): boolean {
  return to.kind === 'primitive' && (WIDENINGS[from.name]?.includes(to.name) ?? false);
}

/** Whether a value of the first type may stand where the second is declared, without a cast. */
export function assignable(from: ApexType, to: ApexType, world: TypeWorld): boolean {
  if (from.kind === 'void' || to.kind === 'void') return false;
  if (from.kind === 'null' || to.kind === 'any' || sameType(from, to)) return true;
  switch (from.kind) {
    case 'primitive':
      return widens(from, to);
    case 'sobject':
      return sameType(to, types.SObject);
    case 'class':
      return inherits(from, to, world);
    case 'map':
      return mapAssignable(from, to, world);
    default:
      return isCollection(from) && isCollection(to) && collectionAssignable(from, to, world);
  }
}

/** Whether the first type is the second or one of its subtypes; unlike `assignable`, no value changes its form. */
export function isSubtype(from: ApexType, to: ApexType, world: TypeWorld): boolean {
  return from.kind === 'primitive' ? to.kind === 'any' || sameType(from, to) : assignable(from, to, world);
}

function inherits(from: ClassType, to: ApexType, world: TypeWorld): boolean {
  return world
    .supertypes(from)
    .some(
      (parent) =>
        sameType(parent, to) || (parent.kind === 'class' ? inherits(parent, to, world) : assignable(parent, to, world)),
    );
}

export function isCollection(type: ApexType): type is CollectionType {
  return type.kind === 'list' || type.kind === 'set' || type.kind === 'iterator' || type.kind === 'iterable';
}

/** Lists of one record type and lists of records in general stand for each other, as `List<Account> rows = Trigger.new` shows. */
function sameRecordwise(from: ApexType, to: ApexType): boolean {
  if (sameType(from, to)) return true;
  if (from.kind === 'sobject' && to.kind === 'sobject') return from.name === 'SObject' || to.name === 'SObject';
  if (from.kind === 'map' && to.kind === 'map')
    return sameRecordwise(from.key, to.key) && sameRecordwise(from.value, to.value);
  return isCollection(from) && isCollection(to) && from.kind === to.kind && sameRecordwise(from.of, to.of);
}

function collectionAssignable(from: CollectionType, to: CollectionType, world: TypeWorld): boolean {
  const isWider = to.kind === 'iterable' && (from.kind === 'list' || from.kind === 'set');
  if (from.kind !== to.kind && !isWider) return false;
  if (sameRecordwise(from.of, to.of)) return true;
  if (from.kind === 'set' && !isWider) return false;
  return isSubtype(from.of, to.of, world) || isText(from.of, to.of);
}

/** A `Map<String, Account>` may stand where a `Map<String, Object>` is declared. */
function mapAssignable(from: MapType, to: ApexType, world: TypeWorld): boolean {
  if (to.kind !== 'map') return false;
  const fits = (a: ApexType, b: ApexType): boolean => sameRecordwise(a, b) || isSubtype(a, b, world);
  return fits(from.key, to.key) && fits(from.value, to.value);
}

/** `List<Id>` and `List<String>` stand for each other. */
function isText(from: ApexType, to: ApexType): boolean {
  const isTextual = (type: ApexType): boolean => sameType(type, types.String) || sameType(type, types.Id);
  return isTextual(from) && isTextual(to);
}

/** Fills type parameters in: `T` of `List<String>` becomes String. */
export function substitute(type: ApexType, bindings: ReadonlyMap<string, ApexType>): ApexType {
  switch (type.kind) {
    case 'parameter':
      return bindings.get(type.name) ?? type;
    case 'map':
      return mapOf(substitute(type.key, bindings), substitute(type.value, bindings));
    case 'list':
    case 'set':
    case 'iterator':
    case 'iterable':
      return { kind: type.kind, of: substitute(type.of, bindings) };
    case 'class':
      return type.arguments ? { ...type, arguments: type.arguments.map((each) => substitute(each, bindings)) } : type;
    default:
      return type;
  }
}
