import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type ClassCoverage, mergeCoverage, totalOf } from '../test/org/apex/testing/coverage.ts';
import { type TestResult } from '../test/org/apex/testing/run-tests.ts';
import { type TestJob, type TestReport } from '../test/org/apex/testing/test-job.ts';

/**
 * Runs the Apex tests of force-app in the local org:
 *
 *     npm run test:apex [Class[.method]] -- --source force-app --floor 90 --json result.json
 */
const LABEL = 'local approximation; the last word is a scratch org';
const FLOOR_PERCENT = 90;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    source: { type: 'string', multiple: true, default: ['force-app'] },
    floor: { type: 'string', default: String(FLOOR_PERCENT) },
    processes: { type: 'string', default: String(availableParallelism()) },
    namespace: { type: 'string' },
    json: { type: 'string' },
    log: { type: 'boolean', default: false },
  },
});

const filter = positionals[0] ?? '';
/** One class needs one process: a second would only compile the sources once more. */
const count = filter === '' ? Math.max(1, Number(values.processes)) : 1;
const floor = Number(values.floor);

/** One process runs every count-th class; each has an org of its own. */
function runPart(part: number): Promise<TestReport> {
  const job: TestJob = { sources: values.source, namespace: values.namespace ?? null, filter, part, parts: count };
  const child = fork(new URL('../test/org/apex/testing/test-process.ts', import.meta.url));
  return new Promise((resolve, reject) => {
    child.once('message', (report) => resolve(report as TestReport));
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`The test process ${part} ended with code ${String(code)} before its report.`)),
    );
    child.send(job);
  });
}

function printResult({ className, method, failure, milliseconds, log }: TestResult): void {
  if (values.log) for (const line of log) console.log(`    ${line}`);
  if (!failure) return;
  console.log(`FAIL ${className}.${method} (${milliseconds} ms)\n  ${failure.message}`);
  if (failure.stack) console.log(failure.stack.replace(/^/gm, '  '));
}

function printCoverage(coverage: readonly ClassCoverage[]): void {
  console.log('\nCoverage');
  for (const { name, lines, hits } of coverage.filter((one) => one.lines.length > 0)) {
    const percent = Math.floor((hits.length / lines.length) * 100);
    const note = percent < floor ? `, below ${floor} %` : '';
    console.log(`  ${String(percent).padStart(3)} %  ${name} (${hits.length} of ${lines.length} lines)${note}`);
  }
}

const start = performance.now();
const reports = await Promise.all(Array.from({ length: count }, (_, part) => runPart(part)));
const errors = [
  ...new Set(reports.flatMap(({ error, compileErrors }) => [...compileErrors, ...(error === null ? [] : [error])])),
];
for (const error of errors) console.log(error);
const results = reports
  .flatMap((report) => report.results)
  .sort((a, b) => `${a.className}.${a.method}`.localeCompare(`${b.className}.${b.method}`));
results.forEach(printResult);
const coverage = mergeCoverage(reports.map((report) => report.coverage));
const total = totalOf(coverage);
if (filter === '' && errors.length === 0) printCoverage(coverage);

const passed = results.filter(({ failure }) => failure === null).length;
const failed = results.length - passed + errors.length + (results.length === 0 && errors.length === 0 ? 1 : 0);
const isCovered = filter !== '' || total.percent >= floor;
if (results.length === 0 && errors.length === 0) console.log('The sources hold no test.');
if (filter === '' && errors.length === 0) {
  console.log(
    `  total ${total.percent.toFixed(1)} % of ${total.lines} lines${isCovered ? '' : `: below the floor of ${values.floor} %`}`,
  );
}
console.log(`\n${LABEL}; ${Math.round(performance.now() - start)} ms`);
console.log(`${passed} passed, ${failed} failed`);
if (values.json !== undefined) {
  const summary = { numPassed: passed, numFailed: failed + (isCovered ? 0 : 1), coverage: total.percent, results };
  writeFileSync(values.json, `${JSON.stringify(summary, null, 2)}\n`);
}
process.exitCode = failed === 0 && isCovered ? 0 : 1;
