import { type ObjectDescribe } from '../../data/describe.ts';
import { type RecordTypeInfo, recordTypesOf } from '../../data/record-types.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { ApexMap } from '../../runtime/values/apex-map.ts';
import { type ApexType, classOf, types } from '../../types.ts';
import { type Members, type MethodEntry, platformClass, type PlatformDeclaration } from '../declare.ts';

const INFO = classOf('Schema.RecordTypeInfo');

const mapBy =
  (keyType: ApexType, keyOf: (info: RecordTypeInfo) => unknown) =>
  ({ object }: ObjectDescribe): ApexMap =>
    new ApexMap(
      keyType,
      INFO,
      recordTypesOf(object).map((info) => [keyOf(info), info] as const),
    );

/** The record types in a describe result. */
export const recordTypeMethods: Members<MethodEntry> = {
  'List<Schema.RecordTypeInfo> getRecordTypeInfos()': ({ object }: ObjectDescribe) =>
    new ApexList(INFO, [...recordTypesOf(object)]),
  'Map<String, Schema.RecordTypeInfo> getRecordTypeInfosByName()': mapBy(types.String, ({ name }) => name),
  'Map<String, Schema.RecordTypeInfo> getRecordTypeInfosByDeveloperName()': mapBy(
    types.String,
    ({ developerName }) => developerName,
  ),
  'Map<Id, Schema.RecordTypeInfo> getRecordTypeInfosById()': mapBy(types.Id, ({ id }) => id),
};

export const recordTypeClasses: readonly PlatformDeclaration[] = [
  platformClass('RecordTypeInfo', {
    namespace: 'Schema',
    methods: {
      'String getName()': (self: RecordTypeInfo) => self.name,
      'String getDeveloperName()': (self: RecordTypeInfo) => self.developerName,
      'Id getRecordTypeId()': (self: RecordTypeInfo) => self.id,
      'Boolean isActive()': (self: RecordTypeInfo) => self.isActive,
      'Boolean isAvailable()': (self: RecordTypeInfo) => self.isActive,
      'Boolean isMaster()': (self: RecordTypeInfo) => self.isMaster,
      'Boolean isDefaultRecordTypeMapping()': (self: RecordTypeInfo) => self.isDefault,
    },
  }),
];
