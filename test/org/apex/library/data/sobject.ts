import { throwApex, throwNullReference, type ApexException } from '../../runtime/values/apex-exception.ts';
import { ApexId } from '../../runtime/values/apex-id.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { ApexMap } from '../../runtime/values/apex-map.ts';
import { ApexSObject } from '../../data/apex-sobject.ts';
import { formulaInMemory } from '../../data/formulas.ts';
import { SObjectFieldToken, type SObjectTypeToken, tokenOfObject } from '../../data/tokens.ts';
import { sobjectOf, types } from '../../types.ts';
import { type CallSite, platformClass, type SpecialMethod } from '../declare.ts';
import { databaseError } from './save-results.ts';

type FieldName = string | SObjectFieldToken | null;

function nameOf(field: FieldName): string {
  return field instanceof SObjectFieldToken ? field.field.name : (field ?? throwNullReference());
}

function relationshipOf(record: ApexSObject, field: FieldName): string {
  if (field instanceof SObjectFieldToken) return field.field.reference?.relationshipName ?? '';
  const wanted = (field ?? throwNullReference()).toLowerCase();
  const fields = [...(record.object?.fields.values() ?? [])];
  const found = fields.find(
    ({ name, reference }) =>
      reference?.relationshipName?.toLowerCase() === wanted || (reference && name.toLowerCase() === wanted),
  );
  const name = found?.reference?.relationshipName;
  return name ?? throwApex('System.SObjectException', `Invalid relationship ${wanted} for ${record.objectName}`);
}

function childrenOf(record: ApexSObject, name: string | null): ApexList | null {
  const wanted = (name ?? throwNullReference()).toLowerCase();
  const found = [...record.relations].find(
    ([relation, value]) => relation.toLowerCase() === wanted && value instanceof ApexList,
  );
  if (!found)
    throwApex('System.SObjectException', `Invalid aggregate relationship ${name ?? ''} for ${record.objectName}`);
  const list = found[1] as ApexList;
  return list.items.length === 0 ? null : list;
}

const TIMESTAMPS = ['CreatedDate', 'CreatedById', 'LastModifiedDate', 'LastModifiedById', 'SystemModstamp'];

function cloneOf(
  record: ApexSObject,
  [keepsId = false, isDeep = false, keepsTimes = false, keepsNumber = false]: readonly boolean[],
): ApexSObject {
  const copy = record.copy(isDeep);
  copy.isClone = true;
  copy.cloneSource = record.peek('Id');
  if (!keepsId) copy.remove('Id');
  if (!keepsTimes) for (const name of TIMESTAMPS) copy.remove(name);
  const numbers = [...(record.object?.fields.values() ?? [])].filter((field) => field.autoNumber !== null);
  if (!keepsNumber) for (const { name } of numbers) copy.remove(name);
  return copy;
}

/** A clone has its record's own static type. */
const clone: SpecialMethod = {
  withTypes: true,
  returns: ({ receiver }) => receiver ?? types.SObject,
  call: (_site: CallSite, self: ApexSObject, ...flags: boolean[]) => cloneOf(self, flags),
};

function addErrors(record: ApexSObject, message: string | null, field: FieldName): void {
  record.addFault(message ?? 'null', field === null ? [] : [nameOf(field)]);
}

