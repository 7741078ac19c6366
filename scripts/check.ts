import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** One check: an npm script, what it printed, and whether it passed. */
export type CheckResult = { readonly name: string; readonly isPassed: boolean; readonly seconds: number };

const CHECKS = ['check:apex', 'format', 'lint', 'types', 'build:lwc', 'check:layers', 'check:metadata'];
const UNIT_TESTS = ['jest', '--', 'relay', 'scripts'];

/** Runs an npm script to its end; prints its output only if it fails. */
function run(script: readonly string[]): Promise<CheckResult> {
  const startedAt = performance.now();
  const output: Buffer[] = [];
  return new Promise((resolve) => {
    const child = spawn('npm', ['run', '--silent', ...script], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('close', (code) => {
      const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
      const name = script[0] ?? '';
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
      if (code !== 0) console.log(Buffer.concat(output).toString());
      resolve({ name, isPassed: code === 0, seconds });
    });
  });
}

/** Runs every check that needs no browser and no network: Apex, format, lint, types, components, layers, metadata. Two at a time. */
export async function runChecks(): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const waiting = CHECKS.values();
  const worker = async (): Promise<void> => {
    for (const check of waiting) results.push(await run([check]));
  };
  await Promise.all([worker(), worker()]);
  return results;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const results = [...(await runChecks()), await run(UNIT_TESTS)];
  process.exitCode = results.every((result) => result.isPassed) ? 0 : 1;
}
