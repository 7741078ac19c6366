import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runChecks } from './check.ts';

type JestSummary = {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
};

type Counts = { readonly passed: number; readonly failed: number };

type ApexSummary = { readonly numPassed: number; readonly numFailed: number };

/** Runs an npm script that leaves a JSON summary; a run that leaves none, or fails without a failure in it, counts as one failure. */
function runCounted(
  script: string,
  options: (file: string) => readonly string[],
  count: (summary: string) => Counts,
): Counts {
  const directory = mkdtempSync(path.join(tmpdir(), 'causeway-test-'));
  const file = path.join(directory, 'summary.json');
  const run = spawnSync('npm', ['run', '--silent', script, '--', ...options(file)], {
    stdio: ['ignore', script === 'test:apex' ? 'inherit' : 'ignore', 'inherit'],
  });
  try {
    const { passed, failed } = count(readFileSync(file, 'utf8'));
    return { passed, failed: failed === 0 && run.status !== 0 ? 1 : failed };
  } catch {
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Runs the jest suites of an npm script; a suite that cannot run counts as one failure. */
function runJest(script: string, ...options: readonly string[]): Counts {
  return runCounted(
    script,
    (file) => [...options, '--json', `--outputFile=${file}`],
    (text) => {
      const summary = JSON.parse(text) as JestSummary;
      return {
        passed: summary.numPassedTests,
        failed: summary.numFailedTests + summary.numRuntimeErrorTestSuites,
      };
    },
  );
}

function runApex(): Counts {
  return runCounted(
    'test:apex',
    (file) => ['--json', file],
    (text) => {
      const { numPassed, numFailed } = JSON.parse(text) as ApexSummary;
      return { passed: numPassed, failed: numFailed };
    },
  );
}

const checks = await runChecks();
// A test that fails may leave a relay of its own running: that must end as a failure, not as a run that never ends.
const runs = [runJest('jest', '--forceExit'), runJest('test:lwc'), runApex()];
const passed = checks.filter((check) => check.isPassed).length + runs.reduce((sum, run) => sum + run.passed, 0);
const failed = checks.filter((check) => !check.isPassed).length + runs.reduce((sum, run) => sum + run.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