/** What every record can do, whatever its type. */
export const sobjectClass = platformClass('SObject', {
  methods: {
    'Object get(String)': (self: ApexSObject, name: string | null) => self.get(name ?? throwNullReference()),
    'Object get(Schema.SObjectField)': (self: ApexSObject, field: SObjectFieldToken | null) => self.get(nameOf(field)),
    'Object put(String, Object)': (self: ApexSObject, name: string | null, value: unknown) =>
      self.put(name ?? throwNullReference(), value),
    'Object put(Schema.SObjectField, Object)': (self: ApexSObject, field: SObjectFieldToken | null, value: unknown) =>
      self.put(nameOf(field), value),
    'SObject getSObject(String)': (self: ApexSObject, name: string | null) =>
      self.getParent(relationshipOf(self, name)),
    'SObject getSObject(Schema.SObjectField)': (self: ApexSObject, field: SObjectFieldToken | null) =>
      self.getParent(relationshipOf(self, field)),
    'SObject putSObject(String, SObject)': (self: ApexSObject, name: string | null, parent: ApexSObject | null) =>
      putParent(self, name, parent),
    'SObject putSObject(Schema.SObjectField, SObject)': (
      self: ApexSObject,
      field: SObjectFieldToken | null,
      parent: ApexSObject | null,
    ) => putParent(self, field, parent),
    'List<SObject> getSObjects(String)': (self: ApexSObject, name: string | null) => childrenOf(self, name),
    'Schema.SObjectType getSObjectType()': (self: ApexSObject): SObjectTypeToken | null =>
      self.object && tokenOfObject(self.object),
    'Map<String, Object> getPopulatedFieldsAsMap()': (self: ApexSObject) =>
      new ApexMap(types.String, types.any, [...self.entries, ...self.relations]),
    'Boolean isSet(String)': (self: ApexSObject, name: string | null) => isSet(self, name),
    'Boolean isSet(Schema.SObjectField)': (self: ApexSObject, field: SObjectFieldToken | null) => isSet(self, field),
    'void clear()': (self: ApexSObject) => self.clear(),
    'void recalculateFormulas()': recalculate,
    'Boolean isClone()': (self: ApexSObject) => self.isClone,
    'Id getCloneSourceId()': (self: ApexSObject) => self.cloneSource,
    'SObject clone()': clone,
    'SObject clone(Boolean)': clone,
    'SObject clone(Boolean, Boolean)': clone,
    'SObject clone(Boolean, Boolean, Boolean)': clone,
    'SObject clone(Boolean, Boolean, Boolean, Boolean)': clone,
    'void addError(String)': (self: ApexSObject, message: string | null) => addErrors(self, message, null),
    'void addError(String, Boolean)': (self: ApexSObject, message: string | null) => addErrors(self, message, null),
    'void addError(Exception)': (self: ApexSObject, error: ApexException | null) =>
      addErrors(self, error?.shownMessage() ?? null, null),
    'void addError(String, String)': (self: ApexSObject, field: string | null, message: string | null) =>
      addErrors(self, message, self.object?.fields.get(nameOf(field).toLowerCase())?.name ?? field),
    'void addError(Schema.SObjectField, String)': (
      self: ApexSObject,
      field: SObjectFieldToken | null,
      message: string | null,
    ) => addErrors(self, message, field),
    'Boolean hasErrors()': (self: ApexSObject) => self.faults.length > 0,
    'List<Database.Error> getErrors()': (self: ApexSObject) =>
      new ApexList(
        { kind: 'class', name: 'Database.Error' },
        self.faults.map(({ message, statusCode, fields }) => databaseError({ message, statusCode, fields })),
      ),
    'Database.DMLOptions getOptions()': (self: ApexSObject) => self.options,
    'void setOptions(Database.DMLOptions)': (self: ApexSObject, options: unknown) => {
      self.options = options;
    },
  },
});

/** Puts into the record what its formulas give over the values it has in memory. */
function recalculate(record: ApexSObject): void {
  const { object } = record;
  if (!object) return;
  for (const field of object.fields.values()) {
    if (field.formula !== null) record.load(field.name, formulaInMemory(record, field));
  }
}

function putParent(record: ApexSObject, field: FieldName, parent: ApexSObject | null): ApexSObject | null {
  const name = relationshipOf(record, field);
  const before = [...record.relations].find(([relation]) => relation === name)?.[1];
  record.setParent(name, parent);
  return before instanceof ApexSObject ? before : null;
}

function isSet(record: ApexSObject, field: FieldName): boolean {
  const wanted = nameOf(field);
  const name = record.object?.fields.get(wanted.toLowerCase())?.name;
  if (name === undefined) throwApex('System.SObjectException', `Invalid field ${wanted} for ${record.objectName}`);
  return record.has(name);
}

/** The id of a record or null. */
export function idOf(record: ApexSObject): ApexId | null {
  const id = record.peek('Id');
  return id instanceof ApexId ? id : null;
}

/** A typed list of records. */
export function recordList(objectName: string, records: readonly ApexSObject[]): ApexList {
  return new ApexList(sobjectOf(objectName), [...records]);
}
