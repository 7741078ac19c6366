import { apexFrames } from '../../compiler/frames.ts';
import { currentExecution, nowOf, type TransactionKind } from '../../execution/execution.ts';
import { type ApexEnumValue } from '../../runtime/values/apex-enum.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { equalsValue, hashCodeOf } from '../../runtime/values/equality.ts';
import { toApexString } from '../../runtime/values/text.ts';
import { type Implementation } from '../declare.ts';
import { today } from '../time/date-class.ts';
import { now } from '../time/datetime-class.ts';
import { assertEqual, assertNotEqual, failAssertion } from './assertions.ts';

/** What class System offers apart from jobs and users; the data side declares the class with these and its own. */
export const coreSystemStatics: Readonly<Record<string, Implementation>> = {
  'void debug(Object)': (value: unknown) => debug('DEBUG', value),
  'void debug(LoggingLevel, Object)': (level: ApexEnumValue | null, value: unknown) =>
    debug(level?.name ?? 'DEBUG', value),
  'Datetime now()': now,
  'Date today()': today,
  'Long currentTimeMillis()': () => BigInt(nowOf(currentExecution())),
  'void assert(Boolean)': (condition: boolean | null) => assertTrue(condition, null),
  'void assert(Boolean, Object)': assertTrue,
  'void assertEquals(Object, Object)': assertEqual,
  'void assertEquals(Object, Object, Object)': assertEqual,
  'void assertNotEquals(Object, Object)': assertNotEqual,
  'void assertNotEquals(Object, Object, Object)': assertNotEqual,
  'Boolean equals(Object, Object)': equalsValue,
  'Integer hashCode(Object)': hashCodeOf,
  'Boolean isBatch()': runsIn('batch'),
  'Boolean isFuture()': runsIn('future'),
  'Boolean isQueueable()': runsIn('queueable'),
  'Boolean isScheduled()': runsIn('schedulable'),
};

function runsIn(kind: TransactionKind): () => boolean {
  return () => currentExecution().kind === kind;
}

function debug(level: string, value: unknown): void {
  currentExecution().log.push({ level, text: toApexString(value), line: apexFrames()[0]?.line ?? 0 });
}

function assertTrue(condition: boolean | null, message: unknown): void {
  if (condition === null) throwApex('System.NullPointerException', 'Argument 1 cannot be null');
  if (!condition) failAssertion(message);
}
