import { type DebugLine } from '../execution/execution.ts';
import { type LimitCounters } from '../limits/limits.ts';
import { type ApexObject } from '../runtime/values/apex-object.ts';
import { type Redelivery } from '../async/deliver-events.ts';

/** What a running test has arranged; all its transactions share it. */
export type TestState = {
  readonly className: string;
  readonly method: string;
  /** Answers callouts: an HttpCalloutMock of Apex or of the platform. */
  calloutMock: ApexObject | null;
  /** Answers SOSL, set by Test.setFixedSearchResults. */
  fixedSearchResults: readonly string[];
  window: 'before' | 'open' | 'after';
  /** The test's own counters, while those of startTest count. */
  outerLimits: LimitCounters | null;
  /** Whether jobs are being run by stopTest; what they enqueue may not be run in turn. */
  isDraining: boolean;
  /** What all transactions of the test write with System.debug. */
  readonly log: DebugLine[];
  /** Events that triggers asked for once more, until the next delivery. */
  readonly redeliveries: Redelivery[];
};

export function createTestState(className: string, method: string): TestState {
  return {
    className,
    method,
    calloutMock: null,
    fixedSearchResults: [],
    window: 'before',
    outerLimits: null,
    isDraining: false,
    log: [],
    redeliveries: [],
  };
}
