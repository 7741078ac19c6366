import { mustHaveField, objectNamed, type ObjectType } from '../../metadata/schema.ts';
import { currentExecution } from '../execution/execution.ts';
import { ApexId } from '../runtime/values/apex-id.ts';
import { PlatformObject } from '../runtime/values/apex-object.ts';

const MASTER_ID = '012000000000000AAA';

type RecordTypeFacts = Pick<RecordTypeInfo, 'id' | 'name' | 'developerName' | 'isActive' | 'isDefault'>;

/** What describe tells of one record type. */
export class RecordTypeInfo extends PlatformObject {
  static override readonly apexName = 'Schema.RecordTypeInfo';
  readonly id: ApexId;
  readonly name: string;
  readonly developerName: string;
  readonly isActive: boolean;
  readonly isDefault: boolean;

  constructor(facts: RecordTypeFacts) {
    super();
    this.id = facts.id;
    this.name = facts.name;
    this.developerName = facts.developerName;
    this.isActive = facts.isActive;
    this.isDefault = facts.isDefault;
  }

  get isMaster(): boolean {
    return this.id.value === MASTER_ID;
  }
}

/** The record types of an object, the master last; records get the master unless they name another. */
export function recordTypesOf(object: ObjectType): readonly RecordTypeInfo[] {
  const { store } = currentExecution().org;
  const types = objectNamed(store.schema, 'RecordType');
  const own = store.find(types, mustHaveField(types, 'SobjectType'), object.name).map(
    (row) =>
      new RecordTypeInfo({
        id: ApexId.of(String(row['Id'])),
        name: String(row['Name']),
        developerName: String(row['DeveloperName']),
        isActive: row['IsActive'] === true,
        isDefault: false,
      }),
  );
  const master = { name: 'Master', developerName: 'Master', isActive: true, isDefault: true };
  return [...own, new RecordTypeInfo({ id: ApexId.of(MASTER_ID), ...master })];
}
