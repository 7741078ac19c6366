import { type ApexType, type MapType } from '../../types.ts';
import { ApexSObject } from '../../data/apex-sobject.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { ApexId } from '../../runtime/values/apex-id.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { ApexMap } from '../../runtime/values/apex-map.ts';
import { ApexSet } from '../../runtime/values/apex-set.ts';
import { strictMethods, strictStatic } from '../arguments.ts';
import { platformClass } from '../declare.ts';
import { cloneRecord, recordTypeOf } from './records.ts';

export const mapClass = platformClass('Map', {
  typeParameters: ['K', 'V'],
  constructors: {
    '()': (type: MapType) => new ApexMap(type.key, type.value),
    '(Map<K, V>)': strictStatic((type: MapType, other: ApexMap) => new ApexMap(type.key, type.value, other.entries())),
    '(List<SObject>)': strictStatic((type: MapType, records: ApexList) => {
      const map = new ApexMap(type.key, type.value);
      putRecords(map, records);
      return map;
    }),
  },
  methods: {
    'Boolean containsKey(K)': (self: ApexMap, key: unknown) => self.has(key),
    'V get(K)': (self: ApexMap, key: unknown) => self.get(key),
    'V put(K, V)': (self: ApexMap, key: unknown, value: unknown) => self.put(key, value),
    'V remove(K)': (self: ApexMap, key: unknown) => self.remove(key),
    'Boolean equals(Map<K, V>)': (self: ApexMap, other: unknown) => self.equalsValue(other),
    ...strictMethods({
      'void clear()': (self: ApexMap) => self.clear(),
      'Map<K, V> clone()': (self: ApexMap) => new ApexMap(self.keyType, self.valueType, self.entries()),
      'Map<K, V> deepClone()': (self: ApexMap) =>
        new ApexMap(
          self.keyType,
          self.valueType,
          self.entries().map(([key, value]) => [key, isRecordType(self.valueType) ? copyOf(value) : value]),
        ),
      'Schema.SObjectType getSObjectType()': (self: ApexMap) => recordTypeOf(self.valueType),
      'Integer hashCode()': (self: ApexMap) => self.hashCode(),
      'Boolean isEmpty()': (self: ApexMap) => self.size === 0,
      'Set<K> keySet()': (self: ApexMap) => new ApexSet(self.keyType, self.keys()),
      'void putAll(Map<K, V>)': (self: ApexMap, other: ApexMap) => {
        for (const [key, value] of other.entries()) self.put(key, value);
      },
      'void putAll(List<SObject>)': putRecords,
      'Integer size()': (self: ApexMap) => self.size,
      'String toString()': (self: ApexMap) => self.toApexString(),
      'List<V> values()': (self: ApexMap) => new ApexList(self.valueType, self.values()),
    }),
  },
});

function putRecords(self: ApexMap, records: ApexList): void {
  const seen = new Set<unknown>();
  records.items.forEach((record, index) => {
    const id = record instanceof ApexSObject ? record.peek('Id') : null;
    if (id === null) throwApex('System.ListException', `Row with null Id at index: ${index}`);
    if (seen.has(id)) throwApex('System.ListException', `Row with duplicate Id at index: ${index}`);
    seen.add(id);
    self.put(id instanceof ApexId && isText(self.keyType) ? id.value : id, record);
  });
}

function isText(type: ApexType): boolean {
  return type.kind === 'primitive' && type.name === 'String';
}

function isRecordType(type: ApexType): boolean {
  return type.kind === 'sobject';
}

function copyOf(record: unknown): unknown {
  return record === null ? null : cloneRecord(record, { keepsId: true, keepsTimes: true, keepsNumbers: true });
}
