import { type CollectionType } from '../../types.ts';
import { ApexIterator } from '../../runtime/values/apex-iterator.ts';
import { type ApexList } from '../../runtime/values/apex-list.ts';
import { ApexSet } from '../../runtime/values/apex-set.ts';
import { strictMethods, strictStatic } from '../arguments.ts';
import { platformClass } from '../declare.ts';
import { drainIterable } from './list-class.ts';

type SetType = CollectionType;
type Items = ApexList | ApexSet;

const addAll = (self: ApexSet, { items }: Items): boolean => changed(items.map((item) => self.add(item)));
const removeAll = (self: ApexSet, { items }: Items): boolean => changed(items.map((item) => self.delete(item)));
const containsAll = (self: ApexSet, { items }: Items): boolean => items.every((item) => self.has(item));
const copy = (type: SetType, { items }: Items): ApexSet => new ApexSet(type.of, items);

export const setClass = platformClass('Set', {
  typeParameters: ['T'],
  implements: ['Iterable<T>'],
  constructors: {
    '()': (type: SetType) => new ApexSet(type.of),
    '(Set<T>)': strictStatic(copy),
    '(List<T>)': strictStatic(copy),
    '(Iterable<T>)': strictStatic((type: SetType, other: unknown) => new ApexSet(type.of, drainIterable(other))),
  },
  methods: {
    'Boolean add(T)': (self: ApexSet, value: unknown) => self.add(value),
    'Boolean contains(T)': (self: ApexSet, value: unknown) => self.has(value),
    'Boolean remove(T)': (self: ApexSet, value: unknown) => self.delete(value),
    'Boolean equals(Set<T>)': (self: ApexSet, other: unknown) => self.equalsValue(other),
    ...strictMethods({
      'Boolean addAll(List<T>)': addAll,
      'Boolean addAll(Set<T>)': addAll,
      'void clear()': (self: ApexSet) => self.clear(),
      'Set<T> clone()': (self: ApexSet) => new ApexSet(self.elementType, self.items),
      'Boolean containsAll(List<T>)': containsAll,
      'Boolean containsAll(Set<T>)': containsAll,
      'Integer hashCode()': (self: ApexSet) => self.hashCode(),
      'Boolean isEmpty()': (self: ApexSet) => self.size === 0,
      'Iterator<T> iterator()': (self: ApexSet) => new ApexIterator(self.elementType, self.items),
      'Boolean removeAll(List<T>)': removeAll,
      'Boolean removeAll(Set<T>)': removeAll,
      'Boolean retainAll(List<T>)': retainAll,
      'Boolean retainAll(Set<T>)': retainAll,
      'Integer size()': (self: ApexSet) => self.size,
      'String toString()': (self: ApexSet) => self.toApexString(),
    }),
  },
});

function retainAll(self: ApexSet, { items }: Items): boolean {
  const kept = new ApexSet(self.elementType, items);
  return changed(self.items.map((item) => !kept.has(item) && self.delete(item)));
}

function changed(changes: readonly boolean[]): boolean {
  return changes.includes(true);
}
