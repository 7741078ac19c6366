import { type ApexClassRecord, type ApexMethodInfo } from '../program.ts';
import { type ApexOrg } from '../execution/apex-org.ts';
import { runTransaction } from '../execution/run-execution.ts';
import { ApexException } from '../runtime/values/apex-exception.ts';
import { createTestState } from './test-state.ts';
import { runPendingWork } from './test-window.ts';

export type TestFailure = { readonly message: string; readonly stack: string };

/** One test method and how it went. */
export type TestResult = {
  readonly className: string;
  readonly method: string;
  readonly milliseconds: number;
  readonly failure: TestFailure | null;
  readonly log: readonly string[];
};

export type TestFilter = { readonly className: string | null; readonly method: string | null };

/** `Class.method`, `Class` or nothing. */
export function parseFilter(text: string | undefined): TestFilter {
  const [className = null, method = null] = text === undefined || text === '' ? [] : text.split('.');
  return { className, method };
}

/** The classes with tests that the filter lets through. */
export function testClasses({ program }: ApexOrg, filter: TestFilter): readonly ApexClassRecord[] {
  return program
    .annotatedClasses('istest')
    .filter(({ name }) => !name.includes('.') && (filter.className === null || sameName(name, filter.className)))
    .filter((record) => testMethods(record, filter).length > 0);
}

/** Says what is wrong with a filter that names a class or a method that is no test; null where there is something to run. */
export function unknownTest(org: ApexOrg, filter: TestFilter): string | null {
  const { className, method } = filter;
  if (className === null || testClasses(org, filter).length > 0) return null;
  const known = testClasses(org, { className, method: null })[0];
  if (!known) return `There is no test class ${className}.`;
  const names = testMethods(known, { className, method: null }).map(({ name }) => name);
  return `${known.name} has no test method ${method ?? ''}; it has ${names.join(', ')}.`;
}

function testMethods({ methods }: ApexClassRecord, filter: TestFilter): readonly ApexMethodInfo[] {
  return methods.filter(
    (method) =>
      method.isStatic && has(method, 'istest') && (filter.method === null || sameName(method.name, filter.method)),
  );
}

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function has(method: ApexMethodInfo, annotation: string): boolean {
  return method.annotations.some(({ name }) => name === annotation);
}

/** Runs the tests of a class, each on the data that @TestSetup made and no other, and rolls everything back. */
export function runTestClass(org: ApexOrg, record: ApexClassRecord, filter: TestFilter): TestResult[] {
  const methods = testMethods(record, filter);
  const { records } = org.services;
  const whole = records.begin();
  try {
    const problem = runSetup(org, record);
    if (problem) return methods.map((method) => failed(method, problem));
    return methods.map((method) => runTest(org, method));
  } finally {
    whole.rollback();
  }
}

function failed({ className, name }: ApexMethodInfo, failure: TestFailure): TestResult {
  return { className, method: name, milliseconds: 0, failure, log: [] };
}

function runSetup(org: ApexOrg, { methods }: ApexClassRecord): TestFailure | null {
  for (const method of methods.filter((candidate) => has(candidate, 'testsetup'))) {
    const { failure } = run(org, method, runSetupJobs);
    if (failure) return { ...failure, message: `@TestSetup ${method.name}: ${failure.message}` };
  }
  return null;
}

function runTest(org: ApexOrg, method: ApexMethodInfo): TestResult {
  const open = org.services.records.begin();
  try {
    return run(org, method);
  } finally {
    open.rollback();
  }
}

/** What @TestSetup enqueued and published is done before the tests; how it fails is in the log, as no one waits for it. */
function runSetupJobs(log: string[]): void {
  const failure = failureOf(runPendingWork);
  if (failure) log.push(failure.message, failure.stack);
}

type AtEnd = (log: string[]) => void;

function run(org: ApexOrg, { className, name }: ApexMethodInfo, atEnd: AtEnd = () => undefined): TestResult {
  const start = performance.now();
  const log: string[] = [];
  const failure = failureOf(() =>
    runTransaction(
      {
        org: org.services,
        program: org.program,
        kind: 'test',
        userId: org.adminId,
        test: createTestState(className, name),
      },
      (execution) => {
        try {
          org.program.invokeStatic(className, name, []);
          atEnd(log);
        } finally {
          log.push(...execution.log.map(({ text }) => text));
        }
      },
    ),
  );
  return { className, method: name, milliseconds: Math.round(performance.now() - start), failure, log };
}

function failureOf(work: () => void): TestFailure | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof ApexException) {
      return { message: `${error.typeName}: ${error.shownMessage()}`, stack: stackOf(error) };
    }
    if (!(error instanceof Error)) throw error;
    return { message: `The local org failed: ${error.message}`, stack: error.stack ?? '' };
  }
}

function stackOf(error: ApexException): string {
  const cause = error.cause;
  const own = error.stackTrace();
  return cause ? `${own}\nCaused by: ${cause.typeName}: ${cause.shownMessage()}\n${stackOf(cause)}` : own;
}
