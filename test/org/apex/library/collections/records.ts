import { type ObjectType } from '../../../metadata/schema.ts';
import { ApexSObject } from '../../data/apex-sobject.ts';
import { type SObjectTypeToken, tokenOfObject } from '../../data/tokens.ts';
import { currentExecution } from '../../execution/execution.ts';
import { type ApexType } from '../../types.ts';

export type CloneOptions = {
  readonly keepsId?: boolean | undefined;
  readonly keepsTimes?: boolean | undefined;
  readonly keepsNumbers?: boolean | undefined;
};

const TIMES = ['CreatedDate', 'CreatedById', 'LastModifiedDate', 'LastModifiedById'];

/** The object of that name in the schema of the org, in whatever case. */
export function objectNamed(name: string): ObjectType | undefined {
  return currentExecution().org.store.schema.objects.get(name.toLowerCase());
}

/** The SObjectType of the object that the id's first three characters name; null where none does. */
export function objectOfId(id: string): SObjectTypeToken | null {
  for (const object of currentExecution().org.store.schema.objects.values())
    if (object.keyPrefix === id.slice(0, 3)) return tokenOfObject(object);
  return null;
}

/** The SObjectType of what a collection holds; null where it holds no records of one type. */
export function recordTypeOf(type: ApexType): SObjectTypeToken | null {
  const object = type.kind === 'sobject' ? objectNamed(type.name) : undefined;
  return object ? tokenOfObject(object) : null;
}

/** A copy as `List.deepClone` makes it. */
export function cloneRecord(record: unknown, options: CloneOptions): unknown {
  if (!(record instanceof ApexSObject)) return record;
  const copy = record.copy(true);
  if (!options.keepsId) copy.remove('Id');
  if (!options.keepsTimes) for (const name of TIMES) copy.remove(name);
  if (!options.keepsNumbers)
    for (const field of record.object?.fields.values() ?? []) if (field.autoNumber !== null) copy.remove(field.name);
  return copy;
}
