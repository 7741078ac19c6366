import { fieldNamed } from '../../../metadata/schema.ts';
import { type DmlFault, dmlFaultsOf, inaccessibleOf } from '../../data/fault-notes.ts';
import { tokenOfField } from '../../data/tokens.ts';
import { currentExecution } from '../../execution/execution.ts';
import { currentProgram } from '../../program.ts';
import { type ApexException, throwApex } from '../../runtime/values/apex-exception.ts';
import { ApexId } from '../../runtime/values/apex-id.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { ApexMap } from '../../runtime/values/apex-map.ts';
import { ApexSet } from '../../runtime/values/apex-set.ts';
import { classOf, setOf, types } from '../../types.ts';
import { type Members, type MethodEntry, type PlatformDeclaration, platformException } from '../declare.ts';

function faultAt(self: ApexException, index: number | null): DmlFault {
  return (
    dmlFaultsOf(self)[index ?? -1] ?? throwApex('System.ListException', `List index out of bounds: ${String(index)}`)
  );
}

function dmlFields(self: ApexException, index: number | null): ApexList {
  const { fields, objectName } = faultAt(self, index);
  const object = currentExecution().org.store.schema.objects.get((objectName ?? '').toLowerCase());
  const tokens = fields.flatMap((name) => {
    const field = object && fieldNamed(object, name);
    return field ? [tokenOfField(object, field)] : [];
  });
  return new ApexList(classOf('Schema.SObjectField'), tokens);
}

const dmlMethods: Members<MethodEntry> = {
  'Integer getNumDml()': (self: ApexException) => dmlFaultsOf(self).length,
  'String getDmlMessage(Integer)': (self: ApexException, index: number | null) => faultAt(self, index).message,
  'Integer getDmlIndex(Integer)': (self: ApexException, index: number | null) => faultAt(self, index).index,
  'Id getDmlId(Integer)': (self: ApexException, index: number | null) => {
    const { id } = faultAt(self, index);
    return id === null ? null : ApexId.of(id);
  },
  'String getDmlStatusCode(Integer)': (self: ApexException, index: number | null) => faultAt(self, index).statusCode,
  'StatusCode getDmlType(Integer)': (self: ApexException, index: number | null) => {
    const { statusCode } = faultAt(self, index);
    return (
      currentProgram()
        .enumValues('System.StatusCode')
        .find(({ name }) => name === statusCode) ?? null
    );
  },
  'List<String> getDmlFieldNames(Integer)': (self: ApexException, index: number | null) =>
    new ApexList(types.String, [...faultAt(self, index).fields]),
  'List<Schema.SObjectField> getDmlFields(Integer)': dmlFields,
};

function inaccessibleFields(self: ApexException): ApexMap {
  const noted = inaccessibleOf(self);
  const entries = noted ? [[noted.object, new ApexSet(types.String, noted.fields)] as const] : [];
  return new ApexMap(types.String, setOf(types.String), entries);
}

/** The exceptions that know more than their message. */
export const dataExceptions: readonly PlatformDeclaration[] = [
  platformException('System.DmlException', { methods: dmlMethods }),
  platformException('System.QueryException', {
    methods: { 'Map<String, Set<String>> getInaccessibleFields()': inaccessibleFields },
  }),
];
