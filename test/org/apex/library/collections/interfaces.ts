import { currentProgram } from '../../program.ts';
import { ApexIterator } from '../../runtime/values/apex-iterator.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { ApexSet } from '../../runtime/values/apex-set.ts';
import { platformInterface } from '../declare.ts';

export const iteratorInterface = platformInterface('Iterator', {
  typeParameters: ['T'],
  methods: {
    'Boolean hasNext()': (self: ApexIterator) => self.hasNext(),
    'T next()': (self: ApexIterator) => self.next(),
  },
});

export const iterableInterface = platformInterface('Iterable', {
  typeParameters: ['T'],
  methods: {
    'Iterator<T> iterator()': (self: unknown) =>
      self instanceof ApexList || self instanceof ApexSet
        ? new ApexIterator(self.elementType, self.items)
        : currentProgram().invoke(self, 'iterator', []),
  },
});

export const comparableInterface = platformInterface('Comparable', { methods: ['Integer compareTo(Object)'] });

export const comparatorInterface = platformInterface('Comparator', {
  typeParameters: ['T'],
  methods: ['Integer compare(T, T)'],
});

export const callableInterface = platformInterface('Callable', {
  methods: ['Object call(String, Map<String, Object>)'],
});
