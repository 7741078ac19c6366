import { throwApex } from '../runtime/values/apex-exception.ts';
import { type HeapMeter, ownHeap } from './heap-meter.ts';
import { createHeapUse } from './heap-use.ts';
import { createStopwatch } from './stopwatch.ts';
import { type TransactionKind } from '../execution/execution.ts';

/** What a transaction may use of each governed resource; the words are those of the Limits class. */
export type LimitName =
  | 'Queries'
  | 'QueryRows'
  | 'AggregateQueries'
  | 'QueryLocatorRows'
  | 'SoslQueries'
  | 'DmlStatements'
  | 'DmlRows'
  | 'Callouts'
  | 'QueueableJobs'
  | 'FutureCalls'
  /** Jobs of every kind; the platform counts them and does not limit them here. */
  | 'AsyncCalls'
  | 'EmailInvocations'
  | 'PublishImmediateDML'
  | 'MobilePushApexCalls'
  | 'CpuTime'
  | 'HeapSize';

const SYNCHRONOUS: Readonly<Record<LimitName, number>> = {
  Queries: 100,
  QueryRows: 50_000,
  AggregateQueries: 300,
  QueryLocatorRows: 10_000,
  SoslQueries: 20,
  DmlStatements: 150,
  DmlRows: 10_000,
  Callouts: 100,
  QueueableJobs: 50,
  FutureCalls: 50,
  AsyncCalls: 200,
  EmailInvocations: 10,
  PublishImmediateDML: 150,
  MobilePushApexCalls: 10,
  CpuTime: 10_000,
  HeapSize: 6_000_000,
};

const ASYNCHRONOUS: Readonly<Record<LimitName, number>> = {
  ...SYNCHRONOUS,
  Queries: 200,
  QueueableJobs: 1,
  CpuTime: 60_000,
  HeapSize: 12_000_000,
};

/** Scheduled code and event triggers have the limits of synchronous code. */
const ASYNCHRONOUS_KINDS: ReadonlySet<TransactionKind> = new Set(['queueable', 'finalizer', 'future', 'batch']);

const MESSAGES: Partial<Record<LimitName, string>> = {
  Queries: 'Too many SOQL queries',
  QueryRows: 'Too many query rows',
  QueryLocatorRows: 'Too many query locator rows',
  DmlStatements: 'Too many DML statements',
  DmlRows: 'Too many DML rows',
  Callouts: 'Too many callouts',
  QueueableJobs: 'Too many queueable jobs added to the queue',
  FutureCalls: 'Too many future calls',
  EmailInvocations: 'Too many Email Invocations',
  PublishImmediateDML: 'Too many publish immediate DML statements',
};

/** Rows are read one by one, so that the first one too many ends the transaction. */
const STOPS_AT_LIMIT: ReadonlySet<LimitName> = new Set(['QueryRows', 'QueryLocatorRows']);

/** Counts what one transaction uses and ends it when it uses too much. */
export type LimitCounters = {
  readonly isAsync: boolean;
  readonly used: (name: LimitName) => number;
  readonly allowed: (name: LimitName) => number;
  /** Adds to what is used; beyond the limit it throws a LimitException, which Apex cannot catch. */
  readonly use: (name: LimitName, amount?: number) => void;
  /** Ends the transaction where it has run too long or holds far too much in memory. */
  readonly checkCpuTime: () => void;
  /** Time that does not count: the store works, a callout waits for the other side. */
  readonly excludeCpu: <T>(work: () => T) => T;
  /** Code that runs within such work: a trigger in a save. */
  readonly includeCpu: <T>(work: () => T) => T;
};

type CpuClock = () => number;

const ownCpu: CpuClock = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/** Fresh counters for a transaction of that kind. */
export function createLimits(
  kind: TransactionKind,
  cpuMilliseconds: CpuClock = ownCpu,
  heapMeter: HeapMeter = ownHeap,
): LimitCounters {
  const isAsync = ASYNCHRONOUS_KINDS.has(kind);
  const allowed = isAsync ? ASYNCHRONOUS : SYNCHRONOUS;
  const counts = new Map<LimitName, number>();
  // A save by API is the store's work; only the triggers in it are Apex.
  const watch = createStopwatch(cpuMilliseconds, kind !== 'api');
  const heap = createHeapUse(allowed.HeapSize, heapMeter);
  const cpu = watch.elapsed;
  const used = (name: LimitName): number => {
    if (name === 'CpuTime') return cpu();
    return name === 'HeapSize' ? heap.used() : (counts.get(name) ?? 0);
  };
  return {
    isAsync,
    used,
    allowed: (name) => allowed[name],
    use: (name, amount = 1) => {
      const total = used(name) + amount;
      counts.set(name, total);
      if (total <= allowed[name]) return;
      const shown = STOPS_AT_LIMIT.has(name) ? allowed[name] + 1 : total;
      throwLimit(`${MESSAGES[name] ?? `Too many ${name}`}: ${shown}`);
    },
    checkCpuTime: () => {
      if (cpu() > allowed.CpuTime) throwLimit('Apex CPU time limit exceeded');
      if (heap.isExceeded()) throwLimit(`Apex heap size too large: ${heap.used()}`);
    },
    excludeCpu: (work) => watch.during(false, work),
    includeCpu: (work) => watch.during(true, work),
  };
}

/** Ends the transaction: no catch clause of Apex catches it. */
export function throwLimit(message: string): never {
  return throwApex('System.LimitException', message);
}
