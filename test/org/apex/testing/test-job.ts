import { type ClassCoverage } from './coverage.ts';
import { type TestResult } from './run-tests.ts';

/** What the runner asks of one of its processes. */
export type TestJob = {
  readonly sources: readonly string[];
  readonly namespace: string | null;
  readonly filter: string;
  readonly part: number;
  readonly parts: number;
};

export type TestReport = {
  readonly results: readonly TestResult[];
  readonly coverage: readonly ClassCoverage[];
  /** What of the sources could not be compiled; the rest has run. */
  readonly compileErrors: readonly string[];
  /** Why nothing could run: what the compiler says. */
  readonly error: string | null;
};
