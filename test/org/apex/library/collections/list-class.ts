import { currentProgram } from '../../program.ts';
import { type CollectionType } from '../../types.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { ApexIterator } from '../../runtime/values/apex-iterator.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { type ApexSet } from '../../runtime/values/apex-set.ts';
import { sameKey } from '../../runtime/values/equality.ts';
import { compareForSort } from '../../runtime/values/order.ts';
import { strictMethods, strictStatic } from '../arguments.ts';
import { platformClass } from '../declare.ts';
import { recordTypeOf, type CloneOptions, cloneRecord } from './records.ts';

type ListType = CollectionType;

export const listClass = platformClass('List', {
  typeParameters: ['T'],
  implements: ['Iterable<T>'],
  constructors: {
    '()': (type: ListType) => new ApexList(type.of),
    '(Integer)': strictStatic((type: ListType, size: number) => new ApexList(type.of, Array(size).fill(null))),
    '(List<T>)': strictStatic((type: ListType, other: ApexList) => new ApexList(type.of, [...other.items])),
    '(Set<T>)': strictStatic((type: ListType, other: ApexSet) => new ApexList(type.of, other.items)),
    '(Iterable<T>)': strictStatic((type: ListType, other: unknown) => new ApexList(type.of, drainIterable(other))),
  },
  methods: {
    'void add(T)': (self: ApexList, value: unknown) => self.add(value),
    'void add(Integer, T)': (self: ApexList, index: number, value: unknown) => self.insert(index, value),
    'Boolean contains(T)': (self: ApexList, value: unknown) => indexOf(self, value) >= 0,
    'Integer indexOf(T)': indexOf,
    'void set(Integer, T)': (self: ApexList, index: number, value: unknown) => self.set(index, value),
    'Boolean equals(List<T>)': (self: ApexList, other: unknown) => self.equalsValue(other),
    ...strictMethods({
      'void addAll(List<T>)': (self: ApexList, other: ApexList) => self.addAll(other.items),
      'void addAll(Set<T>)': (self: ApexList, other: ApexSet) => self.addAll(other.items),
      'void clear()': (self: ApexList) => self.clear(),
      'List<T> clone()': (self: ApexList) => new ApexList(self.elementType, [...self.items]),
      'List<T> deepClone()': (self: ApexList) => deepClone(self, {}),
      'List<T> deepClone(Boolean)': (self: ApexList, keepsId: boolean) => deepClone(self, { keepsId }),
      'List<T> deepClone(Boolean, Boolean)': (self: ApexList, keepsId: boolean, keepsTimes: boolean) =>
        deepClone(self, { keepsId, keepsTimes }),
      'List<T> deepClone(Boolean, Boolean, Boolean)': (self: ApexList, ...keeps: boolean[]) =>
        deepClone(self, { keepsId: keeps[0], keepsTimes: keeps[1], keepsNumbers: keeps[2] }),
      'T get(Integer)': (self: ApexList, index: number) => self.get(index),
      'Schema.SObjectType getSObjectType()': (self: ApexList) => recordTypeOf(self.elementType),
      'Integer hashCode()': (self: ApexList) => self.hashCode(),
      'Boolean isEmpty()': (self: ApexList) => self.items.length === 0,
      'Iterator<T> iterator()': (self: ApexList) => new ApexIterator(self.elementType, self.items),
      'T remove(Integer)': (self: ApexList, index: number) => self.removeAt(index),
      'Integer size()': (self: ApexList) => self.items.length,
      'void sort()': (self: ApexList) => self.sortBy(compareForSort),
      'void sort(Comparator<T>)': sortWith,
      'String toString()': (self: ApexList) => self.toApexString(),
    }),
  },
});

/** Everything an Iterable of Apex code gives. */
export function drainIterable(iterable: unknown): unknown[] {
  if (iterable instanceof ApexList) return [...iterable.items];
  const program = currentProgram();
  const iterator = program.invoke(iterable, 'iterator', []);
  const items: unknown[] = [];
  if (iterator instanceof ApexIterator) while (iterator.hasNext()) items.push(iterator.next());
  else while (program.invoke(iterator, 'hasNext', []) === true) items.push(program.invoke(iterator, 'next', []));
  return items;
}

function indexOf(self: ApexList, value: unknown): number {
  return self.items.findIndex((item) => sameKey(item, value));
}

function sortWith(self: ApexList, comparator: unknown): void {
  const program = currentProgram();
  self.sortBy((a, b) =>
    isNativeComparator(comparator)
      ? comparator.compare(a, b)
      : (program.invoke(comparator, 'compare', [a, b]) as number),
  );
}

/** A Comparator of the platform, such as the Collator. */
type NativeComparator = { readonly compare: (a: unknown, b: unknown) => number };

function isNativeComparator(value: unknown): value is NativeComparator {
  return typeof value === 'object' && value !== null && 'compare' in value && typeof value.compare === 'function';
}

function deepClone(self: ApexList, options: CloneOptions): ApexList {
  if (self.elementType.kind !== 'sobject')
    return throwApex('System.UnsupportedOperationException', 'deepClone works on lists of records only.');
  return new ApexList(
    self.elementType,
    self.items.map((item) => (item === null ? null : cloneRecord(item, options))),
  );
}
