import { type RecordStore } from '../../store/record-store.ts';
import { type Records } from '../../records/records.ts';
import { activateProgram, type ApexProgram } from '../program.ts';
import { type JobStore } from '../async/job-store.ts';
import { type CredentialSettings } from '../callouts/named-credentials.ts';
import { type DataObject } from '../library/data/data-class.ts';
import { type LimitCounters } from '../limits/limits.ts';
import { type OrgSecurity } from '../data/security.ts';
import { type OrgMetadata } from '../data/org-metadata.ts';
import { type TestState } from '../testing/test-state.ts';
import { type Transaction } from './transaction.ts';
import { type TriggerFrame } from './trigger-frame.ts';

/** Why a transaction runs; limits and what is allowed inside depend on it. */
export type TransactionKind =
  | 'anonymous'
  | 'api'
  | 'aura'
  | 'rest'
  | 'test'
  | 'queueable'
  | 'finalizer'
  | 'future'
  | 'batch'
  | 'schedulable'
  | 'event';

/** The data side of the org, shared by all executions of one thread. */
export type OrgServices = {
  readonly store: RecordStore;
  readonly records: Records;
  readonly organizationId: string;
  readonly clock: () => Date;
  readonly security: OrgSecurity;
  readonly metadata: OrgMetadata;
  readonly jobs: JobStore;
  /** Addresses and keys that an admin sets in the org. */
  readonly credentials: CredentialSettings;
  /** Prefix of the package under test, or null. */
  readonly namespace: string | null;
  /** Random bytes; tests of the interpreter inject their own. */
  readonly randomBytes: (size: number) => Buffer;
};

export type DebugLine = { readonly level: string; readonly text: string; readonly line: number };

/** The running async job, where the code runs in one. */
export type RunningJob = {
  readonly id: string;
  readonly stackDepth: number;
  readonly maximumStackDepth: number | null;
  /** Set by System.attachFinalizer; its state is taken when the job ends. */
  finalizer: unknown;
};

/** What EventBus.TriggerContext knows of the events a trigger is being given. */
export type EventDelivery = {
  readonly retries: number;
  /** ReplayId of the last event that need not come again. */
  checkpoint: string | null;
  lastError: string | null;
};

/** One running Apex transaction: who acts, what it used, what it will do after its commit. */
export type Execution = {
  readonly org: OrgServices;
  readonly program: ApexProgram;
  readonly kind: TransactionKind;
  /** Static fields, owned by the compiled code; tests share them with the async work they start. */
  readonly statics: unknown[];
  readonly transaction: Transaction;
  /** Null outside tests. */
  readonly test: TestState | null;
  readonly job: RunningJob | null;
  readonly event: EventDelivery | null;
  /** False in jobs that did not ask for callouts. */
  mayCallOut: boolean;
  readonly log: DebugLine[];
  /** RestContext. */
  readonly rest: { request: DataObject | null; response: DataObject | null };
  /** A unique id of this request, for Request.getRequestId and logs. */
  readonly requestId: string;
  /** Changed by System.runAs for the length of its block. */
  userId: string;
  /** Replaced by Test.startTest and given back by Test.stopTest. */
  limits: LimitCounters;
  /** The innermost trigger that runs, or null. */
  trigger: TriggerFrame | null;
  /** How many triggers are running inside each other. */
  triggerDepth: number;
  /** Whether queries and DML of the running class obey sharing; compiled code changes it as it enters classes. */
  sharing: 'with' | 'without';
  /** Finds a variable of the method that calls dynamic SOQL, for its `:name`; set by compiled code around such calls. */
  dynamicBinds: ((name: string) => unknown) | null;
  readonly checkCpuTime: () => void;
};

let current: Execution | null = null;

/** The transaction that platform functions act in; calling one outside of any is a mistake of the caller. */
export function currentExecution(): Execution {
  if (!current) throw new Error('Apex platform functions run only inside an execution: use withExecution.');
  return current;
}

/** Whether an execution is under way on this thread. */
export function isExecuting(): boolean {
  return current !== null;
}

/** Runs the work with that execution as the current one; executions nest and the outer one comes back whatever happens. */
export function withExecution<T>(execution: Execution, work: () => T): T {
  const outer = current;
  current = execution;
  activateProgram(execution.program);
  try {
    return work();
  } finally {
    current = outer;
  }
}

/** The instant the org calls now, in milliseconds. */
export function nowOf(execution: Execution): number {
  return execution.org.clock().getTime();
}
