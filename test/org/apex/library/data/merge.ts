import { type ApexSObject } from '../../data/apex-sobject.ts';
import { plainId } from '../../data/dml-plan.ts';
import { type DmlResult } from '../../data/dml.ts';
import { type Merged, mergeRecords } from '../../data/merge.ts';
import { emptyRecycleBin } from '../../data/recycle-bin.ts';
import { ApexId } from '../../runtime/values/apex-id.ts';
import { throwNullReference } from '../../runtime/values/apex-exception.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { classOf, types } from '../../types.ts';
import { type Members, type MethodEntry, platformClass, type PlatformDeclaration } from '../declare.ts';
import { DataObject, getters } from './data-class.ts';
import { toResultObject } from './save-results.ts';

const idList = (ids: readonly string[]): ApexList =>
  new ApexList(
    types.Id,
    ids.map((id) => ApexId.of(id)),
  );

function mergeResult({ id, related }: Merged, masterId: ApexId): DataObject {
  return new DataObject('Database.MergeResult', [
    ['id', masterId],
    ['isSuccess', true],
    ['errors', new ApexList(classOf('Database.Error'))],
    ['mergedRecordIds', idList([id])],
    ['updatedRelatedIds', idList(related)],
  ]);
}

function mergeOne(master: ApexSObject | null, duplicate: unknown): DataObject | undefined {
  return mergeMany(master, duplicate).items[0] as DataObject | undefined;
}

function mergeMany(master: ApexSObject | null, duplicates: unknown): ApexList {
  const kept = master ?? throwNullReference();
  const merged = mergeRecords({ master: kept, duplicates, accessMode: null });
  const masterId = kept.peek('Id') as ApexId;
  return new ApexList(
    classOf('Database.MergeResult'),
    merged.map((one) => mergeResult(one, masterId)),
  );
}

const EMPTIED = 'Database.EmptyRecycleBinResult';

function empty(items: readonly unknown[]): DataObject[] {
  const ids = items.map((item) => (item instanceof ApexId ? item.value : plainId(item as ApexSObject)));
  return emptyRecycleBin(ids.map((id) => id ?? throwNullReference())).map((result: DmlResult) =>
    toResultObject(EMPTIED, result),
  );
}

const emptyAll = (records: ApexList | null): ApexList =>
  new ApexList(classOf(EMPTIED), empty((records ?? throwNullReference()).items));

/** Database.merge and Database.emptyRecycleBin. */
export const mergeStatics: Members<MethodEntry> = {
  'Database.MergeResult merge(SObject, SObject)': mergeOne,
  'Database.MergeResult merge(SObject, Id)': mergeOne,
  'List<Database.MergeResult> merge(SObject, List<SObject>)': mergeMany,
  'List<Database.MergeResult> merge(SObject, List<Id>)': mergeMany,
  'Database.EmptyRecycleBinResult emptyRecycleBin(SObject)': (record: ApexSObject | null) =>
    empty([record ?? throwNullReference()])[0],
  'List<Database.EmptyRecycleBinResult> emptyRecycleBin(List<SObject>)': emptyAll,
  'List<Database.EmptyRecycleBinResult> emptyRecycleBin(List<Id>)': emptyAll,
};

const RESULT = { id: 'Id', isSuccess: 'Boolean', errors: 'List<Database.Error>' } as const;

export const mergeClasses: readonly PlatformDeclaration[] = [
  platformClass('MergeResult', {
    namespace: 'Database',
    methods: getters({ ...RESULT, mergedRecordIds: 'List<Id>', updatedRelatedIds: 'List<Id>' }),
  }),
  platformClass('EmptyRecycleBinResult', { namespace: 'Database', methods: getters(RESULT) }),
];
