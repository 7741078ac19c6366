import { fieldNamed, type ObjectType } from '../../../metadata/schema.ts';
import { ApexSObject } from '../../data/apex-sobject.ts';
import { currentExecution } from '../../execution/execution.ts';
import { type ApexEnumValue } from '../../runtime/values/apex-enum.ts';
import { throwApex, throwNullReference } from '../../runtime/values/apex-exception.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { ApexMap } from '../../runtime/values/apex-map.ts';
import { PlatformObject } from '../../runtime/values/apex-object.ts';
import { ApexSet } from '../../runtime/values/apex-set.ts';
import { setOf, types } from '../../types.ts';
import { platformClass, type PlatformDeclaration, platformEnum } from '../declare.ts';

type Access = 'CREATABLE' | 'READABLE' | 'UPDATABLE' | 'UPSERTABLE';

class AccessDecision extends PlatformObject {
  static override readonly apexName = 'System.SObjectAccessDecision';
  readonly records: ApexList;
  readonly removed: ReadonlyMap<string, ReadonlySet<string>>;
  readonly modified: ReadonlySet<number>;

  constructor(decision: Pick<AccessDecision, 'records' | 'removed' | 'modified'>) {
    super();
    this.records = decision.records;
    this.removed = decision.removed;
    this.modified = decision.modified;
  }
}

/** Takes out of the records what the user may not read or write; without any right to the object it throws. */
function strip(access: ApexEnumValue | null, records: ApexList | null, enforcesObject: boolean): AccessDecision {
  const kind = (access ?? throwNullReference()).name as Access;
  const removed = new Map<string, Set<string>>();
  const modified = new Set<number>();
  const source = records ?? throwNullReference();
  const stripping = { kind, removed, enforcesObject };
  const items = source.items.map((item, index) => {
    if (!(item instanceof ApexSObject)) return item;
    const { record, lost } = stripOne(stripping, item);
    if (lost) modified.add(index);
    return record;
  });
  return new AccessDecision({ records: new ApexList(source.elementType, items), removed, modified });
}

type Stripping = {
  readonly kind: Access;
  readonly removed: Map<string, Set<string>>;
  readonly enforcesObject: boolean;
};

function stripOne(stripping: Stripping, record: ApexSObject): { record: ApexSObject; lost: boolean } {
  const { object } = record;
  if (!object) return { record, lost: false };
  if (stripping.enforcesObject && !mayObject(stripping.kind, object))
    throwApex('System.NoAccessException', `No access to entity: ${object.name}`);
  const copy = record.copy(false);
  let lost = stripFields(stripping, copy, object);
  for (const [name, related] of record.relations) {
    const stripped = stripRelated(stripping, related);
    lost ||= stripped.lost;
    if (stripped.related instanceof ApexList) copy.setChildren(name, stripped.related);
    else copy.loadParent(name, stripped.related);
  }
  return { record: copy, lost };
}

function mayObject(kind: Access, object: ObjectType): boolean {
  const { org, userId } = currentExecution();
  const { create, read, edit } = org.security.rightsOf(userId).object(object);
  return { CREATABLE: create, READABLE: read, UPDATABLE: edit, UPSERTABLE: create && edit }[kind];
}

/** Answers whether the record lost a field. */
function stripFields({ kind, removed }: Stripping, copy: ApexSObject, object: ObjectType): boolean {
  const { org, userId } = currentExecution();
  const rights = org.security.rightsOf(userId);
  const names = [...copy.fieldNames].filter((name) => {
    const field = fieldNamed(object, name);
    return name !== 'Id' && !(field && rights.field(object, field)[kind === 'READABLE' ? 'read' : 'edit']);
  });
  for (const name of names) {
    copy.remove(name);
    removed.set(object.name, (removed.get(object.name) ?? new Set()).add(name));
  }
  return names.length > 0;
}

type Related = ApexSObject | ApexList | null;

/** Parents and children that a query brought along are held to the same rights. */
function stripRelated(stripping: Stripping, related: Related): { readonly related: Related; readonly lost: boolean } {
  const inside = { ...stripping, enforcesObject: false };
  if (related === null) return { related, lost: false };
  if (related instanceof ApexSObject) {
    const { record, lost } = stripOne(inside, related);
    return { related: record, lost };
  }
  const children = related.items.map((child) =>
    child instanceof ApexSObject ? stripOne(inside, child) : { record: child, lost: false },
  );
  const records = children.map(({ record }) => record);
  return { related: new ApexList(related.elementType, records), lost: children.some(({ lost }) => lost) };
}

const decision = platformClass('SObjectAccessDecision', {
  methods: {
    'List<SObject> getRecords()': (self: AccessDecision) => self.records,
    'Map<String, Set<String>> getRemovedFields()': (self: AccessDecision) =>
      new ApexMap(
        types.String,
        setOf(types.String),
        [...self.removed].map(([object, fields]) => [object, new ApexSet(types.String, fields)] as const),
      ),
    'Set<Integer> getModifiedIndexes()': (self: AccessDecision) => new ApexSet(types.Integer, self.modified),
  },
});

/** Security.stripInaccessible and the levels of access that queries and DML take. */
export const securityClasses: readonly PlatformDeclaration[] = [
  platformClass('Security', {
    statics: {
      'SObjectAccessDecision stripInaccessible(System.AccessType, List<SObject>)': (
        access: ApexEnumValue | null,
        records: ApexList | null,
      ) => strip(access, records, true),
      'SObjectAccessDecision stripInaccessible(System.AccessType, List<SObject>, Boolean)': (
        access: ApexEnumValue | null,
        records: ApexList | null,
        enforcesObject: boolean | null,
      ) => strip(access, records, enforcesObject !== false),
    },
  }),
  decision,
  platformEnum('AccessType', ['CREATABLE', 'READABLE', 'UPDATABLE', 'UPSERTABLE']),
  platformEnum('AccessLevel', ['SYSTEM_MODE', 'USER_MODE']),
];
