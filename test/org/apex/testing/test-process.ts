import { openCore } from '../../open-core.ts';
import { errorText } from '../compiler/errors.ts';
import { createApexOrg } from '../execution/apex-org.ts';
import { measureCoverage } from './coverage.ts';
import { parseFilter, runTestClass, testClasses, unknownTest } from './run-tests.ts';
import { type TestJob, type TestReport } from './test-job.ts';

/** Runs the process's share of the tests in an org that lives in memory. */
function runJob({ sources, namespace, filter, part, parts }: TestJob): TestReport {
  try {
    const unknown: string[] = [];
    const core = openCore({ sources, onUnknown: ({ message }) => void unknown.push(message) });
    const org = createApexOrg(core, { sources, namespace, keepsGoing: true });
    const wanted = parseFilter(filter);
    const compileErrors = [...unknown, ...org.compileErrors.map(errorText)];
    const missing = unknownTest(org, wanted);
    if (missing !== null) return { results: [], coverage: [], compileErrors, error: missing };
    const classes = testClasses(org, wanted).filter((_, index) => index % parts === part);
    const results = classes.flatMap((record) => runTestClass(org, record, wanted));
    return { results, coverage: measureCoverage(org.program), compileErrors, error: null };
  } catch (error) {
    return {
      results: [],
      coverage: [],
      compileErrors: [],
      error: error instanceof Error ? error.message : String(error),
    };
  }
}

process.once('message', (job) => {
  const report = runJob(job as TestJob);
  process.send?.(report, () => process.exit(0));
});
