import { drainForTest } from '../async/drain.ts';
import { currentExecution } from '../execution/execution.ts';
import { createLimits } from '../limits/limits.ts';
import { throwApex } from '../runtime/values/apex-exception.ts';
import { type TestState } from './test-state.ts';

/** The running test; outside of one, an exception. */
export function testState(): TestState {
  const { test } = currentExecution();
  return test ?? throwApex('System.TypeException', 'Test methods can only be called from a running test');
}

/** Test.startTest: from here the limits are fresh, and what was saved before no longer stands in the way of callouts. */
export function startTest(): void {
  const execution = currentExecution();
  const test = testState();
  if (test.window !== 'before') throwApex('System.FinalException', 'Testing has already started');
  test.window = 'open';
  test.outerLimits = execution.limits;
  execution.limits = createLimits('test');
  execution.transaction.isDirty = false;
  execution.transaction.mixed = { setup: null, data: null };
}

/** Test.stopTest: everything that was enqueued and published is done now, and the test's own limits count again. */
export function stopTest(): void {
  const execution = currentExecution();
  const test = testState();
  if (test.window !== 'open') throwApex('System.FinalException', 'Testing has not started or has already stopped');
  test.window = 'after';
  try {
    runPendingWork();
  } finally {
    execution.limits = test.outerLimits ?? execution.limits;
    test.outerLimits = null;
  }
}

/** Runs what waits, as the test's own statics see it. */
export function runPendingWork(): void {
  const execution = currentExecution();
  const test = testState();
  if (test.isDraining) return;
  test.isDraining = true;
  try {
    const { org, program, statics } = execution;
    for (const work of execution.transaction.takeLateWork()) work();
    drainForTest({ org, program, test, statics });
  } finally {
    test.isDraining = false;
  }
}
