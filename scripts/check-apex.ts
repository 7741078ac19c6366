import { fileURLToPath } from 'node:url';
import { cached, inputHash } from './apex-checks/cache.ts';
import { checkDataFlow } from './apex-checks/graph-engine.ts';
import { checkOwnRules } from './apex-checks/own-checks.ts';
import { checkPmd } from './apex-checks/pmd.ts';
import { checkSemantics } from './apex-checks/semantics.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

const CHECKS: Readonly<Record<string, (project: string) => Promise<string[]>>> = {
  semantics: checkSemantics,
  pmd: checkPmd,
  'data-flow': checkDataFlow,
  own: async (project) => checkOwnRules(project),
};

/** What one check found, and how long it took. */
export type ApexCheck = { readonly name: string; readonly faults: readonly string[]; readonly seconds: number };

/** Runs all checks of the package's Apex at once. An input that did not change costs nothing. */
export function checkApex(project: string): Promise<ApexCheck[]> {
  const hash = inputHash(project);
  return Promise.all(
    Object.entries(CHECKS).map(async ([name, check]) => {
      const startedAt = performance.now();
      const faults = await cached(project, { name, hash }, () => check(project)).catch((error: unknown) => [
        `${name}: ${error instanceof Error ? error.message : String(error)}`,
      ]);
      return { name, faults, seconds: Math.round((performance.now() - startedAt) / 100) / 10 };
    }),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const checks = await checkApex(PROJECT);
  for (const { name, faults, seconds } of checks) {
    for (const fault of faults) console.log(fault);
    console.log(`${faults.length === 0 ? 'ok    ' : 'FAILED'} ${name}: ${faults.length} faults (${seconds} s)`);
  }
  process.exitCode = checks.every(({ faults }) => faults.length === 0) ? 0 : 1;
}
