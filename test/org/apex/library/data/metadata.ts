import { deploy } from '../../async/deployments.ts';
import { type ApexObject } from '../../runtime/values/apex-object.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { classOf } from '../../types.ts';
import { platformClass, type PlatformDeclaration, platformEnum, platformInterface } from '../declare.ts';
import { type DataObject, dataClass } from './data-class.ts';

const NAMESPACE = { namespace: 'Metadata' } as const;
const listOfClass = (name: string): ApexList => new ApexList(classOf(name));

const value = dataClass('CustomMetadataValue', { ...NAMESPACE, fields: { field: 'String', value: 'Object' } });

const customMetadata = dataClass('CustomMetadata', {
  ...NAMESPACE,
  extends: 'Metadata.Metadata',
  fields: {
    fullName: 'String',
    label: 'String',
    description: 'String',
    protected_x: 'Boolean',
    values: 'List<Metadata.CustomMetadataValue>',
  },
  initial: () => ({ values: listOfClass('Metadata.CustomMetadataValue') }),
});

const container = dataClass('DeployContainer', {
  ...NAMESPACE,
  fields: {},
  initial: () => ({ metadata: listOfClass('Metadata.Metadata') }),
  methods: {
    'void addMetadata(Metadata.Metadata)': (self: DataObject, item: DataObject | null) => items(self).add(item),
    'List<Metadata.Metadata> getMetadata()': (self: DataObject) => items(self),
    'Boolean removeMetadata(Metadata.Metadata)': (self: DataObject, item: DataObject | null) => {
      const index = items(self).items.indexOf(item);
      if (index >= 0) items(self).removeAt(index);
      return index >= 0;
    },
  },
});

function items(self: DataObject): ApexList {
  return self.get('metadata') as ApexList;
}

const message = dataClass('DeployMessage', {
  ...NAMESPACE,
  fields: {
    changed: 'Boolean',
    columnNumber: 'Integer',
    lineNumber: 'Integer',
    fileName: 'String',
    deleted: 'Boolean',
    id: 'Id',
    componentType: 'String',
    created: 'Boolean',
    fullName: 'String',
    problem: 'String',
    problemType: 'Metadata.DeployProblemType',
    success: 'Boolean',
  },
});

const details = dataClass('DeployDetails', {
  ...NAMESPACE,
  fields: {
    componentFailures: 'List<Metadata.DeployMessage>',
    componentSuccesses: 'List<Metadata.DeployMessage>',
  },
  initial: () => ({
    componentFailures: listOfClass('Metadata.DeployMessage'),
    componentSuccesses: listOfClass('Metadata.DeployMessage'),
  }),
});

const result = dataClass('DeployResult', {
  ...NAMESPACE,
  fields: {
    id: 'Id',
    status: 'Metadata.DeployStatus',
    success: 'Boolean',
    done: 'Boolean',
    details: 'Metadata.DeployDetails',
    messages: 'List<Metadata.DeployMessage>',
    checkOnly: 'Boolean',
    rollbackOnError: 'Boolean',
    errorStatusCode: 'StatusCode',
    createdBy: 'Id',
    createdByName: 'String',
    createdDate: 'Datetime',
    completedDate: 'Datetime',
    startDate: 'Datetime',
    errorMessage: 'String',
    numberComponentErrors: 'Integer',
    numberComponentsDeployed: 'Integer',
    numberComponentsTotal: 'Integer',
  },
  initial: () => ({ details: details.create() }),
});

const context = dataClass('DeployCallbackContext', {
  ...NAMESPACE,
  fields: {},
  methods: { 'Id getCallbackJobId()': (self: DataObject) => self.get('jobId') },
});

/** Metadata.*: custom metadata records that Apex deploys. */
export const metadataClasses: readonly PlatformDeclaration[] = [
  platformClass('Metadata', NAMESPACE),
  value.declaration,
  customMetadata.declaration,
  container.declaration,
  message.declaration,
  details.declaration,
  result.declaration,
  context.declaration,
  platformInterface('DeployCallback', {
    ...NAMESPACE,
    methods: ['void handleResult(Metadata.DeployResult, Metadata.DeployCallbackContext)'],
  }),
  platformEnum(
    'DeployStatus',
    ['Pending', 'InProgress', 'Succeeded', 'SucceededPartial', 'Failed', 'Canceling', 'Canceled'],
    NAMESPACE,
  ),
  platformEnum('DeployProblemType', ['Warning', 'Error', 'Info'], NAMESPACE),
  platformEnum('MetadataType', ['CustomMetadata', 'Layout'], NAMESPACE),
  platformClass('Operations', {
    ...NAMESPACE,
    statics: {
      'Id enqueueDeployment(Metadata.DeployContainer, Metadata.DeployCallback)': (
        deployed: DataObject | null,
        callback: ApexObject | null,
      ) => deploy(deployed, callback),
      'List<Metadata.Metadata> retrieve(Metadata.MetadataType, List<String>)': () =>
        throwApex('System.UnsupportedOperationException', 'The local org does not know Metadata.Operations.retrieve.'),
    },
  }),
];
