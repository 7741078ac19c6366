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

/** Runs the jest suites of an npm script; a suite that cannot run counts as one failure, and so does a run that leaves no summary. */
function runJest(script: string, options: readonly string[] = []): Counts {
  const directory = mkdtempSync(path.join(tmpdir(), 'causeway-test-'));
  const outputFile = path.join(directory, 'jest.json');
  const run = spawnSync('npm', ['run', '--silent', script, '--', ...options, '--json', `--outputFile=${outputFile}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    const summary = JSON.parse(readFileSync(outputFile, 'utf8')) as JestSummary;
    const failed = summary.numFailedTests + summary.numRuntimeErrorTestSuites;
    return { passed: summary.numPassedTests, failed: failed === 0 && run.status !== 0 ? 1 : failed };
  } catch {
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const checks = await runChecks();
// A test that fails may leave a relay of its own running: that must end as a failure, not as a run that never ends.
const runs = [runJest('jest', ['--forceExit']), runJest('test:lwc')];
const passed = checks.filter((check) => check.isPassed).length + runs.reduce((sum, run) => sum + run.passed, 0);
const failed = checks.filter((check) => !check.isPassed).length + runs.reduce((sum, run) => sum + run.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
