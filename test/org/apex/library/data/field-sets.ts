import { displayType, type ObjectDescribe } from '../../data/describe.ts';
import { type FieldSetDescribe, FieldSetMember, fieldSetsOf } from '../../data/field-sets.ts';
import { tokenOfField, tokenOfObject } from '../../data/tokens.ts';
import { currentExecution } from '../../execution/execution.ts';
import { objectNamed } from '../../../metadata/schema.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { ApexMap } from '../../runtime/values/apex-map.ts';
import { PlatformObject } from '../../runtime/values/apex-object.ts';
import { classOf, types } from '../../types.ts';
import { type Members, platformClass, type PlatformDeclaration, type PropertyEntry } from '../declare.ts';

const NAMESPACE = { namespace: 'Schema' } as const;
const SET = classOf('Schema.FieldSet');

/** What `Account.SObjectType.getDescribe().fieldSets` gives. */
class FieldSets extends PlatformObject {
  static override readonly apexName = 'Schema.SObjectTypeFieldSets';
  readonly objectName: string;

  constructor(objectName: string) {
    super();
    this.objectName = objectName;
  }

  named(name: string): FieldSetDescribe | null {
    return fieldSetsOf(this.objectName).find(({ source }) => source.name.toLowerCase() === name.toLowerCase()) ?? null;
  }
}

/** The property of an object's describe result that leads to its field sets. */
export const fieldSetProperties: Members<PropertyEntry> = {
  'Schema.SObjectTypeFieldSets fieldSets': { get: ({ object }: ObjectDescribe) => new FieldSets(object.name) },
};

function membersOf({ source }: FieldSetDescribe): ApexList {
  return new ApexList(
    classOf('Schema.FieldSetMember'),
    source.members.map((member) => new FieldSetMember(source, member)),
  );
}

export const fieldSetClasses: readonly PlatformDeclaration[] = [
  platformClass('SObjectTypeFieldSets', {
    ...NAMESPACE,
    methods: {
      'Map<String, Schema.FieldSet> getMap()': ({ objectName }: FieldSets) =>
        new ApexMap(
          types.String,
          SET,
          fieldSetsOf(objectName).map((set) => [set.source.name, set] as const),
        ),
      // `SObjectType.Account.fieldSets.Name` is compiled to this.
      'Schema.FieldSet named(String)': (self: FieldSets, name: string) => self.named(name),
    },
  }),
  platformClass('FieldSet', {
    ...NAMESPACE,
    methods: {
      'String getName()': ({ source }: FieldSetDescribe) => source.name,
      'String getLabel()': ({ source }: FieldSetDescribe) => source.label,
      'String getDescription()': () => null,
      'String getNamespace()': () => '',
      'List<Schema.FieldSetMember> getFields()': membersOf,
      'Schema.SObjectType getSObjectType()': ({ source }: FieldSetDescribe) =>
        tokenOfObject(objectNamed(currentExecution().org.store.schema, source.objectName)),
    },
  }),
  platformClass('FieldSetMember', {
    ...NAMESPACE,
    methods: {
      'String getFieldPath()': ({ path }: FieldSetMember) => path,
      'String getLabel()': ({ describe }: FieldSetMember) => describe.field.label,
      'Boolean getRequired()': ({ isRequired }: FieldSetMember) => isRequired,
      'Boolean getDBRequired()': ({ describe }: FieldSetMember) => describe.field.isRequired,
      'Schema.DisplayType getType()': ({ describe }: FieldSetMember) => displayType(describe.field),
      'Schema.SObjectField getSObjectField()': ({ describe }: FieldSetMember) =>
        tokenOfField(describe.object, describe.field),
    },
  }),
];
