import { randomUUID } from 'node:crypto';
import { createLimits } from '../limits/limits.ts';
import { type ApexProgram } from '../program.ts';
import { type TestState } from '../testing/test-state.ts';
import {
  type EventDelivery,
  type Execution,
  type OrgServices,
  type RunningJob,
  type TransactionKind,
  withExecution,
} from './execution.ts';
import { createTransaction } from './transaction.ts';

export type ExecutionRequest = {
  readonly org: OrgServices;
  readonly program: ApexProgram;
  readonly kind: TransactionKind;
  readonly userId: string;
  readonly test?: TestState | null;
  /** Those of the test, for the work a test starts. */
  readonly statics?: unknown[];
  readonly job?: RunningJob | null;
  readonly event?: EventDelivery | null;
  readonly mayCallOut?: boolean;
};

/** A new execution, with fresh limits and statics; nothing has run in it yet. */
export function createExecution(request: ExecutionRequest): Execution {
  const execution: Execution = {
    org: request.org,
    program: request.program,
    kind: request.kind,
    statics: request.statics ?? [],
    transaction: createTransaction(request.org.records, request.kind === 'api'),
    test: request.test ?? null,
    job: request.job ?? null,
    event: request.event ?? null,
    mayCallOut: request.mayCallOut ?? true,
    log: request.test?.log ?? [],
    rest: { request: null, response: null },
    requestId: randomUUID(),
    userId: request.userId,
    limits: createLimits(request.kind),
    trigger: null,
    triggerDepth: 0,
    sharing: 'without',
    dynamicBinds: null,
    checkCpuTime: () => execution.limits.checkCpuTime(),
  };
  return execution;
}

/** Runs the work as one Apex transaction: committed when it returns, rolled back when it throws. */
export function runTransaction<T>(request: ExecutionRequest, work: (execution: Execution) => T): T {
  const execution = createExecution(request);
  return withExecution(execution, () => {
    let result: T;
    try {
      result = work(execution);
    } catch (error) {
      execution.transaction.rollback();
      throw error;
    }
    execution.transaction.commit();
    return result;
  });
}
