import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { filesBelow } from '../metadata/source.ts';
import { jarsOf, runJava, withFolder } from './java.ts';

const RULES = 'config/pmd-ruleset.xml';
const WRAPPER = 'com.salesforce.sfca.pmdwrapper.PmdWrapper';

type Report = {
  readonly violations: readonly {
    readonly rule: string;
    readonly message: string;
    readonly codeLocation: { readonly file: string; readonly startLine: number };
  }[];
  readonly processingErrors?: readonly { readonly file: string; readonly message: string }[];
};

/** PMD's rules of security, performance, best practices and error-prone code; the exceptions and their reasons are in the rule set. */
export function checkPmd(project: string): Promise<string[]> {
  return withFolder(async (folder) => {
    const input = path.join(folder, 'in.json');
    const output = path.join(folder, 'out.json');
    const files = filesBelow(project, ['force-app']).filter((file) => /\.(cls|trigger)$/.test(file));
    const run = {
      ruleSetInputFile: path.join(project, RULES),
      runDataPerLanguage: { apex: { filesToScan: files.map((file) => path.join(project, file)) } },
    };
    writeFileSync(input, JSON.stringify(run));
    const { code, errors } = await runJava(['-cp', jarsOf(project, 'pmd'), WRAPPER, 'run', input, output]);
    if (code !== 0) throw new Error(`PMD ended with ${String(code)}: ${errors}`);
    return readViolations(project, readFileSync(output, 'utf8'));
  });
}

/** The violations of PMD's report, one line each; a file that it could not read is one too. */
export function readViolations(project: string, text: string): string[] {
  const { violations, processingErrors } = JSON.parse(text) as Report;
  const place = (file: string): string => path.relative(project, file);
  return [
    ...violations.map(
      ({ rule, message, codeLocation: { file, startLine } }) =>
        `${place(file)}:${String(startLine)}: ${message} (${rule})`,
    ),
    ...(processingErrors ?? []).map(({ file, message }) => `${place(file)}:1: PMD cannot read it: ${message}`),
  ];
}
