import { deployMetadataRecords } from '../../metadata/custom-metadata.ts';
import { type MetadataRecord } from '../../metadata/read-source.ts';
import { RecordError } from '../../record-error.ts';
import { toFieldInput } from '../data/field-values.ts';
import { currentExecution, type Execution, nowOf } from '../execution/execution.ts';
import { DataObject } from '../library/data/data-class.ts';
import { constant } from '../library/data/enums.ts';
import { currentProgram } from '../program.ts';
import { throwApex, throwNullReference } from '../runtime/values/apex-exception.ts';
import { ApexId } from '../runtime/values/apex-id.ts';
import { ApexList } from '../runtime/values/apex-list.ts';
import { type ApexObject } from '../runtime/values/apex-object.ts';
import { classOf } from '../types.ts';
import { freeze, type FrozenGraph, thaw } from './freeze.ts';
import { apexClassId, insertPlatformRow, type StoredJob } from './job-store.ts';
import { caught, finishJob, type JobHost, type JobOutcome, runAsJob } from './run-job.ts';

type Deployed = {
  readonly fullName: string;
  readonly label: string;
  readonly values: readonly (readonly [string, string | null])[];
};
type DeploymentPayload = { readonly records: readonly Deployed[]; readonly callback: FrozenGraph | null };

/** Metadata.Operations.enqueueDeployment: custom metadata records that are there once this transaction is committed. */
export function deploy(container: DataObject | null, callback: ApexObject | null): ApexId {
  const execution = currentExecution();
  if (execution.test) throwApex('System.AsyncException', 'Metadata cannot be deployed from within a test');
  const items = ((container ?? throwNullReference()).get('metadata') as ApexList).items as (DataObject | null)[];
  const payload: DeploymentPayload = {
    records: items.map((item) => toDeployed(item ?? throwNullReference())),
    callback: callback && freeze(callback),
  };
  return addDeployment(execution, callback?.typeName ?? null, payload);
}

function addDeployment(execution: Execution, className: string | null, payload: DeploymentPayload): ApexId {
  const { org, userId, transaction } = execution;
  transaction.beginWrite();
  transaction.isDirty = true;
  const now = new Date(nowOf(execution)).toISOString();
  const classId = className === null ? null : apexClassId(org.store, className, now);
  const row = { JobType: 'Queueable', ApexClassId: classId, Status: 'Queued', NumberOfErrors: '0' };
  const id = insertPlatformRow(org.store, 'AsyncApexJob', row, { userId, now });
  org.jobs.add({ id, kind: 'deployment', userId, due: nowOf(execution), signature: null, payload });
  return ApexId.of(id);
}

function toDeployed(item: DataObject): Deployed {
  const values = (item.get('values') as ApexList | null)?.items ?? [];
  return {
    fullName: String(item.get('fullName') ?? ''),
    label: String(item.get('label') ?? ''),
    values: values.map((entry) => {
      const value = entry as DataObject;
      const input = toFieldInput(value.get('value'));
      return [String(value.get('field')), input === null ? null : String(input)];
    }),
  };
}

/** Deploys what the job holds, all or nothing, and tells the callback in a transaction of its own. */
export function runDeployment(host: JobHost, stored: StoredJob): JobOutcome {
  const { records, callback } = stored.payload as DeploymentPayload;
  const { org } = host;
  let problem: RecordError | null = null;
  try {
    org.records.transaction(() =>
      deployMetadataRecords(
        org.store,
        records.map((record) => toMetadataRecord(host, record)),
        org.clock().toISOString(),
      ),
    );
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    problem = error;
  }
  const exception = callback
    ? caught(() =>
        runAsJob(host, { kind: 'queueable', userId: stored.userId }, () => {
          const context = new DataObject('Metadata.DeployCallbackContext', [['jobId', ApexId.of(stored.id)]]);
          currentProgram().invoke(thaw(callback), 'handleResult', [resultOf(stored.id, records, problem), context]);
        }),
      )
    : null;
  return finishJob(host, stored, exception);
}

/** `Type.Record`, each half with the prefix of its package or none. */
function toMetadataRecord({ org }: JobHost, { fullName, label, values }: Deployed): MetadataRecord {
  const [typeName = '', developerName = ''] = fullName.split('.');
  const bare = typeName.replace(/__mdt$/i, '');
  const known = [`${bare}__mdt`, `${org.namespace ?? ''}__${bare}__mdt`];
  const type = known.find((name) => org.store.schema.objects.has(name.toLowerCase())) ?? `${bare}__mdt`;
  return { type, developerName, label, values: new Map([...storedValues(org, type, developerName), ...values]) };
}

/** A value that a deployment leaves out stays as it is. */
function storedValues(
  org: JobHost['org'],
  type: string,
  developerName: string,
): readonly (readonly [string, string | null])[] {
  const object = org.store.schema.objects.get(type.toLowerCase());
  const name = object?.fields.get('developername');
  const row = object && name ? org.store.find(object, name, developerName)[0] : undefined;
  if (!object || !row) return [];
  return [...object.fields.values()]
    .filter((field) => field.isCustom && !field.reference && field.formula === null)
    .map((field) => {
      const value = row[field.name] ?? null;
      return [field.name, value === null ? null : String(value)] as const;
    });
}

function resultOf(id: string, records: readonly Deployed[], problem: RecordError | null): DataObject {
  const messages = (isFailure: boolean): ApexList =>
    new ApexList(
      classOf('Metadata.DeployMessage'),
      isFailure === (problem !== null) ? records.map(({ fullName }) => messageOf(fullName, problem)) : [],
    );
  const details = new DataObject('Metadata.DeployDetails', [
    ['componentFailures', messages(true)],
    ['componentSuccesses', messages(false)],
  ]);
  return new DataObject('Metadata.DeployResult', [
    ['id', ApexId.of(id)],
    ['status', constant('Metadata.DeployStatus', problem ? 'Failed' : 'Succeeded')],
    ['success', problem === null],
    ['done', true],
    ['details', details],
    ['errorMessage', problem?.message ?? null],
    ['numberComponentErrors', problem ? records.length : 0],
    ['numberComponentsDeployed', problem ? 0 : records.length],
    ['numberComponentsTotal', records.length],
  ]);
}

function messageOf(fullName: string, problem: RecordError | null): DataObject {
  return new DataObject('Metadata.DeployMessage', [
    ['fullName', fullName],
    ['componentType', 'CustomMetadata'],
    ['success', problem === null],
    ['changed', problem === null],
    ['created', false],
    ['problem', problem?.message ?? null],
    ['problemType', problem ? constant('Metadata.DeployProblemType', 'Error') : null],
  ]);
}
