import { ApexSObject } from '../../data/apex-sobject.ts';
import { currentExecution } from '../../execution/execution.ts';
import { throwApex, throwNullReference } from '../../runtime/values/apex-exception.ts';
import { type ApexId } from '../../runtime/values/apex-id.ts';

/** A record that has only this id. */
export function recordOfId(id: ApexId | null): ApexSObject {
  const { value } = id ?? throwNullReference();
  const { schema } = currentExecution().org.store;
  const object = [...schema.objects.values()].find(({ keyPrefix }) => keyPrefix === value.slice(0, 3));
  if (!object) throwApex('System.SObjectException', `Cannot locate Apex Type for ID: ${value}`);
  const record = new ApexSObject(object);
  record.setField('Id', id);
  return record;
}
