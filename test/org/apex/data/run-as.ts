import { currentExecution } from '../execution/execution.ts';
import { throwApex, throwNullReference } from '../runtime/values/apex-exception.ts';
import { ApexId } from '../runtime/values/apex-id.ts';
import { runDml } from './dml.ts';
import { type ApexSObject } from './apex-sobject.ts';

/** What System.runAs gives back at its end. */
export type RunAsToken = {
  readonly userId: string;
  readonly mixed: { setup: string | null; data: string | null };
  readonly sharing: 'with' | 'without';
};

/** Begins `System.runAs(user) { … }`: a user that is not saved yet is saved first, as the platform does in tests. */
export function beginRunAs(user: ApexSObject | null): RunAsToken {
  const execution = currentExecution();
  if (!execution.test) throwApex('System.TypeException', 'System.runAs can only be used in test methods');
  const record = user ?? throwNullReference();
  const token = { userId: execution.userId, mixed: { ...execution.transaction.mixed }, sharing: execution.sharing };
  execution.transaction.mixed = { setup: null, data: null };
  if (record.peek('Id') === null) {
    runDml({ operation: 'insert', records: [record], isAllOrNone: true, accessMode: null, externalIdField: null });
    execution.transaction.mixed = { setup: null, data: null };
  }
  const id = record.peek('Id');
  if (!(id instanceof ApexId)) throwNullReference();
  execution.userId = id.value;
  return token;
}

export function endRunAs(token: RunAsToken): void {
  const execution = currentExecution();
  execution.userId = token.userId;
  execution.transaction.mixed = token.mixed;
  execution.sharing = token.sharing;
}
